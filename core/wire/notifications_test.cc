#include "core/wire/notifications.h"

#include <cstring>
#include <string>
#include <vector>

#include "core/wire/test_bytes.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

constexpr std::uint8_t kIp = 2;
constexpr std::uint8_t kIp6 = 10;
constexpr std::uint8_t kNewTable = 0;
constexpr std::uint8_t kDeleteTable = 2;
constexpr std::uint8_t kNewChain = 3;
constexpr std::uint8_t kDeleteChain = 5;
constexpr std::uint8_t kNewRule = 6;
constexpr std::uint8_t kDeleteRule = 8;
constexpr std::uint8_t kNewSet = 9;
constexpr std::uint8_t kDeleteSet = 11;
constexpr std::uint8_t kNewElement = 12;
constexpr std::uint8_t kDeleteElement = 14;
constexpr std::uint8_t kNewGeneration = 15;
constexpr std::uint8_t kNewObject = 18;
constexpr std::uint8_t kDestroyTable = 26;
constexpr std::uint8_t kDestroyChain = 27;
constexpr std::uint8_t kDestroyRule = 28;
constexpr std::uint8_t kDestroySet = 29;
constexpr std::uint8_t kDestroyElement = 30;
constexpr std::uint8_t kDestroyObject = 31;
constexpr std::uint8_t kDestroyFlowtable = 32;
constexpr std::uint32_t kPort = 4711;

const TableId kTable4 = {Family::kIp, "t"};
const TableId kTable6 = {Family::kIp6, "t"};

// The message with the port id of the socket that made the change.
ByteString From(std::uint32_t port, ByteString message) {
  std::memcpy(message.data() + 12, &port, sizeof(port));
  return message;
}

ByteString Told(std::uint8_t number, std::initializer_list<ByteString> attributes) {
  return From(kPort, Nft(number, 0, 9, kIp, attributes));
}

ByteString Generation(std::uint32_t number) {
  return From(kPort, Nft(kNewGeneration, 0, 9, 0,
                         {Attr(1, Be32(number)), Attr(2, Be32(77)), Attr(3, Text("n\x1b[m"))}));
}

ByteString Value(std::uint16_t type, const ByteString& bytes) { return Nest(type, {Attr(1, bytes)}); }
ByteString Node(const ByteString& key) { return Nest(1, {Value(1, key)}); }
ByteString EndNode(const ByteString& key) { return Nest(1, {Value(1, key), Attr(3, Be32(1))}); }
ByteString Elements(std::uint8_t number, const std::string& set, std::initializer_list<ByteString> elements) {
  return Told(number, {Attr(1, Text("t")), Attr(2, Text(set)), Nest(3, elements)});
}
ByteString Set(const std::string& name, std::uint32_t flags) {
  return Told(kNewSet, {Attr(1, Text("t")), Attr(2, Text(name)), Attr(3, Be32(flags)), Attr(4, Be32(7)),
                        Attr(5, Be32(4))});
}

// What one batch of these messages, each in a datagram of its own, is read as.
CommittedBatch BatchOf(std::initializer_list<ByteString> messages,
                       std::size_t max_changes = NotificationReader::kMaxChanges) {
  NotificationReader reader({kTable4, kTable6}, max_changes);
  for (const ByteString& message : messages) reader.Add(message);
  EXPECT_FALSE(reader.Take());
  reader.Add(Generation(8));
  const auto batch = reader.Take();
  EXPECT_FALSE(reader.Take());
  return batch.value_or(CommittedBatch{});
}

std::vector<Operation> OperationsIn(const CommittedBatch& batch) {
  EXPECT_TRUE(batch.whole);
  std::vector<Operation> out;
  for (const Change& change : batch.changes) {
    EXPECT_EQ(change.port, kPort);
    EXPECT_EQ(change.other, "");
    if (change.operation) out.push_back(*change.operation);
  }
  return out;
}

TEST(NotificationReader, ABatchEndsWithItsGenerationAndItsAuthor) {
  EXPECT_EQ(BatchOf({}),
            (CommittedBatch{.generation = 8, .port = kPort, .process = 77, .process_name = "n\x1b[m"}));
}

