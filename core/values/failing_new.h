// Makes the N-th allocation of a test fail: the library promises that std::bad_alloc leaves the state
// unchanged.
#ifndef NATPLAN_CORE_VALUES_FAILING_NEW_H_
#define NATPLAN_CORE_VALUES_FAILING_NEW_H_

#include <cstddef>

namespace natplan {

// While one exists, the allocation number `fails_at` of operator new (counted from 0) throws std::bad_alloc;
// with kOnwards all after it do as well. A test that links this has the replaced operator new. One at a time,
// one thread.
class FailingNew {
 public:
  enum class Kind { kOnce, kOnwards };
  explicit FailingNew(std::size_t fails_at, Kind kind = Kind::kOnce);
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
  ~FailingNew();

  bool happened() const;        // an allocation failed
  std::size_t counted() const;  // allocations before that
};

// While one exists, no allocation fails and none is counted: of what stands in for something outside of the
// process, which does not share its memory.
class SparedNew {
 public:
  SparedNew();
  SparedNew(const SparedNew&) = delete;
  SparedNew& operator=(const SparedNew&) = delete;
  ~SparedNew();

 private:
  bool was_active_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_FAILING_NEW_H_
