#include "tests/support/namespace.h"

#include <unistd.h>

#include "gtest/gtest.h"

namespace natplan::testing {
namespace {

TEST(NamespaceTest, TheBodyRunsAsRootInAnotherProcess) {
  const pid_t parent = getpid();
  RunInNamespaceOrSkip([parent] {
    EXPECT_NE(getpid(), parent);
    EXPECT_EQ(geteuid(), 0u);
  });
}

TEST(NamespaceTest, AFailedAssertionOfTheBodyIsReported) {
  const NamespaceResult result =
      RunInNamespace([] { ADD_FAILURE() << "on purpose: this line belongs here"; });
  if (result.skip != SkipReason::kNone) GTEST_SKIP() << result.text;
  EXPECT_FALSE(result.passed);
}

TEST(NamespaceTest, ADeadChildIsReported) {
  const NamespaceResult result = RunInNamespace([] { _exit(7); });
  if (result.skip != SkipReason::kNone) GTEST_SKIP() << result.text;
  EXPECT_FALSE(result.passed);
}

TEST(NamespaceTest, WhatTheBodyChangesStaysInTheChild) {
  int value = 1;
  RunInNamespaceOrSkip([&value] { value = 2; });
  EXPECT_EQ(value, 1);
}

}  // namespace
}  // namespace natplan::testing