TEST(NotificationReader, EachChangeIsAnOperation) {
  const ByteString comment = Join({{0, 4}, Text("web")});
  const BaseChain base = {"nat", Hook::kPostrouting, 101, Policy::kDrop};
  EXPECT_EQ(
      OperationsIn(BatchOf({Told(kNewTable, {Attr(1, Text("t")), Attr(2, Be32(0)), Attr(6, comment)}),
                            Told(kNewChain, {Attr(1, Text("t")), Attr(3, Text("c")),
                                             Nest(4, {Attr(1, Be32(4)), Attr(2, Be32(101))}),
                                             Attr(5, Be32(0)), Attr(7, Text("nat"))}),
                            Set("s", 4),
                            Told(kNewRule, {Attr(1, Text("t")), Attr(2, Text("c")), Attr(3, Be64(5)),
                                            Nest(4, {Nest(1, {Attr(1, Text("masq"))})}), Attr(7, comment)}),
                            Told(kDeleteRule, {Attr(1, Text("t")), Attr(2, Text("c")), Attr(3, Be64(6))}),
                            Told(kDeleteSet, {Attr(1, Text("t")), Attr(2, Text("s")), Attr(3, Be32(4))}),
                            Told(kDeleteChain, {Attr(1, Text("t")), Attr(3, Text("c"))}),
                            Told(kDeleteTable, {Attr(1, Text("t"))})})),
      (std::vector<Operation>{EnsureTable{kTable4, "web"}, EnsureChain{kTable4, "c", base},
                              EnsureSet{kTable4, "s", kPrefixShape4},
                              AppendRule{kTable4, "c", {MasqueradeExpression{}}, "web"},
                              DeleteRule{kTable4, "c", 6}, DeleteSet{kTable4, "s"}, DeleteChain{kTable4, "c"},
                              DeleteTable{kTable4}}));
}

TEST(NotificationReader, ADeletedRuleIsToldWithWhatItSaid) {
  const ByteString comment = {0, 4, 'w', 'e', 'b', 0};
  const CommittedBatch batch =
      BatchOf({Told(kDeleteRule, {Attr(1, Text("t")), Attr(2, Text("c")), Attr(3, Be64(6)),
                                  Nest(4, {Nest(1, {Attr(1, Text("masq"))})}), Attr(7, comment)})});
  EXPECT_EQ(batch.changes.at(0).operation, Operation(DeleteRule{kTable4, "c", 6}));
  EXPECT_EQ(batch.changes.at(0).deleted, (AppendRule{kTable4, "c", {MasqueradeExpression{}}, "web"}));
}

TEST(NotificationReader, TheNodesOfARangeThatStandSideBySideAreOneElement) {
  EXPECT_EQ(OperationsIn(BatchOf({Set("s", 4), Elements(kNewElement, "s", {Node({10, 0, 0, 0})}),
                                  Elements(kNewElement, "s", {EndNode({11, 0, 0, 0})}),
                                  Elements(kNewElement, "s", {Node({240, 0, 0, 0})}),
                                  Elements(kDeleteElement, "s", {Node({1, 0, 0, 0}), EndNode({2, 0, 0, 0})}),
                                  Elements(kDeleteElement, "s", {EndNode({3, 0, 0, 0})})})),
            (std::vector<Operation>{
                EnsureSet{kTable4, "s", kPrefixShape4},
                AddElements{kTable4,
                            "s",
                            kPrefixShape4,
                            false,
                            {{.kind = ElementKind::kRange, .key = {10, 0, 0, 0}, .end = {11, 0, 0, 0}},
                             {.kind = ElementKind::kStart, .key = {240, 0, 0, 0}}}},
                DeleteElements{kTable4,
                               "s",
                               kPrefixShape4,
                               {{.kind = ElementKind::kRange, .key = {1, 0, 0, 0}, .end = {2, 0, 0, 0}},
                                {.kind = ElementKind::kEnd, .key = {3, 0, 0, 0}}}}}));
}

TEST(NotificationReader, SetsAreKnownFromASnapshotToo) {
  NotificationReader reader({kTable4});
  reader.Learn({.tables = {{.id = kTable4, .sets = {{.name = "m", .shape = kPortShape4}}}}});
  reader.Add(Join({Elements(kNewElement, "m", {Nest(1, {Value(1, {6}), Value(2, {1, 2, 3, 4})})}),
                   Told(kDeleteSet, {Attr(1, Text("t")), Attr(2, Text("m"))}), Generation(2)}));
  EXPECT_EQ(OperationsIn(reader.Take().value()),
            (std::vector<Operation>{
                AddElements{kTable4, "m", kPortShape4, false, {{.key = {6}, .data = {1, 2, 3, 4}}}},
                DeleteSet{kTable4, "m", true}}));
}

