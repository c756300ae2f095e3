#include "backends/fork_mark.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan {
namespace {

// What the child's exit status says.
int StatusOfChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  if (waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

TEST(ForkMarkTest, AChildIsACopyAndItsParentIsNot) {
  const ForkMark mark;
  EXPECT_FALSE(mark.InCopy());
  EXPECT_EQ(StatusOfChild([&] {
              const ForkMark own;
              const int grandchild = StatusOfChild([&] { return mark.InCopy() && own.InCopy() ? 1 : 0; });
              return mark.InCopy() && !own.InCopy() ? grandchild : 0;
            }),
            1);
  EXPECT_FALSE(mark.InCopy());
}

TEST(ForkMarkTest, AChildWithTheSameProcessIdIsACopy) {
  testing::RunInNamespaceOrSkip([] {
    ASSERT_EQ(unshare(CLONE_NEWPID), 0);
    EXPECT_EQ(StatusOfChild([] {
                const ForkMark mark;
                if (getpid() != 1 || mark.InCopy() || unshare(CLONE_NEWPID) != 0) return 2;
                return StatusOfChild([&] { return getpid() == 1 && mark.InCopy() ? 1 : 0; });
              }),
              1);
  });
}

}  // namespace
}  // namespace natplan
