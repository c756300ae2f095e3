#include "backends/iptables/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

namespace natplan {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

ProcessRequest Shell(const std::string& script, milliseconds time = seconds(10)) {
  return {.program = "/bin/sh",
          .arguments = {"-c", script},
          .environment = {"PATH=/usr/bin:/bin", "NAME=value"},
          .deadline = steady_clock::now() + time};
}

TEST(RunProcess, GivesInputAndTakesOutputAndStatus) {
  ProcessRequest request = Shell("cat; echo \"$NAME$HOME\" >&2; exit 3");
  request.input = std::string(300000, 'x');
  const auto result = RunProcess(request);
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->exit_status, 3);
  EXPECT_EQ(result->output, request.input);
  EXPECT_EQ(result->error_output, "value\n");
}

TEST(RunProcess, TellsASignalFromAnExit) {
  const auto killed = RunProcess(Shell("kill -TERM $$"));
  EXPECT_EQ(killed->exit_status, 128 + SIGTERM);
  EXPECT_TRUE(killed->killed);
  EXPECT_FALSE(RunProcess(Shell("exit 143"))->killed);
}

TEST(RunProcess, SignalsThatAreBlockedOrIgnoredHereAreNotSoInTheProgram) {
  sigset_t blocked;
  sigset_t before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, &before);
  EXPECT_EQ(RunProcess(Shell("kill -TERM $$"))->exit_status, 128 + SIGTERM);
  sigprocmask(SIG_SETMASK, &before, nullptr);
  const auto disposition = signal(SIGTERM, SIG_IGN);
  EXPECT_EQ(RunProcess(Shell("kill -TERM $$"))->exit_status, 128 + SIGTERM);
  signal(SIGTERM, disposition);
}

TEST(RunProcess, LeavesTheProgramThreeDescriptors) {
  const int open_for_all = open("/dev/null", O_RDONLY);  // NOLINT: without O_CLOEXEC is the point
  const auto result = RunProcess(Shell("exec ls /proc/self/fd"));
  close(open_for_all);
  EXPECT_EQ(result->output, "0\n1\n2\n3\n");  // 3: the folder that ls reads
}

TEST(RunProcess, LeavesNoDescriptorOpenHere) {
  const auto count = [] {
    int entries = 0;
    DIR* folder = opendir("/proc/self/fd");
    while (readdir(folder) != nullptr) ++entries;
    closedir(folder);
    return entries;
  };
  const int before = count();
  (void)RunProcess(Shell("exit 0"));
  (void)RunProcess({.program = "/nowhere/at/all", .deadline = steady_clock::now() + seconds(1)});
  (void)RunProcess(Shell("sleep 60", milliseconds(20)));
  EXPECT_EQ(count(), before);
}

TEST(RunProcess, StopsAProgramThatHangsAndAllThatItStarted) {
  const auto start = steady_clock::now();
  const auto result = RunProcess(Shell("echo $$; sleep 60 & sleep 60", milliseconds(200)));
  EXPECT_LT(steady_clock::now() - start, seconds(5));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDeadline);
  EXPECT_EQ(result.error().errno_value, ETIMEDOUT);
  EXPECT_NE(result.error().text.find("/bin/sh"), std::string::npos);
}

TEST(RunProcess, StopsAProgramThatHasClosedItsOutputAndHangs) {
  const auto result = RunProcess(Shell("exec >&- 2>&-; sleep 60", milliseconds(100)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDeadline);
}

TEST(RunProcess, DoesNotWaitForWhatTheProgramLeftBehind) {
  const auto start = steady_clock::now();
  const auto result = RunProcess(Shell("sleep 60 & echo $!"));
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_LT(steady_clock::now() - start, seconds(5));
  // It is a child of init's now, or a zombie of whoever takes init's place here.
  const ProcessRequest lives = Shell("grep -qs 'State:.[^ZX]' /proc/" +
                                     result->output.substr(0, result->output.size() - 1) + "/status");
  const auto gone = [&] { return RunProcess(lives)->exit_status != 0; };
  for (int i = 0; i < 200 && !gone(); ++i) usleep(10000);
  EXPECT_TRUE(gone());
}

TEST(RunProcess, StopsAProgramThatPrintsWithoutEnd) {
  ProcessRequest request = Shell("exec yes");
  request.most_output = 100000;
  const auto result = RunProcess(request);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTooLarge);
}

TEST(RunProcess, KeepsTheBeginningOfALongComplaint) {
  const auto result = RunProcess(Shell("yes | head -c 1000000 >&2; echo done"));
  ASSERT_TRUE(result) << result.error().text;
  EXPECT_EQ(result->output, "done\n");
  EXPECT_EQ(result->error_output.size(), 4096U);
}

TEST(RunProcess, SaysThatThereIsNoSuchProgram) {
  const auto result =
      RunProcess({.program = "/nowhere/at/all", .deadline = steady_clock::now() + seconds(1)});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kEnvironment);
  EXPECT_EQ(result.error().errno_value, ENOENT);
}

TEST(RunProcess, StartsNothingWhenTheTimeIsOver) {
  const auto result = RunProcess(Shell("exit 0", milliseconds(0)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kDeadline);
}

// As a daemon does that waits for whichever child ends.
TEST(RunProcess, NoticesThatSomebodyElseTookTheStatus) {
  const auto before = signal(SIGCHLD, [](int) {
    while (waitpid(-1, nullptr, WNOHANG) > 0) continue;
  });
  const auto result = RunProcess(Shell("echo here; sleep 0.1; exit 3"));
  signal(SIGCHLD, before);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().errno_value, ECHILD);
  EXPECT_TRUE(result.error().begun);
}

TEST(RunProcess, LeavesOtherChildrenToTheirOwner) {
  const pid_t other = fork();
  if (other == 0) _exit(7);
  EXPECT_EQ(RunProcess(Shell("exit 3"))->exit_status, 3);
  int status = 0;
  ASSERT_EQ(waitpid(other, &status, 0), other);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(RunProcess, SaysThatTheStatusIsLostWhereChildrenAreIgnored) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  const auto result = RunProcess(Shell("exit 0"));
  signal(SIGCHLD, before);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().errno_value, ECHILD);
}

}  // namespace
}  // namespace natplan
