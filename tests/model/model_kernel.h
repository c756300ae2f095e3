// A kernel that carries transactions out, for tests of the reconciler: the simulated one or the running one,
// behind the executor that natplan has.
#ifndef NATPLAN_TESTS_MODEL_MODEL_KERNEL_H_
#define NATPLAN_TESTS_MODEL_MODEL_KERNEL_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/plan/executor.h"
#include "core/plan/layout.h"
#include "core/values/operation.h"
#include "core/values/snapshot.h"
#include "kernel_sim/kernel.h"
#include "tests/contract/kernel_under_test.h"
#include "tests/contract/raw_program.h"

namespace natplan {

// Makes a network namespace in which there is no table.
using KernelMaker = std::function<std::unique_ptr<contract::KernelUnderTest>()>;
KernelMaker Simulated(const kernel_sim::Profile& profile = {});
// Namespaces of the running kernel, for a process that testing::RunInNamespace() started.
KernelMaker Running();

// Not thread-safe. It must outlive the executors that it opened.
class ModelKernel {
 public:
  explicit ModelKernel(KernelMaker make = Simulated());

  // Of one more process, which listens to what others commit from now on.
  std::unique_ptr<Executor> Open();

  // What a program does that knows nothing of natplan: a commit that is tied to no generation. False if the
  // kernel refuses it.
  bool Foreign(std::vector<Operation> operations);
  // `nft flush ruleset`
  void FlushRuleset();
  bool MakeDormant(const TableId& table);
  // Somebody lists natplan's table, edits what he sees, and has it deleted and made again as that says. What
  // operations cannot say follows in commits of its own: that it sleeps, chains without a hook (which stay
  // empty), and elements that natplan does not understand. The table must be there.
  bool Rewrite(Family family, const std::function<void(TableSnapshot&)>& change);

  // What natplan's own tables hold, the elements in ascending order. Valid until the next commit.
  const Snapshot& state();
  const TableSnapshot* Find(Family family) { return state().Find({family, kDefaultTable}); }

  // Another kernel to which the same has happened as to this one.
  std::unique_ptr<ModelKernel> Copy() const;

 private:
  contract::RawProgram Raw();

  KernelMaker make_;
  std::unique_ptr<contract::KernelUnderTest> kernel_;
  std::vector<contract::Sent> sent_;  // by whatever program, in its order
  std::unique_ptr<Executor> foreign_;
  Snapshot state_;
};

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_MODEL_KERNEL_H_
