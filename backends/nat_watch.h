// Keeps watch over what is wanted: says who changed it, and puts it right if that is asked for.
#ifndef NATPLAN_BACKENDS_NAT_WATCH_H_
#define NATPLAN_BACKENDS_NAT_WATCH_H_

#include <expected>
#include <memory>
#include <optional>
#include <vector>

#include "backends/descriptor.h"
#include "backends/nat.h"
#include "backends/netlink/change_feed.h"
#include "backends/netlink/socket.h"
#include "backends/wakeup.h"
#include "core/plan/watcher.h"

namespace natplan {

// Has no thread of its own: wait for descriptor(), or until wake_time(), and call Poll(). Over nf_tables
// only: iptables announces nothing. Not thread-safe. No exception leaves a call. Where memory runs out, lines
// may be missing; a later Poll() says so, and looks at everything again. One that was moved from says that it
// has stopped.
class NatWatch {
 public:
  // In the network namespace that the calling thread is in now. Needs CAP_NET_ADMIN there: without it
  // kNotPermitted. The owner's intents are to be `intents` (NatOptions::owner), as Nat::Apply() would have
  // it; what somebody else holds is said, and taken once it is free.
  [[nodiscard]] static std::expected<NatWatch, Error> Open(const NatOptions& options,
                                                           std::vector<Intent> intents, WatchPolicy policy);
  // Over any sockets: one for commands, one that listens to nf_tables (SimSocket::Listen()). Throws
  // std::bad_alloc.
  NatWatch(std::unique_ptr<NetlinkSocket> commands, std::unique_ptr<NetlinkSocket> notifications,
           const NatOptions& options, std::vector<Intent> intents, WatchPolicy policy);

  // Does what can be done now. What there is to say; and why there is no use in going on, if so.
  struct Heard {
    std::vector<WatchLine> lines = {};
    std::optional<Error> stopped = {};
  };
  [[nodiscard]] Heard Poll();

  // A descriptor for poll(2) and epoll(7), owned by this: readable if Poll() has something to do.
  [[nodiscard]] std::expected<int, Error> descriptor();
  // When Poll() has something to do even if nothing happens; none: not before something happens.
  std::optional<TimePoint> wake_time() const { return wake_; }

 private:
  enum class Busy { kNothing, kLook, kRestore };

  void Listen();
  void Begin(Busy what);
  std::optional<Error> Advance();
  std::expected<int, Error> OpenDescriptor();
  void WakeAt(std::optional<TimePoint> when);

  NetlinkSocket* commands_;  // of nat_'s executor
  Nat nat_;
  std::unique_ptr<ChangeFeed> feed_;  // null: this was moved from
  Watcher watcher_;
  std::vector<Intent> intents_;
  Owner owner_;
  Busy busy_ = Busy::kNothing;
  std::optional<Error> broken_;  // the feed cannot be read, or nothing can be begun
  bool missed_ = false;          // something was not taken, for want of memory
  std::optional<TimePoint> wake_;
  std::optional<Wakeup> wakeup_;
  Descriptor epoll_;  // of the feed and of wakeup_, once it is asked for
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NAT_WATCH_H_
