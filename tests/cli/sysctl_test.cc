// What the command says of kernel parameters, and does with them.
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"
#include "tests/support/sanitizer.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kLocalhost =
    "[[forward]]\nprotocol = \"tcp\"\nhost_port = 80\nto = \"10.1.0.2:80\"\nlocalhost = true\n";
constexpr const char* kBothFamilies =
    "[[masquerade]]\nsource = \"10.1.0.0/24\"\n[[masquerade]]\nsource = \"fd00:50::/64\"\n";

constexpr const char* kNothing = "masquerade = []\n";

// `arguments` with "-" for the file.
Ran Natplan(const std::string& arguments, const std::string& file = kNothing) {
  return Sh("natplan " + arguments + " <<'END'\n" + file + "END");
}
std::string Sysctl(const std::string& name) { return Sh("cat /proc/sys/net/" + name).out; }
void MustSh(const std::string& script) { ASSERT_EQ(Sh("set -e\n" + script).exit_code, 0) << script; }

// An uplink with a default route, and the container's link in 10.1.0.0/24.
void AddUplink() {
  MustSh(
      "ip link set lo up; ip link add up0 type veth peer name far0; ip addr add 203.0.113.1/24 dev up0\n"
      "ip link set up0 up; ip link set far0 up; ip route add default via 203.0.113.9");
}
void AddContainer() {
  MustSh(
      "ip link add con0 type veth peer name in0; ip addr add 10.1.0.1/24 dev con0\n"
      "ip link set con0 up; ip link set in0 up");
}

TEST(SysctlCommandTest, ApplyAndAddSayThatForwardingIsOff) {
  RunInNamespaceOrSkip([] {
    const Ran applied = Natplan("apply -", kBothFamilies);
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.err, AllOf(HasSubstr("sysctl -w net.ipv4.ip_forward=1"),
                                   HasSubstr("sysctl -w net.ipv6.conf.all.forwarding=1")));
    const Ran json = Natplan("apply - --json", kBothFamilies);
    EXPECT_THAT(json.out, AllOf(HasSubstr("\"sysctls_missing\""), HasSubstr("\"net.ipv4.ip_forward\""),
                                HasSubstr("\"net.ipv6.conf.all.forwarding\"")));
    const Ran added = Natplan("add masquerade fd00:51::/64 --json");
    EXPECT_EQ(added.exit_code, 0) << added;
    EXPECT_THAT(added.err, AllOf(HasSubstr("net.ipv6.conf.all.forwarding"), Not(HasSubstr("ip_forward"))));
    EXPECT_THAT(added.out,
                AllOf(HasSubstr("\"sysctls_missing\""), HasSubstr("\"net.ipv6.conf.all.forwarding\"")));
    MustSh("echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
    EXPECT_THAT(Natplan("apply -", kBothFamilies).err, IsEmpty());
    EXPECT_THAT(Natplan("add masquerade fd00:51::/64").err, IsEmpty());
  });
}

TEST(SysctlCommandTest, SoTheySayWithIptables) {
  RunInNamespaceOrSkip([] {
    const Ran applied = Natplan("apply - --backend iptables", kBothFamilies);
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.err, AllOf(HasSubstr("sysctl -w net.ipv4.ip_forward=1"),
                                   HasSubstr("sysctl -w net.ipv6.conf.all.forwarding=1")));
  });
}

TEST(SysctlCommandTest, LocalhostNeverOpensTheUplink) {
  RunInNamespaceOrSkip([] {
    AddUplink();
    const Ran ran = Natplan("apply - --sysctl", kLocalhost);
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("not there yet"), HasSubstr("10.1.0.2"), HasSubstr("up0")));
    EXPECT_THAT(ran.out, Not(HasSubstr("route_localnet")));
    for (const char* interface : {"all", "default", "lo", "up0", "far0"})
      EXPECT_EQ(Sysctl("ipv4/conf/" + std::string(interface) + "/route_localnet"), "0\n") << interface;
    EXPECT_EQ(Sysctl("ipv4/ip_forward"), "1\n");

    AddContainer();
    const Ran again = Natplan("apply - --sysctl", kLocalhost);
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_EQ(Sysctl("ipv4/conf/con0/route_localnet"), "1\n");
    for (const char* interface : {"all", "default", "lo", "up0", "far0", "in0"})
      EXPECT_EQ(Sysctl("ipv4/conf/" + std::string(interface) + "/route_localnet"), "0\n") << interface;
  });
}

