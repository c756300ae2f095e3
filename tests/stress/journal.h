// What one worker did, in memory that it shares with the test: it is there whatever kills the worker.
#ifndef NATPLAN_TESTS_STRESS_JOURNAL_H_
#define NATPLAN_TESTS_STRESS_JOURNAL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "tests/stress/change.h"
#include "tests/stress/shared_memory.h"

namespace natplan::stress {

enum class Ending : std::uint8_t { kDone, kConflict };

struct Record {
  Change change = {};
  Ending ending = Ending::kDone;
  std::uint32_t retries = 0;  // Report::retries; not known of a conflict
  std::uint32_t reads = 0;    // of the tables, torn ones included
  std::uint32_t drains = 0;
  std::uint64_t nanoseconds = 0;
};

class Journal {
 public:
  // For so many records; seen by this process and by those that it forks from now on.
  explicit Journal(std::size_t count) : records_(count) {}

  // Of the worker: before a change is asked for, and after its call has ended.
  void Begin(const Change& change) {
    records_[begun()].change = change;
    begun_->fetch_add(1, std::memory_order_release);
  }
  void End(const Record& record) {
    records_[ended()] = record;
    ended_->fetch_add(1, std::memory_order_release);
  }

  // Of the test.
  std::size_t begun() const { return begun_->load(std::memory_order_acquire); }
  std::size_t ended() const { return ended_->load(std::memory_order_acquire); }
  const Record& operator[](std::size_t index) const { return records_[index]; }

 private:
  SharedMemory<Record> records_;
  SharedMemory<std::atomic<std::size_t>> begun_;
  SharedMemory<std::atomic<std::size_t>> ended_;
};

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_JOURNAL_H_
