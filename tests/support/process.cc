#include "tests/support/process.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace natplan::testing {
namespace {

// Its ends: to read, and to write.
std::pair<int, int> Pipe() {
  std::array<int, 2> ends = {};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  return {ends[0], ends[1]};
}

// Appends what is there, once something is; false at the end of the pipe, or at the deadline.
bool ReadSome(int end, std::string& text, std::chrono::steady_clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  pollfd entry = {.fd = end, .events = POLLIN, .revents = 0};
  if (poll(&entry, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) != 1) return false;
  std::array<char, 4096> part;
  const ssize_t size = read(end, part.data(), part.size());
  if (size <= 0) return false;
  text.append(part.data(), static_cast<std::size_t>(size));
  return true;
}

int BytesIn(int pipe) {
  int bytes = 0;
  if (ioctl(pipe, FIONREAD, &bytes) != 0) std::abort();
  return bytes;
}

// "" where there is no such process.
std::string StatusOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/status");
  std::ostringstream out;
  out << file.rdbuf();  // one that ends meanwhile (ESRCH) ends the text, too
  return out.str();
}

}  // namespace

bool WaitUntil(const std::function<bool()>& it_is_so) {
  const auto deadline = std::chrono::steady_clock::now() + Process::kLongest;
  while (!it_is_so()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

bool Runs(pid_t process) {
  const std::string status = StatusOf(process);
  return !status.empty() && !status.contains("\nState:\tZ") && !status.contains("\nState:\tX");
}

Process::Process(const std::vector<std::string>& arguments, bool non_blocking) {
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  const auto [its_in, in] = Pipe();
  const auto [out, its_out] = Pipe();
  const auto [error, its_error] = Pipe();
  // The flag belongs to what the other process inherits, too.
  for (const int end : {its_in, its_out, its_error}) {
    if (non_blocking && fcntl(end, F_SETFL, O_NONBLOCK) != 0) std::abort();
  }
  pid_ = fork();
  if (pid_ < 0) std::abort();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (dup2(its_in, STDIN_FILENO) < 0 || dup2(its_out, STDOUT_FILENO) < 0 ||
        dup2(its_error, STDERR_FILENO) < 0)
      _exit(127);
    execvp(pointers[0], pointers.data());
    _exit(127);
  }
  for (const int end : {its_in, its_out, its_error}) close(end);
  in_ = in;
  out_end_ = out;
  error_end_ = error;
}

Process::~Process() {
  if (pid_ >= 0) {
    Signal(SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int end : {in_, out_end_, error_end_}) {
    if (end >= 0) close(end);
  }
}

void Process::Write(std::string_view text) const {
  if (write(in_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) std::abort();
}

bool Process::WaitUntilRead() const {
  return WaitUntil([this] { return BytesIn(in_) == 0; });
}

void Process::CloseInput() {
  close(in_);
  in_ = -1;
}

bool Process::WaitUntilBlocked() const {
  const int room = fcntl(out_end_, F_GETPIPE_SZ);
  return WaitUntil([&] { return BytesIn(out_end_) > room - PIPE_BUF; });
}

bool Process::ReadUntil(const std::function<bool(const std::string& out)>& enough,
                        std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (!enough(out_)) {
    if (!ReadSome(out_end_, out_, deadline)) return false;
  }
  return true;
}

void Process::Signal(int number) const { kill(pid_, number); }

bool Process::SignalTaken(int number) const {
  Signal(number);
  return WaitUntil([this] {
    const std::string status = StatusOf(pid_);
    return status.contains("\nSigPnd:\t0000000000000000\n") &&
           status.contains("\nShdPnd:\t0000000000000000\n");
  });
}

void Process::Stop() const {
  Signal(SIGSTOP);
  waitpid(pid_, nullptr, WUNTRACED);
}

Process::Ended Process::WaitForEnd() {
  const auto deadline = std::chrono::steady_clock::now() + kLongest;
  Ended ended;
  while (ReadSome(out_end_, out_, deadline)) {
  }
  while (ReadSome(error_end_, ended.error, deadline)) {
  }
  if (std::chrono::steady_clock::now() >= deadline) return ended;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  return ended;
}

}  // namespace natplan::testing