constexpr const char* kLocalnet = "ipv4/conf/con0/route_localnet";

// Forwarding and the container's link, switched on by natplan for kLocalhost.
void SwitchOn() {
  AddUplink();
  AddContainer();
  ASSERT_EQ(Natplan("apply - --sysctl", kLocalhost).exit_code, 0);
  ASSERT_EQ(Sysctl(kLocalnet), "1\n");
  ASSERT_EQ(Sysctl("ipv4/ip_forward"), "1\n");
}

TEST(SysctlCommandTest, WhatWasSwitchedOnIsShown) {
  RunInNamespaceOrSkip([] {
    SwitchOn();
    for (const char* command : {"list", "doctor", "list --json", "doctor --json"}) {
      EXPECT_THAT(Natplan(command).out, AllOf(HasSubstr("net.ipv4.conf.con0.route_localnet = 1, was 0"),
                                              HasSubstr("net.ipv4.ip_forward = 1, was 0")))
          << command;
    }
    MustSh("nft flush ruleset");
    EXPECT_THAT(Natplan("list").out, HasSubstr("net.ipv4.conf.con0.route_localnet = 1, was 0"));
    MustSh("ip link set con0 name web0");
    EXPECT_THAT(Natplan("list").out, HasSubstr("net.ipv4.conf.web0.route_localnet = 1, was 0"));
    MustSh("ip link del web0; echo 0 > /proc/sys/net/ipv4/ip_forward");
    EXPECT_THAT(Natplan("list").out, Not(HasSubstr("was 0")));
  });
}

TEST(SysctlCommandTest, DoctorFindsLoopbackOpenWhereTheRulesThatProtectItAreGone) {
  constexpr const char* kOpen =
      "problem: natplan switched net.ipv4.conf.con0.route_localnet on, and no rule of natplan protects "
      "127.0.0.0/8 there any more";
  constexpr const char* kCure = "sysctl -w net.ipv4.conf.con0.route_localnet=0; or";
  for (const auto& [backend, end] :
       {std::pair("nftables", "nft flush ruleset"),
        std::pair("nftables", "nft 'table ip natplan { flags dormant; }'"),
        std::pair("nftables", "nft flush chain ip natplan loopback"),
        std::pair("iptables", "iptables-nft -t raw -F; iptables-legacy -t raw -F")}) {
    RunInNamespaceOrSkip([&] {
      SCOPED_TRACE(end);
      AddUplink();
      AddContainer();
      ASSERT_EQ(Natplan(std::string("apply - --sysctl --backend ") + backend, kLocalhost).exit_code, 0);
      EXPECT_THAT(Natplan("doctor").out, Not(HasSubstr("127.0.0.0/8")));
      ASSERT_EQ(ShWithIptables(end).exit_code, 0);
      const Ran ran = Natplan("doctor");
      EXPECT_EQ(ran.exit_code, 1) << ran;
      EXPECT_THAT(ran.out, AllOf(HasSubstr(kOpen), HasSubstr(kCure)));
      EXPECT_THAT(Natplan("doctor --json").out, HasSubstr("\"kind\": \"localhost\""));
      EXPECT_THAT(Natplan("doctor -", kLocalhost).out, HasSubstr(kOpen));
      MustSh("echo 0 > /proc/sys/net/" + std::string(kLocalnet));
      EXPECT_THAT(Natplan("doctor").out, Not(HasSubstr("127.0.0.0/8")));
    });
  }
}

TEST(SysctlCommandTest, WhoeverTakesTheLastForwardAwaySaysWhatIsOnStill) {
  for (const char* command : {"apply -", "delete forward tcp 80", "forget --owner default",
                              "remove --owner default", "remove", "remove --backend iptables"}) {
    RunInNamespaceOrSkip([&] {
      SCOPED_TRACE(command);
      AddUplink();
      AddContainer();
      const std::string backend = std::string(command).ends_with("iptables") ? " --backend iptables" : "";
      ASSERT_EQ(Natplan("apply - --sysctl" + backend, kLocalhost).exit_code, 0);
      const Ran ran = Natplan(command);
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err, AllOf(HasSubstr("sysctl -w net.ipv4.conf.con0.route_localnet=0"),
                                 HasSubstr("sysctl -w net.ipv4.ip_forward=0")));
      EXPECT_EQ(Sysctl(kLocalnet), "1\n") << "said, and not put back";
    });
  }
}

