// The table of exit codes in docs/cli.md: each row has runs of the real command that end so.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"
#include "tests/support/sanitizer.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;

// From now on socket(2) fails with EPERM, as under a service manager that forbids it.
void ForbidSockets() {
  std::array<sock_filter, 4> program = {{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                         BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 1),
                                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                         BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog filter = {.len = program.size(), .filter = program.data()};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

void Nothing() {}

struct Case {
  int exit_code;
  std::string name;
  std::string script;  // in a network namespace of its own
  void (*before)() = Nothing;
};

// A signal that waits, blocked, until natplan looks at it.
std::string Signalled(const std::string& name, const std::string& command) {
  return "env --block-signal=" + name + " sh -c 'trap - " + name + "; kill -" + name + " $$; exec " +
         command + "'";
}

// Programs that stand in for iptables'; `restore` is the script of those that change.
std::string WithPrograms(const std::string& restore, const std::string& command) {
  return "d=$(mktemp -d); export XDG_RUNTIME_DIR=$d; for p in iptables ip6tables; do\n"
         "printf '#!/bin/sh\\nexit 0\\n' > $d/$p-save; printf '#!/bin/sh\\n" +
         restore + "\\n' > $d/$p-restore; done; chmod +x $d/*; PATH=\"$d:$PATH\"\n" + command +
         "; code=$?; rm -r $d; exit $code";
}

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {0, "Applied", "natplan apply examples/stopped.toml"},
      {0, "AppliedAgain", "natplan apply examples/stopped.toml && natplan apply examples/stopped.toml"},
      {0, "Equal", "natplan apply examples/stopped.toml && natplan check examples/stopped.toml"},
      {0, "NothingToDelete", "natplan delete forward tcp 22"},
      {0, "Help", "natplan list --help"},
      {1, "Differs", "natplan check examples/stopped.toml"},
      {1, "AnotherOwnersPort",
       "natplan add forward tcp 22 192.0.2.1:22 --owner a && natplan add forward tcp 22 192.0.2.2:22 --owner "
       "b"},
      {1, "AnotherProgramsSet",
       "nft 'add table ip natplan; add set ip natplan masq_saddr { type ether_addr; }'\n"
       "natplan apply examples/stopped.toml"},
      {1, "DeleteFromAnotherProgramsMap",
       "nft 'add table ip natplan { comment \"natplan layout 2\"; }; add map ip natplan map_port_ipport "
       "{ type inet_service : ipv4_addr; }'\n"
       "natplan delete forward tcp 8080"},
      {1, "RemoveOfAnOwnerBesideAnotherProgramsMap",
       "nft 'add table ip natplan { comment \"natplan layout 2\"; }; add map ip natplan map_port_ipport "
       "{ type inet_service : ipv4_addr; }'\n"
       "natplan remove --owner web"},
      {1, "DoctorFindsAProblem", "echo 0 > /proc/sys/net/ipv4/ip_forward; natplan doctor"},
      {2, "NoSuchCommand", "natplan fly"},
      {2, "WrongVariable", "NATPLAN_BACKEND=moon natplan list"},
      {2, "NoSuchFile", "natplan apply nowhere.toml"},
      {2, "WrongFile", "echo x | natplan check -"},
      {2, "StepsThatAreNoNumber", "natplan apply examples/stopped.toml --steps=abc"},
      {2, "StepsBeyondAllNumbers", "natplan apply examples/stopped.toml --steps=99999999999999999999"},
      {2, "UnknownOwner", "natplan forget --owner nobody"},
      {3, "NoCapability", "unshare -U natplan list"},
      {3, "NoCapabilityToWatch", "unshare -U natplan watch examples/stopped.toml"},
      {3, "NoSocket", "natplan list --backend nftables", ForbidSockets},
      {3, "NoSocketToApply", "natplan apply examples/stopped.toml", ForbidSockets},
      {3, "NoSocketToWatch", "natplan watch examples/stopped.toml", ForbidSockets},
      {4, "NoNat", "natplan simulate examples/stopped.toml --fault no-nat"},
      {4, "OneFamilyOnly", "natplan simulate examples/two_containers.toml --fault no-ip6"},
      {4, "WatchByIptables", "natplan watch examples/stopped.toml --backend iptables"},
      {5, "ARestoreThatHangs",
       WithPrograms("case $* in *--test*) exit 0;; esac; exec sleep 1000",
                    "natplan apply examples/stopped.toml --backend iptables --deadline 5")},
      {6, "FullDevice", "natplan apply examples/stopped.toml > /dev/full"},
      {6, "ClosedOutput", "natplan list >&-"},
      {6, "Deadline", "mkfifo $TEST_TMPDIR/silent; natplan apply $TEST_TMPDIR/silent --deadline 0.05"},
      {6, "TooLongForIptables",
       WithPrograms("echo \"iptables-restore: line 3 failed: Message too long.\" >&2; exit 4",
                    "natplan apply examples/stopped.toml --backend iptables")},
      {7, "AListingThatSaysNothing",
       WithPrograms("exit 0",
                    "printf '#!/bin/sh\\necho junk\\n' > $d/iptables-save\n"
                    "natplan list --backend iptables")},
      {7, "AListingThatFails",
       WithPrograms("exit 0",
                    "printf '#!/bin/sh\\nexit 9\\n' > $d/iptables-save\n"
                    "natplan remove --backend iptables")},
      {129, "HungUp", Signalled("HUP", "natplan apply examples/stopped.toml")},
      {130, "Interrupted", Signalled("INT", "natplan list")},
      {143, "Terminated", Signalled("TERM", "natplan apply examples/stopped.toml")},
      {143, "WatchTerminated", Signalled("TERM", "natplan watch examples/stopped.toml")},
  };
  return cases;
}

