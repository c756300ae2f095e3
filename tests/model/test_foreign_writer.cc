#include "tests/model/test_foreign_writer.h"

#include <iterator>

#include "core/plan/extra_rules.h"
#include "core/plan/kernel_view.h"
#include "core/plan/ledger.h"
#include "core/plan/test_intents.h"
#include "core/plan/test_tables.h"

namespace natplan {
namespace {

const char* const kForeignPrefixes[] = {"10.0.0.128/25", "10.64.0.0/10", "192.168.0.0/16", "10.0.1.0/24",
                                        "fd00:8000::/17"};

// Where ranges begin and end; "": the top of the address space.
const char* const kBounds[2][8] = {
    {"9.0.0.0", "10.0.0.0", "10.0.0.64", "10.0.1.0", "10.0.1.128", "11.0.0.0", "240.0.0.0", ""},
    {"fc00::", "fd00::", "fd00:0:0:1::", "fd00:0:0:2::", "fd01::", "fd80::", "fe00::", ""}};

}  // namespace

TestForeignWriter::TestForeignWriter(ModelKernel& kernel, std::mt19937& random)
    : kernel_(kernel), random_(random), writes_(Pick(2) == 0) {
  for (bool& kind : kinds_) kind = Pick(2) == 0;
}

void TestForeignWriter::TakeOne(const TableId& id, const std::string& set_name) {
  const TableSnapshot* table = kernel_.Find(id.family);
  const SetSnapshot* set = table == nullptr ? nullptr : FindSet(*table, set_name);
  if (set == nullptr || set->elements.empty()) return;
  Element element = set->elements[Pick(set->elements.size())];
  if (element.kind != ElementKind::kSingle) {
    const FamilyView view = ViewOf({}, id.family, table);
    if (view.ranges.size() == 0) return;
    element =
        ToElement(*std::next(view.ranges.begin(), static_cast<std::ptrdiff_t>(Pick(view.ranges.size()))));
  }
  kernel_.Foreign({DeleteElements{id, set_name, set->shape, {element}}});
}

void TestForeignWriter::TakeHalf(const TableId& id) {
  const TableSnapshot* table = kernel_.Find(id.family);
  const SetSnapshot* set = table == nullptr ? nullptr : FindSet(*table, kMasqueradeSet);
  if (set == nullptr || set->elements.empty()) return;
  const Element& node = set->elements[Pick(set->elements.size())];
  kernel_.Foreign({DeleteElements{id, kMasqueradeSet, set->shape, {node}}});
}

void TestForeignWriter::PutRange(Family family) {
  const auto& bounds = kBounds[static_cast<std::size_t>(family)];
  const std::size_t first = Pick(std::size(bounds) - 1);
  const std::size_t end = first + 1 + Pick(std::size(bounds) - first - 1);
  AddressRange range{Address::Parse(bounds[first]).value()};
  if (*bounds[end] != '\0') range.end = Address::Parse(bounds[end]).value();
  kernel_.Foreign({AddElements{
      {family, kDefaultTable}, kMasqueradeSet, MasqueradeShape(family), Pick(2) == 0, {ToElement(range)}}});
}

void TestForeignWriter::Change() {
  const Family family = Pick(2) == 0 ? Family::kIp : Family::kIp6;
  const TableId id{family, kDefaultTable};
  const std::size_t kind = Pick(kinds_.size());
  if (!kinds_[kind]) return;
  const TableSnapshot* table = kernel_.Find(family);
  const bool has_output = table != nullptr && FindChain(*table, "output") != nullptr;
  switch (kind) {
    case 0:
      return kernel_.FlushRuleset();
    case 1:
      return (void)kernel_.Foreign({DeleteTable{id}});
    case 2:
      return (void)kernel_.Foreign({FlushSet{id, kOwnersSet, false}});
    case 3:
      return (void)kernel_.Foreign({FlushSet{id, Pick(2) == 0 ? kMasqueradeSet : kForwardMap, false}});
    case 4:
      return (void)kernel_.Foreign({FlushChain{id, Pick(2) == 0 ? "output" : "postrouting"}});
    case 5:
      return (void)kernel_.Foreign({DeleteChain{id, Pick(2) == 0 ? "output" : "postrouting"}});
    case 6: {
      const char* const sets[] = {kMasqueradeSet, kForwardMap, kOwnersSet, kLocalhostMap};
      return TakeOne(id, sets[Pick(4)]);
    }
    case 7: {
      const Prefix prefix = Prefix::Parse(kForeignPrefixes[Pick(std::size(kForeignPrefixes))]).value();
      return (void)kernel_.Foreign(
          {AddElements{{prefix.family(), kDefaultTable}, kMasqueradeSet, {}, true, {ToElement(prefix)}}});
    }
    case 8: {
      const Forward forward =
          To(80 + static_cast<int>(Pick(3)), Pick(2) == 0 ? "192.0.2.1:80" : "[fd99::9]:9");
      return (void)kernel_.Foreign({AddElements{{forward.family(), kDefaultTable},
                                                kForwardMap,
                                                {},
                                                true,
                                                {ToElement(MapEntry{forward.key(), forward.to})}}});
    }
    case 9:
      return (void)kernel_.Foreign({AppendRule{id, "postrouting", {CounterExpression{}}}});
    case 10:
      if (!has_output) return;
      return (void)kernel_.Rewrite(family, [](TableSnapshot& edited) {
        auto& rules = ChainOf(edited, "output").rules;
        rules.insert(rules.begin(), {.expressions = {CounterExpression{}}});
      });
    case 11:
      if (table == nullptr) return;
      return (void)kernel_.MakeDormant(id);
    case 12:
      if (table == nullptr) return;
      return (void)kernel_.Rewrite(family, [](TableSnapshot& edited) { edited.comment = ""; });
    case 13:
      if (!has_output) return;
      return (void)kernel_.Rewrite(
          family, [](TableSnapshot& edited) { ChainOf(edited, "output").base->priority = 0; });
    case 14:
      return PutRange(family);
    case 15:
      return TakeHalf(id);
    default:
      return (void)kernel_.Foreign({EnsureTable{{family, "theirs"}}});
  }
}

}  // namespace natplan
