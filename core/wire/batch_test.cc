#include "core/wire/batch.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/wire/message_reader.h"
#include "core/wire/test_bytes.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

constexpr std::uint16_t kRequest = 1;
constexpr std::uint16_t kAck = 4;
constexpr std::uint16_t kExclusive = 0x200;
constexpr std::uint16_t kCreate = 0x400;
constexpr std::uint16_t kAppend = 0x800;
constexpr std::uint8_t kIp = 2;
constexpr std::uint8_t kIp6 = 10;

const TableId kTable4 = {Family::kIp, "t"};
const TableId kTable6 = {Family::kIp6, "t"};

ByteString Begin(std::uint32_t sequence) { return Netlink(16, kRequest | kAck, sequence, {0, 0, 0, 10}); }
ByteString End(std::uint32_t sequence) { return Netlink(17, kRequest | kAck, sequence, {0, 0, 0, 10}); }

// The bytes of the one message that `operation` becomes.
ByteString OnlyMessage(const Operation& operation) {
  const EncodedBatch batch = Encode({.operations = {operation}}, 1);
  EXPECT_EQ(batch.messages.size(), 1u);
  const ByteString begin = Begin(1);
  const ByteString end = End(3);
  EXPECT_TRUE(std::equal(begin.begin(), begin.end(), batch.bytes.begin()));
  EXPECT_TRUE(
      std::equal(end.begin(), end.end(), batch.bytes.end() - static_cast<std::ptrdiff_t>(end.size())));
  return {batch.bytes.begin() + static_cast<std::ptrdiff_t>(begin.size()),
          batch.bytes.end() - static_cast<std::ptrdiff_t>(end.size())};
}

ByteString Value(std::uint16_t type, const ByteString& bytes) { return Nest(type, {Attr(1, bytes)}); }
ByteString Start(const ByteString& key) { return Nest(1, {Value(1, key)}); }
ByteString EndNode(const ByteString& key) { return Nest(1, {Value(1, key), Attr(3, Be32(1))}); }

ByteString ExpressionBytes(const std::string& name, std::initializer_list<ByteString> attributes) {
  return Nest(1, {Attr(1, Text(name)), Nest(2, attributes)});
}

TEST(Encode, SendsNothingForNothing) { EXPECT_TRUE(Encode({}, 1).bytes.empty()); }

TEST(Encode, EnsuresATableAsActive) {
  EXPECT_EQ(OnlyMessage(EnsureTable{kTable4}),
            Nft(0, kRequest | kAck | kCreate, 2, kIp, {Attr(1, Text("t")), Attr(2, Be32(0))}));
}

TEST(Encode, DeletesATable) {
  EXPECT_EQ(OnlyMessage(DeleteTable{kTable6}), Nft(2, kRequest | kAck, 2, kIp6, {Attr(1, Text("t"))}));
}

TEST(Encode, EnsuresAChainWithItsPolicy) {
  const EnsureChain chain = {
      kTable4, "prerouting", {.type = "nat", .hook = Hook::kPrerouting, .priority = -99}};
  EXPECT_EQ(OnlyMessage(chain),
            Nft(3, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(3, Text("prerouting")), Attr(7, Text("nat")),
                 Nest(4, {Attr(1, Be32(0)), Attr(2, {0xff, 0xff, 0xff, 0x9d})}), Attr(5, Be32(1))}));
}

TEST(Encode, FlushesAndDeletesAChain) {
  EXPECT_EQ(OnlyMessage(FlushChain{kTable4, "c"}),
            Nft(8, kRequest | kAck, 2, kIp, {Attr(1, Text("t")), Attr(2, Text("c"))}));
  EXPECT_EQ(OnlyMessage(DeleteChain{kTable4, "c"}),
            Nft(5, kRequest | kAck, 2, kIp, {Attr(1, Text("t")), Attr(3, Text("c"))}));
}