TEST(SysctlCommandTest, AddThatReplacesTheLastForwardWithLocalhostSaysSoToo) {
  for (const char* backend : {"", " --backend iptables"}) {
    RunInNamespaceOrSkip([&] {
      SCOPED_TRACE(backend);
      AddUplink();
      AddContainer();
      ASSERT_EQ(Natplan("apply - --sysctl" + std::string(backend), kLocalhost).exit_code, 0);
      const Ran ran = Natplan("add forward tcp 80 10.1.0.2:80 --json" + std::string(backend));
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err, AllOf(HasSubstr("sysctl -w net.ipv4.conf.con0.route_localnet=0, or natplan apply "
                                           "FILE --sysctl"),
                                 Not(HasSubstr("ip_forward"))));
      EXPECT_THAT(ran.out,
                  HasSubstr("\"sysctls_left_on\": [\n    \"net.ipv4.conf.con0.route_localnet\"\n  ]"));
      EXPECT_EQ(Sysctl(kLocalnet), "1\n") << "said, and not put back";
      const Ran needed = Natplan("add forward tcp 80 10.1.0.2:80 --localhost" + std::string(backend));
      EXPECT_EQ(needed.exit_code, 0) << needed;
      EXPECT_THAT(needed.err, Not(HasSubstr("route_localnet")));
    });
  }
}

TEST(SysctlCommandTest, WithTheOptionItPutsThemBack) {
  for (const char* command : {"apply - --sysctl", "delete forward tcp 80 --sysctl",
                              "forget --owner default --sysctl", "remove --sysctl"}) {
    RunInNamespaceOrSkip([&] {
      SCOPED_TRACE(command);
      SwitchOn();
      const Ran ran = Natplan(command);
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.out,
                  AllOf(HasSubstr("# sysctl net.ipv4.conf.con0.route_localnet = 0, as it was before\n"),
                        HasSubstr("# sysctl net.ipv4.ip_forward = 0, as it was before\n")));
      EXPECT_EQ(Sysctl(kLocalnet), "0\n");
      EXPECT_EQ(Sysctl("ipv4/ip_forward"), "0\n");
      EXPECT_THAT(Natplan("list").out, Not(HasSubstr("was 0")));
    });
  }
}

TEST(SysctlCommandTest, WhatSomebodyStillNeedsStaysOn) {
  RunInNamespaceOrSkip([] {
    SwitchOn();
    ASSERT_EQ(Natplan("add forward tcp 81 10.1.0.3:81 --localhost --owner other").exit_code, 0);
    const Ran ran = Natplan("delete forward tcp 80 --sysctl");
    EXPECT_THAT(ran.err, IsEmpty());
    EXPECT_EQ(Sysctl(kLocalnet), "1\n");
    EXPECT_EQ(Sysctl("ipv4/ip_forward"), "1\n");
    ASSERT_EQ(Natplan("add forward tcp 82 10.1.0.3:82 --owner third").exit_code, 0);
    const Ran other = Natplan("forget --owner other --sysctl --json");
    EXPECT_THAT(other.out,
                HasSubstr("\"sysctls_put_back\": [\n    \"net.ipv4.conf.con0.route_localnet = 0\"\n  ]"));
    EXPECT_EQ(Sysctl(kLocalnet), "0\n");
    EXPECT_EQ(Sysctl("ipv4/ip_forward"), "1\n") << "a forward is there";
  });
}

