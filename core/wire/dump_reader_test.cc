#include <cerrno>
#include <vector>

#include "core/wire/dump.h"
#include "core/wire/test_bytes.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

constexpr std::uint16_t kMulti = 2;
constexpr std::uint8_t kIp = 2;
constexpr std::uint8_t kIp6 = 10;

const TableId kTable4 = {Family::kIp, "t"};
const TableId kTable6 = {Family::kIp6, "t"};
const ReadRequest kRequest = {.tables = {kTable4, kTable6}, .sets = {"s", "m"}};

ByteString Done(std::uint32_t sequence, int errno_value = 0) {
  return Netlink(3, kMulti, sequence, Host(std::int32_t{-errno_value}));
}
ByteString TableBytes(std::uint8_t protocol, std::initializer_list<ByteString> more = {}) {
  return Nft(0, kMulti, 1, protocol, {Attr(1, Text("t")), Attr(4, Be64(5)), Join(more)});
}
ByteString ChainBytes(const std::string& name, std::initializer_list<ByteString> more = {}) {
  return Nft(3, kMulti, 1, kIp, {Attr(1, Text("t")), Attr(3, Text(name)), Attr(2, Be64(7)), Join(more)});
}
ByteString SetBytes(const std::string& name, std::uint32_t flags, std::uint32_t key_length = 4) {
  return Nft(9, kMulti, 1, kIp,
             {Attr(1, Text("t")), Attr(2, Text(name)), Attr(16, Be64(8)), Attr(3, Be32(flags)),
              Attr(4, Be32(7)), Attr(5, Be32(key_length))});
}
ByteString ElementsBytes(const std::string& set, std::initializer_list<ByteString> elements) {
  return Nft(12, kMulti, 1, kIp, {Attr(1, Text("t")), Attr(2, Text(set)), Nest(3, elements)});
}
ByteString Value(std::uint16_t type, const ByteString& bytes) { return Nest(type, {Attr(1, bytes)}); }

// A reader that has taken these datagrams as the answer to request 1.
DumpReader ReaderOf(std::initializer_list<ByteString> datagrams, const ReadRequest& request = kRequest) {
  DumpReader reader(request);
  reader.Expect(1);
  for (const ByteString& datagram : datagrams) reader.Add(datagram);
  return reader;
}

TEST(DumpRequests, AskForWhatTheyName) {
  EXPECT_EQ(EncodeGetGeneration(9), Nft(16, 1, 9, 0, {}));
  EXPECT_EQ(EncodeDumpTables(Family::kIp, 9), Nft(1, 0x301, 9, kIp, {}));
  EXPECT_EQ(EncodeDumpChains(Family::kIp6, 9), Nft(4, 0x301, 9, kIp6, {}));
  EXPECT_EQ(EncodeDumpSets(kTable4, 9), Nft(10, 0x301, 9, kIp, {Attr(1, Text("t"))}));
  EXPECT_EQ(EncodeDumpRules(kTable4, 9), Nft(7, 0x301, 9, kIp, {Attr(1, Text("t"))}));
  EXPECT_EQ(EncodeDumpObjects(kTable4, 9), Nft(19, 0x301, 9, kIp, {Attr(1, Text("t"))}));
  EXPECT_EQ(EncodeDumpFlowtables(kTable4, 9), Nft(23, 0x301, 9, kIp, {Attr(1, Text("t"))}));
  EXPECT_EQ(EncodeDumpElements(kTable4, "s", 9),
            Nft(13, 0x301, 9, kIp, {Attr(1, Text("t")), Attr(2, Text("s"))}));
}

TEST(DumpReader, ReadsTheGeneration) {
  const DumpReader reader =
      ReaderOf({Nft(15, 0, 1, 0, {Attr(1, Be32(77)), Attr(2, Be32(1)), Attr(3, Text("x"))})});
  EXPECT_TRUE(reader.done());
  EXPECT_EQ(reader.generation(), 77u);
  EXPECT_EQ(reader.snapshot().generation, 77u);
}

