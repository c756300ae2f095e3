// A natplan that runs with other rights than its caller's. ItemNN: the item of the origin's checklist
// (docs/origin.md) that the test covers. Runs outside of Bazel's sandbox, which maps one user only.
#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/sanitizer.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Before the script: a folder of its own in $d with copies of natplan and of id(1), which belong to another
// user.
const std::string kCopies =
    "d=$(mktemp -d \"${TEST_TMPDIR:-/tmp}/setuid.XXXXXX\") || exit 90\ntrap 'rm -r -f \"$d\"' EXIT\n"
    "cp -L \"$(command -v natplan)\" \"$(command -v id)\" \"$d\" && chown 65534 \"$d\"/* || exit 90\n";

TEST(SetuidTest, Item66_TheBackendOfTheEnvironmentIsNotReadWithMoreRightsThanTheCallers) {
  if (geteuid() != 0) GTEST_SKIP() << "SKIPPED[no-root]: a program cannot be given to another user";
  // Its leak checker traces the process, which a setuid program does not allow.
  if (kAddressSanitizer) GTEST_SKIP() << "SKIPPED[address-sanitizer]: a setuid program does not end well";
  const Ran probe = Sh(kCopies + "chmod 4755 \"$d/id\" || exit 90; \"$d/id\" -u");
  if (probe.exit_code != 0 || probe.out != "65534\n")
    GTEST_SKIP() << "SKIPPED[no-setuid]: the setuid bit has no effect here: " << probe;

  const std::string plan = "NATPLAN_BACKEND=moon \"$d/natplan\" plan - < examples/stopped.toml";
  const Ran without = Sh(kCopies + "chmod 755 \"$d/natplan\" || exit 90; " + plan);
  EXPECT_EQ(without.exit_code, 2) << without;
  EXPECT_THAT(without.err, HasSubstr("NATPLAN_BACKEND: \"moon\""));

  const Ran with = Sh(kCopies + "chmod 4755 \"$d/natplan\" || exit 90; " + plan);
  EXPECT_EQ(with.exit_code, 0) << with;
  EXPECT_THAT(with.err, IsEmpty());
}

}  // namespace
}  // namespace natplan::testing
