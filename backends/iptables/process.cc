#include "backends/iptables/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "backends/descriptor.h"

namespace natplan {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostErrorOutput = 4096;
// How long a killed program may take to vanish: the kernel finishes what it is doing first.
constexpr milliseconds kReapTime(500);
// How often it is looked whether the program has ended, on a kernel that does not tell (before Linux 5.4).
constexpr milliseconds kLook(20);

Error Failure(ErrorCode code, int errno_value, std::string text) {
  return {.code = code, .errno_value = errno_value, .text = std::move(text)};
}

std::unexpected<Error> FailWithErrno(const std::string& what) {
  const int saved = errno;
  return std::unexpected(Failure(saved == ENOMEM ? ErrorCode::kNoMemory : ErrorCode::kEnvironment, saved,
                                 what + ": " + std::generic_category().message(saved)));
}

// A file in memory rather than a pipe: there is no reader to wait for, and none that may vanish.
std::expected<Descriptor, Error> InputFile(std::string_view input) {
  Descriptor file(memfd_create("natplan", MFD_CLOEXEC));
  if (!file.is_open()) return FailWithErrno("cannot create a file in memory");
  while (!input.empty()) {
    const ssize_t written = write(file.number(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return FailWithErrno("cannot write to a file in memory");
    input.remove_prefix(static_cast<std::size_t>(written));
  }
  if (lseek(file.number(), 0, SEEK_SET) < 0) return FailWithErrno("cannot rewind a file in memory");
  return file;
}

// What a program prints.
class Output {
 public:
  explicit Output(std::size_t most) : most_(most) {}

  std::expected<Descriptor, Error> Open() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return FailWithErrno("cannot open a pipe");
    read_ = Descriptor(ends[0]);
    Descriptor write_end(ends[1]);
    if (!read_.is_open() || !write_end.is_open() || fcntl(read_.number(), F_SETFL, O_NONBLOCK) != 0)
      return FailWithErrno("cannot prepare a pipe");
    return write_end;
  }

  // Takes what is there now, and of a program that never stops a part. Beyond the limit nothing is kept.
  void Read() {
    std::array<char, 65536> buffer;
    for (int i = 0; i < 64 && read_.is_open(); ++i) {
      const ssize_t size = read(read_.number(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) return read_.Close();
      const auto got = static_cast<std::size_t>(size);
      const std::size_t room = most_ - text_.size();
      text_.append(buffer.data(), std::min(got, room));
      too_much_ |= got > room;
    }
  }

  pollfd ToPoll() const { return {.fd = read_.number(), .events = POLLIN, .revents = 0}; }
  bool is_open() const { return read_.is_open(); }
  bool too_much() const { return too_much_; }
  std::string TakeText() { return std::move(text_); }

 private:
  std::size_t most_;
  Descriptor read_;
  std::string text_;
  bool too_much_ = false;
};

// Pointers as execve(2) wants them; valid as long as the strings are.
std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (std::string& one : strings) out.push_back(one.data());
  out.push_back(nullptr);
  return out;
}

class Actions {
 public:
  Actions() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() {
    posix_spawnattr_destroy(&attributes_);
    posix_spawn_file_actions_destroy(&actions_);
  }

  // errno(3), or 0.
  int Spawn(const ProcessRequest& request, const Descriptor& in, const Descriptor& out,
            const Descriptor& error_out, pid_t& process) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    const std::array<int, 8> failures = {
        posix_spawn_file_actions_adddup2(&actions_, in.number(), STDIN_FILENO),
        posix_spawn_file_actions_adddup2(&actions_, out.number(), STDOUT_FILENO),
        posix_spawn_file_actions_adddup2(&actions_, error_out.number(), STDERR_FILENO),
        // The caller's other descriptors may lack FD_CLOEXEC.
        posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1),
        posix_spawnattr_setpgroup(&attributes_, 0), posix_spawnattr_setsigmask(&attributes_, &none),
        posix_spawnattr_setsigdefault(&attributes_, &all),
        posix_spawnattr_setflags(&attributes_,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)};
    for (const int failure : failures) {
      if (failure != 0) return failure;
    }
    std::vector<std::string> arguments = {request.program};
    arguments.insert(arguments.end(), request.arguments.begin(), request.arguments.end());
    std::vector<std::string> environment = request.environment;
    return posix_spawn(&process, request.program.c_str(), &actions_, &attributes_, Pointers(arguments).data(),
                       Pointers(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// No signal is delivered to this thread while this lives.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

// A program that runs. Killed, with all that it started, at the end of this value.
class Child {
 public:
  // Its number may become another process's as soon as somebody else has waited for it; its descriptor stays.
  Child(pid_t process, std::atomic<pid_t>* running)
      : process_(process),
        descriptor_(static_cast<int>(syscall(SYS_pidfd_open, process, 0))),
        running_(running) {
    if (running_ != nullptr) *running_ = process;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (Ended()) return;
    kill(-process_, SIGKILL);
    const TimePoint until = std::chrono::steady_clock::now() + kReapTime;
    while (!Ended() && std::chrono::steady_clock::now() < until) poll(nullptr, 0, 1);
    if (running_ != nullptr) *running_ = 0;
  }

  // Whether it has ended. What it has left behind is killed first: until it is waited for, its process
  // group's number belongs to nobody else.
  bool Ended() {
    if (ended_) return true;
    siginfo_t info{};
    const bool known = Wait(info, WNOWAIT);
    if ((known && info.si_pid == 0) || (!known && errno == EINTR)) return false;
    if (known) kill(-process_, SIGKILL);
    ended_ = true;
    if (running_ != nullptr) *running_ = 0;
    info = {};
    if (known && Wait(info, 0) && info.si_pid == process_) ending_ = info;
    return true;
  }

  // None: somebody else took it.
  const std::optional<siginfo_t>& ending() const { return ending_; }
  // Readable once it has ended; -1 where the kernel does not tell.
  int descriptor() const { return descriptor_.is_open() ? descriptor_.number() : -1; }

 private:
  bool Wait(siginfo_t& info, int flags) const {
    constexpr auto kByDescriptor = static_cast<idtype_t>(3);  // P_PIDFD
    const int options = WEXITED | WNOHANG | flags;
    if (descriptor_.is_open()) {
      if (waitid(kByDescriptor, static_cast<id_t>(descriptor_.number()), &info, options) == 0) return true;
      if (errno != EINVAL) return false;
    }
    return waitid(P_PID, static_cast<id_t>(process_), &info, options) == 0;
  }

  pid_t process_;
  Descriptor descriptor_;
  std::atomic<pid_t>* running_;
  bool ended_ = false;
  std::optional<siginfo_t> ending_;
};

// Waits until something was printed, the program has ended, or a moment has passed.
void WaitForNews(const Child& child, const Output& output, const Output& error_output, milliseconds most) {
  std::array<pollfd, 3> polled = {
      output.ToPoll(), error_output.ToPoll(), {.fd = child.descriptor(), .events = POLLIN, .revents = 0}};
  if (child.descriptor() < 0) most = std::min(most, kLook);
  constexpr milliseconds kMost(std::chrono::hours(1));
  poll(polled.data(), polled.size(), static_cast<int>(std::min(most, kMost).count()));
}

}  // namespace

std::expected<ProcessResult, ProcessFailure> RunProcess(const ProcessRequest& request) {
  const auto late = [&](bool begun) {
    return std::unexpected(ProcessFailure{
        Failure(ErrorCode::kDeadline, ETIMEDOUT, request.program + " did not end in time and was stopped"),
        begun});
  };
  const auto not_begun = [](Error error) { return std::unexpected(ProcessFailure{std::move(error)}); };
  if (std::chrono::steady_clock::now() >= request.deadline) return late(false);
  auto input = InputFile(request.input);
  if (!input) return not_begun(std::move(input.error()));
  Output output(request.most_output);
  Output error_output(kMostErrorOutput);
  std::optional<Child> child;
  {
    auto out = output.Open();
    if (!out) return not_begun(std::move(out.error()));
    auto error_out = error_output.Open();
    if (!error_out) return not_begun(std::move(error_out.error()));
    const SignalsHeld held;
    pid_t process = 0;
    if (const int failure = Actions().Spawn(request, *input, *out, *error_out, process); failure != 0) {
      errno = failure;
      return not_begun(FailWithErrno("cannot run " + request.program).error());
    }
    child.emplace(process, request.running);
  }
  for (;;) {
    const bool ended = child->Ended();
    output.Read();
    error_output.Read();
    if (output.too_much()) {
      return std::unexpected(
          ProcessFailure{Failure(ErrorCode::kTooLarge, EMSGSIZE,
                                 request.program + " printed more than " +
                                     std::to_string(request.most_output) + " bytes and was stopped"),
                         true});
    }
    if (ended) break;
    const TimePoint now = std::chrono::steady_clock::now();
    if (now >= request.deadline) return late(true);
    WaitForNews(*child, output, error_output, std::chrono::ceil<milliseconds>(request.deadline - now));
  }
  if (!child->ending()) {
    return std::unexpected(ProcessFailure{
        Failure(ErrorCode::kEnvironment, ECHILD,
                "how " + request.program +
                    " ended is not known: this process ignores SIGCHLD, or waits for every child"),
        true});
  }
  const bool killed = child->ending()->si_code != CLD_EXITED;
  return ProcessResult{(killed ? 128 : 0) + child->ending()->si_status, killed, output.TakeText(),
                       error_output.TakeText()};
}

}  // namespace natplan