TEST(DumpReader, KeepsTablesInTheOrderOfTheRequest) {
  const DumpReader reader = ReaderOf({TableBytes(kIp6, {Attr(2, Be32(3)), Attr(7, Be32(4711))}),
                                      TableBytes(7), Join({TableBytes(kIp), Done(1)})});
  EXPECT_TRUE(reader.done());
  EXPECT_FALSE(reader.interrupted());
  const std::vector<TableSnapshot> expected = {
      {.id = kTable4, .handle = 5}, {.id = kTable6, .handle = 5, .dormant = true, .owner_port = 4711u}};
  EXPECT_EQ(reader.snapshot().tables, expected);
}

TEST(DumpReader, ReadsChainsAndRules) {
  const DumpReader reader =
      ReaderOf({TableBytes(kIp),
                ChainBytes("b", {Nest(4, {Attr(1, Be32(4)), Attr(2, Be32(101))}), Attr(5, Be32(0)),
                                 Attr(7, Text("nat"))}),
                ChainBytes("r"),
                Nft(6, kMulti, 1, kIp,
                    {Attr(1, Text("t")), Attr(2, Text("b")), Attr(3, Be64(9)),
                     Nest(4, {Nest(1, {Attr(1, Text("counter")), Nest(2, {Attr(1, Be64(1))})})})}),
                Done(1)});
  ASSERT_EQ(reader.snapshot().tables.size(), 1u);
  const std::vector<ChainSnapshot> expected = {
      {.name = "b",
       .handle = 7,
       .base = BaseChain{.type = "nat", .hook = Hook::kPostrouting, .priority = 101, .policy = Policy::kDrop},
       .rules = {{.handle = 9, .expressions = {CounterExpression{}}}}},
      {.name = "r", .handle = 7}};
  EXPECT_EQ(reader.snapshot().tables[0].chains, expected);
  EXPECT_FALSE(reader.interrupted());
}

TEST(DumpReader, ReadsIntervalNodesAsTheyCome) {
  const DumpReader reader =
      ReaderOf({TableBytes(kIp), SetBytes("s", 4),
                ElementsBytes("s", {Nest(1, {Value(1, {2, 0, 0, 0}), Attr(3, Be32(1))}),
                                    Nest(1, {Value(1, {1, 0, 0, 0})})}),
                ElementsBytes("s", {Nest(1, {Value(1, {0, 0, 0, 0}), Attr(3, Be32(1))})}),
                ElementsBytes("s", {}), Done(1)});
  const SetSnapshot expected = {.name = "s",
                                .handle = 8,
                                .shape = kPrefixShape4,
                                .elements = {{.kind = ElementKind::kEnd, .key = {2, 0, 0, 0}},
                                             {.kind = ElementKind::kStart, .key = {1, 0, 0, 0}},
                                             {.kind = ElementKind::kEnd, .key = {0, 0, 0, 0}}}};
  EXPECT_EQ(reader.snapshot().tables.at(0).sets, std::vector<SetSnapshot>{expected});
  EXPECT_FALSE(reader.interrupted());
}

TEST(DumpReader, ReadsAMapsElementsWithTheirData) {
  const DumpReader reader = ReaderOf(
      {TableBytes(kIp), SetBytes("m", 8 | 0x10),
       ElementsBytes("m", {Nest(1, {Value(1, {1, 2, 3, 4}), Value(2, {5, 6}), Attr(6, {0, 2, 'x', 0})})})});
  const SetSnapshot& set = reader.snapshot().tables.at(0).sets.at(0);
  EXPECT_TRUE(set.shape.is_map);
  EXPECT_EQ(set.shape.other_flags, 0x10u);
  EXPECT_EQ(set.elements, (std::vector<Element>{{.key = {1, 2, 3, 4}, .data = {5, 6}, .comment = "x"}}));
  EXPECT_FALSE(set.other_elements);
  EXPECT_FALSE(reader.done());
}

