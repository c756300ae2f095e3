// Faults in the simulated kernel: what natplan does about each, and how it ends.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kThree =
    "natplan simulate examples/two_containers.toml examples/stopped.toml examples/restarted.toml";

// What the ruleset is in the end.
std::string RulesetIn(const std::string& out) {
  const std::size_t at = out.find("# the ruleset in the end");
  return at == std::string::npos ? "no ruleset in: " + out : out.substr(at);
}

TEST(FaultTest, WhatPassesLeavesWhatIsWanted) {
  const std::string wanted = RulesetIn(Sh(kThree).out);
  ASSERT_THAT(wanted, HasSubstr("192.168.202.242"));
  for (const std::string fault : {"flush-before@1", "flush-before@2", "flush-before@3", "lost-ack@1",
                                  "lost-ack@2", "lost-ack@3", "enobufs@1", "enobufs@2", "enobufs@3"}) {
    const Ran ran = Sh(std::string(kThree) + " --fault " + fault);
    EXPECT_EQ(ran.exit_code, 0) << fault << ": " << ran;
    EXPECT_EQ(RulesetIn(ran.out), wanted) << fault;
  }
}

TEST(FaultTest, SeveralFaultsMayComeTogether) {
  const Ran ran = Sh(std::string(kThree) + " --fault lost-ack@2 --fault flush-before@3 --fault enobufs@3");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  EXPECT_EQ(RulesetIn(ran.out), RulesetIn(Sh(kThree).out));
}

TEST(FaultTest, WithoutIpv6TheOtherFamilyIsAppliedAndTheResultSaysSo) {
  const Ran ran = Sh("natplan simulate examples/two_containers.toml --fault no-ip6");
  EXPECT_EQ(ran.exit_code, 4) << ran;
  EXPECT_THAT(ran.err, HasSubstr("ip6"));
  EXPECT_THAT(RulesetIn(ran.out), HasSubstr("table ip natplan {"));
  EXPECT_THAT(RulesetIn(ran.out), Not(HasSubstr("table ip6 natplan {")));
}

TEST(FaultTest, AKernelWithoutNatNamesTheMissingPiece) {
  const Ran ran = Sh("natplan simulate examples/two_containers.toml --fault no-nat");
  EXPECT_EQ(ran.exit_code, 4) << ran;
  EXPECT_THAT(ran.err, HasSubstr("chains of type \"nat\""));
  EXPECT_THAT(RulesetIn(ran.out), Not(HasSubstr("table ")));
}

TEST(FaultTest, AKernelWithoutNfTablesIsNamed) {
  const Ran ran = Sh("natplan simulate examples/two_containers.toml --fault no-nf-tables");
  EXPECT_EQ(ran.exit_code, 4) << ran;
  EXPECT_THAT(ran.err, HasSubstr("no nf_tables"));
}

TEST(FaultTest, WithoutPermissionItSaysWhatToDo) {
  const Ran ran = Sh("natplan simulate examples/two_containers.toml --fault no-permission");
  EXPECT_EQ(ran.exit_code, 3) << ran;
  EXPECT_THAT(ran.err, HasSubstr("run as root, or inside `unshare -Urn`"));
}

TEST(TraceTest, ShowsEachMessageAndEachAnswer) {
  const Ran ran = Sh("natplan simulate examples/stopped.toml --trace");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  for (const char* line : {"# > NFT_MSG_GETGEN ", "# < NFT_MSG_NEWGEN ", "# > NFNL_MSG_BATCH_BEGIN ",
                           "# > NFT_MSG_NEWTABLE ", "# > NFNL_MSG_BATCH_END ", "# < NLMSG_ERROR "}) {
    EXPECT_THAT(ran.out, HasSubstr(std::string("\n") + line));
  }
}

TEST(TraceTest, AnUnknownOutcomeLeadsToAReadingAndNotToARepetition) {
  const Ran ran = Sh("natplan simulate examples/stopped.toml --trace --fault enobufs@1");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  const std::string begin = "# > NFNL_MSG_BATCH_BEGIN ";
  const std::size_t sent = ran.out.find(begin);
  ASSERT_NE(sent, std::string::npos);
  EXPECT_EQ(ran.out.find(begin, sent + 1), std::string::npos);
  EXPECT_NE(ran.out.find("# < answers were lost", sent), std::string::npos);
  EXPECT_NE(ran.out.find("# > NFT_MSG_GETTABLE ", sent), std::string::npos);
}

TEST(FaultTest, JsonHoldsEachStepAndTheRuleset) {
  const Ran ran =
      Sh("natplan simulate examples/two_containers.toml examples/stopped.toml --json --fault no-ip6");
  EXPECT_EQ(ran.exit_code, 4) << ran;
  for (const char* key :
       {"\"steps\": [", "\"file\": \"examples/stopped.toml\"", "\"plan\": [", "\"monitor\": [",
        "\"result\": {", "\"changed\": true", "\"unsupported\": [", "\"ruleset\": \"table ip natplan {"}) {
    EXPECT_THAT(ran.out, HasSubstr(key));
  }
}

}  // namespace
}  // namespace natplan::testing
