// natplan doctor on the running kernel, in a network namespace of the test's own.
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <ostream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Ran {
  int exit_code = -1;
  std::string out;  // of both
};

std::ostream& operator<<(std::ostream& stream, const Ran& ran) {
  return stream << "exit " << ran.exit_code << "\n" << ran.out;
}

// With natplan on PATH.
Ran Sh(const std::string& script) {
  Ran ran;
  FILE* pipe = popen(("PATH=\"$PWD/cli:$PATH\"\nexec 2>&1\n" + script).c_str(), "r");
  if (pipe == nullptr) return ran;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = fread(buffer.data(), 1, buffer.size(), pipe))
    ran.out.append(buffer.data(), size);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) ran.exit_code = WEXITSTATUS(status);
  return ran;
}

TEST(DoctorTest, AKernelWithEverythingUsesNftablesAndNothingIsChanged) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh("echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding\n"
           "natplan doctor; code=$?; nft list ruleset; exit $code");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, HasSubstr("user namespace: not the initial one\nCAP_NET_ADMIN: yes\n"));
    for (const std::string family : {"ip", "ip6"}) {
      EXPECT_THAT(ran.out,
                  HasSubstr("family " + family +
                            ": nf_tables yes, permission yes, nat yes, masq yes, fib yes, map types yes\n"));
    }
    EXPECT_THAT(ran.out, HasSubstr("backend: nftables: "));
    EXPECT_THAT(ran.out, ::testing::EndsWith("# no problem found\n"));
  });
}

TEST(DoctorTest, SaysWhichBackendAnOptionOrTheEnvironmentLeadsTo) {
  RunInNamespaceOrSkip([] {
    EXPECT_THAT(Sh("natplan doctor --backend nftables").out,
                HasSubstr("backend: nftables: nftables is asked for; "));
    EXPECT_THAT(Sh("NATPLAN_BACKEND=iptables natplan doctor").out,
                HasSubstr("backend: iptables: it is asked for\n"));
    EXPECT_THAT(Sh("NATPLAN_BACKEND=iptables natplan doctor --backend auto").out,
                HasSubstr("backend: nftables: "));
    const Ran wrong = Sh("NATPLAN_BACKEND=moon natplan doctor");
    EXPECT_EQ(wrong.exit_code, 2) << wrong;
    EXPECT_THAT(wrong.out, HasSubstr("NATPLAN_BACKEND"));
  });
}

TEST(DoctorTest, OnlyWhatTheFileNeedsIsAProblem) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh("echo 0 > /proc/sys/net/ipv4/ip_forward\n"
           "printf '[[masquerade]]\\nsource = \"10.0.0.0/8\"\\n' | natplan doctor -");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out, HasSubstr("problem: net.ipv4.ip_forward is 0"));
    EXPECT_THAT(ran.out, HasSubstr("  cure: set it: sysctl -w net.ipv4.ip_forward=1"));
    EXPECT_THAT(ran.out, Not(HasSubstr("ipv6.conf")));
  });
}

TEST(DoctorTest, TheRouteOfLocalhostInIpv6IsAProblemWhereItIsNeededAndMissing) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(
        Sh("echo 1 > /proc/sys/net/ipv6/conf/all/forwarding && ip link add eth9 type veth peer name eth8 && "
           "ip addr add fd00:50::1/64 dev eth9 nodad && ip link set eth8 up && ip link set eth9 up")
            .exit_code,
        0);
    const auto doctor = [](const std::string& key) {
      return Sh("printf '[[forward]]\nprotocol = \"tcp\"\nhost_port = 80\nto = \"[fd00:50::2]:80\"\n" + key +
                "' | natplan doctor -")
          .out;
    };
    EXPECT_THAT(doctor(""), Not(HasSubstr("::1")));
    const std::string cure = "ip -6 route add local ::1/128 dev eth9 table local";
    EXPECT_THAT(doctor("localhost = true\n"), ::testing::AllOf(HasSubstr("::1 is local to eth9: no\n"),
                                                               HasSubstr("  cure: " + cure + "\n")));
    ASSERT_EQ(Sh(cure).exit_code, 0);
    EXPECT_THAT(doctor("localhost = true\n"), ::testing::AllOf(HasSubstr("::1 is local to eth9: yes\n"),
                                                               HasSubstr("# no problem found\n")));
  });
}

