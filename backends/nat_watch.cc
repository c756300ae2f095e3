#include "backends/nat_watch.h"

#include <sys/epoll.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "backends/host_memory.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/plan/extra_rules.h"
#include "core/plan/layout.h"
#include "core/text/comment_text.h"
#include "core/text/nft_text.h"
#include "core/text/rule_text.h"

namespace natplan {
namespace {

std::vector<TableId> Tables(const Layout& layout) {
  std::vector<TableId> out;
  for (const Family family : kFamilies) out.push_back(layout.Id(family));
  return out;
}

// What the table's sets are made of, which notifications of their elements do not say.
Snapshot ShapesOf(const Layout& layout) {
  Snapshot out;
  for (const Family family : kFamilies) {
    TableSnapshot table{.id = layout.Id(family)};
    for (const SetPlan& set : Sets(layout, family))
      table.sets.push_back({.name = set.name, .shape = set.shape});
    if (layout.own()) table.sets.push_back({.name = kLocalhostMap, .shape = ForwardShape(family)});
    out.tables.push_back(std::move(table));
  }
  return out;
}

// A batch of millions of elements need not be shown whole.
constexpr std::size_t kMostLines = 200;

std::vector<std::string> LinesOf(const Change& change) {
  if (!change.operation) return {NameText(change.other)};
  std::vector<std::string> lines = ToLines(*change.operation);
  if (change.deleted) {
    lines.front() += "  # " + RuleText(change.table.family, change.deleted->expressions) +
                     CommentText(change.deleted->comment);
  }
  return lines;
}

ForeignChange ToForeignChange(CommittedBatch&& batch) {
  ForeignChange out{
      .process = batch.process, .process_name = std::move(batch.process_name), .omitted = batch.omitted};
  for (const Change& change : batch.changes) {
    for (std::string& line : LinesOf(change)) out.lines.push_back(std::move(line));
  }
  if (!batch.whole) out.lines.emplace_back("something that natplan does not understand");
  return out;
}

Error FromErrno(const char* what, int errno_value) {
  return {.code = ErrorCode::kEnvironment,
          .errno_value = errno_value,
          .text = std::string(what) + ": " + strerrordesc_np(errno_value)};
}

// Short enough to need no memory of its own.
Error OutOfMemory() { return {.code = ErrorCode::kNoMemory, .errno_value = ENOMEM, .text = "out of memory"}; }
Error MovedFrom() {
  return {.code = ErrorCode::kInvalidArgument, .errno_value = EINVAL, .text = "moved from"};
}

// A simulated kernel is not one that lacks memory.
std::function<std::optional<std::uint64_t>()> MemoryBeside(const NetlinkSocket& commands) {
  if (commands.descriptor() < 0) return {};
  return [] { return AvailableMemory(); };
}

// How long it takes until memory is asked for again.
constexpr std::chrono::milliseconds kUntilMemory{20};

}  // namespace

std::expected<NatWatch, Error> NatWatch::Open(const NatOptions& options, std::vector<Intent> intents,
                                              WatchPolicy policy) {
  try {
    auto commands = LinuxSocket::Open();
    if (!commands) return std::unexpected(std::move(commands.error()));
    auto notifications = LinuxSocket::Listen();
    if (!notifications) return std::unexpected(std::move(notifications.error()));
    return NatWatch(*std::move(commands), *std::move(notifications), options, std::move(intents), policy);
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

NatWatch::NatWatch(std::unique_ptr<NetlinkSocket> commands, std::unique_ptr<NetlinkSocket> notifications,
                   const NatOptions& options, std::vector<Intent> intents, WatchPolicy policy)
    : commands_(commands.get()),
      nat_({.nftables = std::make_unique<NetlinkExecutor>(std::move(commands)),
            .available_memory = MemoryBeside(*commands_)},
           options),
      feed_(
          std::make_unique<ChangeFeed>(std::move(notifications), Tables(Layout{options.table}), kMostLines)),
      watcher_(policy),
      intents_(std::move(intents)),
      owner_(options.owner) {
  feed_->Learn(ShapesOf(Layout{options.table}));
}

// Hands on what was committed since it was asked last.
void NatWatch::Listen() {
  for (;;) {
    auto next = feed_->Next();
    if (!next && next.error() == ENOBUFS) {
      watcher_.OnOverrun();
      continue;
    }
    if (!next) {
      broken_ = FromErrno("notifications of the kernel cannot be read", next.error());
      return;
    }
    if (!*next) return;
    CommittedBatch& batch = **next;
    if (batch.port == commands_->port() && batch.port != 0) continue;
    if (batch.changes.empty() && batch.omitted == 0 && batch.whole) continue;
    watcher_.OnChange(ToForeignChange(std::move(batch)));
  }
}

void NatWatch::Begin(Busy what) {
  auto begun = nat_.Begin({.replaced = owner_, .intents = intents_, .lenient = true},
                          what == Busy::kLook ? Mode::kPlan : Mode::kApply);
  if (begun) {
    busy_ = what;
  } else {
    broken_ = std::move(begun.error());
  }
}

NatWatch::Heard NatWatch::Poll() {
  if (feed_ == nullptr) return {.stopped = MovedFrom()};
  std::optional<Error> stopped;
  try {
    if (missed_) watcher_.OnShortage();
    missed_ = false;
    stopped = Advance();
  } catch (const std::bad_alloc&) {
    missed_ = true;
    WakeAt(std::chrono::steady_clock::now() + kUntilMemory);
  }
  return {.lines = watcher_.TakeLines(), .stopped = std::move(stopped)};
}

std::optional<Error> NatWatch::Advance() {
  for (;;) {
    Listen();
    const TimePoint now = std::chrono::steady_clock::now();
    if (broken_) return broken_;
    if (busy_ != Busy::kNothing) {
      const Result* result = nat_.Poll();
      if (result == nullptr) {
        WakeAt(nat_.wake_time());
        return std::nullopt;
      }
      // What happened during the call is heard first, so that a look that saw it is not followed by another.
      Listen();
      if (std::exchange(busy_, Busy::kNothing) == Busy::kLook) {
        watcher_.OnLook(*result, now);
      } else {
        watcher_.OnRestored(*result, now);
      }
    } else {
      const WatchStep step = watcher_.Next(now);
      if (std::holds_alternative<LookStep>(step)) {
        Begin(Busy::kLook);
      } else if (std::holds_alternative<RestoreStep>(step)) {
        Begin(Busy::kRestore);
      } else if (const auto* stop = std::get_if<StopStep>(&step)) {
        return stop->error;
      } else {
        WakeAt(std::get<AttendStep>(step).until);
        return std::nullopt;
      }
    }
  }
}

void NatWatch::WakeAt(std::optional<TimePoint> when) {
  wake_ = when;
  if (!wakeup_) return;
  if (when) {
    wakeup_->Arm(*when);
  } else {
    wakeup_->Disarm();
  }
}

std::expected<int, Error> NatWatch::descriptor() {
  if (feed_ == nullptr) return std::unexpected(MovedFrom());
  try {
    return OpenDescriptor();
  } catch (const std::bad_alloc&) {
    return std::unexpected(OutOfMemory());
  }
}

std::expected<int, Error> NatWatch::OpenDescriptor() {
  if (epoll_.is_open()) return epoll_.number();
  auto wakeup = Wakeup::Open();
  if (!wakeup) return std::unexpected(std::move(wakeup.error()));
  Descriptor epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll.is_open()) return std::unexpected(FromErrno("epoll_create1", errno));
  for (const int descriptor : {wakeup->descriptor(), feed_->descriptor()}) {
    if (descriptor < 0) continue;  // a simulated socket has none
    epoll_event event = {.events = EPOLLIN, .data = {.fd = descriptor}};
    if (epoll_ctl(epoll.number(), EPOLL_CTL_ADD, descriptor, &event) < 0)
      return std::unexpected(FromErrno("epoll_ctl", errno));
  }
  wakeup_ = *std::move(wakeup);
  epoll_ = std::move(epoll);
  WakeAt(wake_.value_or(std::chrono::steady_clock::now()));
  return epoll_.number();
}

}  // namespace natplan
