// Forwards whose ports other programs translate too, on the running kernel: rules of nft and of both variants
// of iptables.
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHost =
    "ip link set lo up; ip link add eth9 type veth peer name eth8; ip addr add 198.51.100.1/24 dev eth9\n"
    "ip addr add 2001:db8::1/64 dev eth9 nodad; ip link set eth9 up; ip link set eth8 up\n";

// Beside these rules `add forward tcp 8080` says what it says on standard error.
Ran AddBeside(const std::string& rules, const std::string& options = "") {
  return Sh(kHost + ("set -e\n" + rules) + "\nnatplan add forward tcp 8080 198.51.100.9:80 " + options);
}

std::string Nft(const std::string& text) { return "nft -f - <<'END'\n" + text + "\nEND\n"; }

std::string InPrerouting(const std::string& rule, const std::string& priority = "-100",
                         const std::string& before = "") {
  return Nft("table ip other {\n" + before + "\nchain pre {\ntype nat hook prerouting priority " + priority +
             ";\n" + rule + "\n}\n}");
}

constexpr const char* kTaken = "note: ip tcp port 8080 is translated by another program too: ";

TEST(RivalTest, RulesOfNftThatTakeThePortAreNamed) {
  const std::vector<std::string> rules = {
      "tcp dport 8080 dnat to 192.0.2.1:80",
      "tcp dport 8000-9000 redirect to :99",
      "tcp dport { 80, 8080 } dnat to 192.0.2.1",
      "tcp dport { 80, 8000-8090 } dnat to 192.0.2.1",
      "meta l4proto { tcp, udp } th dport 8080 redirect",
      "dnat ip to tcp dport map { 80 : 192.0.2.1, 8080 : 192.0.2.2 }",
      "dnat ip addr . port to meta l4proto . th dport map { tcp . 8080 : 192.0.2.1 . 80 }",
      "fib daddr type local tcp dport 8080 dnat to 192.0.2.1",
      "ip daddr 198.51.100.0/24 tcp dport 8080 dnat to 192.0.2.1",
      "ip daddr . tcp dport { 198.51.100.1 . 8080 } dnat to 192.0.2.1",
      "ct state new tcp dport != 22 dnat to 192.0.2.1",
      "tcp dport >= 1024 dnat to 192.0.2.1",
      "counter log tcp dport 8080 meta mark set 1 dnat to 192.0.2.1",
      "dnat to 192.0.2.1",
  };
  for (const std::string& rule : rules) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = AddBeside(InPrerouting(rule));
      EXPECT_EQ(ran.exit_code, 0) << ran << rule;
      EXPECT_THAT(ran.err, HasSubstr(kTaken + std::string("table ip other, chain pre, rule handle ")))
          << rule;
      EXPECT_THAT(ran.err, HasSubstr("its base chain pre (priority -100) comes before natplan's (priority "
                                     "-99): the other program wins\n"))
          << rule;
      EXPECT_THAT(ran.err, Not(HasSubstr("for the packets that meet"))) << rule;
    });
  }
}

TEST(RivalTest, RulesThatTakeAPartOfThePacketsSaySo) {
  for (const std::string rule : {"iifname \"eth9\" tcp dport 8080 dnat to 192.0.2.1",
                                 "ip saddr 10.0.0.0/8 tcp dport 8080 dnat to 192.0.2.1",
                                 "ip daddr . iifname . tcp dport { 198.51.100.1 . \"eth9\" . 8080 } dnat to "
                                 "192.0.2.1",
                                 "tcp dport 8080 meta mark 7 redirect"}) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = AddBeside(InPrerouting(rule));
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err,
                  AllOf(HasSubstr(kTaken), HasSubstr("for the packets that meet what else is asked")))
          << rule;
    });
  }
}

TEST(RivalTest, AChainThatComesBackIsNothingThatTheRuleBehindItAsks) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        AddBeside(Nft("table ip other {\nchain marks {\nmeta mark set 1\n}\n}") +
                  InPrerouting("ip saddr 10.0.0.0/8 jump marks\ntcp dport 8080 dnat to 192.0.2.1"));
    EXPECT_THAT(ran.err, AllOf(HasSubstr(kTaken), Not(HasSubstr("for the packets that meet")))) << ran;
  });
}