TEST(Encode, WritesCommentsAsNftDoes) {
  const ByteString comment = Join({{0, 4}, Text("web")});
  EXPECT_EQ(
      OnlyMessage(EnsureTable{kTable4, "web"}),
      Nft(0, kRequest | kAck | kCreate, 2, kIp, {Attr(1, Text("t")), Attr(2, Be32(0)), Attr(6, comment)}));
  EXPECT_EQ(OnlyMessage(AppendRule{kTable4, "c", {}, "web"}),
            Nft(6, kRequest | kAck | kCreate | kAppend, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("c")), Nest(4, {}), Attr(7, comment)}));
  const ByteString key(28, 9);
  const Element single = {.key = ElementKey(key), .data = {5, 6, 7}, .comment = "web"};
  EXPECT_EQ(OnlyMessage(AddElements{kTable4, "m", {}, false, {single, single}}),
            Nft(12, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("m")),
                 Nest(3, {Nest(1, {Value(1, key), Value(2, {5, 6, 7}), Attr(6, comment)}),
                          Nest(1, {Value(1, key), Value(2, {5, 6, 7}), Attr(6, comment)})})}));
}

TEST(Encode, PutsTheCommentOfARangeOnItsStart) {
  const Element range = {
      .kind = ElementKind::kRange, .key = {1, 0, 0, 0}, .end = {2, 0, 0, 0}, .comment = "web"};
  EXPECT_EQ(OnlyMessage(AddElements{kTable4, "s", kPrefixShape4, false, {range}}),
            Nft(12, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("s")),
                 Nest(3, {Nest(1, {Value(1, {1, 0, 0, 0}), Attr(6, Join({{0, 4}, Text("web")}))}),
                          EndNode({2, 0, 0, 0})})}));
  // An end has none.
  const Element end = {.kind = ElementKind::kEnd, .key = {3, 0, 0, 0}, .comment = "web"};
  EXPECT_EQ(OnlyMessage(AddElements{kTable4, "s", kPrefixShape4, false, {end}}),
            Nft(12, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {EndNode({3, 0, 0, 0})})}));
  // A delete finds it by its key.
  EXPECT_EQ(
      OnlyMessage(DeleteElements{kTable4, "s", kPrefixShape4, {range}}),
      Nft(14, kRequest | kAck, 2, kIp,
          {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {Start({1, 0, 0, 0}), EndNode({2, 0, 0, 0})})}));
}

TEST(Encode, DividesElementsWithCommentsByWhatTheyTake) {
  AddElements add{kTable4, "m", {}, false, {}};
  std::string comment(3, 'a');
  for (std::uint16_t i = 0; i < 3000; ++i) {
    add.elements.push_back({.key = {static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)},
                            .data = {1},
                            .comment = comment.substr(0, i % 4)});
  }
  const EncodedBatch batch = Encode({.operations = {add}}, 1);
  ASSERT_GT(batch.messages.size(), 1u);
  // The messages follow one another without a gap.
  Bytes rest = batch.bytes;
  std::size_t count = 0;
  while (NextMessage(rest)) ++count;
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(count, batch.messages.size() + 2);
}

TEST(Encode, DeletesARuleByItsHandle) {
  EXPECT_EQ(OnlyMessage(DeleteRule{kTable4, "c", 0x1234567890abcdef}),
            Nft(8, kRequest | kAck, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("c")), Attr(3, Be64(0x1234567890abcdef))}));
}

TEST(Encode, EnsuresTheOriginsSetAndMap) {
  EXPECT_EQ(OnlyMessage(EnsureSet{kTable4, "s", kPrefixShape4}),
            Nft(9, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("s")), Attr(10, Be32(1)), Attr(5, Be32(4)),
                 Attr(3, Be32(4)), Attr(4, Be32(7))}));
  EXPECT_EQ(OnlyMessage(EnsureSet{kTable6, "m", kPortShape6}),
            Nft(9, kRequest | kAck | kCreate, 2, kIp6,
                {Attr(1, Text("t")), Attr(2, Text("m")), Attr(10, Be32(1)), Attr(5, Be32(8)),
                 Attr(3, Be32(8)), Attr(4, Be32(781)), Attr(6, Be32(525)), Attr(7, Be32(20))}));
}

TEST(Encode, AddsTheOtherFlagsOfASet) {
  SetShape shape = kPrefixShape4;
  shape.other_flags = 0x10;
  EXPECT_EQ(OnlyMessage(EnsureSet{kTable4, "s", shape}),
            Nft(9, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("s")), Attr(10, Be32(1)), Attr(5, Be32(4)),
                 Attr(3, Be32(0x14)), Attr(4, Be32(7))}));
}