TEST(NotificationReader, ASetThatIsDeletedIsNotKnownAnyMore) {
  const ByteString element = Elements(kNewElement, "s", {Node({1})});
  const Operation unknown = AddElements{kTable4, "s", {}, false, {{.key = {1}}}};
  EXPECT_EQ(OperationsIn(
                BatchOf({Set("s", 4), Told(kDeleteSet, {Attr(1, Text("t")), Attr(2, Text("s"))}), element}))
                .back(),
            unknown);
  EXPECT_EQ(OperationsIn(BatchOf({Set("s", 4), Told(kDeleteTable, {Attr(1, Text("t"))}), element})).back(),
            unknown);
}

TEST(NotificationReader, OnlySoManySetsAreKnown) {
  NotificationReader reader({kTable4});
  for (std::size_t i = 0; i <= NotificationReader::kMaxSets; ++i) reader.Add(Set(std::to_string(i), 4));
  reader.Add(Generation(2));
  (void)reader.Take();
  const std::string last = std::to_string(NotificationReader::kMaxSets);
  reader.Add(Join({Elements(kNewElement, "0", {Node({1})}), Elements(kNewElement, last, {Node({1})}),
                   Set("0", 0), Elements(kNewElement, "0", {Node({2})}), Generation(3)}));
  EXPECT_EQ(OperationsIn(reader.Take().value()),
            (std::vector<Operation>{
                AddElements{kTable4, "0", kPrefixShape4, false, {{.kind = ElementKind::kStart, .key = {1}}}},
                AddElements{kTable4, last, {}, false, {{.key = {1}}}},
                EnsureSet{kTable4, "0", {.key_type = 7, .key_length = 4}},
                AddElements{kTable4, "0", {.key_type = 7, .key_length = 4}, false, {{.key = {2}}}}}));
}

TEST(NotificationReader, ElementsOfTwoSetsTablesOrSocketsAreTwoChanges) {
  const ByteString one = Elements(kNewElement, "s", {Node({1})});
  const ByteString ip6 = From(
      kPort, Nft(kNewElement, 0, 9, kIp6, {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {Node({1})})}));
  EXPECT_EQ(BatchOf({one, one}).changes.size(), 1u);
  for (const ByteString& other : {Elements(kNewElement, "other", {Node({1})}), ip6, From(kPort + 1, one),
                                  Elements(kDeleteElement, "s", {Node({1})})}) {
    EXPECT_EQ(BatchOf({one, other}).changes.size(), 2u);
  }
}

TEST(NotificationReader, DestroyIsToldAsDelete) {
  const ByteString table = Attr(1, Text("t"));
  EXPECT_EQ(
      OperationsIn(BatchOf({Told(kDestroyRule, {table, Attr(2, Text("c")), Attr(3, Be64(6))}),
                            Told(kDestroySet, {table, Attr(2, Text("m")), Attr(3, Be32(8))}),
                            Told(kDestroyChain, {table, Attr(3, Text("c"))}), Told(kDestroyTable, {table})})),
      (std::vector<Operation>{DeleteRule{kTable4, "c", 6}, DeleteSet{kTable4, "m", true},
                              DeleteChain{kTable4, "c"}, DeleteTable{kTable4}}));
  const CommittedBatch others = BatchOf({Told(kDestroyObject, {table, Attr(2, Text("o"))}),
                                         Told(kDestroyFlowtable, {table, Attr(2, Text("f"))})});
  EXPECT_EQ(others.changes.at(0).other, "delete object ip t o");
  EXPECT_EQ(others.changes.at(1).other, "delete flowtable ip t f");
}

TEST(NotificationReader, ElementsOfASetThatIsNotKnownHaveNoShape) {
  EXPECT_EQ(OperationsIn(BatchOf({Elements(kDestroyElement, "x", {Node({1, 2}), EndNode({3})})})),
            (std::vector<Operation>{DeleteElements{
                kTable4, "x", {}, {{.key = {1, 2}}, {.kind = ElementKind::kEnd, .key = {3}}}}}));
}

