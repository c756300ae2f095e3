// What a simulated kernel has.
#ifndef NATPLAN_KERNEL_SIM_PROFILE_H_
#define NATPLAN_KERNEL_SIM_PROFILE_H_

#include <cstdint>
#include <set>

namespace natplan::kernel_sim {

// What this kernel was built with, and what it does on purpose wrong. Transactions are counted from 1: each
// datagram that starts with NFNL_MSG_BATCH_BEGIN and is sent through any socket is one.
struct Profile {
  bool nf_tables = true;  // false: every nf_tables message is refused as by a kernel without it
  bool ip_family = true;  // false: NEWTABLE of the family gives EOPNOTSUPP
  bool ip6_family = true;
  bool nat = true;  // false: chain type nat, expressions nat and masq do not exist (ENOENT)
  bool fib = true;  // false: expression fib does not exist (ENOENT)
  // Another process flushes the ruleset just before this transaction.
  std::set<std::uint64_t> flush_before = {};
  // The transaction is carried out, none of its acks arrives.
  std::set<std::uint64_t> lost_ack = {};
  // The transaction is carried out, acks are lost, receive gives ENOBUFS.
  std::set<std::uint64_t> enobufs = {};
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_PROFILE_H_
