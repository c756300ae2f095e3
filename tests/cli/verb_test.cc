// add and delete on the running kernel, in a network namespace of the test's own.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Ran Natplan(const std::string& arguments) { return Sh("natplan " + arguments); }
std::string Ruleset() { return Sh("nft list ruleset").out; }

TEST(VerbTest, AddedIntentsAreThoseOfAFile) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/stopped.toml").exit_code, 0);
    const std::string applied = Natplan("list").out;
    ASSERT_EQ(Natplan("remove").exit_code, 0);
    for (const std::string words :
         {"masquerade 192.168.50.112/28", "masquerade fd00:50::/64", "forward tcp 2222 192.168.50.121:22",
          "forward tcp 8080 192.168.50.121:80", "forward tcp 8080 [fd00:50::121]:80"}) {
      const Ran ran = Natplan("add " + words);
      EXPECT_EQ(ran.exit_code, 0) << words << ": " << ran;
      EXPECT_THAT(ran.out, HasSubstr("# generation ")) << words;
    }
    EXPECT_EQ(Natplan("list").out, applied);
    EXPECT_EQ(Natplan("check examples/stopped.toml").exit_code, 0);
  });
}

TEST(VerbTest, AddingTwiceSendsNothing) {
  RunInNamespaceOrSkip([] {
    for (const std::string words :
         {"masquerade 10.0.0.0/8", "masquerade 0.0.0.0/0 --out-interface eth0", "forward udp 53 192.0.2.1:53",
          "forward udp 54 192.0.2.1:53 --localhost"}) {
      ASSERT_EQ(Natplan("add " + words).exit_code, 0) << words;
      const Ran again = Natplan("add " + words);
      EXPECT_EQ(again.exit_code, 0) << again;
      EXPECT_THAT(again.out, HasSubstr("nothing was sent")) << words;
    }
  });
}

TEST(VerbTest, AddThenDeleteRestoresTheListing) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/stopped.toml").exit_code, 0);
    const std::string before = Ruleset();
    for (const auto& [added, deleted] :
         {std::pair<std::string, std::string>{"masquerade 10.0.0.0/8", "masquerade 10.0.0.0/8"},
          {"masquerade 10.0.0.0/8 --out-interface eth0", "masquerade 10.0.0.0/8 --out-interface eth0"},
          {"forward udp 53 192.0.2.1:53", "forward udp 53 192.0.2.1:53"},
          {"forward udp 53 [2001:db8::1]:53", "forward udp 53"},
          {"forward udp 53 192.0.2.1:53 --localhost", "forward udp 53"},
          {"forward sctp 53 192.0.2.1:53 --owner web", "forward sctp 53 --owner web"}}) {
      EXPECT_EQ(Natplan("add " + added).exit_code, 0) << added;
      EXPECT_NE(Ruleset(), before) << added;
      const Ran ran = Natplan("delete " + deleted);
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_EQ(ran.err, "");
      EXPECT_EQ(Ruleset(), before) << added;
    }
  });
}

TEST(VerbTest, HostBitsOfAPrefixAreClearedWithANote) {
  RunInNamespaceOrSkip([] {
    for (const std::string verb : {"add", "delete"}) {
      const Ran ran = Natplan(verb + " masquerade 10.1.2.3/8");
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err,
                  HasSubstr("natplan: note: \"10.1.2.3/8\" has host bits set; the prefix is 10.0.0.0/8\n"));
    }
    const Ran json = Natplan("add masquerade fd00::1/64 --json");
    EXPECT_THAT(json.out, HasSubstr("\"notes\": [\n    \"\\\"fd00::1/64\\\" has host bits set"));
    EXPECT_THAT(Natplan("add masquerade fd00::/64").err, Not(HasSubstr("host bits")));
  });
}

TEST(VerbTest, DeletingWhatIsNotThereIsSuccessWithANote) {
  RunInNamespaceOrSkip([] {
    for (const std::string words :
         {"masquerade 10.0.0.0/8", "forward tcp 22", "forward tcp 22 192.0.2.1:22"}) {
      const Ran ran = Natplan("delete " + words);
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err, HasSubstr("natplan: note: there was nothing to delete")) << words;
    }
    EXPECT_EQ(Ruleset(), "");
  });
}

TEST(VerbTest, AForwardIsReplacedInOneTransaction) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("add forward tcp 2222 192.0.2.1:22").exit_code, 0);
    const Ran ran = Natplan("add forward tcp 2222 192.0.2.2:22");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(
        ran.out,
        "delete element ip natplan map_port_ipport { tcp . 2222 comment \"default\" : 192.0.2.1 . 22 }\n"
        "create element ip natplan map_port_ipport { tcp . 2222 comment \"default\" : 192.0.2.2 . 22 }\n"
        "# generation 3\n");
  });
}

