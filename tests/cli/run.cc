#include "tests/cli/run.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "gtest/gtest.h"

namespace natplan::testing {
namespace {

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Ran& ran) {
  return stream << "exit " << ran.exit_code << "\n--- stdout\n" << ran.out << "--- stderr\n" << ran.err;
}

Ran Sh(const std::string& script) {
  const std::string base = ::testing::TempDir() + "/natplan_run_" + std::to_string(getpid());
  const std::string script_path = base + ".sh";
  const std::string out_path = base + ".out";
  const std::string err_path = base + ".err";
  std::ofstream(script_path) << "PATH=\"$PWD/cli:$PATH:/usr/sbin:/sbin\"\nunset BUILD_WORKING_DIRECTORY\n"
                             << script << "\n";
  const std::string command =
      "sh '" + script_path + "' > '" + out_path + "' 2> '" + err_path + "' < /dev/null";
  const int status = std::system(command.c_str());
  Ran ran{.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .out = Contents(out_path),
          .err = Contents(err_path)};
  for (const std::string& path : {script_path, out_path, err_path}) unlink(path.c_str());
  return ran;
}

Ran ShWithIptables(const std::string& script) {
  return Sh("d=$(mktemp -d); export XDG_RUNTIME_DIR=$d XTABLES_LOCKFILE=$d/xtables.lock\n" + script +
            "\ncode=$?; rm -r $d; exit $code");
}

}  // namespace natplan::testing
