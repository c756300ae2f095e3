#include "core/plan/steps.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>

#include "core/plan/commit_memory.h"
#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"
#include "core/plan/ledger.h"
#include "core/values/generation.h"

namespace natplan {
namespace {

using Part = Steps::Part;

enum class Turn : std::uint8_t {
  kEntriesGo,  // of the ledger alone
  kComes,      // or is replaced
  kGoes,
};

// Parts that change in one step.
struct Unit {
  Turn turn;
  std::size_t begin;
  std::size_t end;
};

struct Units {
  std::vector<Part> parts = {};
  std::vector<Unit> units = {};
};

bool Adds(const Operation& operation) { return std::holds_alternative<AddElements>(operation); }

std::span<const Element> ElementsIn(const Operation& operation) {
  if (const auto* add = std::get_if<AddElements>(&operation)) return add->elements;
  if (const auto* remove = std::get_if<DeleteElements>(&operation)) return remove->elements;
  return {};
}

const std::string& SetOf(const Operation& operation) {
  const auto* add = std::get_if<AddElements>(&operation);
  return add != nullptr ? add->set : std::get<DeleteElements>(operation).set;
}

// The elements of one family, sorted by where they stand.
class FamilyParts {
 public:
  FamilyParts(Family family, const Transaction& transaction) : family_(family), transaction_(transaction) {
    for (std::uint32_t number = 0; number < transaction.operations.size(); ++number) {
      const Operation& operation = transaction.operations[number];
      if (TableOf(operation).family != family) continue;
      const std::span<const Element> elements = ElementsIn(operation);
      for (std::uint32_t i = 0; i < elements.size(); ++i) Take(SetOf(operation), elements[i], {number, i});
    }
    std::ranges::stable_sort(ranges_, {}, [](const Ranged& one) { return one.range.first; });
    std::ranges::stable_sort(entries_, {}, &Entry::prefix);
    std::ranges::stable_sort(others_, {}, &Other::key);
  }

  void AppendTo(Units& out) {
    AppendClusters(out);
    for (std::size_t i = 0; i < entries_.size();) {
      const std::size_t begin = out.parts.size();
      for (const Prefix prefix = entries_[i].prefix; i < entries_.size() && entries_[i].prefix == prefix;
           ++i) {
        if (!entries_[i].taken) out.parts.push_back(entries_[i].part);
      }
      EndUnit(begin, Turn::kEntriesGo, out);
    }
    for (std::size_t i = 0; i < others_.size();) {
      const std::size_t begin = out.parts.size();
      for (const ElementKey key = others_[i].key; i < others_.size() && others_[i].key == key; ++i)
        out.parts.push_back(others_[i].part);
      EndUnit(begin, Turn::kGoes, out);
    }
  }

 private:
  struct Ranged {
    AddressRange range;
    Part part;
  };
  struct Entry {
    Prefix prefix;
    Part part;
    bool taken = false;  // by the range that it records
  };
  struct Other {
    ElementKey key;
    Part part;
  };

  void Take(const std::string& set, const Element& element, Part part) {
    if (set == kMasqueradeSet) {
      ranges_.push_back({RangeOf(element), part});
      broken_ = broken_ || element.kind != ElementKind::kRange;
      return;
    }
    // The key also tells it of an element whose comment somebody changed, and that goes where ours comes.
    if (set == kOwnersSet && HasShape(element, OwnersShape(family_))) {
      if (const auto prefix = PrefixInLedger(family_, element.key)) {
        entries_.push_back({*prefix, part});
        return;
      }
    }
    others_.push_back({element.key, part});
  }

  AddressRange RangeOf(const Element& element) const {
    AddressRange range{ToAddress(family_, element.key), std::nullopt};
    if (!element.end.empty()) range.end = ToAddress(family_, element.end);
    return range;
  }

  // Ranges that overlap, and the entries that record just one of them. Nodes alone, whose ranges somebody
  // broke, may belong to any range: then all are one.
  void AppendClusters(Units& out) {
    std::size_t begin = out.parts.size();
    std::optional<AddressRange> covered;
    for (const Ranged& one : ranges_) {
      if (covered && !broken_ && !covered->Overlaps(one.range)) {
        EndUnit(begin, Turn::kGoes, out);
        begin = out.parts.size();
        covered.reset();
      }
      if (!covered) covered = one.range;
      if (covered->end && (!one.range.end || *covered->end < *one.range.end)) covered->end = one.range.end;
      out.parts.push_back(one.part);
      TakeEntries(one.range, out);
    }
    EndUnit(begin, Turn::kGoes, out);
  }

