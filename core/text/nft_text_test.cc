#include "core/text/nft_text.h"

#include <gtest/gtest.h>

#include <bit>

#include "core/values/intent.h"

namespace natplan {
namespace {

const TableId kTable{Family::kIp, "natplan"};
const SetShape kRanges{.interval = true, .key_type = 7, .key_length = 4};
const SetShape kRanges6{.interval = true, .key_type = 8, .key_length = 16};
const SetShape kMap{
    .is_map = true, .key_type = 12 << 6 | 13, .key_length = 8, .data_type = 7 << 6 | 13, .data_length = 8};
const SetShape kMap6{
    .is_map = true, .key_type = 12 << 6 | 13, .key_length = 8, .data_type = 8 << 6 | 13, .data_length = 20};

ElementKey Key(const char* address) { return ElementKey(Address::Parse(address).value().bytes()); }
Element Range(const char* first, const char* end) {
  return {.kind = ElementKind::kRange, .key = Key(first), .end = *end == 0 ? ElementKey() : Key(end)};
}
Element Start(const char* address) { return {.kind = ElementKind::kStart, .key = Key(address)}; }
Element End(const char* address) { return {.kind = ElementKind::kEnd, .key = Key(address)}; }
Element Entry(std::uint8_t protocol, std::uint16_t port, const char* to, std::uint16_t to_port) {
  const Address address = Address::Parse(to).value();
  std::vector<std::uint8_t> data(address.bytes().begin(), address.bytes().end());
  data.insert(data.end(),
              {static_cast<std::uint8_t>(to_port >> 8), static_cast<std::uint8_t>(to_port & 255), 0, 0});
  return {.kind = ElementKind::kSingle,
          .key = {protocol, 0, 0, 0, static_cast<std::uint8_t>(port >> 8),
                  static_cast<std::uint8_t>(port & 255), 0, 0},
          .data = ElementData(data)};
}

TEST(NftTextTest, EveryOperationIsALineOfNft) {
  const BaseChain nat{"nat", Hook::kPrerouting, -99, Policy::kAccept};
  EXPECT_EQ(ToLine(EnsureTable{kTable}, 0), "add table ip natplan");
  EXPECT_EQ(ToLine(DeleteTable{{Family::kIp6, "natplan"}}, 0), "delete table ip6 natplan");
  EXPECT_EQ(
      ToLine(EnsureChain{kTable, "prerouting", nat}, 0),
      "add chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }");
  EXPECT_EQ(ToLine(DeleteChain{kTable, "output"}, 0), "delete chain ip natplan output");
  EXPECT_EQ(ToLine(FlushChain{kTable, "output"}, 0), "flush chain ip natplan output");
  EXPECT_EQ(ToLine(EnsureSet{kTable, "masq_saddr", kRanges}, 0),
            "add set ip natplan masq_saddr { type ipv4_addr; flags interval; }");
  EXPECT_EQ(
      ToLine(EnsureSet{kTable, "map_port_ipport", kMap6}, 0),
      "add map ip natplan map_port_ipport { type inet_proto . inet_service : ipv6_addr . inet_service; }");
  EXPECT_EQ(ToLine(DeleteSet{kTable, "s", false}, 0), "delete set ip natplan s");
  EXPECT_EQ(ToLine(DeleteSet{kTable, "m", true}, 0), "delete map ip natplan m");
  EXPECT_EQ(ToLine(FlushSet{kTable, "s", false}, 0), "flush set ip natplan s");
  EXPECT_EQ(ToLine(FlushSet{kTable, "m", true}, 0), "flush map ip natplan m");
  EXPECT_EQ(ToLine(AppendRule{kTable, "c", {MasqueradeExpression{}}}, 0), "add rule ip natplan c masquerade");
}

TEST(NftTextTest, ARuleIsDeletedByItsHandle) {
  EXPECT_EQ(ToLine(DeleteRule{kTable, "postrouting", 7}, 0), "delete rule ip natplan postrouting handle 7");
}

TEST(NftTextTest, CommentsStandWhereNftReadsThem) {
  EXPECT_EQ(ToLine(EnsureTable{kTable, "natplan layout 1"}, 0),
            "add table ip natplan { comment \"natplan layout 1\"; }");
  EXPECT_EQ(ToLine(AppendRule{kTable, "c", {MasqueradeExpression{}}, "web"}, 0),
            "add rule ip natplan c masquerade comment \"web\"");
  Element entry = Entry(6, 80, "1.2.3.4", 80);
  entry.comment = "web";
  EXPECT_EQ(ToLine(AddElements{kTable, "m", kMap, true, {entry}}, 0),
            "create element ip natplan m { tcp . 80 comment \"web\" : 1.2.3.4 . 80 }");
  Element range = Range("10.0.0.0", "11.0.0.0");
  range.comment = "web";
  EXPECT_EQ(ToLine(DeleteElements{kTable, "s", kRanges, {range}}, 0),
            "delete element ip natplan s { 10.0.0.0/8 comment \"web\" }");
}

TEST(NftTextTest, ElementsAreOneLineEach) {
  const AddElements add{
      kTable, "masq_saddr", kRanges, false, {Range("10.1.2.3", "10.1.2.4"), Range("10.0.2.0", "10.0.2.16")}};
  EXPECT_EQ(ToLines(add), (std::vector<std::string>{"add element ip natplan masq_saddr { 10.1.2.3 }",
                                                    "add element ip natplan masq_saddr { 10.0.2.0/28 }"}));
  EXPECT_EQ(ToLine(add, 1), "add element ip natplan masq_saddr { 10.0.2.0/28 }");
  const DeleteElements remove{kTable, "map_port_ipport", kMap, {Entry(6, 4711, "1.2.3.4", 815)}};
  EXPECT_EQ(ToLines(remove), std::vector<std::string>{
                                 "delete element ip natplan map_port_ipport { tcp . 4711 : 1.2.3.4 . 815 }"});
  EXPECT_TRUE(ToLines(AddElements{kTable, "masq_saddr", kRanges, false, {}}).empty());
}

TEST(NftTextTest, ExclusiveElementsAreCreatedButForIntervalSetsWhichNftRefusesInTheBatchOfTheSet) {
  EXPECT_EQ(ToLine(AddElements{kTable, "map_port_ipport", kMap, true, {Entry(17, 53, "1.2.3.4", 53)}}, 0),
            "create element ip natplan map_port_ipport { udp . 53 : 1.2.3.4 . 53 }");
  EXPECT_EQ(ToLine(AddElements{kTable, "masq_saddr", kRanges, true, {Range("10.0.0.0", "10.0.1.0")}}, 0),
            "add element ip natplan masq_saddr { 10.0.0.0/24 }");
}

TEST(NftTextTest, EachLineIsGivenInTurn) {
  const AddElements add{kTable, "m", kMap, true, {Entry(6, 80, "1.2.3.4", 8080), Entry(17, 5, "1.2.3.4", 5)}};
  std::vector<std::string> lines;
  ForEachLine(add, [&](std::string_view line) { lines.emplace_back(line); });
  ForEachLine(DeleteTable{kTable}, [&](std::string_view line) { lines.emplace_back(line); });
  EXPECT_EQ(lines, (std::vector<std::string>{"create element ip natplan m { tcp . 80 : 1.2.3.4 . 8080 }",
                                             "create element ip natplan m { udp . 5 : 1.2.3.4 . 5 }",
                                             "delete table ip natplan"}));
}

TEST(NftTextTest, ATransactionIsItsLines) {
  EXPECT_EQ(ToText({.operations = {EnsureTable{kTable}, FlushChain{kTable, "output"}}}),
            "add table ip natplan\nflush chain ip natplan output\n");
}

// Taken from `nft list chain` (1.0.6) for each priority and hook.
struct PriorityCase {
  int priority;
  const char* prerouting;
  const char* between;  // input, forward, output
  const char* postrouting;
};
constexpr PriorityCase kPriorities[] = {
    {-400, "-400", "-400", "-400"},
    {-311, "-311", "-311", "-311"},
    {-310, "raw - 10", "raw - 10", "raw - 10"},
    {-301, "raw - 1", "raw - 1", "raw - 1"},
    {-300, "raw", "raw", "raw"},
    {-299, "raw + 1", "raw + 1", "raw + 1"},
    {-290, "raw + 10", "raw + 10", "raw + 10"},
    {-225, "-225", "-225", "-225"},
    {-160, "mangle - 10", "mangle - 10", "mangle - 10"},
    {-150, "mangle", "mangle", "mangle"},
    {-111, "-111", "-111", "-111"},
    {-110, "dstnat - 10", "-110", "-110"},
    {-101, "dstnat - 1", "-101", "-101"},
    {-100, "dstnat", "-100", "-100"},
    {-99, "dstnat + 1", "-99", "-99"},
    {-90, "dstnat + 10", "-90", "-90"},
    {-89, "-89", "-89", "-89"},
    {-10, "filter - 10", "filter - 10", "filter - 10"},
    {0, "filter", "filter", "filter"},
    {1, "filter + 1", "filter + 1", "filter + 1"},
    {11, "11", "11", "11"},
    {39, "39", "39", "39"},
    {40, "security - 10", "security - 10", "security - 10"},
    {50, "security", "security", "security"},
    {60, "security + 10", "security + 10", "security + 10"},
    {61, "61", "61", "61"},
    {90, "90", "90", "srcnat - 10"},
    {100, "100", "100", "srcnat"},
    {101, "101", "101", "srcnat + 1"},
    {110, "110", "110", "srcnat + 10"},
    {111, "111", "111", "111"},
};

TEST(NftTextTest, PrioritiesAreNamedAsNftNamesThem) {
  for (const PriorityCase& c : kPriorities) {
    const auto text = [&](Hook hook) { return HookText({"filter", hook, c.priority, Policy::kDrop}); };
    const auto want = [](const char* hook, const char* priority) {
      return std::string("type filter hook ") + hook + " priority " + priority + "; policy drop;";
    };
    EXPECT_EQ(text(Hook::kPrerouting), want("prerouting", c.prerouting));
    EXPECT_EQ(text(Hook::kInput), want("input", c.between));
    EXPECT_EQ(text(Hook::kForward), want("forward", c.between));
    EXPECT_EQ(text(Hook::kOutput), want("output", c.between));
    EXPECT_EQ(text(Hook::kPostrouting), want("postrouting", c.postrouting));
  }
  EXPECT_EQ(HookText({"nat", Hook::kOutput, INT32_MIN, Policy::kAccept}),
            "type nat hook output priority -2147483648; policy accept;");
}

TableSnapshot Table(Family family, std::vector<SetSnapshot> sets, std::vector<ChainSnapshot> chains = {}) {
  return {.id = {family, "t"}, .chains = std::move(chains), .sets = std::move(sets)};
}
std::string Listing(TableSnapshot table) { return ListingText({.tables = {std::move(table)}}); }

// The texts below are what `nft list ruleset` (1.0.6) printed for these elements.
TEST(ListingTextTest, Ipv4RangesStandTwoToALine) {
  EXPECT_EQ(Listing(Table(
                Family::kIp,
                {{.name = "s",
                  .shape = kRanges,
                  .elements = {Start("255.255.255.255"), End("14.1.2.10"), Start("14.1.2.3"), End("13.0.0.4"),
                               Start("13.0.0.0"), End("12.0.0.2"), Start("12.0.0.1"), End("12.0.0.0"),
                               Start("11.0.0.0"), End("11.0.0.0"), Start("10.0.0.0"), End("0.0.0.0")}}})),
            "table ip t {\n"
            "\tset s {\n"
            "\t\ttype ipv4_addr\n"
            "\t\tflags interval\n"
            "\t\telements = { 10.0.0.0/8, 11.0.0.0/8,\n"
            "\t\t\t     12.0.0.1, 13.0.0.0/30,\n"
            "\t\t\t     14.1.2.3-14.1.2.9, 255.255.255.255 }\n"
            "\t}\n"
            "}\n");
}

TEST(ListingTextTest, Ipv6RangesStandOneToALine) {
  EXPECT_EQ(Listing(Table(Family::kIp6, {{.name = "masq_saddr",
                                          .shape = kRanges6,
                                          .elements = {Start("2001:db8:ff:ffff::"), End("2001:db8:100::"),
                                                       Start("fd00::"), End("fe00::"), Start("ff00::")}}})),
            "table ip6 t {\n"
            "\tset masq_saddr {\n"
            "\t\ttype ipv6_addr\n"
            "\t\tflags interval\n"
            "\t\telements = { 2001:db8:ff:ffff::/64,\n"
            "\t\t\t     fd00::/8,\n"
            "\t\t\t     ff00::/8 }\n"
            "\t}\n"
            "}\n");
}

TEST(ListingTextTest, MapEntriesStandOneToALineInNftsOrder) {
  if (std::endian::native != std::endian::little) GTEST_SKIP() << "nft's order depends on the machine";
  EXPECT_EQ(
      Listing(Table(Family::kIp,
                    {{.name = "map_port_ipport",
                      .shape = kMap,
                      .elements = {Entry(6, 80, "192.0.2.1", 8080), Entry(6, 443, "192.0.2.1", 8443),
                                   Entry(6, 256, "192.0.2.1", 1), Entry(17, 80, "192.0.2.2", 53),
                                   Entry(132, 81, "192.0.2.2", 65535), Entry(17, 53, "192.0.2.2", 53)}}})),
      "table ip t {\n"
      "\tmap map_port_ipport {\n"
      "\t\ttype inet_proto . inet_service : ipv4_addr . inet_service\n"
      "\t\telements = { tcp . 256 : 192.0.2.1 . 1,\n"
      "\t\t\t     udp . 53 : 192.0.2.2 . 53,\n"
      "\t\t\t     tcp . 80 : 192.0.2.1 . 8080,\n"
      "\t\t\t     udp . 80 : 192.0.2.2 . 53,\n"
      "\t\t\t     sctp . 81 : 192.0.2.2 . 65535,\n"
      "\t\t\t     tcp . 443 : 192.0.2.1 . 8443 }\n"
      "\t}\n"
      "}\n");
}

TEST(ListingTextTest, SingleKeysOfAForeignSetAreSortedByValue) {
  const SetShape hash{.key_type = 7, .key_length = 4};
  const auto single = [](const char* address) { return Element{.key = Key(address)}; };
  EXPECT_EQ(Listing(Table(Family::kIp,
                          {{.name = "h",
                            .shape = hash,
                            .elements = {single("10.0.0.3"), single("10.0.0.1"), single("9.255.0.0")}}})),
            "table ip t {\n\tset h {\n\t\ttype ipv4_addr\n\t\telements = { 9.255.0.0, 10.0.0.1,\n\t\t\t     "
            "10.0.0.3 }\n\t}\n}\n");
}

TEST(ListingTextTest, SetsStandBeforeChainsWithAnEmptyLineBetween) {
  EXPECT_EQ(Listing(Table(Family::kIp, {{.name = "s", .shape = kRanges}},
                          {{.name = "c"},
                           {.name = "d",
                            .base = BaseChain{"nat", Hook::kOutput, -99, Policy::kAccept},
                            .rules = {{.expressions = {MasqueradeExpression{}}}}}})),
            "table ip t {\n"
            "\tset s {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t}\n"
            "\n"
            "\tchain c {\n\t}\n"
            "\n"
            "\tchain d {\n\t\ttype nat hook output priority -99; policy accept;\n\t\tmasquerade\n\t}\n"
            "}\n");
}

TEST(ListingTextTest, ADormantTableSaysSo) {
  TableSnapshot empty = Table(Family::kIp, {});
  EXPECT_EQ(Listing(empty), "table ip t {\n}\n");
  empty.dormant = true;
  EXPECT_EQ(Listing(empty), "table ip t {\n\tflags dormant\n}\n");
  empty.chains.push_back({.name = "c"});
  EXPECT_EQ(Listing(empty), "table ip t {\n\tflags dormant\n\n\tchain c {\n\t}\n}\n");
}

TEST(ListingTextTest, CommentsOfTablesElementsAndRulesAreListed) {
  Element start = Start("10.0.0.0");
  start.comment = "a";
  TableSnapshot table =
      Table(Family::kIp, {{.name = "s", .shape = kRanges, .elements = {End("11.0.0.0"), start}}},
            {{.name = "c", .rules = {{.expressions = {MasqueradeExpression{}}, .comment = "b"}}}});
  table.comment = "natplan layout 1";
  const std::string rest =
      "\tset s {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
      "\t\telements = { 10.0.0.0/8 comment \"a\" }\n\t}\n"
      "\n"
      "\tchain c {\n\t\tmasquerade comment \"b\"\n\t}\n"
      "}\n";
  EXPECT_EQ(Listing(table), "table ip t {\n\tcomment \"natplan layout 1\"\n" + rest);
  table.dormant = true;
  EXPECT_EQ(Listing(table), "table ip t {\n\tflags dormant\n\tcomment \"natplan layout 1\"\n\n" + rest);
}

TEST(ListingTextTest, ALoneStartReachesToTheTop) {
  EXPECT_EQ(Listing(Table(Family::kIp, {{.name = "s", .shape = kRanges, .elements = {Start("10.0.0.0")}}})),
            "table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t\tflags interval\n"
            "\t\telements = { 10.0.0.0-255.255.255.255 }\n\t}\n}\n");
}

TEST(NftTextTest, NamesThatOthersGaveEndNoLine) {
  const TableId table{Family::kIp, "t"};
  EXPECT_EQ(ToText({.operations = {DeleteChain{table, "a\nflush ruleset"}, FlushSet{table, "b\n", false},
                                   DeleteRule{table, "c\n", 1}, DeleteTable{{Family::kIp, "d\n"}}}}),
            "delete chain ip t a\\x0aflush ruleset\nflush set ip t b\\x0a\ndelete rule ip t c\\x0a handle 1\n"
            "delete table ip d\\x0a\n");
}

}  // namespace
}  // namespace natplan
