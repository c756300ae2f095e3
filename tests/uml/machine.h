// Boots a user-mode Linux 6.1 (Debian's package user-mode-linux) as an ordinary process, without root, and
// runs a shell script in it. Its kernel has legacy iptables with NAT and nf_tables without the families ip,
// ip6 and without NAT: the kernel that the iptables fallback is for.
#ifndef NATPLAN_TESTS_UML_MACHINE_H_
#define NATPLAN_TESTS_UML_MACHINE_H_

#include <chrono>
#include <expected>
#include <ostream>
#include <string>

namespace natplan::testing {

struct UmlRan {
  int exit_code = -1;  // of the script: of its last command
  std::string out;
  std::string err;
};

std::ostream& operator<<(std::ostream& stream, const UmlRan& ran);

// Why this host cannot boot one, as "SKIPPED[name]: text"; empty if it can.
std::string WhyNoUml();

// `script` is for sh, as root of the booted machine, in the working directory of the caller, with natplan and
// the system's programs on PATH. The machine sees the host's files (hostfs, with the caller's rights) and has
// a network, /proc, /run and modules of its own. A boot takes about two seconds; at `limit` everything is
// killed. An error is one of the machine, not of the script: the text ends with what its console said.
std::expected<UmlRan, std::string> RunInUml(const std::string& script, std::chrono::seconds limit);

}  // namespace natplan::testing

#endif  // NATPLAN_TESTS_UML_MACHINE_H_