TEST(RivalTest, RulesThatCannotTakeThePortAreNotNamed) {
  const std::vector<std::string> rules = {
      "tcp dport 8081 dnat to 192.0.2.1",
      "udp dport 8080 dnat to 192.0.2.1",
      "tcp dport { 80, 8000-8079, 8081-9000 } dnat to 192.0.2.1",
      "ip daddr 203.0.113.1 tcp dport 8080 dnat to 192.0.2.1",
      "ip daddr . tcp dport { 203.0.113.1 . 8080 } dnat to 192.0.2.1",
      "ip daddr 198.51.100.1 tcp dport 81 dnat to 192.0.2.1",
      "dnat ip addr . port to meta l4proto . th dport map { udp . 8080 : 192.0.2.1 . 80 }",
      "fib daddr type != local dnat to 192.0.2.1",
      "tcp dport 8080 accept\ntcp dport 8080 dnat to 192.0.2.1",
      "ct state established tcp dport 8080 dnat to 192.0.2.1",
      "tcp dport 8080 counter",
  };
  for (const std::string& rule : rules) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = AddBeside(InPrerouting(rule));
      EXPECT_EQ(ran.exit_code, 0) << ran << rule;
      EXPECT_THAT(ran.err, Not(HasSubstr("another program"))) << rule;
    });
  }
}

TEST(RivalTest, ThePriorityTellsWhoWins) {
  const std::string rule = "tcp dport 8080 dnat to 192.0.2.1";
  RunInNamespaceOrSkip([&] {
    EXPECT_THAT(AddBeside(InPrerouting(rule, "-90")).err,
                HasSubstr("(priority -90) comes behind natplan's (priority -99): natplan wins\n"));
  });
  RunInNamespaceOrSkip([&] {
    EXPECT_THAT(
        AddBeside(InPrerouting(rule, "-99")).err,
        HasSubstr("has the priority of natplan's (priority -99): the chain that was made later wins, and "
                  "the kernel does not say which that is\n"));
  });
}

TEST(RivalTest, ChainsThatLeadToTheRuleAreGoneThrough) {
  struct Way {
    std::string rule;  // of the base chain
    std::string then;  // of the chain that it leads to
  };
  for (const auto& [rule, then] : std::vector<Way>{
           {"jump services", "tcp dport 8080 dnat to 192.0.2.1"},
           {"goto services", "tcp dport 8080 dnat to 192.0.2.1"},
           {"tcp dport vmap { 80 : drop, 8080 : goto services }", "dnat to 192.0.2.1"},
           {"ip daddr . meta l4proto . th dport vmap { 198.51.100.1 . tcp . 8080 : jump services }",
            "redirect"},
       }) {
    RunInNamespaceOrSkip([&] {
      const Ran ran =
          AddBeside(Nft("table ip other {\nchain services {\n" + then + "\n}\n}") + InPrerouting(rule));
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err, HasSubstr(kTaken + std::string("table ip other, chain services, rule handle ")))
          << rule;
    });
  }
}

TEST(RivalTest, FamilyInetAndTheOutputHookAreLookedAt) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        AddBeside(Nft("table inet other {\nchain out {\ntype nat hook output priority -100;\n"
                      "tcp dport 8080 dnat ip to 192.0.2.1\n}\n}"));
    EXPECT_THAT(ran.err, HasSubstr(kTaken + std::string("table inet other, chain out, rule handle ")));
  });
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh(kHost +
           Nft("table ip6 other {\nchain pre {\ntype nat hook prerouting priority -100;\n"
               "tcp dport 8080 dnat to [2001:db8::7]:80\n}\n}") +
           "natplan add forward tcp 8080 '[2001:db8::9]:80'; natplan add forward tcp 8080 198.51.100.9:80");
    EXPECT_THAT(ran.err,
                HasSubstr("ip6 tcp port 8080 is translated by another program too: table ip6 other"));
    EXPECT_THAT(ran.err, Not(HasSubstr("note: ip tcp")));
  });
}

TEST(RivalTest, ARuleOfALoopbackAddressTakesFromAForwardWithLocalhost) {
  const auto add = [](const std::string& family, const std::string& address, const std::string& options) {
    return Sh(kHost +
              Nft("table " + family + " other {\nchain out {\ntype nat hook output priority -100;\n" +
                  family + " daddr " + address + " tcp dport 8080 redirect to :99\n}\n}") +
              "natplan add forward tcp 8080 " +
              (family == "ip" ? "198.51.100.9:80 " : "'[2001:db8::9]:80' ") + options);
  };
  RunInNamespaceOrSkip([&] {
    EXPECT_THAT(add("ip", "127.0.0.1", "--localhost").err,
                HasSubstr(kTaken + std::string("table ip other, chain out, rule handle ")));
  });
  RunInNamespaceOrSkip([&] {
    EXPECT_THAT(add("ip6", "::1", "--localhost").err,
                HasSubstr("note: ip6 tcp port 8080 is translated by another program too: table ip6 other"));
  });
  RunInNamespaceOrSkip(
      [&] { EXPECT_THAT(add("ip", "127.0.0.1", "").err, Not(HasSubstr("another program"))); });
}