TEST(Encode, FlushesAndDeletesASet) {
  EXPECT_EQ(OnlyMessage(FlushSet{kTable4, "s"}),
            Nft(14, kRequest | kAck, 2, kIp, {Attr(1, Text("t")), Attr(2, Text("s"))}));
  EXPECT_EQ(OnlyMessage(DeleteSet{kTable4, "s"}),
            Nft(11, kRequest | kAck, 2, kIp, {Attr(1, Text("t")), Attr(2, Text("s"))}));
}

TEST(Encode, AppendsTheOriginsPreroutingRule) {
  EXPECT_EQ(OnlyMessage(Skeleton(kTable6)[6]),
            Nft(6, kRequest | kAck | kCreate | kAppend, 2, kIp6,
                {Attr(1, Text("t")), Attr(2, Text("prerouting")),
                 Nest(4, {ExpressionBytes("fib", {Attr(3, Be32(2)), Attr(2, Be32(3)), Attr(1, Be32(9))}),
                          ExpressionBytes(
                              "cmp", {Attr(1, Be32(9)), Attr(2, Be32(0)), Value(3, Host(std::uint32_t{2}))}),
                          ExpressionBytes("meta", {Attr(2, Be32(16)), Attr(1, Be32(9))}),
                          ExpressionBytes("payload", {Attr(1, Be32(10)), Attr(2, Be32(2)), Attr(3, Be32(2)),
                                                      Attr(4, Be32(2))}),
                          ExpressionBytes("lookup", {Attr(1, Text("map_port_ipport")), Attr(2, Be32(9)),
                                                     Attr(3, Be32(9))}),
                          ExpressionBytes("nat", {Attr(1, Be32(1)), Attr(2, Be32(10)), Attr(3, Be32(9)),
                                                  Attr(5, Be32(13))})})}));
}

TEST(Encode, AppendsMasqueradeWithoutData) {
  EXPECT_EQ(OnlyMessage(AppendRule{kTable4, "c", {MasqueradeExpression{}}}),
            Nft(6, kRequest | kAck | kCreate | kAppend, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("c")), Nest(4, {Nest(1, {Attr(1, Text("masq"))})})}));
}

// The checklist's items 10 and 11: start and end stand side by side, the end with its flag.
TEST(Encode, SendsARangeAsStartAndEnd) {
  const std::vector<Element> ranges = {
      {.kind = ElementKind::kRange, .key = {10, 1, 2, 3}, .end = {10, 1, 2, 4}},
      {.kind = ElementKind::kRange, .key = {10, 0, 2, 0}, .end = {10, 0, 2, 16}}};
  const ByteString list =
      Nest(3, {Start({10, 1, 2, 3}), EndNode({10, 1, 2, 4}), Start({10, 0, 2, 0}), EndNode({10, 0, 2, 16})});

  EXPECT_EQ(OnlyMessage(AddElements{kTable4, "s", kPrefixShape4, true, ranges}),
            Nft(12, kRequest | kAck | kCreate | kExclusive, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("s")), list}));
  EXPECT_EQ(OnlyMessage(DeleteElements{kTable4, "s", kPrefixShape4, ranges}),
            Nft(14, kRequest | kAck, 2, kIp, {Attr(1, Text("t")), Attr(2, Text("s")), list}));
}

// Item 12: a range that reaches the top has no end.
TEST(Encode, SendsAnOpenRangeAsItsStartAlone) {
  EXPECT_EQ(OnlyMessage(AddElements{
                kTable4, "s", kPrefixShape4, false, {{.kind = ElementKind::kRange, .key = {240, 0, 0, 0}}}}),
            Nft(12, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {Start({240, 0, 0, 0})})}));
}

TEST(Encode, SendsLoneNodes) {
  EXPECT_EQ(
      OnlyMessage(DeleteElements{kTable4,
                                 "s",
                                 kPrefixShape4,
                                 {{.kind = ElementKind::kStart, .key = {1, 0, 0, 0}},
                                  {.kind = ElementKind::kEnd, .key = {2, 0, 0, 0}}}}),
      Nft(14, kRequest | kAck, 2, kIp,
          {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {Start({1, 0, 0, 0}), EndNode({2, 0, 0, 0})})}));
}

