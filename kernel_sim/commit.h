// The end of a batch: everything it did becomes visible at once, or is undone.
#ifndef NATPLAN_KERNEL_SIM_COMMIT_H_
#define NATPLAN_KERNEL_SIM_COMMIT_H_

#include <cstdint>
#include <vector>

#include "kernel_sim/nf_tables.h"

namespace natplan::kernel_sim {

// What a change tells listeners and, if its request asked for an echo, the sender.
struct Notification {
  std::vector<std::uint8_t> bytes;  // empty: it was too large to be sent
  bool echo = false;
};

enum class CommitOutcome : std::uint8_t {
  kCommitted,
  kNothingToDo,  // the batch changed nothing: same generation, no notifications
  kReplay,       // the graph is not valid: run again to find the message to blame
  kRefused,      // an anonymous set or binding chain that no rule has taken: EINVAL
};

// On kCommitted appends the notifications, in order, that somebody wants: all if there are `listeners`, else
// those with an echo. Kernel: net/netfilter/nf_tables_api.c nf_tables_commit() (6.18)
CommitOutcome Commit(NfTables& state, const Sender& sender, bool listeners, std::vector<Notification>& out);

// Undoes everything that the batch did, newest first. Handles that it used up stay used.
// Kernel: net/netfilter/nf_tables_api.c __nf_tables_abort() (6.18)
void Abort(NfTables& state);

// What the batch has set for its own replay is forgotten.
void ForgetValidation(NfTables& state);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_COMMIT_H_
