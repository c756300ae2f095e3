#include "cli/json.h"

#include <string>
#include <utility>
#include <vector>

#include "core/plan/layout.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
const TableId kTable{Family::kIp6, "natplan"};

TEST(JsonTest, AnErrorHasAllItsFields) {
  const Error error{.code = ErrorCode::kConflict,
                    .errno_value = 17,
                    .operation = "a",
                    .ours = "b",
                    .theirs = "c",
                    .text = "d"};
  EXPECT_EQ(ToJson(error).dump(),
            R"({"code":"conflict","errno":17,"operation":"a","ours":"b","theirs":"c","text":"d"})");
}

TEST(JsonTest, EachLineOfATransactionIsAnObject) {
  const SetShape shape = MasqueradeShape(Family::kIp6);
  const Element one = ToElement(Prefix::Parse("fd00::/64").value());
  const Element other = ToElement(Prefix::Parse("fd01::/64").value());
  const Json json = ToJson(Transaction{
      .operations = {EnsureTable{kTable}, AddElements{kTable, kMasqueradeSet, shape, false, {one, other}}}});
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(
      json[0].dump(),
      R"({"verb":"add","object":"table","family":"ip6","table":"natplan","name":"natplan","text":"add table ip6 natplan"})");
  EXPECT_EQ(json[2].dump(),
            R"({"verb":"add","object":"element","family":"ip6","table":"natplan","name":"masq_saddr",)"
            R"("text":"add element ip6 natplan masq_saddr { fd01::/64 }"})");
}

TEST(JsonTest, EachOperationHasAVerbAndAnObject) {
  const Json json = ToJson(
      Transaction{.operations = {DeleteTable{kTable}, EnsureChain{kTable, "c", {}}, DeleteChain{kTable, "c"},
                                 FlushChain{kTable, "c"}, EnsureSet{kTable, "s", {}}, DeleteSet{kTable, "s"},
                                 DeleteSet{kTable, "m", true}, FlushSet{kTable, "s"},
                                 AppendRule{kTable, "c", {}}, DeleteRule{kTable, "c", 7}}});
  std::vector<std::string> words;
  for (const Json& one : json) {
    words.push_back(one["verb"].get<std::string>() + " " + one["object"].get<std::string>() + " " +
                    one["name"].get<std::string>());
  }
  EXPECT_THAT(words, ElementsAre("delete table natplan", "add chain c", "delete chain c", "flush chain c",
                                 "add set s", "delete set s", "delete map m", "flush set s", "add rule c",
                                 "delete rule c"));
}

TEST(JsonTest, AReportHasAllItsFieldsEvenIfTheyAreEmpty) {
  EXPECT_EQ(
      ToJson(Report{.generation = 7}).dump(),
      R"({"changed":false,"generation":7,"first_step":[],"operations":[],"foreign":[],"lost":[],"unsupported":[],)"
      R"("backend":"nftables","reason":"","iptables":[],"notes":[],"retries":0})");
}

TEST(JsonTest, AReportOfIptablesHasTheLinesWithTheirFamilies) {
  const Report report{
      .changed = true,
      .by_iptables = true,
      .iptables = {{std::vector<std::string>{"-I POSTROUTING 1 -j MASQUERADE"}, {"-D OUTPUT -j DNAT"}}},
      .notes = {"a"}};
  const Json json = ToJson(report, {.name = "iptables", .reason = "no nat"});
  EXPECT_EQ(json["backend"], "iptables");
  EXPECT_EQ(json["reason"], "no nat");
  EXPECT_EQ(json["iptables"].dump(), R"(["ip: -I POSTROUTING 1 -j MASQUERADE","ip6: -D OUTPUT -j DNAT"])");
  EXPECT_EQ(json["notes"].dump(), R"(["a"])");
}

}  // namespace
}  // namespace natplan::cli
