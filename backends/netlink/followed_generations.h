// Which commits a socket was told of, without a gap.
#ifndef NATPLAN_BACKENDS_NETLINK_FOLLOWED_GENERATIONS_H_
#define NATPLAN_BACKENDS_NETLINK_FOLLOWED_GENERATIONS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/plan/executor.h"
#include "core/values/change.h"

namespace natplan {

// Never says that it knows of all commits when it does not: a gap, or a batch that was not understood, ends
// the following, until it begins again.
//
// Memory: the changes of up to kMaxBatches commits, each of which is as long as its reader let it become.
class FollowedGenerations {
 public:
  static constexpr std::size_t kMaxBatches = 100;

  // Every commit after `generation`, which the kernel's counter showed after the socket had joined the group,
  // will be told. What is told late of commits up to it is passed over: its beginning may be missing.
  void Begin(std::uint32_t generation);
  void Lose() { following_ = false; }
  bool following() const { return following_; }

  // The next batch that was told. `own_port`: whose changes are not those of others.
  void Add(CommittedBatch batch, std::uint32_t own_port);

  // What was committed after `since`. Nobody asks for an earlier time afterwards.
  Drained Since(std::uint32_t since);

 private:
  bool following_ = false;
  std::uint32_t begin_ = 0;                 // everything after it, up to `last_`, was told
  std::uint32_t last_ = 0;                  // not before `begin_`
  std::deque<CommittedBatch> kept_ = {};    // of others, after `begin_`
  std::optional<std::uint32_t> lost_ = {};  // the last commit of others of which something was not kept
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETLINK_FOLLOWED_GENERATIONS_H_
