#include "cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include "cli/json.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::size_t kStandings = 6;
// Of the first tick a running program is killed, by the last one the process ends.
constexpr int kTicks = 2;

// What the handlers see.
struct State {
  std::atomic<int> came = 0;  // the first signal
  std::atomic<int> ticks = 0;
  std::atomic<bool> deferred = false;
  std::atomic<bool> output_began = false;
  std::atomic<bool> ending = false;
  std::atomic<Standing> standing = Standing::kUnchanged;
  std::atomic<pid_t> program = 0;
  bool has_timer = false;
  timer_t timer = {};
  bool in_json = false;
  std::string unchanged = "nothing was changed";
  std::array<std::string, kStandings> lines = {};  // by Standing
  std::array<std::string, kStandings> json = {};
};
static_assert(std::atomic<Standing>::is_always_lock_free && std::atomic<pid_t>::is_always_lock_free);

State& TheState() {
  // Never destroyed: a signal may come while the process ends by itself.
  static State& state = *new State;
  return state;
}

// One line fits into a pipe that has room at all.
void WriteIfThereIsRoom(int descriptor, std::string_view text) {
  pollfd one = {.fd = descriptor, .events = POLLOUT, .revents = 0};
  if (text.empty() || poll(&one, 1, 0) != 1 || (one.revents & POLLOUT) == 0) return;
  // Nobody is left to tell if it fails.
  (void)!write(descriptor, text.data(), text.size());
}

void KillProgram(const State& state) {
  const pid_t program = state.program;
  if (program > 0) kill(-program, SIGKILL);
}

[[noreturn]] void End(State& state) {
  KillProgram(state);
  // A second signal may come while the first one is answered.
  if (state.ending.exchange(true)) _exit(128 + state.came);
  const auto which = static_cast<std::size_t>(state.standing.load());
  WriteIfThereIsRoom(STDERR_FILENO, state.lines[which]);
  if (!state.output_began) WriteIfThereIsRoom(STDOUT_FILENO, state.json[which]);
  _exit(128 + state.came);
}

void OnSignal(int number) {
  State& state = TheState();
  int none = 0;
  const bool first = state.came.compare_exchange_strong(none, number);
  if (!first || !state.deferred || !state.has_timer) End(state);
  const int saved = errno;
  const itimerspec each_second = {.it_interval = {.tv_sec = 1, .tv_nsec = 0},
                                  .it_value = {.tv_sec = 1, .tv_nsec = 0}};
  timer_settime(state.timer, 0, &each_second, nullptr);
  errno = saved;
}

void OnTick(int) {
  State& state = TheState();
  if (++state.ticks >= kTicks) End(state);
  const int saved = errno;
  KillProgram(state);
  errno = saved;
}

void Handle(int number, void (*handler)(int), const sigset_t& meanwhile) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_mask = meanwhile;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

std::string InJson(const char* text) {
  const Error error{.code = ErrorCode::kEnvironment, .errno_value = EINTR, .text = text};
  const Json object = ToJson(error);
  return Json{{"error", object}, {"errors", Json::array({object})}, {"notes", Json::array()}}.dump(2) + "\n";
}

void Compose(Standing standing, State& state) {
  const auto which = static_cast<std::size_t>(standing);
  const std::string text = fmt::format("interrupted: {}", TextOf(standing));
  state.lines[which] = fmt::format("natplan: {}\n", text);
  if (state.in_json) state.json[which] = InJson(text.c_str());
}

}  // namespace

const char* TextOf(Standing standing) {
  switch (standing) {
    case Standing::kUnchanged:
      return TheState().unchanged.c_str();
    case Standing::kUnknown:
      return "it is not known whether the change was made; each family holds its old state, its new one or, "
             "with --steps, one between, and `natplan check` or `natplan list` says which";
    case Standing::kPart:
      return "a part of the change was made: what the kernel holds is between the old and the new, and the "
             "same apply does the rest";
    case Standing::kChanged:
      return "the change was made; what was to be said of it is missing";
    case Standing::kParameters:
      return "the table is as it was asked for, but not each kernel parameter may be set; `natplan doctor "
             "FILE` says which are missing";
    case Standing::kWatching:
      return "the watch has ended, and the table stays as it is";
  }
  return "";
}

void CatchSignals(bool json) {
  State& state = TheState();
  state.in_json = json;
  for (std::size_t i = 0; i < kStandings; ++i) Compose(static_cast<Standing>(i), state);
  const int tick = SIGRTMIN;
  sigevent event = {};
  event.sigev_notify = SIGEV_SIGNAL;
  event.sigev_signo = tick;
  state.has_timer = timer_create(CLOCK_MONOTONIC, &event, &state.timer) == 0;
  // A second signal interrupts the handler of no other: what one of them does takes no time.
  sigset_t ours;
  sigemptyset(&ours);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, tick}) sigaddset(&ours, number);
  Handle(tick, OnTick, ours);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction inherited = {};
    if (sigaction(number, nullptr, &inherited) == 0 && inherited.sa_handler == SIG_IGN) continue;
    Handle(number, OnSignal, ours);
  }
  sigprocmask(SIG_UNBLOCK, &ours, nullptr);
}

void DeferSignals() { TheState().deferred = true; }

void TakeSignals() {
  State& state = TheState();
  state.deferred = false;
  if (state.came != 0) End(state);
}

bool SignalCame() { return TheState().came != 0; }

void SetStanding(Standing standing) { TheState().standing = standing; }
Standing CurrentStanding() { return TheState().standing; }

void SetPutBack(const std::string& parameters) {
  State& state = TheState();
  state.unchanged = parameters.empty()
                        ? "nothing was changed"
                        : fmt::format(
                              "the table is unchanged, but {} was put back, as it was before natplan; "
                              "if it is needed: natplan apply FILE --sysctl",
                              parameters);
  Compose(Standing::kUnchanged, state);
}

void OutputBegins() { TheState().output_began = true; }
std::atomic<pid_t>* RunningProgram() { return &TheState().program; }

void StepDone(std::size_t done, std::size_t of) {
  SetStanding(done < of ? Standing::kPart : Standing::kChanged);
  if (done < of) TakeSignals();
}

void Settle(const Result& result) {
  const Standing before = CurrentStanding();
  if (result) {
    // What was begun, and whose answer was lost, holds now.
    if (result->changed || before == Standing::kUnknown) SetStanding(Standing::kChanged);
  } else if (before != Standing::kPart) {
    // The second step of two may have failed.
    const bool unknown = result.error().code == ErrorCode::kUnknownOutcome || before == Standing::kChanged;
    SetStanding(unknown ? Standing::kUnknown : Standing::kUnchanged);
  }
  TakeSignals();
}

}  // namespace natplan::cli