TEST(NotificationReader, WhatNoOperationSaysIsALine) {
  const CommittedBatch batch = BatchOf({Told(kNewTable, {Attr(1, Text("t")), Attr(2, Be32(1))}),
                                        Told(kNewChain, {Attr(1, Text("t")), Attr(3, Text("c"))}),
                                        Told(kNewObject, {Attr(1, Text("t")), Attr(2, Text("seen"))}),
                                        Elements(kNewElement, "s", {Nest(1, {Attr(3, Be32(2))})})});
  std::vector<std::string> lines;
  for (const Change& change : batch.changes) {
    EXPECT_FALSE(change.operation);
    lines.push_back(change.other);
  }
  EXPECT_EQ(lines, (std::vector<std::string>{"add table ip t { flags dormant; }", "add chain ip t c",
                                             "add object ip t seen",
                                             "add element ip t s of a kind that natplan does not know"}));
  EXPECT_TRUE(batch.whole);
}

TEST(NotificationReader, ChangesOfOtherTablesArePassedOver) {
  const CommittedBatch batch = BatchOf({Told(kNewTable, {Attr(1, Text("other"))}),
                                        From(kPort, Nft(kNewTable, 0, 9, 1, {Attr(1, Text("t"))})),  // inet
                                        From(kPort, Nft(kNewTable, 0, 9, kIp6, {Attr(1, Text("t"))}))});
  EXPECT_EQ(OperationsIn(batch), (std::vector<Operation>{EnsureTable{kTable6}}));
}

TEST(NotificationReader, BeyondTheLimitChangesAreCounted) {
  const ByteString rule = Told(kNewRule, {Attr(1, Text("t")), Attr(2, Text("c")), Attr(3, Be64(5))});
  const CommittedBatch batch =
      BatchOf({Elements(kNewElement, "s", {Node({1}), Node({2}), Node({3})}), rule, rule}, 2);
  ASSERT_EQ(batch.changes.size(), 1u);
  EXPECT_EQ(std::get<AddElements>(*batch.changes[0].operation).elements.size(), 2u);
  EXPECT_EQ(batch.omitted, 3u);
  const CommittedBatch none = BatchOf({Elements(kNewElement, "s", {Node({1}), Node({2})}), rule}, 0);
  EXPECT_TRUE(none.changes.empty());
  EXPECT_EQ(none.omitted, 3u);
  EXPECT_TRUE(none.whole);
}

TEST(NotificationReader, EachBatchHasTheWholeLimit) {
  NotificationReader reader({kTable4}, 1);
  const ByteString table = Told(kNewTable, {Attr(1, Text("t"))});
  reader.Add(Join({table, table, Generation(2), table, Generation(3)}));
  EXPECT_EQ(reader.Take().value().omitted, 1u);
  EXPECT_EQ(reader.Take().value().omitted, 0u);
  reader.Add(table);
  reader.Restart();
  reader.Add(Join({table, Generation(5)}));
  EXPECT_EQ(reader.Take().value().omitted, 0u);
}

TEST(NotificationReader, ARangeAtTheLimitIsWhole) {
  const CommittedBatch batch = BatchOf(
      {Set("s", 4), Elements(kNewElement, "s", {Node({1}), EndNode({2}), Node({3}), EndNode({4})})}, 2);
  EXPECT_EQ(std::get<AddElements>(batch.changes.at(1).operation.value()).elements,
            (std::vector<Element>{{.kind = ElementKind::kRange, .key = {1}, .end = {2}}}));
  EXPECT_EQ(batch.omitted, 2u);
}

TEST(NotificationReader, AnEndClosesOnlyTheStartThatStandsBeforeItAndBelowIt) {
  const auto last_of = [](std::initializer_list<ByteString> nodes) {
    const CommittedBatch batch = BatchOf({Set("s", 4), Elements(kNewElement, "s", nodes)}, 2);
    return std::get<AddElements>(batch.changes.at(1).operation.value()).elements;
  };
  const Element start = {.kind = ElementKind::kStart, .key = {5}};
  EXPECT_EQ(last_of({Node({5}), EndNode({2})}), std::vector<Element>{start});
  EXPECT_EQ(last_of({Node({5}), EndNode({5})}), std::vector<Element>{start});
  // The start of this end was left out.
  EXPECT_EQ(last_of({Node({5}), Node({7}), EndNode({8})}), std::vector<Element>{start});
}

