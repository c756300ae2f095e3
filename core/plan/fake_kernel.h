// The simplest kernel that a reconciler can talk to: it applies transactions to a snapshot, completely or not
// at all. It knows no bytes; what it must not get wrong is small enough to be read.
#ifndef NATPLAN_CORE_PLAN_FAKE_KERNEL_H_
#define NATPLAN_CORE_PLAN_FAKE_KERNEL_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/plan/executor.h"

namespace natplan {

class FakeKernel {
 public:
  Snapshot Read(const ReadRequest& request) const;
  Outcome Commit(const Transaction& transaction);
  // It has no sockets: every batch counts as another program's.
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) const;

  // What another program does: a transaction that is tied to no generation. False if the kernel refuses it.
  bool Foreign(std::vector<Operation> operations);
  // `nft flush ruleset`.
  void FlushRuleset();
  // Anything else that a test wants to change by hand: the generation moves on.
  Snapshot& Edit();

  const Snapshot& state() const { return state_; }
  TableSnapshot* Find(Family family, const std::string& table = "natplan");
  std::set<Family> unsupported = {};

 private:
  // What the batch that made a generation did; none: anything.
  struct Batch {
    std::uint32_t generation = 0;
    std::optional<std::vector<Operation>> operations = {};
  };

  Snapshot state_ = {.generation = 1};
  std::uint64_t last_handle_ = 0;
  std::vector<Batch> history_;
};

// The table's set, map or chain; null if it is not there.
SetSnapshot* FindSet(TableSnapshot& table, const std::string& name);
ChainSnapshot* FindChain(TableSnapshot& table, const std::string& name);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_FAKE_KERNEL_H_
