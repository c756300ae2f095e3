// The iptables backend by the command line, on the running kernel, by whatever "iptables" is on this host.
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Ran WithIptables(const std::string& script) { return ShWithIptables(script); }
Ran Natplan(const std::string& arguments) { return WithIptables("natplan " + arguments); }
std::string Rules() {
  return WithIptables("(iptables-save -t nat; ip6tables-save -t nat) | grep ^-A | grep natplan").out;
}

void RunWithIptablesOrSkip(const std::function<void()>& body) {
  if (Sh("command -v iptables-restore").exit_code != 0) GTEST_SKIP() << "SKIPPED[no-iptables]: not installed";
  RunInNamespaceOrSkip(body);
}

constexpr const char* kForced = " --backend iptables";

TEST(BackendTest, ApplyCheckListAndRemoveByIptables) {
  RunWithIptablesOrSkip([] {
    const std::string file = "examples/owned.toml";
    const Ran differs = Natplan("check " + file + kForced);
    EXPECT_EQ(differs.exit_code, 1) << differs;
    EXPECT_THAT(differs.out, HasSubstr("\n+ ip: -I PREROUTING 1 -p tcp"));
    const Ran applied = Natplan("apply " + file + kForced);
    EXPECT_EQ(applied.exit_code, 0) << applied;
    EXPECT_THAT(applied.out, AllOf(HasSubstr("# backend: iptables: it was asked for\n"),
                                   HasSubstr("ip6: -I POSTROUTING 1 -o eth0")));
    EXPECT_EQ(Sh("nft list tables | grep natplan").out, "");
    EXPECT_THAT(Rules(), HasSubstr("--comment \"natplan:natplan:web\""));
    EXPECT_EQ(Natplan("check " + file + kForced).exit_code, 0);
    EXPECT_THAT(Natplan("apply " + file + kForced).out, HasSubstr("nothing was sent"));
    const std::string listed =
        "iptables ip natplan\n  masquerade\n    192.168.60.0/24 out eth0  owner web\n  forward\n"
        "    tcp 8443 -> 192.168.60.10:443 localhost  owner web\n"
        "iptables ip6 natplan\n  masquerade\n    ::/0 out eth0  owner web\n  forward\n"
        "    sctp 2905 -> [fd00:60::10]:2905  owner web\n";
    EXPECT_EQ(Natplan(std::string("list") + kForced).out, "# backend: iptables: it was asked for\n" + listed);
    // Where nf_tables has no such table they are found unasked.
    EXPECT_EQ(Natplan("list").out,
              "# backend: iptables: nf_tables has no table natplan, and these rules name it\n" + listed);
    const Ran removed = Natplan("remove");
    EXPECT_EQ(removed.exit_code, 0) << removed;
    EXPECT_THAT(removed.out, HasSubstr("ip: -D PREROUTING "));
    EXPECT_EQ(Rules(), "");
    EXPECT_THAT(Natplan("remove").out, HasSubstr("nothing to do"));
    EXPECT_THAT(Natplan(std::string("remove") + kForced).out, HasSubstr("nothing to do"));
  });
}

TEST(BackendTest, ChecksShowWhatIsTooMuchAndWhatIsMissing) {
  RunWithIptablesOrSkip([] {
    ASSERT_EQ(Natplan(std::string("apply examples/restarted.toml") + kForced).exit_code, 0);
    const Ran ran = Natplan(std::string("check examples/stopped.toml --json") + kForced);
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("\"missing\": []"), HasSubstr("\"ip: -D POSTROUTING -s 192.168.202.240/28"),
                      HasSubstr("\"backend\": \"iptables\"")));
  });
}

TEST(BackendTest, OwnersAreKeptApartByIptables) {
  RunWithIptablesOrSkip([] {
    const std::string b = std::string(" --owner b") + kForced;
    ASSERT_EQ(Natplan(std::string("apply examples/owned.toml") + kForced).exit_code, 0);
    ASSERT_EQ(Natplan("add masquerade 10.0.0.0/8" + b).exit_code, 0);
    const std::string before = Rules();
    const Ran taken = Natplan("add forward tcp 8443 192.0.2.1:443" + b);
    EXPECT_EQ(taken.exit_code, 1) << taken;
    EXPECT_THAT(taken.err, HasSubstr("owner \"web\" holds ip tcp port 8443"));
    const Ran deleted = Natplan("delete forward tcp 8443" + b);
    EXPECT_EQ(deleted.exit_code, 0) << deleted;
    EXPECT_THAT(deleted.err, HasSubstr("there was nothing to delete"));
    EXPECT_EQ(Rules(), before);
    const Ran unknown = Natplan(std::string("forget --owner c") + kForced);
    EXPECT_EQ(unknown.exit_code, 2) << unknown;
    EXPECT_THAT(unknown.err, HasSubstr("recorded are: b, web"));
    EXPECT_EQ(Natplan(std::string("forget --owner web") + kForced).exit_code, 0);
    EXPECT_THAT(Rules(), AllOf(HasSubstr("natplan:b"), Not(HasSubstr("natplan:web"))));
  });
}

