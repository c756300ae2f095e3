// The fixture of tests in which several processes, with an owner each, share one kernel.
#ifndef NATPLAN_TESTS_MODEL_TEST_OWNERS_H_
#define NATPLAN_TESTS_MODEL_TEST_OWNERS_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "core/text/nft_text.h"
#include "tests/model/test_context.h"

namespace natplan {

// The same words in either family.
struct Words {
  Family family;
  const char* wide;
  const char* middle;  // in `wide`
  const char* narrow;  // in `middle`
  const char* other;
  const char* target;
  const char* other_target;
};
inline constexpr Words kIpWords = {Family::kIp,     "10.0.0.0/8",   "10.0.0.0/16", "10.0.0.0/24",
                                   "172.16.0.0/12", "192.0.2.1:80", "192.0.2.2:81"};
inline constexpr Words kIp6Words = {Family::kIp6,    "fd00::/8",     "fd00::/16",   "fd00::/64",
                                    "2001:db8::/32", "[fd00::1]:80", "[fd00::2]:81"};

// Two names with one hash in tests (HashInTest()).
inline constexpr const char* kSameHash[] = {"same 1", "same 2"};

class OwnersTest : public testing::TestWithParam<Words> {
 protected:
  const Words& w() const { return GetParam(); }
  TableId id() const { return {w().family, kDefaultTable}; }
  std::string Port80(const char* owner, const char* target) const {
    return std::string(owner) + " forwards " + std::string(Name(w().family)) + " tcp port 80 to " + target;
  }
  std::string Wants(const char* owner, const char* prefix) const {
    return std::string(owner) + " wants " + prefix;
  }
  std::string Set(const char* prefix) const { return std::string("set ") + prefix; }
  std::string Listing() { return ListingText(kernel_.state()); }
  // Valid until the next commit.
  const TableSnapshot& Table() { return *kernel_.Find(w().family); }
  void Rewrite(const std::function<void(TableSnapshot&)>& change) {
    ASSERT_TRUE(kernel_.Rewrite(w().family, change));
  }
  void RewriteComment(const char* comment) {
    Rewrite([&](TableSnapshot& table) { table.comment = comment; });
  }
  Element Recorded(const char* prefix, const char* owner) const {
    const Owner named = Named(owner);
    return ToElement(LedgerEntry{Prefix::Parse(prefix).value(), named.hash()}, named);
  }
  std::string EntryLine(const char* prefix, const char* owner) const {
    return ToLine(AddElements{id(), kOwnersSet, OwnersShape(w().family), true, {Recorded(prefix, owner)}}, 0);
  }
  void PutElement(const char* set, const SetShape& shape, const Element& element) {
    ASSERT_TRUE(kernel_.Foreign({AddElements{id(), set, shape, true, {element}}}));
  }
  void PutRange(const char* prefix) {
    PutElement(kMasqueradeSet, MasqueradeShape(w().family), ToElement(Prefix::Parse(prefix).value()));
  }

  ModelKernel kernel_;
  TestContext a_{kernel_, "a"};
  TestContext b_{kernel_, "b"};
};

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_TEST_OWNERS_H_
