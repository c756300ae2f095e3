// Runs the built natplan as a user would: from a shell.
#ifndef NATPLAN_TESTS_CLI_RUN_H_
#define NATPLAN_TESTS_CLI_RUN_H_

#include <ostream>
#include <string>

namespace natplan::testing {

struct Ran {
  int exit_code = -1;  // of the shell: of its last command
  std::string out;
  std::string err;
};

std::ostream& operator<<(std::ostream& stream, const Ran& ran);

// `script` is for sh, in the repository's root, with natplan and nft on PATH. In a test of natplan's files a
// relative path counts from the root, whoever started the test.
Ran Sh(const std::string& script);

// The same with the lock files of natplan and of iptables in a folder of the call's own.
Ran ShWithIptables(const std::string& script);

}  // namespace natplan::testing

#endif  // NATPLAN_TESTS_CLI_RUN_H_