TEST(NotificationReader, SeveralBatchesInOneDatagramAreTakenInTheirOrder) {
  NotificationReader reader({kTable4});
  reader.Add(Join({Told(kNewTable, {Attr(1, Text("t"))}), Generation(2), Generation(3)}));
  EXPECT_EQ(reader.Take().value().changes.size(), 1u);
  const CommittedBatch second = reader.Take().value();
  EXPECT_EQ(second.generation, 3u);
  EXPECT_TRUE(second.changes.empty());
}

TEST(NotificationReader, WhatIsNotUnderstoodMakesTheBatchDoubtful) {
  const std::vector<ByteString> strange = {
      {1, 2, 3},
      Netlink(0x0a63, 0, 9, Join({{kIp, 0, 0, 0}, Attr(1, Text("t"))})),  // no such message
      Netlink(0x0100, 0, 9, {0, 0, 0, 0}),                                // another subsystem
      Netlink(4, 0, 9, {}),                                               // NLMSG_OVERRUN
      Netlink(0x0a00, 0, 9, {2}),
      Told(kNewTable, {}),
      Told(kNewChain, {Attr(1, Text("t"))}),
      Told(kNewChain, {Attr(1, Text("t")), Attr(3, Text("c")), Nest(4, {})}),
      Told(kNewRule, {Attr(1, Text("t"))}),
      Told(kDeleteRule, {Attr(1, Text("t")), Attr(2, Text("c"))}),
      Told(kNewSet, {Attr(1, Text("t")), Attr(2, Text("s"))}),
      Told(kNewElement, {Attr(1, Text("t"))}),
      Told(kNewElement, {Attr(1, Text("t")), Attr(2, Text("s")), Attr(3, {1, 0, 0, 0})}),
      Told(kNewObject, {Attr(1, Text("t"))}),
      From(kPort, Nft(kNewGeneration, 0, 9, 0, {})),
  };
  for (const ByteString& message : strange) {
    EXPECT_FALSE(BatchOf({message}).whole) << message.size();
    EXPECT_FALSE(BatchOf({message}, 0).whole) << message.size();
  }
  EXPECT_TRUE(BatchOf({Netlink(1, 0, 9, {})}).whole);  // NLMSG_NOOP
}

TEST(NotificationReader, AfterALossTheBatchThatWasBegunIsForgotten) {
  NotificationReader reader({kTable4});
  reader.Add(Join({Set("s", 4), Generation(1), Told(kNewTable, {Attr(1, Text("t"))})}));
  reader.Restart();
  reader.Add(Join({Elements(kNewElement, "s", {Node({1, 0, 0, 0})}), Generation(5)}));
  const CommittedBatch batch = reader.Take().value();
  EXPECT_EQ(batch.generation, 5u);
  // What the set is made of is still known.
  EXPECT_EQ(OperationsIn(batch),
            (std::vector<Operation>{AddElements{
                kTable4, "s", kPrefixShape4, false, {{.kind = ElementKind::kStart, .key = {1, 0, 0, 0}}}}}));
}

TEST(NotificationReader, SurvivesEveryTruncationAndEveryChangedByte) {
  const ByteString whole = Join({Told(kNewTable, {Attr(1, Text("t")), Attr(6, {0, 2, 'x', 0})}), Set("s", 4),
                                 Elements(kNewElement, "s", {Node({1, 0, 0, 0}), EndNode({2, 0, 0, 0})}),
                                 Told(kNewRule, {Attr(1, Text("t")), Attr(2, Text("c")), Attr(3, Be64(5)),
                                                 Nest(4, {Nest(1, {Attr(1, Text("masq"))})})}),
                                 Generation(5)});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // On the heap, so that a sanitizer sees an over-read.
    const ByteString part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    NotificationReader reader({kTable4});
    reader.Add(part);
    EXPECT_FALSE(reader.Take());
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t value : ByteString{0, 1, 3, 5, 0x7f, 0x80, 0xff}) {
      ByteString changed = whole;
      changed[at] = value;
      NotificationReader reader({kTable4});
      reader.Add(changed);
      (void)reader.Take();
    }
  }
}

}  // namespace
}  // namespace natplan::wire