TEST(SysctlCommandTest, WhatIsNeededByTheOtherBackendStaysOn) {
  for (const auto& [one, other] : {std::pair(" --backend iptables", ""), std::pair("", " --backend iptables"),
                                   std::pair("", " --backend nftables")}) {
    for (const char* option : {" --sysctl", ""}) {
      RunInNamespaceOrSkip([&] {
        SCOPED_TRACE(one + std::string(",") + other + option);
        AddUplink();
        AddContainer();
        ASSERT_EQ(Natplan("apply - --sysctl --owner web" + std::string(one), kLocalhost).exit_code, 0);
        ASSERT_EQ(Natplan("add masquerade 10.9.0.0/24 --owner vpn" + std::string(other)).exit_code, 0);
        for (const char* command : {"delete masquerade 10.9.0.0/24 --owner vpn", "remove --owner vpn"}) {
          const Ran ran = Natplan(std::string(command) + option + other);
          EXPECT_EQ(ran.exit_code, 0) << ran;
          EXPECT_THAT(ran.out + ran.err, Not(HasSubstr("net.ipv4."))) << command;
        }
        EXPECT_EQ(Sysctl(kLocalnet), "1\n");
        EXPECT_EQ(Sysctl("ipv4/ip_forward"), "1\n");
      });
    }
  }
}

TEST(SysctlCommandTest, WhatWasPutBackIsSaidWhereTheChangeWasNotMadeToo) {
  for (const char* command :
       {"delete forward tcp 90 --table io.systemd.nat --sysctl", "forget --owner nobody --sysctl"}) {
    RunInNamespaceOrSkip([&] {
      SCOPED_TRACE(command);
      SwitchOn();
      ASSERT_EQ(Natplan("remove").exit_code, 0);
      ASSERT_EQ(Natplan("add forward tcp 90 10.1.0.2:80 --table io.systemd.nat").exit_code, 0);
      const Ran ran = Natplan(command);
      EXPECT_NE(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.err, HasSubstr("note: net.ipv4.conf.con0.route_localnet = 0 was put back"));
      EXPECT_EQ(Sysctl(kLocalnet), "0\n");
    });
  }
}

TEST(SysctlCommandTest, WhatNatplanDidNotSetOrSomebodyElseChangedIsLeftAlone) {
  RunInNamespaceOrSkip([] {
    MustSh("echo 1 > /proc/sys/net/ipv4/ip_forward");
    SwitchOn();
    MustSh("echo 2 > /proc/sys/net/" + std::string(kLocalnet));
    const Ran ran = Natplan("remove --sysctl");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.err, IsEmpty());
    EXPECT_EQ(Sysctl(kLocalnet), "2\n");
    EXPECT_EQ(Sysctl("ipv4/ip_forward"), "1\n");
  });
}

// In the protocol, "ipv4" or "ipv6".
void ForwardsOnItsOwnAgain(const std::string& protocol, const std::string& file) {
  RunInNamespaceOrSkip([&] {
    AddUplink();
    AddContainer();
    const std::string conf = protocol + "/conf/";
    for (const char* one : {"up0", "lo", "default"})
      MustSh("echo 1 > /proc/sys/net/" + conf + one + "/forwarding");
    ASSERT_EQ(Natplan("apply - --sysctl", file).exit_code, 0);
    ASSERT_EQ(Sysctl(conf + "con0/forwarding"), "1\n");
    ASSERT_EQ(Natplan("remove --sysctl").exit_code, 0);
    EXPECT_EQ(Sysctl(conf + "all/forwarding"), "0\n");
    for (const char* one : {"up0", "lo", "default"})
      EXPECT_EQ(Sysctl(conf + one + "/forwarding"), "1\n") << one;
    EXPECT_EQ(Sysctl(conf + "con0/forwarding"), "0\n");
  });
}

TEST(SysctlCommandTest, AnInterfaceThatForwardedOnItsOwnDoesSoAgain) {
  ForwardsOnItsOwnAgain("ipv4", kLocalhost);
}

TEST(SysctlCommandTest, AnInterfaceThatWasARoutersInIpv6IsSoAgain) {
  ForwardsOnItsOwnAgain("ipv6", kBothFamilies);
}