TEST(DumpReader, ReadsTheCommentsOfTablesRulesAndElements) {
  const ByteString comment = Join({{0, 4}, Text("web")});
  const DumpReader reader = ReaderOf(
      {TableBytes(kIp, {Attr(6, comment)}), ChainBytes("c"), SetBytes("s", 0),
       Nft(6, kMulti, 1, kIp, {Attr(1, Text("t")), Attr(2, Text("c")), Attr(7, comment)}),
       ElementsBytes("s", {Nest(1, {Value(1, ByteString(28, 9)), Attr(6, comment)}),
                           Nest(1, {Value(1, {2}), Attr(6, {0, 255, 'x', 0})}), Nest(1, {Value(1, {3})})})});
  const TableSnapshot& table = reader.snapshot().tables.at(0);
  EXPECT_EQ(table.comment, "web");
  EXPECT_EQ(table.chains.at(0).rules.at(0).comment, "web");
  EXPECT_EQ(table.sets.at(0).elements,
            (std::vector<Element>{
                {.key = ElementKey(ByteString(28, 9)), .comment = "web"}, {.key = {2}}, {.key = {3}}}));
  EXPECT_FALSE(reader.interrupted());
}

TEST(DumpReader, ReadsTheLongestKeyAndTheLongestData) {
  const DumpReader reader =
      ReaderOf({TableBytes(kIp), SetBytes("m", 8),
                ElementsBytes("m", {Nest(1, {Value(1, ByteString(28, 1)), Value(2, ByteString(20, 2))})})});
  const SetSnapshot& set = reader.snapshot().tables.at(0).sets.at(0);
  EXPECT_EQ(
      set.elements,
      (std::vector<Element>{{.key = ElementKey(ByteString(28, 1)), .data = ElementData(ByteString(20, 2))}}));
  EXPECT_FALSE(set.other_elements);
}

TEST(DumpReader, SaysThatThereAreElementsItDoesNotUnderstand) {
  const std::vector<ByteString> elements = {
      Nest(1, {Value(1, {1, 2, 3, 4}), Attr(4, Be64(1000))}),            // timeout
      Nest(1, {Attr(3, Be32(2))}),                                       // catch-all
      Nest(1, {Value(1, {1, 2, 3, 4}), Value(10, {1, 2, 3, 5})}),        // both ends in one
      Nest(1, {Value(1, ByteString(33))}),                               // key too long
      Nest(1, {Value(1, {1}), Value(2, ByteString(21))}),                // data too long
      Nest(1, {Value(1, {1}), Nest(2, {Nest(2, {Attr(1, Be32(1))})})}),  // verdict
      Nest(1, {Value(1, {1}), Attr(3, Be32(1))}),                        // an end in a set without intervals
      Nest(1, {}),
  };
  for (const ByteString& element : elements) {
    const DumpReader reader = ReaderOf(
        {TableBytes(kIp), SetBytes("s", 0), ElementsBytes("s", {element, Nest(1, {Value(1, {9})})})});
    const SetSnapshot& set = reader.snapshot().tables.at(0).sets.at(0);
    EXPECT_TRUE(set.other_elements);
    EXPECT_EQ(set.elements, (std::vector<Element>{{.key = {9}}}));
  }
}

TEST(DumpReader, LeavesElementsOutThatWereNotAskedFor) {
  const DumpReader reader =
      ReaderOf({TableBytes(kIp), SetBytes("x", 0), ElementsBytes("x", {Nest(1, {Value(1, {1, 2, 3, 4})})})});
  EXPECT_TRUE(reader.snapshot().tables.at(0).sets.at(0).elements.empty());
}

TEST(DumpReader, NamesWhatElseStandsInATable) {
  const DumpReader reader =
      ReaderOf({TableBytes(kIp), Nft(18, kMulti, 1, kIp, {Attr(1, Text("t")), Attr(2, Text("counter"))}),
                Nft(22, kMulti, 1, kIp, {Attr(1, Text("t")), Attr(2, Text("flow"))}),
                Nft(18, kMulti, 1, kIp6, {Attr(1, Text("t")), Attr(2, Text("foreign"))})});
  EXPECT_EQ(reader.snapshot().tables.at(0).others, (std::vector<std::string>{"counter", "flow"}));
}

