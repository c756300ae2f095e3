// A program that runs beside the test, and what it prints.
#ifndef NATPLAN_TESTS_RECOVERY_PROCESS_H_
#define NATPLAN_TESTS_RECOVERY_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace natplan::recovery {

// Not thread-safe.
class Process {
 public:
  // The first argument is looked for on PATH. The process dies with the test's.
  explicit Process(const std::vector<std::string>& arguments);
  // Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Onto its standard input.
  void Write(std::string_view text) const;
  static constexpr std::chrono::seconds kLongest{20};
  // Reads its standard output until `enough` of all that it printed; false: not within the time.
  bool ReadUntil(const std::function<bool(const std::string& out)>& enough,
                 std::chrono::milliseconds time = kLongest);
  // What it printed, as far as it was read.
  const std::string& out() const { return out_; }

  // Returns once it stands still.
  void Stop() const;
  void Signal(int number) const;

  struct Ended {
    int exit_code = -1;
    std::string error;  // its standard error
  };
  // Reads out() to its end and waits for the process; exit code -1 if that takes kLongest, or a signal ended
  // it.
  Ended WaitForEnd();

 private:
  pid_t pid_ = -1;  // -1: it was waited for
  int in_ = -1;
  int out_end_ = -1;
  int error_end_ = -1;
  std::string out_;
};

}  // namespace natplan::recovery

#endif  // NATPLAN_TESTS_RECOVERY_PROCESS_H_
