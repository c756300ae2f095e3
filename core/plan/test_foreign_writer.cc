#include "core/plan/test_foreign_writer.h"

#include <iterator>

#include "core/plan/extra_rules.h"
#include "core/plan/kernel_view.h"
#include "core/plan/ledger.h"
#include "core/plan/test_intents.h"

namespace natplan {
namespace {

const char* const kForeignPrefixes[] = {"10.0.0.128/25", "10.64.0.0/10", "192.168.0.0/16", "10.0.1.0/24",
                                        "fd00:8000::/17"};

}  // namespace

TestForeignWriter::TestForeignWriter(FakeKernel& kernel, std::mt19937& random)
    : kernel_(kernel), random_(random), writes_(Pick(2) == 0) {
  for (bool& kind : kinds_) kind = Pick(2) == 0;
}

void TestForeignWriter::TakeOne(const TableId& id, const std::string& set_name) {
  TableSnapshot* table = kernel_.Find(id.family);
  SetSnapshot* set = table == nullptr ? nullptr : FindSet(*table, set_name);
  if (set == nullptr || set->elements.empty()) return;
  Element element = set->elements[Pick(set->elements.size())];
  if (element.kind != ElementKind::kSingle) {
    const FamilyView view = ViewOf({}, id.family, table);
    element =
        ToElement(*std::next(view.ranges.begin(), static_cast<std::ptrdiff_t>(Pick(view.ranges.size()))));
  }
  kernel_.Foreign({DeleteElements{id, set_name, set->shape, {element}}});
}

void TestForeignWriter::Change() {
  const Family family = Pick(2) == 0 ? Family::kIp : Family::kIp6;
  const TableId id{family, kDefaultTable};
  const std::size_t kind = Pick(kinds_.size());
  if (!kinds_[kind]) return;
  TableSnapshot* table = kernel_.Find(family);
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
      if (table == nullptr || FindChain(*table, "output") == nullptr) return;
      kernel_.Edit();
      return (void)FindChain(*table, "output")
          ->rules.insert(FindChain(*table, "output")->rules.begin(),
                         {.handle = 1U << 30U, .expressions = {CounterExpression{}}});
    case 11:
      if (table == nullptr) return;
      kernel_.Edit();
      table->dormant = true;
      return;
    case 12:
      if (table == nullptr) return;
      kernel_.Edit();
      table->comment = "";
      return;
    case 13:
      if (table == nullptr || FindChain(*table, "output") == nullptr) return;
      kernel_.Edit();
      FindChain(*table, "output")->base->priority = 0;
      return;
    default:
      return (void)kernel_.Foreign({EnsureTable{{family, "theirs"}}});
  }
}

}  // namespace natplan
