// What the command says of kernel parameters, and does with them.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

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

// `arguments` with "-" for the file.
Ran Natplan(const std::string& arguments, const std::string& file = "") {
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

TEST(SysctlCommandTest, WithoutProcfsTheParameterAndTheCureAreNamed) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh("unshare -m sh -c 'mount -t tmpfs none /proc && natplan apply - --sysctl' <<'END'\n" +
                       std::string(kBothFamilies) + "END");
    EXPECT_EQ(ran.exit_code, 4) << ran;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("net.ipv4.ip_forward"), HasSubstr("mount -t proc proc /proc")));
    EXPECT_THAT(Sh("nft list ruleset").out, HasSubstr("10.1.0.0/24")) << "what was carried out stays";
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