TEST(RivalTest, AMapThatIsFilledByOthersIsLookedInto) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh(kHost + std::string("natplan add forward tcp 8080 198.51.100.7:80 --table "
                                           "io.systemd.nat\n"
                                           "natplan add forward tcp 8080 198.51.100.9:80\n"
                                           "natplan add forward tcp 8081 198.51.100.9:80"));
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.err, HasSubstr(kTaken + std::string("table ip io.systemd.nat, chain prerouting, rule")));
    EXPECT_THAT(ran.err, Not(HasSubstr("port 8081")));
  });
}

TEST(RivalTest, RulesOfIptablesNftAreUnderstood) {
  const std::vector<std::string> rules = {
      "-p tcp --dport 8080 -j DNAT --to-destination 192.0.2.1:80",
      "-p tcp -m multiport --dports 80,8000:8100 -j REDIRECT --to-ports 99",
      "-m addrtype --dst-type LOCAL -p tcp --dport 8080 -m comment --comment web -j DNAT --to-destination "
      "192.0.2.1",
      "-m conntrack --ctstate NEW -p tcp --dport 8080 -j REDIRECT",
  };
  for (const std::string& rule : rules) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = AddBeside("iptables-nft -t nat -A PREROUTING " + rule);
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err, HasSubstr(kTaken + std::string("table ip nat, chain PREROUTING, rule handle ")))
          << rule;
      EXPECT_THAT(ran.err, Not(HasSubstr("for the packets that meet"))) << rule;
    });
  }
}

constexpr const char* kDocker =
    "-t nat -N DOCKER; $I -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER\n"
    "$I -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER\n"
    "$I -t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80";

TEST(RivalTest, DockersRulesOfBothVariantsAreNamedOnce) {
  RunInNamespaceOrSkip([] {
    const Ran ran = AddBeside(std::string("I=iptables-nft; $I ") + kDocker);
    EXPECT_THAT(ran.err, HasSubstr(kTaken + std::string("table ip nat, chain DOCKER, rule handle ")));
    EXPECT_EQ(ran.err.find("another program", ran.err.find("another program") + 1), std::string::npos) << ran;
  });
  RunInNamespaceOrSkip([] {
    const Ran ran =
        AddBeside(std::string("export XTABLES_LOCKFILE=$(mktemp)\nI=iptables-legacy; $I ") + kDocker);
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(
        ran.err,
        HasSubstr(kTaken + std::string("table nat of iptables-legacy, chain DOCKER, rule -A DOCKER ! -i "
                                       "docker0 -p tcp -m tcp --dport 8080 -j DNAT")));
    EXPECT_THAT(ran.err, HasSubstr("(priority -100) comes before natplan's (priority -99): the other program "
                                   "wins\n"));
  });
}

TEST(RivalTest, WithIptablesTheFirstRuleOfATableWins) {
  const std::string plain =
      "iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 192.0.2.1";
  RunInNamespaceOrSkip([&] {
    EXPECT_THAT(AddBeside(plain, "--backend iptables").err,
                AllOf(HasSubstr(kTaken), HasSubstr("; it stands behind natplan's rule: natplan wins\n")));
    EXPECT_THAT(Sh("iptables -t nat -I PREROUTING -p tcp --dport 8080 -j REDIRECT\n"
                   "natplan add forward tcp 8080 198.51.100.9:80 --backend iptables")
                    .err,
                HasSubstr("; it stands before natplan's rule: the other program wins\n"));
  });
}

TEST(RivalTest, ApplyAndCheckSayItTooAndTheExitCodeStays) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh(kHost + InPrerouting("tcp dport 8080 dnat to 192.0.2.1") +
                       "f=$(mktemp); trap 'rm \"$f\"' EXIT\n"
                       "printf '[[forward]]\\nprotocol = \"tcp\"\\nhost_port = 8080\\nto = "
                       "\"198.51.100.9:80\"\\n' > $f\n"
                       "natplan apply $f || echo apply failed\n"
                       "natplan check $f || echo check failed\n"
                       "natplan check $f --json; natplan apply $f --json");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, Not(HasSubstr("failed")));
    std::size_t told = 0;
    for (std::size_t at = 0; (at = ran.err.find(kTaken, at)) != std::string::npos; ++at) ++told;
    EXPECT_EQ(told, 4) << ran;
    const std::string in_json = "\"ip tcp port 8080 is translated by another program too: table ip other";
    const std::size_t first = ran.out.find(in_json);
    ASSERT_NE(first, std::string::npos) << ran;
    EXPECT_NE(ran.out.find(in_json, first + 1), std::string::npos) << ran;
  });
}

TEST(RivalTest, ADormantTableTakesNothing) {
  RunInNamespaceOrSkip([] {
    const Ran ran = AddBeside(InPrerouting("tcp dport 8080 dnat to 192.0.2.1", "-100", "flags dormant"));
    EXPECT_THAT(ran.err, Not(HasSubstr("another program"))) << ran;
  });
}

}  // namespace
}  // namespace natplan::testing
