// What natplan prints, before nft: a printed transaction that nft carries out leaves what the bytes leave,
// and a snapshot is listed as nft lists it.
#include <fstream>
#include <string>
#include <vector>

#include "core/text/nft_text.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"
#include "tests/wire/netlink_socket.h"

namespace natplan::witness {
namespace {

using wire::NetlinkSocket;
using wire::OutputOf;

constexpr std::uint32_t kMark = 19;
constexpr std::uint32_t kService = 13;
constexpr RegisterBytes kLoopback4 = {127, 0, 0, 0};
constexpr RegisterBytes kLoopback6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
constexpr RegisterBytes kEth0 = {'e', 't', 'h', '0', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};

Expressions LeavingBy(Register reg) {
  return {MetaExpression{MetaKey::kOifName, reg}, CmpExpression{reg, CmpOperator::kEq, kEth0},
          MasqueradeExpression{}};
}

Expressions Joined(Expressions front, const Expressions& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

// Each kind of text that stands in natplan's own table beside the origin's.
std::vector<Operation> OwnTable(Family family) {
  const TableId table{family, "natplan"};
  const bool ip = family == Family::kIp;
  const std::uint32_t address = ip ? 7 : 8;
  const std::uint32_t bytes = ip ? 4 : 16;
  const std::uint32_t source = ip ? 12 : 8;
  const SetShape ledger = {.key_type = ((address << 6 | kService) << 6 | kMark) << 6 | kMark,
                           .key_length = bytes + 12};
  const SetShape forwards = {.is_map = true,
                             .key_type = 12 << 6 | kService,
                             .key_length = 8,
                             .data_type = address << 6 | kService,
                             .data_length = bytes + 4};
  std::vector<std::uint8_t> key(bytes + 12);
  key[0] = 0xfd;
  key[bytes + 1] = 8;
  key[bytes + 4] = 1;
  key[bytes + 8] = 0xfe;
  std::vector<std::uint8_t> data(bytes + 4);
  data[0] = 0xfd;
  data[bytes + 1] = 80;
  const Element entry = {.key = ElementKey(key), .comment = "default"};
  const Element forward = {.key = {6, 0, 0, 0, 0, 80, 0, 0}, .data = ElementData(data), .comment = "web"};
  const CmpExpression not_loopback = {1, CmpOperator::kNeq, {1, 0, 0, 0}};

  std::vector<Operation> out = {EnsureTable{table, "natplan layout 1"},
                                EnsureSet{table, "owners", ledger},
                                EnsureSet{table, "map_localhost", forwards},
                                EnsureChain{table, "c", {"nat", Hook::kPostrouting, 101}},
                                AddElements{table, "owners", ledger, true, {entry}},
                                AddElements{table, "map_localhost", forwards, true, {forward}}};
  const auto append = [&](const Expressions& expressions, const std::string& comment) {
    out.push_back(AppendRule{table, "c", expressions, comment});
  };
  append(LeavingBy(1), "default");
  append(LeavingBy(8), "default");
  append(Joined({PayloadExpression{PayloadBase::kNetwork, source, 1, 1},
                 CmpExpression{1, CmpOperator::kEq, {0xfd}}},
                LeavingBy(1)),
         "web");
  if (ip) {
    append({PayloadExpression{PayloadBase::kNetwork, source, 1, 1}, CmpExpression{1, CmpOperator::kEq, {127}},
            MetaExpression{MetaKey::kOif, 1}, not_loopback, MasqueradeExpression{}},
           "");
    append(Joined({PayloadExpression{PayloadBase::kNetwork, source, 4, 1},
                   BitwiseExpression{1, 1, {255, 0, 0, 0}, {0, 0, 0, 0}},
                   CmpExpression{1, CmpOperator::kEq, kLoopback4}},
                  LeavingBy(1)),
           "a b");
    append(Joined({PayloadExpression{PayloadBase::kNetwork, source, 4, 1},
                   BitwiseExpression{1, 1, {255, 128, 0, 0}, {0, 0, 0, 0}},
                   CmpExpression{1, CmpOperator::kEq, {10, 128, 0, 0}}},
                  LeavingBy(1)),
           "web");
  } else {
    append({PayloadExpression{PayloadBase::kNetwork, source, 16, 1},
            CmpExpression{1, CmpOperator::kEq, kLoopback6}, MetaExpression{MetaKey::kOif, 1}, not_loopback,
            MasqueradeExpression{}},
           "");
  }
  return out;
}

class TextBeforeNft : public ::testing::TestWithParam<Family> {};

TEST_P(TextBeforeNft, APrintedTransactionDoesWhatItsBytesDo) {
  const std::string file = ::testing::TempDir() + "/natplan_text.nft";
  testing::RunInNamespaceOrSkip([&] {
    const Transaction transaction = {.operations = OwnTable(GetParam())};
    std::ofstream(file) << ToText(transaction);
    ASSERT_EQ(OutputOf("nft -c -f " + file), "");
    ASSERT_EQ(OutputOf("nft -f " + file), "");
    const std::string by_nft = OutputOf("nft list ruleset");
    ASSERT_EQ(OutputOf("nft flush ruleset"), "");
    NetlinkSocket socket;

    ASSERT_EQ(socket.Commit(transaction), Outcome(Committed{}));

    EXPECT_EQ(OutputOf("nft list ruleset"), by_nft);
    const Snapshot snapshot =
        socket.Read({.tables = {{GetParam(), "natplan"}}, .sets = {"owners", "map_localhost"}});
    EXPECT_EQ(ListingText(snapshot), by_nft);
  });
}

TEST_P(TextBeforeNft, PrintedDeletesAreTaken) {
  const std::string file = ::testing::TempDir() + "/natplan_text_deletes.nft";
  testing::RunInNamespaceOrSkip([&] {
    const std::vector<Operation> operations = OwnTable(GetParam());
    const TableId table{GetParam(), "natplan"};
    NetlinkSocket socket;
    ASSERT_EQ(socket.Commit({.operations = operations}), Outcome(Committed{}));
    Transaction deletes;
    for (const Operation& operation : operations) {
      if (const auto* add = std::get_if<AddElements>(&operation))
        deletes.operations.push_back(DeleteElements{table, add->set, add->shape, add->elements});
    }
    const ReadRequest request = {.tables = {table}, .sets = {"owners", "map_localhost"}};
    const Snapshot before = socket.Read(request);
    for (const RuleSnapshot& rule : before.tables.at(0).chains.at(0).rules)
      deletes.operations.push_back(DeleteRule{table, "c", rule.handle});
    std::ofstream(file) << ToText(deletes);

    ASSERT_EQ(OutputOf("nft -f " + file), "");

    const Snapshot after = socket.Read(request);
    EXPECT_TRUE(after.tables.at(0).chains.at(0).rules.empty());
    for (const SetSnapshot& set : after.tables[0].sets) EXPECT_TRUE(set.elements.empty()) << set.name;
  });
}

INSTANTIATE_TEST_SUITE_P(Both, TextBeforeNft, ::testing::Values(Family::kIp, Family::kIp6),
                         [](const auto& family) { return std::string(Name(family.param)); });

}  // namespace
}  // namespace natplan::witness