TEST(VerbTest, ADeleteWithoutATargetTakesThePortOfBothFamilies) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("add forward tcp 80 192.0.2.1:80").exit_code, 0);
    ASSERT_EQ(Natplan("add forward tcp 80 [2001:db8::1]:80").exit_code, 0);
    ASSERT_EQ(Natplan("delete forward tcp 80 [2001:db8::1]:80").exit_code, 0);
    EXPECT_THAT(Ruleset(), AllOf(HasSubstr("192.0.2.1 . 80"), Not(HasSubstr("2001:db8::1 . 80"))));
    ASSERT_EQ(Natplan("add forward tcp 80 [2001:db8::1]:80").exit_code, 0);
    ASSERT_EQ(Natplan("delete forward tcp 80").exit_code, 0);
    EXPECT_THAT(Ruleset(), AllOf(Not(HasSubstr("192.0.2.1 . 80")), Not(HasSubstr("2001:db8::1 . 80"))));
  });
}

TEST(VerbTest, LocalhostSaysWhichParameterIsMissing) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(
        Sh("ip link add eth9 type veth peer name eth8 && ip addr add 192.168.60.1/24 dev eth9 && ip link "
           "set eth9 up && ip link set eth8 up")
            .exit_code,
        0);
    const Ran added = Natplan("add forward tcp 2222 192.168.60.10:22 --localhost");
    EXPECT_EQ(added.exit_code, 0) << added;
    EXPECT_THAT(added.err, HasSubstr("sysctl -w net.ipv4.conf.eth9.route_localnet=1"));
    const Ran applied = Natplan("apply examples/owned.toml");
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.err, HasSubstr("sysctl -w net.ipv4.conf.eth9.route_localnet=1"));
    EXPECT_EQ(Sh("cat /proc/sys/net/ipv4/conf/eth9/route_localnet").out, "0\n");
    const Ran set = Natplan("apply examples/owned.toml --sysctl");
    EXPECT_EQ(set.exit_code, 0) << set;
    EXPECT_THAT(set.out, HasSubstr("# sysctl net.ipv4.conf.eth9.route_localnet = 1\n"));
    EXPECT_EQ(Sh("cat /proc/sys/net/ipv4/conf/eth9/route_localnet").out, "1\n");
    EXPECT_EQ(Natplan("apply examples/owned.toml").err, "");
  });
}

TEST(VerbTest, Ipv6LocalhostSaysWhichRouteIsNeeded) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Natplan("add forward tcp 2222 [2001:db8::1]:22 --localhost");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.err, HasSubstr("ip -6 route add local ::1/128 dev IFACE table local"));
    EXPECT_EQ(Sh("ip -6 route show table local").out, "");
  });
}

TEST(VerbTest, InAnotherProgramsTableNothingIsDeletedThatMayNotBeNatplans) {
  RunInNamespaceOrSkip([] {
    const std::string in_table = " --table io.systemd.nat";
    ASSERT_EQ(Natplan("add forward tcp 2222 192.0.2.1:22" + in_table).exit_code, 0);
    const std::string before = Ruleset();
    const Ran ran = Natplan("delete forward tcp 2222" + in_table + " --json");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.err, HasSubstr("no place to record"));
    EXPECT_THAT(ran.out, HasSubstr("\"code\": \"refused\""));
    EXPECT_EQ(Ruleset(), before);
    EXPECT_EQ(Natplan("delete forward tcp 22" + in_table).exit_code, 0);
    EXPECT_EQ(Natplan("add forward tcp 22 192.0.2.1:22 --localhost" + in_table).exit_code, 2);
    EXPECT_THAT(Natplan("add masquerade 10.0.0.0/8 --owner a" + in_table).err, HasSubstr("recorded nowhere"));
  });
}

TEST(VerbTest, AWrongWordIsNamedAndNothingIsDone) {
  RunInNamespaceOrSkip([] {
    for (const auto& [words, what] :
         {std::pair<std::string, std::string>{"masquerade 10.0.0.0/33", "0 to 32"},
          {"masquerade 10.0.0.0/8/8", "PREFIX"},
          {"masquerade 0.0.0.0/0", "out_interface"},
          {"masquerade fe80::1%eth0/64", "scope"},
          {"masquerade 10.0.0.0/8 --out-interface a/b", "1 to 15 bytes"},
          {"forward icmp 1 192.0.2.1:1", "tcp, udp or sctp"},
          {"forward tcp 0 192.0.2.1:1", "1 to 65535"},
          {"forward tcp http 192.0.2.1:1", "1 to 65535"},
          {"forward tcp 1 192.0.2.1", "no port"},
          {"forward tcp 1 fd00::1:1", "brackets"},
          {"forward tcp 1 [192.0.2.1]:1", "brackets"}}) {
      for (const std::string verb : {"add ", "delete "}) {
        const Ran ran = Natplan(verb + words);
        EXPECT_EQ(ran.exit_code, 2) << words << ": " << ran;
        EXPECT_THAT(ran.err, HasSubstr(what)) << words;
        EXPECT_EQ(ran.out, "");
      }
    }
    EXPECT_EQ(Ruleset(), "");
  });
}

}  // namespace
}  // namespace natplan::testing