// The first column of the table.
std::set<int> DocumentedCodes() {
  std::ifstream page("docs/cli.md");
  std::set<int> codes;
  bool in_table = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) in_table = line == "## Exit codes";
    if (in_table && line.starts_with("| ") && isdigit(line[2]) != 0) codes.insert(std::stoi(line.substr(2)));
  }
  return codes;
}

TEST(ExitCodeTable, HasARowForEachCodeAndARunForEachRow) {
  std::set<int> run;
  for (const Case& one : Cases()) run.insert(one.exit_code);
  EXPECT_EQ(DocumentedCodes(), run);
}

class ExitCodeTest : public ::testing::TestWithParam<Case> {};

TEST_P(ExitCodeTest, IsWhatThePageSays) {
  RunInNamespaceOrSkip([] {
    GetParam().before();
    const Ran ran = Sh(GetParam().script);
    EXPECT_EQ(ran.exit_code, GetParam().exit_code) << GetParam().script << "\n" << ran;
    // A difference, and what doctor says, is a result and no error.
    EXPECT_TRUE(GetParam().exit_code <= 1 || ran.err.starts_with("natplan: ")) << ran;
  });
}

TEST(ExitCodeTable, WhatIsSaidOfStepsIsShortAndInJsonToo) {
  for (const std::string steps : {"0", "-1", "abc", "5x", "99999999999999999999"}) {
    const Ran ran = Sh("natplan apply examples/stopped.toml --json --steps=" + steps);
    EXPECT_EQ(ran.exit_code, 2) << steps << '\n' << ran;
    for (const std::string* said : {&ran.out, &ran.err})
      EXPECT_THAT(*said, HasSubstr("--steps: write a number from 1 to 1000000000")) << steps;
  }
}

TEST(ExitCodeTable, OutOfMemoryIsSaidInJsonToo) {
  if (kAddressSanitizer) GTEST_SKIP() << "SKIPPED[address-sanitizer]: it takes all the address space";
  const Ran ran = Sh("yes '[[masquerade]]' | head -n 200000 | (ulimit -v 20000; exec natplan plan - --json)");
  EXPECT_EQ(ran.exit_code, 6) << ran;
  EXPECT_THAT(ran.err, HasSubstr("natplan: out of memory; nothing was changed"));
  EXPECT_THAT(ran.out, HasSubstr("\"text\": \"out of memory; nothing was changed\""));
}

INSTANTIATE_TEST_SUITE_P(Page, ExitCodeTest, ::testing::ValuesIn(Cases()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace natplan::testing
