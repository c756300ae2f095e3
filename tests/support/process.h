// A program that runs beside the test, and what it prints.
#ifndef NATPLAN_TESTS_SUPPORT_PROCESS_H_
#define NATPLAN_TESTS_SUPPORT_PROCESS_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace natplan::testing {

// Not thread-safe.
class Process {
 public:
  static constexpr std::chrono::seconds kLongest{60};

  // The first argument is looked for on PATH. The process dies with the test's. Its three streams are pipes.
  explicit Process(const std::vector<std::string>& arguments, bool non_blocking = false);
  // Kills it if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Onto its standard input.
  void Write(std::string_view text) const;
  // Until it has taken all that was written; false: not within kLongest.
  bool WaitUntilRead() const;
  void CloseInput();
  // Until it has printed so much that its standard output has room for no more; false: not within kLongest.
  bool WaitUntilBlocked() const;
  // Reads its standard output until `enough` of all that it printed; false: not within the time.
  bool ReadUntil(const std::function<bool(const std::string& out)>& enough,
                 std::chrono::milliseconds time = kLongest);
  // What it printed, as far as it was read.
  const std::string& out() const { return out_; }

  // Returns once it stands still.
  void Stop() const;
  void Signal(int number) const;
  // Signal(), and until the process has taken it.
  bool SignalTaken(int number) const;
  pid_t pid() const { return pid_; }

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

// Looks again and again until it is so; false: not within Process::kLongest.
bool WaitUntil(const std::function<bool()>& it_is_so);

// Whether there is such a process that has not ended.
bool Runs(pid_t process);

}  // namespace natplan::testing

#endif  // NATPLAN_TESTS_SUPPORT_PROCESS_H_