  void TakeEntries(const AddressRange& range, Units& out) {
    const auto prefix = ToPrefix(range);
    if (!prefix) return;
    for (Entry& entry : std::ranges::equal_range(entries_, *prefix, {}, &Entry::prefix)) {
      if (!std::exchange(entry.taken, true)) out.parts.push_back(entry.part);
    }
  }

  // `otherwise`: when it is done if it adds nothing.
  void EndUnit(std::size_t begin, Turn otherwise, Units& out) const {
    if (begin == out.parts.size()) return;
    const bool comes = std::any_of(out.parts.begin() + static_cast<std::ptrdiff_t>(begin), out.parts.end(),
                                   [&](Part part) { return Adds(transaction_.operations[part.operation]); });
    out.units.push_back({comes ? Turn::kComes : otherwise, begin, out.parts.size()});
  }

  Family family_;
  const Transaction& transaction_;
  bool broken_ = false;
  std::vector<Ranged> ranges_;
  std::vector<Entry> entries_;
  std::vector<Other> others_;
};

// What a step has of an operation: some of its elements, or, if it is about none, the first step all of it.
std::optional<Operation> WithElements(const Operation& operation, std::vector<Element>&& elements,
                                      bool first) {
  const auto* add = std::get_if<AddElements>(&operation);
  const auto* remove = std::get_if<DeleteElements>(&operation);
  if (add == nullptr && remove == nullptr) return first ? std::optional(operation) : std::nullopt;
  if (elements.empty()) return std::nullopt;
  if (add != nullptr)
    return AddElements{add->table, add->set, add->shape, add->exclusive, std::move(elements)};
  return DeleteElements{remove->table, remove->set, remove->shape, std::move(elements)};
}

// A ledger that is made again has nobody's entries until all of them are there.
bool IsWhole(const Operation& operation) {
  const auto* set = std::get_if<DeleteSet>(&operation);
  return std::holds_alternative<FlushSet>(operation) || std::holds_alternative<DeleteTable>(operation) ||
         (set != nullptr && set->set == kOwnersSet);
}

}  // namespace

Steps::Steps(const Transaction& transaction, std::uint64_t most) : transaction_(&transaction) {
  if (ElementsOf(transaction) <= most || std::ranges::any_of(transaction.operations, IsWhole)) {
    ends_.push_back(0);
    return;
  }
  Units all;
  for (const Family family : kFamilies) FamilyParts(family, transaction).AppendTo(all);
  std::ranges::stable_sort(all.units, {}, &Unit::turn);
  parts_.reserve(all.parts.size());
  std::uint64_t count = 0;  // of the step that is being filled
  for (const Unit& unit : all.units) {
    std::uint64_t more = 0;
    for (std::size_t i = unit.begin; i < unit.end; ++i) {
      const Part part = all.parts[i];
      more += NodesOf(ElementsIn(transaction.operations[part.operation])[part.element]);
    }
    if (count > 0 && count + more > most) {
      ends_.push_back(parts_.size());
      count = 0;
    }
    count += more;
    parts_.insert(parts_.end(), all.parts.begin() + static_cast<std::ptrdiff_t>(unit.begin),
                  all.parts.begin() + static_cast<std::ptrdiff_t>(unit.end));
  }
  ends_.push_back(parts_.size());
}

Steps::Step Steps::At(std::size_t number) const {
  Step out{.transaction = {.check_only = transaction_->check_only}};
  if (const auto first = transaction_->required_generation)
    out.transaction.required_generation = GenerationAfter(*first, static_cast<std::uint32_t>(number));
  const auto at = [&](std::size_t index) { return parts_.begin() + static_cast<std::ptrdiff_t>(index); };
  out.parts.assign(at(number == 0 ? 0 : ends_[number - 1]), at(ends_[number]));
  std::ranges::sort(out.parts);
  auto part = out.parts.begin();
  for (std::uint32_t i = 0; i < transaction_->operations.size(); ++i) {
    const Operation& operation = transaction_->operations[i];
    std::vector<Element> elements;
    for (; part != out.parts.end() && part->operation == i; ++part)
      elements.push_back(ElementsIn(operation)[part->element]);
    auto taken = WithElements(operation, std::move(elements), number == 0);
    if (!taken) continue;
    out.transaction.operations.push_back(*std::move(taken));
    out.operations.push_back(i);
  }
  return out;
}

void Steps::Step::ToWhole(Refusal& refusal) const {
  if (!refusal.operation) return;
  const std::uint32_t whole = operations[*refusal.operation];
  if (refusal.element) {
    const auto first = std::ranges::lower_bound(parts, Part{whole, 0});
    refusal.element = (first + static_cast<std::ptrdiff_t>(*refusal.element))->element;
  }
  refusal.operation = whole;
}

}  // namespace natplan