// Items 19 and 20: the bytes of the origin's map, and no EXCL unless it is asked for.
TEST(Encode, SendsAMapsElementWithItsDataAndDeletesItByItsKey) {
  const AddElements forwards = Forwards(kTable4);
  const ByteString key = Value(1, {6, 0, 0, 0, 0x12, 0x67, 0, 0});
  const ByteString data = Value(2, {1, 2, 3, 4, 0x03, 0x2f, 0, 0});
  EXPECT_EQ(OnlyMessage(forwards),
            Nft(12, kRequest | kAck | kCreate, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("map_port_ipport")), Nest(3, {Nest(1, {key, data})})}));
  EXPECT_EQ(OnlyMessage(DeleteElements{kTable4, "map_port_ipport", kPortShape4, forwards.elements}),
            Nft(14, kRequest | kAck, 2, kIp,
                {Attr(1, Text("t")), Attr(2, Text("map_port_ipport")), Nest(3, {Nest(1, {key})})}));
}

// A list without entries is nothing to do; a DELSETELEM without a list would flush the set.
TEST(Encode, SendsAnEmptyListForNoElements) {
  EXPECT_EQ(OnlyMessage(DeleteElements{kTable4, "s", kPrefixShape4, {}}),
            Nft(14, kRequest | kAck, 2, kIp, {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {})}));
}

TEST(Encode, NumbersSetsWithinTheBatch) {
  const EncodedBatch batch = Encode(
      {.operations = {EnsureSet{kTable4, "a", kPrefixShape4}, EnsureSet{kTable6, "b", kPrefixShape6}}}, 1);
  const ByteString second = Attr(10, Be32(2));
  const auto message = batch.bytes.begin() + static_cast<std::ptrdiff_t>(batch.messages[1].offset);
  EXPECT_NE(std::search(message, batch.bytes.end(), second.begin(), second.end()), batch.bytes.end());
}

TEST(Encode, AsksForAnswersToBeginTheLastMessageAndEndOnly) {
  const EncodedBatch batch = Encode({.operations = Skeleton(kTable4)}, 1);
  ASSERT_EQ(batch.messages.size(), 9u);
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    EXPECT_EQ((batch.bytes[batch.messages[i].offset + 6] & kAck) != 0, i == 8) << i;
  }
}

TEST(Encode, RequiresAGeneration) {
  const EncodedBatch batch =
      Encode({.operations = {EnsureTable{kTable4}}, .required_generation = 0x01020304}, 1);
  const ByteString begin = Netlink(16, kRequest | kAck, 1, Join({{0, 0, 0, 10}, Attr(1, {1, 2, 3, 4})}));
  EXPECT_TRUE(std::equal(begin.begin(), begin.end(), batch.bytes.begin()));
}

TEST(Encode, LeavesTheEndOutOfACheck) {
  const EncodedBatch batch = Encode({.operations = {EnsureTable{kTable4}}, .check_only = true}, 1);
  EXPECT_EQ(batch.end_sequence, 0u);
  EXPECT_EQ(
      batch.bytes,
      Join({Begin(1), Nft(0, kRequest | kAck | kCreate, 2, kIp, {Attr(1, Text("t")), Attr(2, Be32(0))})}));
}

// Item 27: consecutive, never 0.
TEST(Encode, WrapsSequenceNumbersPastZero) {
  const EncodedBatch batch =
      Encode({.operations = {EnsureTable{kTable4}, EnsureTable{kTable6}}}, UINT32_MAX - 1);
  EXPECT_EQ(batch.begin_sequence, UINT32_MAX - 1);
  EXPECT_EQ(batch.messages[0].sequence, UINT32_MAX);
  EXPECT_EQ(batch.messages[1].sequence, 1u);
  EXPECT_EQ(batch.end_sequence, 2u);
}

std::vector<Element> ManyForwards(std::size_t count) {
  std::vector<Element> elements;
  for (std::size_t i = 0; i < count; ++i) {
    elements.push_back(
        {.key = {6, 0, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), 0, 0},
         .data = {1, 2, 3, 4, 0, 80, 0, 0}});
  }
  return elements;
}