TEST(DoctorTest, JsonSaysTheSame) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh("echo 0 > /proc/sys/net/ipv4/ip_forward; natplan doctor --json");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out, HasSubstr("\"kind\": \"sysctl\""));
    EXPECT_THAT(ran.out, HasSubstr("\"unknown\": []"));
    EXPECT_THAT(ran.out, HasSubstr("\"backend\": \"nftables\""));
    EXPECT_THAT(ran.out,
                HasSubstr("\"map_types\": {\n          \"answer\": \"yes\",\n          \"errno\": 0\n"));
    EXPECT_THAT(ran.out, HasSubstr("\"name\": \"net.ipv4.ip_forward\""));
  });
}

TEST(DoctorTest, WithoutPermissionItSaysSoAndNamesNoBackend) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh("unshare -U natplan doctor");
    EXPECT_EQ(ran.exit_code, 3) << ran;
    EXPECT_THAT(ran.out, HasSubstr("permission no, nat unknown"));
    EXPECT_THAT(ran.out, HasSubstr("backend: unknown"));
    EXPECT_THAT(ran.out, HasSubstr("problem: CAP_NET_ADMIN"));
    EXPECT_THAT(ran.out, HasSubstr("cannot be read; in the other variant: cannot be read"));
  });
}

TEST(DoctorTest, IptablesIsLookedForWhereTheBackendLooks) {
  RunInNamespaceOrSkip([] {
    for (const std::string variant : {"nft", "legacy"}) {
      const Ran ran = Sh("d=$(mktemp -d); trap 'rm -r \"$d\"' EXIT; printf '#!/bin/sh\n' > \"$d/xtables-" +
                         variant + "-multi\"\nchmod 755 \"$d\"/*; ln -s xtables-" + variant +
                         "-multi \"$d/iptables-save\"\nPATH=\"$d:$PATH\" natplan doctor");
      EXPECT_THAT(ran.out, HasSubstr("; iptables-save is " + variant + "\n"));
    }
  });
}

TEST(DoctorTest, OfAnIptablesSaveThatIsAnotherProgramNoVariantIsClaimed) {
  RunInNamespaceOrSkip([] {
    const std::string doctor =
        "d=$(mktemp -d); trap 'rm -r \"$d\"' EXIT; for f in iptables ip6tables; do printf '#!/bin/sh\\n' > "
        "\"$d/$f-save\"; done; chmod 755 \"$d\"/*\nPATH=\"$d:$PATH\" natplan doctor ";
    EXPECT_THAT(Sh(doctor).out,
                ::testing::AllOf(HasSubstr("; iptables-save is of a variant that natplan does not know\n"),
                                 HasSubstr("in the other variant: unknown which one that is\n"),
                                 Not(HasSubstr("in the other variant: it is not there"))));
    EXPECT_THAT(Sh(doctor + "--json").out, HasSubstr("\"plain\": null"));
  });
}

TEST(DoctorTest, AWrongFileIsSaidBeforeAnythingIsAsked) {
  const Ran missing = Sh("natplan doctor /nonexistent.toml");
  EXPECT_NE(missing.exit_code, 0);
  EXPECT_THAT(missing.out, HasSubstr("/nonexistent.toml"));
  EXPECT_THAT(missing.out, Not(HasSubstr("backend")));
  EXPECT_EQ(Sh("natplan doctor --wrong").exit_code, 2);
}

}  // namespace
}  // namespace natplan::testing