TEST(SysctlCommandTest, RedirectsThatWereNotHeardAreNotHeardAfterwards) {
  RunInNamespaceOrSkip([] {
    MustSh("echo 0 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects");
    ASSERT_EQ(Natplan("apply - --sysctl", kBothFamilies).exit_code, 0);
    ASSERT_EQ(Sysctl("ipv4/ip_forward"), "1\n");
    ASSERT_EQ(Natplan("remove --sysctl").exit_code, 0);
    EXPECT_EQ(Sysctl("ipv4/ip_forward"), "0\n");
    EXPECT_EQ(Sysctl("ipv4/conf/all/accept_redirects"), "0\n");
  });
  RunInNamespaceOrSkip([] {
    MustSh("echo 0 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv4/conf/all/accept_redirects");
    ASSERT_EQ(Natplan("apply - --sysctl", kBothFamilies).exit_code, 0);
    ASSERT_EQ(Natplan("remove --sysctl").exit_code, 0);
    EXPECT_EQ(Sysctl("ipv4/conf/all/accept_redirects"), "1\n");
  });
}

TEST(SysctlCommandTest, WithoutProcfsItIsNotSaidThatForwardingIsOff) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh("unshare -m sh -c 'mount -t tmpfs none /proc && natplan apply - --json' <<'END'\n" +
                       std::string(kBothFamilies) + "END");
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("\"sysctls_missing\": []"), HasSubstr("cannot read net.ipv4.ip_forward"),
                      Not(HasSubstr("does not pass"))));
  });
}

TEST(SysctlCommandTest, WhyAParameterWasNotSetIsAmongTheErrorsOfJson) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh("unshare -m sh -c 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro "
           "/proc/sys && natplan apply - --sysctl --json' <<'END'\n" +
           std::string(kBothFamilies) + "END");
    EXPECT_EQ(ran.exit_code, 3) << ran;
    const std::size_t errors = ran.out.find("\"errors\"");
    ASSERT_NE(errors, std::string::npos) << ran;
    EXPECT_THAT(ran.out.substr(errors), HasSubstr("net.ipv4.ip_forward=1"));
  });
}

TEST(SysctlCommandTest, WithoutProcfsTheParameterAndTheCureAreNamed) {
  if (kAddressSanitizer) GTEST_SKIP() << "SKIPPED[address-sanitizer]: it needs /proc itself";
  RunInNamespaceOrSkip([] {
    const auto run = [](const std::string& arguments, const std::string& file) {
      return Sh("unshare -m sh -c 'mount -t tmpfs none /proc && natplan " + arguments + "' <<'END'\n" + file +
                "END");
    };
    const auto cure = HasSubstr("mount -t proc proc /proc");
    const Ran ip = run("apply - --sysctl", "[[masquerade]]\nsource = \"10.1.0.0/24\"\n");
    EXPECT_EQ(ip.exit_code, 4) << ip;
    EXPECT_THAT(ip.err, AllOf(HasSubstr("net.ipv4.ip_forward"), cure,
                              HasSubstr("whether iptables holds rules of natplan")));
    const Ran both = run("apply - --sysctl", kBothFamilies);
    EXPECT_EQ(both.exit_code, 4) << both;
    EXPECT_THAT(both.err, AllOf(HasSubstr("IPv6 routes"), cure));
    EXPECT_THAT(Sh("nft list ruleset").out, HasSubstr("fd00:50::/64")) << "what was carried out stays";
    const Ran listed = run("list --backend nftables --json", "");
    EXPECT_EQ(listed.exit_code, 0) << listed;
    EXPECT_THAT(listed.out, HasSubstr("what --sysctl switched on cannot be looked up"));
    const Ran removed_there = run("remove --backend nftables", "");
    EXPECT_EQ(removed_there.exit_code, 0) << removed_there;
    EXPECT_THAT(removed_there.err, AllOf(HasSubstr("what --sysctl switched on cannot be looked up"), cure));
    const Ran removed = run("remove", "");
    EXPECT_EQ(removed.exit_code, 7) << removed;
    EXPECT_THAT(removed.err, cure);
  });
}

TEST(SysctlCommandTest, WhereParametersAreReadOnlyThatIsSaid) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh("unshare -m sh -c 'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro "
           "/proc/sys && natplan apply - --sysctl' <<'END'\n" +
           std::string(kBothFamilies) + "END");
    EXPECT_EQ(ran.exit_code, 3) << ran;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("net.ipv4.ip_forward=1"), HasSubstr("read-only")));
  });
}

}  // namespace
}  // namespace natplan::testing
