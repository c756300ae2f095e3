// Standard streams and files as a shell or a service manager may hand them over.
#include <unistd.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"
#include "tests/support/process.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMade = "natplan: the change was made; its description could not be written: ";

// Each of them changes something when they are run one after the other.
const std::vector<std::string> kChanges = {
    "apply examples/two_containers.toml",      "add masquerade 10.9.0.0/16 --owner a",
    "delete masquerade 10.9.0.0/16 --owner a", "forget --owner default",
    "apply examples/two_containers.toml",      "remove --owner default",
    "add masquerade 10.9.0.0/16 --owner a",    "remove"};

TEST(StreamTest, AFullDeviceIsNoReasonNotToSayThatTheChangeWasMade) {
  for (const std::string backend : {"nftables", "iptables"}) {
    RunInNamespaceOrSkip([&] {
      if (backend == "iptables" && Sh("command -v iptables-restore").exit_code != 0)
        GTEST_SKIP() << "SKIPPED[no-iptables]: not installed";
      const std::string locks = "export XDG_RUNTIME_DIR=$TEST_TMPDIR XTABLES_LOCKFILE=$TEST_TMPDIR/xt.lock; ";
      for (const std::string& change : kChanges) {
        const Ran ran = Sh(locks + "natplan " + change + " --backend " + backend + " > /dev/full");
        EXPECT_EQ(ran.exit_code, 6) << change << ": " << ran;
        EXPECT_THAT(ran.err, HasSubstr(std::string(kMade) + "No space left on device\n")) << change;
      }
    });
  }
}

TEST(StreamTest, AReaderThatIsGoneIsNoReasonEither) {
  RunInNamespaceOrSkip([] {
    for (const std::string& change : kChanges) {
      const Ran ran =
          Sh("d=$(mktemp -d); mkfifo $d/p; { exec 3< $d/p; exec 3<&-; touch $d/gone; } & exec 4> $d/p\n"
             "while ! [ -e $d/gone ]; do :; done; natplan " +
             change + " >&4; code=$?; rm -r $d; exit $code");
      EXPECT_EQ(ran.exit_code, 6) << change << ": " << ran;
      EXPECT_THAT(ran.err, HasSubstr(std::string(kMade) + "Broken pipe\n")) << change;
    }
  });
}

TEST(StreamTest, AFileThatMayNotGrowIsNoReasonEither) {
  RunInNamespaceOrSkip([] {
    for (const std::string& change : kChanges) {
      // What natplan says is to get through: cat has no limit.
      const Ran ran = Sh("f=$(mktemp); { (ulimit -f 0; natplan " + change +
                         " > $f) 2>&1; echo \"exit $?\"; } | cat; rm $f");
      EXPECT_THAT(ran.out, HasSubstr(std::string(kMade) + "File too large\n")) << change;
      EXPECT_THAT(ran.out, HasSubstr("\nexit 6\n")) << change;
    }
  });
}

TEST(StreamTest, WhereNothingWasChangedNothingOfThatIsSaid) {
  RunInNamespaceOrSkip([] {
    const std::string apply = "natplan apply examples/stopped.toml";
    ASSERT_EQ(Sh(apply).exit_code, 0);
    for (const std::string& command : {apply, std::string("natplan list")}) {
      const Ran ran = Sh(command + " > /dev/full");
      EXPECT_EQ(ran.exit_code, 6) << ran;
      EXPECT_THAT(ran.err,
                  HasSubstr("natplan: standard output cannot be written: No space left on device\n"));
      EXPECT_THAT(ran.err, Not(HasSubstr("was made")));
    }
  });
}

TEST(StreamTest, NonBlockingStandardInputIsAwaited) {
  Process natplan({"cli/natplan", "plan", "-"}, /*non_blocking=*/true);
  natplan.Write("[[masquerade]]\n");
  ASSERT_TRUE(natplan.WaitUntilRead());
  natplan.Write("source = \"10.0.0.0/8\"\n");
  natplan.CloseInput();
  const Process::Ended ended = natplan.WaitForEnd();
  EXPECT_EQ(ended.exit_code, 0) << ended.error;
  EXPECT_THAT(natplan.out(), HasSubstr("10.0.0.0/8"));
}

TEST(StreamTest, NonBlockingStandardOutputThatIsFullIsAwaited) {
  std::string many;
  for (int i = 0; i < 4000; ++i) {
    many += "[[masquerade]]\nsource = \"10." + std::to_string(i / 250) + "." + std::to_string(i % 250) +
            ".0/24\"\n";
  }
  const auto planned = [&](bool non_blocking) {
    Process natplan({"cli/natplan", "plan", "-"}, non_blocking);
    for (std::size_t at = 0; at < many.size(); at += 4096) {
      EXPECT_TRUE(natplan.WaitUntilRead());
      natplan.Write(std::string_view(many).substr(at, 4096));
    }
    natplan.CloseInput();
    EXPECT_TRUE(natplan.WaitUntilBlocked());
    const Process::Ended ended = natplan.WaitForEnd();
    EXPECT_EQ(ended.exit_code, 0) << ended.error;
    return natplan.out();
  };
  const std::string out = planned(false);
  EXPECT_GT(out.size(), 200000U);
  EXPECT_EQ(planned(true), out);
}

TEST(StreamTest, AFifoThatNobodyWritesToIsAwaitedUntilTheDeadline) {
  for (const std::string verb : {"plan", "apply", "check", "watch", "doctor"}) {
    const Ran ran = Sh("d=$(mktemp -d); mkfifo $d/p; natplan " + verb +
                       " $d/p --deadline 0.05; code=$?; rm -r $d; exit $code");
    EXPECT_EQ(ran.exit_code, 6) << verb << ": " << ran;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("/p: whoever is to write to it"), HasSubstr("--deadline"))) << verb;
  }
}

TEST(StreamTest, AFifoIsReadLikeAFile) {
  const Ran ran =
      Sh("d=$(mktemp -d); mkfifo $d/p; cat examples/stopped.toml > $d/p & natplan plan $d/p; code=$?; "
         "rm -r $d; exit $code");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  EXPECT_EQ(ran.out, Sh("natplan plan examples/stopped.toml").out);
}

TEST(StreamTest, StandardInputByItsNameIsReadToo) {
  EXPECT_EQ(Sh("natplan plan /dev/stdin < examples/stopped.toml").exit_code, 0);
  EXPECT_EQ(Sh("cat examples/stopped.toml | natplan plan /dev/stdin").exit_code, 0);
}

TEST(StreamTest, AParentThatIgnoresItsChildrenDoesNoHarm) {
  RunInNamespaceOrSkip([] {
    if (Sh("command -v iptables-restore").exit_code != 0)
      GTEST_SKIP() << "SKIPPED[no-iptables]: not installed";
    const Ran ran =
        Sh("export XDG_RUNTIME_DIR=$TEST_TMPDIR XTABLES_LOCKFILE=$TEST_TMPDIR/xt.lock\n"
           "env --ignore-signal=CHLD natplan apply examples/stopped.toml --backend iptables");
    EXPECT_EQ(ran.exit_code, 0) << ran;
  });
}

}  // namespace
}  // namespace natplan::testing
