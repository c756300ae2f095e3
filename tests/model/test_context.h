// One process among several: a reconciler of one owner over a kernel that others change as well.
#ifndef NATPLAN_TESTS_MODEL_TEST_CONTEXT_H_
#define NATPLAN_TESTS_MODEL_TEST_CONTEXT_H_

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/plan/reconciler.h"
#include "core/plan/test_intents.h"
#include "tests/model/model_kernel.h"

namespace natplan {

class TestContext {
 public:
  TestContext(ModelKernel& kernel, const char* owner, Scope scope = Scope::kOwn,
              Inheritance inheritance = Inheritance::kAdopt);

  // Each is one call, and the intents are those of this context's owner.
  Result Adds(const std::vector<Intent>& intents);
  Result Removes(const std::vector<Intent>& intents);
  Result Replaces(const std::vector<Intent>& intents);
  Result Plans(const std::vector<Intent>& intents);
  Result Run(Request request, Mode mode = Mode::kApply);

  // Happens once, right before the next transaction reaches the kernel.
  void BeforeCommit(std::function<void()> event) { before_commit_ = std::move(event); }
  // Whether notifications tell what others committed.
  void set_listens(bool listens) { listens_ = listens; }

  const Owner& owner() const { return owner_; }
  Reconciler& reconciler() { return reconciler_; }
  // Of the last call.
  int reads() const { return reads_; }
  int drains() const { return drains_; }
  const std::vector<std::string>& sent() const { return sent_; }  // every transaction, as text

 private:
  std::vector<Edit> Edits(Edit::Kind kind, const std::vector<Intent>& intents) const;

  std::unique_ptr<Executor> executor_;
  Owner owner_;
  Reconciler reconciler_;
  std::function<void()> before_commit_;
  bool listens_ = true;
  TimePoint now_{std::chrono::seconds(1)};
  int reads_ = 0;
  int drains_ = 0;
  std::vector<std::string> sent_;
};

// What natplan's own tables hold beyond their skeletons, a line for each thing: "set 10.0.0.0/8", "a wants
// 10.0.0.0/8" for the ledger, "a forwards ip tcp port 80 to 192.0.2.1:80", "... localhost" for the second
// map, "a masquerades 10.0.0.0/8 out eth0". Nobody is "?".
std::set<std::string> Contents(ModelKernel& kernel);

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_TEST_CONTEXT_H_
