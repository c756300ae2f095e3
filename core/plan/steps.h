// A transaction in several smaller ones, each of which leaves a state between the old and the new.
#ifndef NATPLAN_CORE_PLAN_STEPS_H_
#define NATPLAN_CORE_PLAN_STEPS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/values/operation.h"
#include "core/values/outcome.h"

namespace natplan {

// After each step every packet is treated as by the old state or by the new one, and every prefix that is
// recorded in the ledger is covered:
//   - chains, rules, sets come with the first step, before all elements;
//   - ranges of which an added and a deleted one overlap change in one step, with the entries of the ledger
//     that record just them: so the union of prefixes is merged and split;
//   - what stands at one port, in both maps, changes in one step;
//   - entries that record a part of a range go before it changes, and come behind it;
//   - what is deleted without anything in its place goes last.
//
// Memory: 8 bytes for each element; while it is made, up to 100.
class Steps {
 public:
  // Steps of at most `most` elements each, as ElementsOf() counts them, but for what cannot be taken apart. A
  // transaction that is small enough, or that empties sets or makes a table or the ledger again, is one step.
  // It must outlive this and stay as it is.
  Steps(const Transaction& transaction, std::uint64_t most);

  // An element of an operation, by its numbers in the transaction.
  struct Part {
    std::uint32_t operation;
    std::uint32_t element;
    friend auto operator<=>(const Part&, const Part&) = default;
  };

  struct Step {
    Transaction transaction = {};
    std::vector<std::uint32_t> operations = {};  // which of the whole each of them is a part of
    std::vector<Part> parts = {};                // in ascending order

    // What the kernel said of this step, as if it were of the whole transaction.
    void ToWhole(Refusal& refusal) const;
  };

  std::size_t size() const { return ends_.size(); }
  // The step with this number, from 0. The first requires the transaction's generation, each of the others
  // the one behind.
  Step At(std::size_t number) const;

 private:
  const Transaction* transaction_;
  std::vector<Part> parts_;        // in the order of the steps
  std::vector<std::size_t> ends_;  // by step, in parts_
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_STEPS_H_
