// An nf_tables of its own, in memory.
//
// One Kernel is one network namespace. Its only door is bytes: a simulated socket sends the datagram that a
// program would hand to sendmsg(2) on a NETLINK_NETFILTER socket, and receives the datagrams that the kernel
// would answer. Behaviour follows Linux 6.18 (net/netfilter/nf_tables_api.c, nfnetlink.c, nft_set_rbtree.c,
// net/netlink/af_netlink.c); what a build may lack is a switch of the Profile.
//
// Deterministic: the same calls give the same bytes. No I/O, no clock, no randomness, no global state.
// Not thread-safe: one thread, or the caller's lock.
#ifndef NATPLAN_KERNEL_SIM_KERNEL_H_
#define NATPLAN_KERNEL_SIM_KERNEL_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <span>

#include "kernel_sim/profile.h"
#include "kernel_sim/socket_options.h"

namespace natplan::kernel_sim {

class Kernel {
 public:
  explicit Kernel(Profile profile = {});
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // Opens a socket and returns its port id, which names it in every call below. A port id that is taken gives
  // EADDRINUSE.
  std::expected<std::uint32_t, int> Open(const SocketOptions& options);
  // Closes it; tables that it owns go with it (NFT_TABLE_F_OWNER).
  void Close(std::uint32_t port);
  // Joins a multicast group (NFNLGRP_NFTABLES is 7); EPERM without net_admin, EINVAL for an unknown group.
  std::expected<void, int> JoinGroup(std::uint32_t port, std::uint32_t group);
  void SetReceiveBuffer(std::uint32_t port, std::size_t bytes);
  void SetSendBuffer(std::uint32_t port, std::size_t bytes);

  // One sendmsg: the datagram is processed completely before this returns, as in the kernel. EMSGSIZE if it
  // does not fit into the send buffer (nothing processed).
  std::expected<void, int> Send(std::uint32_t port, std::span<const std::uint8_t> datagram);
  // One recvmsg with a buffer of `capacity` bytes (a longer datagram is cut, as the kernel does; the size of
  // the buffer is what dumps are cut to). EAGAIN: nothing there. ENOBUFS: something was lost, said once.
  std::expected<Datagram, int> Receive(std::uint32_t port, std::size_t capacity = 65536);

  // nf_tables' generation (NFTA_GEN_ID): 1 at the start, one more with each batch that changed something.
  std::uint32_t generation() const;
  // Batches that were sent so far, by whatever socket.
  std::uint64_t transactions() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_KERNEL_H_
