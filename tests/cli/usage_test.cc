// Arguments, help, exit codes, and where words go.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(UsageTest, EveryCommandHasHelpWithExamples) {
  for (const std::string command : {"", "plan", "simulate", "apply", "check", "list", "remove"}) {
    const Ran ran = Sh("natplan " + command + " --help");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, HasSubstr("Example")) << command;
    EXPECT_THAT(ran.out, HasSubstr("--version")) << command;
    EXPECT_EQ(ran.err, "");
  }
}

TEST(UsageTest, EveryCommandSaysItsVersion) {
  for (const std::string command : {"", "plan", "simulate", "apply", "check", "list", "remove"}) {
    const Ran ran = Sh("natplan " + command + " --version");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, StartsWith("natplan 0.")) << command;
  }
}

TEST(UsageTest, AMistakeExitsWithTwoAndSaysWhereHelpIs) {
  for (const std::string arguments :
       {"", "fly", "plan", "simulate", "plan examples/stopped.toml extra", "list extra",
        "plan examples/stopped.toml --fly", "plan examples/stopped.toml --against moon",
        "plan examples/stopped.toml --json --bytes", "apply examples/stopped.toml --deadline 0",
        "apply examples/stopped.toml --deadline -1", "apply examples/stopped.toml --deadline nan",
        "apply examples/stopped.toml --deadline soon", "list --table ''", "list --table 'a b'",
        "list --table 'x;flush'", "list --table 1x", "simulate examples/stopped.toml --fault fire",
        "simulate examples/stopped.toml --fault lost-ack@0"}) {
    const Ran ran = Sh("natplan " + arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments << ": " << ran;
    EXPECT_THAT(ran.err, StartsWith("natplan: ")) << arguments;
    EXPECT_THAT(ran.err, HasSubstr("--help")) << arguments;
    EXPECT_EQ(ran.out, "") << arguments;
  }
}

TEST(UsageTest, AnUnknownFaultListsThoseThereAre) {
  EXPECT_THAT(Sh("natplan simulate examples/stopped.toml --fault fire").err,
              HasSubstr("flush-before@N, lost-ack@N"));
}

TEST(UsageTest, OutputThatCannotBeWrittenIsNoSuccess) {
  const Ran full = Sh("natplan plan examples/stopped.toml > /dev/full");
  EXPECT_EQ(full.exit_code, 6) << full;
  EXPECT_THAT(full.err, HasSubstr("standard output cannot be written"));
  EXPECT_EQ(Sh("natplan plan examples/stopped.toml >&-").exit_code, 6);
}

TEST(UsageTest, AReaderThatGoesAwayIsNoSuccess) {
  // The writer waits until the reader is gone.
  const Ran ran =
      Sh("d=$(mktemp -d); mkfifo $d/p; { exec 3< $d/p; exec 3<&-; touch $d/gone; } & exec 4> $d/p\n"
         "while ! [ -e $d/gone ]; do :; done; natplan plan examples/stopped.toml >&4; code=$?; rm -r $d; "
         "exit $code");
  EXPECT_EQ(ran.exit_code, 6) << ran;
  EXPECT_THAT(ran.err, HasSubstr("standard output cannot be written"));
}

TEST(UsageTest, ColoursATerminalAlone) {
  const std::string on_terminal = "TERM=xterm script -qec 'natplan plan examples/stopped.toml' /dev/null";
  EXPECT_THAT(Sh("unset NO_COLOR; " + on_terminal).out, HasSubstr("\x1b[32m"));
  EXPECT_THAT(Sh("NO_COLOR=1 " + on_terminal).out, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(Sh("unset NO_COLOR; TERM=xterm natplan plan examples/stopped.toml").out,
              Not(HasSubstr("\x1b[")));
}

TEST(UsageTest, ReadsStandardInput) {
  const Ran ran = Sh("natplan plan - < examples/stopped.toml");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  EXPECT_EQ(ran.out, Sh("natplan plan examples/stopped.toml").out);
}

TEST(UsageTest, ARelativeFileCountsFromWhereBazelRunWasCalled) {
  const Ran ran = Sh("BUILD_WORKING_DIRECTORY=$PWD/examples natplan plan stopped.toml");
  EXPECT_EQ(ran.exit_code, 0) << ran;
}

TEST(UsageTest, PlanShowsTheBytesOfEachMessage) {
  const Ran ran = Sh("natplan plan examples/stopped.toml --bytes");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  for (const char* text : {"NFNL_MSG_BATCH_BEGIN\n", "NFTA_TABLE_NAME \"natplan\"", "NFTA_CHAIN_TYPE \"nat\"",
                           "NFT_MSG_NEWSETELEM\n", "NFNL_MSG_BATCH_END\n"}) {
    EXPECT_THAT(ran.out, HasSubstr(text));
  }
}

TEST(UsageTest, PlanPrintsJson) {
  const Ran ran = Sh("printf '[[masquerade]]\\nsource = \"10.0.0.0/8\"\\n' | natplan plan - --json");
  EXPECT_THAT(
      ran.out,
      StartsWith("{\n  \"table\": \"natplan\",\n  \"operations\": [\n    {\n      \"verb\": \"add\",\n"
                 "      \"object\": \"table\",\n      \"family\": \"ip\",\n      \"table\": \"natplan\",\n"
                 "      \"name\": \"natplan\",\n      \"text\": \"add table ip natplan\"\n    },"));
}

}  // namespace
}  // namespace natplan::testing
