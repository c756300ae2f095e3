#include "kernel_sim/listing/list_ruleset.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "kernel_sim/listing/dump_request.h"
#include "kernel_sim/listing/live_kernel_for_test.h"
#include "kernel_sim/listing/origin_batches_for_test.h"
#include "kernel_sim/listing/rulesets_for_test.h"

namespace natplan::kernel_sim {
namespace {

using Datagrams = std::vector<std::vector<std::uint8_t>>;

void Append(Datagrams& to, Datagrams from) {
  for (std::vector<std::uint8_t>& datagram : from) to.push_back(std::move(datagram));
}

Datagrams DumpLiveKernel() {
  LiveSocket socket;
  Datagrams datagrams;
  std::uint32_t sequence = 0;
  for (const Dump dump : {Dump::kTables, Dump::kChains, Dump::kSets, Dump::kRules}) {
    Append(datagrams, socket.DumpOf(DumpRequest(dump, ++sequence)));
  }
  const auto ruleset = DecodeDumps(datagrams);
  if (!ruleset) return datagrams;
  for (const listing::SetKey& set : ruleset->set_order) {
    Append(datagrams, socket.DumpOf(ElementsDumpRequest(set, ++sequence)));
  }
  return datagrams;
}

class ListingOfLiveKernel : public testing::TestWithParam<NamedRuleset> {
 protected:
  void SetUp() override {
    if (const std::string reason = EnterNamespace(); !reason.empty()) GTEST_SKIP() << reason;
    ASSERT_TRUE(RunNft("flush ruleset\n"));
  }
};

TEST_P(ListingOfLiveKernel, EqualsNftsText) {
  ASSERT_TRUE(RunNft(GetParam().text));
  const auto ruleset = DecodeDumps(DumpLiveKernel());
  ASSERT_TRUE(ruleset.has_value()) << ruleset.error();
  const std::string ours = ListRuleset(*ruleset);
  EXPECT_NE(ours, "");
  EXPECT_EQ(ours, OutputOf("nft list ruleset"));
}

TEST_P(ListingOfLiveKernel, LoadsAgainToTheSameText) {
  ASSERT_TRUE(RunNft(GetParam().text));
  const auto before = DecodeDumps(DumpLiveKernel());
  ASSERT_TRUE(before.has_value()) << before.error();
  ASSERT_TRUE(RunNft("flush ruleset\n" + ListRuleset(*before)));
  const auto after = DecodeDumps(DumpLiveKernel());
  ASSERT_TRUE(after.has_value()) << after.error();
  EXPECT_EQ(ListRuleset(*after), ListRuleset(*before));
}

INSTANTIATE_TEST_SUITE_P(Rulesets, ListingOfLiveKernel, testing::ValuesIn(NamedRulesets()),
                         [](const auto& ruleset) { return ruleset.param.name; });

TEST(ListRuleset, PrintsTheOriginsTableAsNftDoes) {
  if (const std::string reason = EnterNamespace(); !reason.empty()) GTEST_SKIP() << reason;
  ASSERT_TRUE(RunNft("flush ruleset\n"));
  LiveSocket socket;
  for (const char* batch : kOriginBatches) socket.Send(FromHex(batch));
  const auto ruleset = DecodeDumps(DumpLiveKernel());
  ASSERT_TRUE(ruleset.has_value()) << ruleset.error();
  const std::string ours = ListRuleset(*ruleset);
  EXPECT_EQ(ours, OutputOf("nft list ruleset"));
  EXPECT_NE(ours.find("tcp . 4711 : 1.2.3.4 . 815"), std::string::npos);
}

TEST(DecodeDumps, SaysWhatIsMalformedAtEveryCutAndNeverReadsBeyond) {
  if (const std::string reason = EnterNamespace(); !reason.empty()) GTEST_SKIP() << reason;
  ASSERT_TRUE(RunNft("flush ruleset\n" + NamedRulesets().front().text));
  for (const std::vector<std::uint8_t>& whole : DumpLiveKernel()) {
    for (std::size_t size = 1; size < whole.size(); ++size) {
      // A heap block of exactly that size: the sanitizer sees the first byte read after it.
      const std::vector<std::vector<std::uint8_t>> cut = {
          std::vector<std::uint8_t>(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))};
      const auto ruleset = DecodeDumps(cut);
      if (ruleset) {
        // A cut between two messages leaves a sound, shorter dump.
        EXPECT_LT(ListRuleset(*ruleset).size(), std::size_t{1} << 20);
      } else {
        EXPECT_FALSE(ruleset.error().empty());
      }
    }
  }
}

TEST(DecodeDumps, TakesAnyChangedByteWithoutCrash) {
  if (const std::string reason = EnterNamespace(); !reason.empty()) GTEST_SKIP() << reason;
  ASSERT_TRUE(RunNft("flush ruleset\n" + NamedRulesets().front().text));
  for (std::vector<std::uint8_t> datagram : DumpLiveKernel()) {
    for (std::uint8_t& byte : datagram) {
      const std::uint8_t before = byte;
      for (const int change : {0x01, 0x80, 0xff}) {
        byte = static_cast<std::uint8_t>(before ^ change);
        const std::vector<std::vector<std::uint8_t>> datagrams = {datagram};
        if (const auto ruleset = DecodeDumps(datagrams)) (void)ListRuleset(*ruleset);
      }
      byte = before;
    }
  }
}

TEST(DecodeDumps, RefusesAMessageThatEndsBeforeItsHeader) {
  const std::vector<std::vector<std::uint8_t>> datagrams = {{20, 0, 0, 0, 0, 10}};
  EXPECT_FALSE(DecodeDumps(datagrams).has_value());
}

TEST(ListRuleset, OfNothingIsEmpty) { EXPECT_EQ(ListRuleset(Ruleset()), ""); }

}  // namespace
}  // namespace natplan::kernel_sim
