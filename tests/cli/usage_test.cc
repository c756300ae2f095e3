// Arguments, help, exit codes, and where words go.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(UsageTest, EveryCommandHasHelpWithExamples) {
  for (const std::string command :
       {"", "plan", "simulate", "apply", "check", "add", "add masquerade", "add forward", "delete",
        "delete masquerade", "delete forward", "list", "remove", "forget", "doctor", "watch"}) {
    const Ran ran = Sh("natplan " + command + " --help");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, HasSubstr("Example")) << command;
    EXPECT_EQ(ran.err, "");
  }
}

TEST(UsageTest, EveryCommandSaysItsVersion) {
  for (const std::string command : {"", "plan", "simulate", "apply", "check", "add", "delete", "list",
                                    "remove", "forget", "doctor", "watch"}) {
    const Ran ran = Sh("natplan " + command + " --version");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, StartsWith("natplan 0.")) << command;
  }
}

TEST(UsageTest, AMistakeExitsWithTwoAndSaysWhereHelpIs) {
  for (const std::string arguments :
       {"",
        "fly",
        "plan",
        "simulate",
        "plan examples/stopped.toml extra",
        "list extra",
        "plan examples/stopped.toml --fly",
        "plan examples/stopped.toml --against moon",
        "plan examples/stopped.toml --json --bytes",
        "list --json=1",
        "list --json=true --backend moon",
        "apply examples/stopped.toml --deadline 0",
        "apply examples/stopped.toml --deadline -1",
        "apply examples/stopped.toml --deadline nan",
        "apply examples/stopped.toml --deadline soon",
        "list --table ''",
        "list --table 'a b'",
        "list --table 'x;flush'",
        "list --table 1x",
        "simulate examples/stopped.toml --fault fire",
        "simulate examples/stopped.toml --fault lost-ack@0",
        "add",
        "delete",
        "add fish",
        "add masquerade",
        "add masquerade 10.0.0.0/8 10.0.0.0/8",
        "add forward tcp 22",
        "add forward tcp 22 192.0.2.1:22 x",
        "delete forward tcp",
        "delete forward tcp 22 --localhost",
        "forget",
        "forget --owner ''",
        "list --owner 'a\"b'",
        "remove --owner \"$(printf 'a\\001')\"",
        "add masquerade 10.0.0.0/8 --owner 12345678901234567890123456789012345678901234567890123456789012345",
        "list --backend moon",
        "apply examples/stopped.toml --adopt --exclusive",
        "apply examples/stopped.toml --adopt --table io.systemd.nat",
        "check examples/stopped.toml --backend nft"}) {
    const Ran ran = Sh("natplan " + arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments << ": " << ran;
    EXPECT_THAT(ran.err, StartsWith("natplan: ")) << arguments;
    EXPECT_THAT(ran.err, HasSubstr("--help")) << arguments;
    if (arguments.find("--json") == std::string::npos) {
      EXPECT_EQ(ran.out, "") << arguments;
    } else {
      EXPECT_THAT(ran.out, StartsWith("{\n  \"error\": {\n    \"code\": \"invalid argument\",\n"))
          << arguments;
    }
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
      StartsWith(
          "{\n  \"table\": \"natplan\",\n  \"first_step\": [],\n  \"operations\": [\n    {\n"
          "      \"verb\": \"add\",\n      \"object\": \"table\",\n      \"family\": \"ip\",\n      "
          "\"table\": \"natplan\",\n"
          "      \"name\": \"natplan\",\n      \"text\": \"add table ip natplan { comment \\\"natplan layout "
          "2\\\"; }\"\n    },"));
}

TEST(UsageTest, AMissingCommandListsThoseThereAre) {
  EXPECT_THAT(Sh("natplan add").err, HasSubstr("masquerade, forward"));
  EXPECT_THAT(Sh("natplan").err, HasSubstr("plan, simulate, apply"));
}

TEST(UsageTest, AWordThatIsNoCommandIsNamed) {
  const Ran ran = Sh("natplan aply examples/stopped.toml");
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_THAT(ran.err,
              HasSubstr("\"aply\" stands where a command is expected, one of: plan, simulate, apply"));
  EXPECT_THAT(Sh("natplan add masquerad 10.0.0.0/8").err, HasSubstr("\"masquerad\" stands where"));
  EXPECT_THAT(Sh("natplan --wrong").err, HasSubstr("\"--wrong\" stands where"));
}

TEST(UsageTest, AWrongBackendInTheEnvironmentNamesTheVariable) {
  const Ran ran = Sh("NATPLAN_BACKEND=moon natplan plan examples/stopped.toml");
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_THAT(ran.err, HasSubstr("NATPLAN_BACKEND: \"moon\""));
  EXPECT_EQ(Sh("NATPLAN_BACKEND=moon natplan plan examples/stopped.toml --backend auto").exit_code, 0);
  EXPECT_EQ(Sh("NATPLAN_BACKEND= natplan plan examples/stopped.toml").exit_code, 0);
  EXPECT_EQ(Sh("NATPLAN_BACKEND=moon natplan simulate examples/stopped.toml").exit_code, 0);
}

TEST(UsageTest, TheEnvironmentChoosesTheBackendAndTheOptionWins) {
  const std::string iptables = Sh("natplan plan examples/stopped.toml --backend iptables").out;
  EXPECT_THAT(iptables, HasSubstr("*nat\n"));
  EXPECT_EQ(Sh("NATPLAN_BACKEND=iptables natplan plan examples/stopped.toml").out, iptables);
  EXPECT_EQ(Sh("NATPLAN_BACKEND=iptables natplan plan examples/stopped.toml --backend nftables").out,
            Sh("natplan plan examples/stopped.toml").out);
}

TEST(UsageTest, IptablesHasNoBytesToShow) {
  const Ran ran = Sh("natplan plan examples/stopped.toml --backend iptables --bytes");
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_EQ(ran.out, "");
}

TEST(UsageTest, TheOptionIsTheOwnerElseTheFileElseDefault) {
  EXPECT_THAT(Sh("natplan plan examples/owned.toml").out, HasSubstr("comment \"web\""));
  EXPECT_THAT(Sh("natplan plan examples/owned.toml --owner db").out,
              AllOf(HasSubstr("comment \"db\""), Not(HasSubstr("comment \"web\""))));
  EXPECT_THAT(Sh("natplan plan examples/stopped.toml").out, HasSubstr("comment \"default\""));
}

TEST(UsageTest, OwnersOfASimulationAreProgramsOfTheirOwn) {
  const std::string taken =
      "sed 's/8443/2222/; s/\"sctp\"/\"udp\"/' examples/owned.toml | natplan simulate examples/stopped.toml "
      "-";
  const Ran ran = Sh(taken);
  EXPECT_EQ(ran.exit_code, 1) << ran;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("owner \"default\""), HasSubstr("tcp port 2222")));
  EXPECT_EQ(Sh(taken + " --owner web").exit_code, 0);
}

}  // namespace
}  // namespace natplan::testing