TEST(DumpReader, TakesErrorsAsTheEnd) {
  EXPECT_EQ(ReaderOf({Ack(1, ENOENT)}).errno_value(), ENOENT);
  EXPECT_TRUE(ReaderOf({Ack(1, ENOENT)}).done());
  EXPECT_EQ(ReaderOf({Done(1, EOPNOTSUPP)}).errno_value(), EOPNOTSUPP);
  EXPECT_EQ(ReaderOf({Done(1)}).errno_value(), 0);
}

TEST(DumpReader, ForgetsTheErrorOfTheRequestBefore) {
  DumpReader reader = ReaderOf({Ack(1, ENOENT)});
  reader.Expect(2);
  EXPECT_FALSE(reader.done());
  EXPECT_EQ(reader.errno_value(), 0);
}

TEST(DumpReader, PassesOverTheAnswersToOtherRequests) {
  DumpReader reader(kRequest);
  reader.Expect(2);
  reader.Add(Join({TableBytes(kIp), Done(1), Ack(3, EPERM)}));
  EXPECT_FALSE(reader.done());
  EXPECT_TRUE(reader.snapshot().tables.empty());
}

TEST(DumpReader, IsInterruptedByAChangeInBetween) {
  EXPECT_TRUE(ReaderOf({Nft(0, kMulti | 0x10, 1, kIp, {Attr(1, Text("other"))})}).interrupted());
  EXPECT_TRUE(ReaderOf({Netlink(3, kMulti | 0x10, 1, Host(0))}).interrupted());
  EXPECT_TRUE(ReaderOf({Netlink(4, 0, 1, {})}).interrupted());
  EXPECT_FALSE(ReaderOf({Nft(0, kMulti | 0x10, 9, kIp, {Attr(1, Text("other"))})}).interrupted());
}

TEST(DumpReader, IsInterruptedByWhatDoesNotFitTogether) {
  EXPECT_TRUE(
      ReaderOf({TableBytes(kIp), Nft(6, kMulti, 1, kIp, {Attr(1, Text("t")), Attr(2, Text("no chain"))})})
          .interrupted());
  EXPECT_TRUE(ReaderOf({TableBytes(kIp), ElementsBytes("s", {})}).interrupted());
}

TEST(DumpReader, IsInterruptedByMalformedAnswers) {
  EXPECT_TRUE(ReaderOf({{1, 2, 3}}).interrupted());
  EXPECT_TRUE(ReaderOf({Nft(0, kMulti, 1, kIp, {})}).interrupted());
  EXPECT_TRUE(ReaderOf({Netlink(0x0a00, kMulti, 1, {2, 0})}).interrupted());
  EXPECT_TRUE(ReaderOf({Netlink(2, 0, 1, {2, 0})}).interrupted());
}

TEST(DumpReader, SurvivesEveryTruncationAndEveryChangedByte) {
  const ByteString whole = Join(
      {TableBytes(kIp), ChainBytes("b", {Nest(4, {Attr(1, Be32(4)), Attr(2, Be32(101))})}), SetBytes("s", 4),
       ElementsBytes(
           "s", {Nest(1, {Value(1, {2, 0, 0, 0}), Attr(3, Be32(1))}), Nest(1, {Value(1, {1, 0, 0, 0})})}),
       Nft(6, kMulti, 1, kIp,
           {Attr(1, Text("t")), Attr(2, Text("b")),
            Nest(4, {Nest(1, {Attr(1, Text("immediate")),
                              Nest(2, {Attr(1, Be32(0)), Nest(2, {Nest(2, {Attr(1, Be32(1))})})})})})}),
       Nft(15, 0, 1, 0, {Attr(1, Be32(77))}), Done(1)});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // On the heap, so that a sanitizer sees an over-read.
    const ByteString part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    ReaderOf({part});
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t value : ByteString{0, 1, 3, 5, 0x7f, 0x80, 0xff}) {
      ByteString changed = whole;
      changed[at] = value;
      ReaderOf({changed});
    }
  }
}

}  // namespace
}  // namespace natplan::wire
