#include "core/plan/ledger.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/plan/test_intents.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

struct Case {
  Family family;
  const char* network;
};

class LedgerTest : public testing::TestWithParam<Case> {
 protected:
  LedgerEntry Entry(int length, const Owner& owner) const {
    return {Prefix::Make(Address::Parse(GetParam().network).value(), length).value(), owner.hash()};
  }
  Element Changed(std::size_t at, std::uint8_t value) const {
    std::vector<std::uint8_t> key(good_.key.span().begin(), good_.key.span().end());
    key.at(at) = value;
    Element out = good_;
    out.key = ElementKey(key);
    return out;
  }
  void ExpectRefused(const Element& element, const char* what) const {
    const auto entry = ToLedgerEntry(GetParam().family, element);
    ASSERT_FALSE(entry.has_value()) << what;
    EXPECT_FALSE(entry.error().empty());
  }

  const std::size_t size_ = AddressBytes(GetParam().family);
  const Owner owner_ = Named("web 1");
  const Element good_ = ToElement(Entry(16, owner_), owner_);
};

TEST_P(LedgerTest, EveryLengthThatCanBeWantedComesBackAsItWas) {
  for (int length = 0; length <= AddressBits(GetParam().family); ++length) {
    for (const char* name : {"a", "web 1", "x'{}#;,"}) {
      const Owner owner = Named(name);
      const LedgerEntry entry = Entry(length, owner);
      const Element element = ToElement(entry, owner);
      EXPECT_EQ(element.key.size(), OwnersShape(GetParam().family).key_length);
      EXPECT_EQ(element.comment, name);
      const auto back = ToLedgerEntry(GetParam().family, element);
      ASSERT_EQ(back.has_value(), Masquerade::Make(entry.prefix).has_value()) << length;
      if (!back) continue;
      EXPECT_EQ(back->entry, entry);
      EXPECT_EQ(back->owner, owner);
    }
  }
}

TEST_P(LedgerTest, WhatNatplanDoesNotWriteIsRefused) {
  Element element = good_;
  element.comment = "";
  ExpectRefused(element, "no owner");
  element.comment = std::string(65, 'x');
  ExpectRefused(element, "a name that is too long");
  element.comment = "web 2";
  ExpectRefused(element, "the name of another");
  element = good_;
  element.kind = ElementKind::kStart;
  ExpectRefused(element, "another kind");
  element = good_;
  element.key = ElementKey(good_.key.span().first(size_ + 12));
  ExpectRefused(element, "a shorter key");
  ExpectRefused(Changed(size_ - 1, 1), "host bits");
  ExpectRefused(Changed(size_ + 1, 0), "everything");
  ExpectRefused(Changed(size_ + 1, static_cast<std::uint8_t>(8 * size_ + 1)), "longer than an address");
  ExpectRefused(Changed(size_, 1), "a length of more than a byte");
  ExpectRefused(Changed(size_ + 2, 1), "padding");
  for (std::size_t at = size_ + 4; at < size_ + 16; ++at)
    ExpectRefused(Changed(at, static_cast<std::uint8_t>(good_.key[at] ^ 1U)), "another hash");
}

INSTANTIATE_TEST_SUITE_P(Families, LedgerTest,
                         testing::Values(Case{Family::kIp, "10.77.0.0"}, Case{Family::kIp6, "fd77::"}),
                         [](const auto& param) { return std::string(Name(param.param.family)); });

TEST(LedgerShapeTest, NftListsTheSetAndItsElementsAsTheyAreMeant) {
  const TableId ip{Family::kIp, "natplan"};
  const TableId ip6{Family::kIp6, "natplan"};
  const auto line = [](const TableId& id, const char* prefix) {
    const Owner owner = Owner::Default();
    const LedgerEntry entry{Prefix::Parse(prefix).value(), owner.hash()};
    return ToLine(AddElements{id, kOwnersSet, OwnersShape(id.family), true, {ToElement(entry, owner)}}, 0);
  };
  EXPECT_EQ(ToLine(EnsureSet{ip, kOwnersSet, OwnersShape(ip.family)}, 0),
            "add set ip natplan owners { type ipv4_addr . inet_service . mark . mark . mark; }");
  EXPECT_EQ(ToLine(EnsureSet{ip6, kOwnersSet, OwnersShape(ip6.family)}, 0),
            "add set ip6 natplan owners { type ipv6_addr . inet_service . mark . mark . mark; }");
  EXPECT_EQ(line(ip, "10.0.0.0/8"),
            "create element ip natplan owners { 10.0.0.0 . 8 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment "
            "\"default\" }");
  EXPECT_EQ(line(ip6, "fd00::/64"),
            "create element ip6 natplan owners { fd00:: . 64 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment "
            "\"default\" }");
}

}  // namespace
}  // namespace natplan
