// Decides what a program that keeps watch does, as a state machine without I/O: somebody tells it what was
// committed, it says what it wants next, and the result goes back in.
//
// It reacts to state, not to events: a change by somebody else leads to a look at whether everything that is
// wanted still holds. One that leaves it so, and leaves nothing foreign behind, is nobody's business.
#ifndef NATPLAN_CORE_PLAN_WATCHER_H_
#define NATPLAN_CORE_PLAN_WATCHER_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "core/plan/executor.h"
#include "core/plan/reconciler.h"

namespace natplan {

enum class WatchPolicy {
  kReport,   // says what was changed
  kRestore,  // and puts it right
};

// Somebody else committed something that is about our tables.
struct ForeignChange {
  std::uint32_t process = 0;            // its process id, as the kernel names it
  std::string process_name = {};        // its thread's name, up to 15 bytes; anybody can choose it
  std::vector<std::string> lines = {};  // in nft syntax
  std::size_t omitted = 0;              // how many more there were
};

enum class WatchEvent {
  kChanged,   // by another program, one line of nft syntax
  kDiffers,   // one line that would put right what is not as wanted
  kForeign,   // stands in the table and is nobody's
  kLost,      // somebody else holds what is wanted
  kRegained,  // it is ours again
  kRestored,  // what was put right, one line of nft syntax
  kProblem,   // a look or a repair failed, or notifications were lost
};

struct WatchLine {
  WatchEvent event;
  std::string text;
  std::string who = {};  // "nft (pid 4711)"
  friend bool operator==(const WatchLine&, const WatchLine&) = default;
};

// Plan what is wanted in Mode::kPlan, and answer OnLook().
struct LookStep {};
// Carry it out, and answer OnRestored().
struct RestoreStep {};
// Wait for a change, or until then.
struct AttendStep {
  std::optional<TimePoint> until;
};
// There is no use in going on.
struct StopStep {
  Error error;
};
using WatchStep = std::variant<LookStep, RestoreStep, AttendStep, StopStep>;

// Not thread-safe. Throws nothing but std::bad_alloc.
class Watcher {
 public:
  explicit Watcher(WatchPolicy policy) : policy_(policy) {}

  // The same step until it is answered, or until something happens. The first is a look, or a repair.
  WatchStep Next(TimePoint now);

  void OnChange(ForeignChange change);
  // Notifications were lost: anything may have been changed.
  void OnOverrun();
  // The same for want of memory.
  void OnShortage();
  void OnLook(const Result& result, TimePoint now);
  void OnRestored(const Result& result, TimePoint now);

  // What there is to say since it was asked last.
  std::vector<WatchLine> TakeLines();

 private:
  void Say(WatchEvent event, std::string text, std::string who = {});
  void SayChanges();
  void SayShortcomings(std::set<std::string> lost);
  void PlanRestore(TimePoint now);
  bool Fails(const Result& result, TimePoint now);

  WatchPolicy policy_;
  bool look_ = true;                    // the state has to be looked at
  bool restore_ = false;                // and was found wrong
  std::vector<ForeignChange> changes_;  // since the last look
  std::size_t omitted_changes_ = 0;
  std::set<std::string> foreign_;  // what was said to stand there
  std::set<std::string> lost_;     // what was said to be lost
  std::vector<std::string> differs_;
  std::optional<TimePoint> not_before_;  // the next look or repair
  std::deque<TimePoint> restored_;       // when repairs were needed lately
  std::size_t failures_ = 0;             // looks and repairs in a row that failed
  std::string problem_;                  // what the last of them was
  std::optional<Error> stop_;
  std::vector<WatchLine> lines_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_WATCHER_H_