TEST(BackendTest, AnUnknownOwnerIsToldWhoIsRecordedInIptablesBesideATable) {
  RunWithIptablesOrSkip([] {
    ASSERT_EQ(Natplan(std::string("apply examples/owned.toml") + kForced).exit_code, 0);
    ASSERT_EQ(Natplan("add masquerade 10.0.0.0/8 --owner b").exit_code, 0);
    EXPECT_THAT(Natplan("forget --owner c").err, HasSubstr("recorded are: b, web"));
    ASSERT_EQ(Natplan("remove --owner b").exit_code, 0);
    for (const char* backend : {"", " --backend nftables", kForced})
      EXPECT_THAT(Natplan(std::string("forget --owner c") + backend).err, HasSubstr("recorded are: web"));
  });
}

TEST(BackendTest, APortThatAnotherOwnerHoldsByTheOtherBackendIsAConflict) {
  const std::string by_nftables = " --backend nftables";
  for (const auto& [held, asked] :
       {std::pair(by_nftables, std::string(kForced)), std::pair(std::string(kForced), by_nftables)}) {
    RunWithIptablesOrSkip([&] {
      ASSERT_EQ(Natplan("add forward tcp 8080 10.60.1.2:80 --owner web" + held).exit_code, 0);
      ASSERT_EQ(Natplan("add masquerade 10.70.0.0/16 --owner z" + asked).exit_code, 0);
      const std::string state = "nft list ruleset; iptables-save -t nat | grep ^-A";
      const std::string before = WithIptables(state).out;
      const std::string file =
          "printf 'owner = \"z\"\n[[forward]]\nprotocol = \"tcp\"\nhost_port = 8080\nto = \"10.1.1.1:1\"\n' "
          "| ";
      for (const std::string verb : {"add forward tcp 8080 10.1.1.1:1 --owner z", "apply -", "check -"}) {
        const Ran ran = WithIptables(file + "natplan " + verb + asked);
        EXPECT_EQ(ran.exit_code, 1) << ran;
        EXPECT_THAT(ran.err, AllOf(HasSubstr("already, for owner \"web\""), HasSubstr("10.60.1.2:80"),
                                   HasSubstr("10.1.1.1:1"), Not(HasSubstr("another program"))))
            << verb;
      }
      EXPECT_EQ(WithIptables(state).out, before);
      // The cure, and then the port is free.
      ASSERT_EQ(Natplan("forget --owner web" + held).exit_code, 0);
      EXPECT_EQ(Natplan("add forward tcp 8080 10.1.1.1:1 --owner z" + asked).exit_code, 0);
    });
  }
}

TEST(BackendTest, TheVariableChoosesForEveryVerb) {
  RunWithIptablesOrSkip([] {
    const std::string by = "export NATPLAN_BACKEND=iptables; natplan ";
    EXPECT_EQ(WithIptables(by + "add masquerade 10.0.0.0/8").exit_code, 0);
    EXPECT_THAT(WithIptables(by + "list --json").out, HasSubstr("\"backend\": \"iptables\""));
    EXPECT_EQ(WithIptables(by + "delete masquerade 10.0.0.0/8").exit_code, 0);
    EXPECT_EQ(Rules(), "");
    EXPECT_EQ(Sh("nft list tables | grep natplan").out, "");
  });
}

TEST(BackendTest, RulesOfOtherProgramsStay) {
  RunWithIptablesOrSkip([] {
    ASSERT_EQ(WithIptables("iptables -t nat -A POSTROUTING -s 172.16.0.0/12 -j MASQUERADE").exit_code, 0);
    ASSERT_EQ(Natplan(std::string("apply examples/stopped.toml") + kForced).exit_code, 0);
    ASSERT_EQ(Natplan(std::string("remove") + kForced).exit_code, 0);
    EXPECT_EQ(WithIptables("iptables-save -t nat | grep ^-A").out,
              "-A POSTROUTING -s 172.16.0.0/12 -j MASQUERADE\n");
  });
}

TEST(BackendTest, WithoutItsProgramsAForcedBackendCannotWork) {
  RunInNamespaceOrSkip([] {
    if (Sh("[ -e /bin/iptables-restore ] || [ -e /usr/sbin/iptables-restore ]").exit_code == 0) {
      // They are looked for in the folders of the system, too.
      const Ran hidden =
          Sh("unshare -m sh -c 'mount -t tmpfs none /usr/sbin && exec cli/natplan list --backend iptables'");
      if (hidden.exit_code == 1) GTEST_SKIP() << "SKIPPED[no-mount]: " << hidden.err;
      EXPECT_EQ(hidden.exit_code, 4) << hidden;
      EXPECT_THAT(hidden.err, HasSubstr("not installed"));
      const Ran unasked = Sh("unshare -m sh -c 'mount -t tmpfs none /usr/sbin && exec cli/natplan list'");
      EXPECT_EQ(unasked.exit_code, 0) << unasked;
      EXPECT_EQ(unasked.out, "# there is no table natplan\n");
      return;
    }
    EXPECT_EQ(Natplan(std::string("list") + kForced).exit_code, 4);
    EXPECT_EQ(Natplan("list").exit_code, 0);
  });
}

TEST(BackendTest, NfTablesIsUsedWhereItWorksAndThatIsSaidInJsonAlone) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Natplan("apply examples/stopped.toml");
    EXPECT_THAT(ran.out, Not(HasSubstr("backend")));
    EXPECT_THAT(Natplan("apply examples/stopped.toml --json").out,
                HasSubstr("\"backend\": \"nftables\",\n  \"reason\": \"\""));
    EXPECT_EQ(Natplan("check examples/stopped.toml --backend nftables").exit_code, 0);
  });
}

}  // namespace
}  // namespace natplan::testing