TEST(Encode, PacksAsManyElementsAsAListTakes) {
  const EncodedBatch batch =
      Encode({.operations = {EnsureTable{kTable4},
                             AddElements{kTable4, "m", kPortShape4, false, ManyForwards(4000)}}},
             1);

  // 36 bytes each in a list of 65531.
  ASSERT_EQ(batch.messages.size(), 4u);
  EXPECT_EQ(batch.messages[1].first_element, 0u);
  EXPECT_EQ(batch.messages[2].first_element, 1820u);
  EXPECT_EQ(batch.messages[3].first_element, 3640u);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(batch.messages[i].operation, 1u);
  EXPECT_EQ(batch.messages[2].offset - batch.messages[1].offset, 16u + 4 + 8 + 8 + 4 + 1820 * 36);
}

// 4094 times 16 bytes and once 28 are 65532: one more than a list takes.
TEST(Encode, CountsTheHeaderOfTheList) {
  std::vector<Element> elements(4094, {.kind = ElementKind::kStart, .key = {1, 2, 3, 4}});
  elements.push_back({.kind = ElementKind::kStart, .key = ElementKey(ByteString(16))});
  const EncodedBatch batch =
      Encode({.operations = {AddElements{kTable4, "s", kPrefixShape4, true, elements}}}, 1);
  ASSERT_EQ(batch.messages.size(), 2u);
  EXPECT_EQ(batch.messages[1].first_element, 4094u);
}

TEST(Encode, NeverSplitsARange) {
  std::vector<Element> ranges;
  for (std::size_t i = 0; i < 2000; ++i) {
    const auto high = static_cast<std::uint8_t>(i >> 8);
    const auto low = static_cast<std::uint8_t>(i);
    ranges.push_back({.kind = ElementKind::kRange, .key = {10, high, low, 0}, .end = {10, high, low, 16}});
  }
  const EncodedBatch batch =
      Encode({.operations = {AddElements{kTable4, "s", kPrefixShape4, true, ranges}}}, 1);

  // 40 bytes each.
  ASSERT_EQ(batch.messages.size(), 2u);
  EXPECT_EQ(batch.messages[1].first_element, 1638u);
  EXPECT_EQ(batch.messages[0].nodes_per_element, 2u);
}

TEST(Encode, PutsElementsOfOneAndOfTwoNodesIntoDifferentMessages) {
  const EncodedBatch batch = Encode({.operations = {Prefixes(kTable4)}}, 1);
  ASSERT_EQ(batch.messages.size(), 2u);
  EXPECT_EQ(batch.messages[0].nodes_per_element, 2u);
  EXPECT_EQ(batch.messages[1].nodes_per_element, 1u);
  EXPECT_EQ(batch.messages[1].first_element, 1u);
}

TEST(Encode, ReservesEnoughForAllElements) {
  const EncodedBatch batch =
      Encode({.operations = {AddElements{kTable4, "m", kPortShape4, false, ManyForwards(10000)}}}, 1);
  // A vector that had to grow would have at least half as much again.
  EXPECT_LT(batch.bytes.capacity(), batch.bytes.size() + batch.bytes.size() / 10);
}

// What netlink cannot express is sent as a message that the kernel refuses, not as a shorter one.
TEST(Encode, SendsNoAttributesWhereOneIsTooLong) {
  const TableId table = {Family::kIp, std::string(70000, 'x')};
  EXPECT_EQ(OnlyMessage(EnsureTable{table}), Nft(0, kRequest | kAck | kCreate, 2, kIp, {}));
  EXPECT_EQ(OnlyMessage(AddElements{table, "m", kPortShape4, false, ManyForwards(10)}),
            Nft(12, kRequest | kAck | kCreate, 2, kIp, {}));
  const UnknownExpression large = {.name = "warp", .detail = ByteString(40000)};
  EXPECT_EQ(OnlyMessage(AppendRule{kTable4, "c", {large, large}}),
            Nft(6, kRequest | kAck | kCreate | kAppend, 2, kIp, {}));
}

}  // namespace
}  // namespace natplan::wire
