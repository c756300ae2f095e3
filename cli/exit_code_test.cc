#include "cli/exit_code.h"

#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

TEST(ExitCodeTest, EachErrorHasTheDocumentedCode) {
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kConflict)), 1);
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kRefused)), 1);
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kInvalidArgument)), 2);
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kNotPermitted)), 3);
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kNotSupported)), 4);
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kUnknownOutcome)), 5);
  EXPECT_EQ(static_cast<int>(ToExitCode(ErrorCode::kUnreadable)), 7);
  for (const ErrorCode code :
       {ErrorCode::kNoMemory, ErrorCode::kTooLarge, ErrorCode::kDeadline, ErrorCode::kEnvironment}) {
    EXPECT_EQ(static_cast<int>(ToExitCode(code)), 6);
  }
}

}  // namespace
}  // namespace natplan::cli
