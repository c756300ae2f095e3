// One netlink socket: its options, its receive queue with the kernel's accounting, and the dump that runs on
// it.
#ifndef NATPLAN_KERNEL_SIM_NETLINK_SOCKET_H_
#define NATPLAN_KERNEL_SIM_NETLINK_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "kernel_sim/ack.h"
#include "kernel_sim/message_writer.h"
#include "kernel_sim/request.h"
#include "kernel_sim/socket_options.h"

namespace natplan::kernel_sim {

// A dump in progress. Each Fill writes one part.
class Dump {
 public:
  virtual ~Dump() = default;
  // Writes what fits and returns whether the dump goes on. False: it is over, with status() for NLMSG_DONE,
  // which then goes into the same datagram.
  virtual bool Fill(MessageWriter& writer) = 0;
  // 0 or a positive errno.
  int status() const { return status_; }
  // Marks the first message after a change of generation with NLM_F_DUMP_INTR.
  // Kernel: include/net/netlink.h nl_dump_check_consistent() (6.18)
  void MarkIfChanged(MessageWriter& writer, std::size_t message);

 protected:
  // The generation that the messages of this part belong to; 0: this kind of dump does not say.
  void set_generation(std::uint32_t generation) { generation_ = generation; }
  void set_status(int status) { status_ = status; }

 private:
  int status_ = 0;
  std::uint32_t generation_ = 0;
  std::uint32_t previous_ = 0;
};

class NetlinkSocket {
 public:
  NetlinkSocket(const SocketOptions& options, std::uint32_t port);

  Sender sender() const { return {port_, options_.process}; }
  AckOptions ack_options() const { return {port_, options_.ext_ack, options_.cap_ack}; }
  std::uint32_t port() const { return port_; }
  bool net_admin() const { return options_.net_admin; }
  bool in_group(std::uint32_t group) const { return groups_.contains(group); }
  void Join(std::uint32_t group) { groups_.insert(group); }
  std::size_t send_buffer() const { return options_.send_buffer; }
  void set_send_buffer(std::size_t bytes) { options_.send_buffer = bytes; }
  void set_receive_buffer(std::size_t bytes) { options_.receive_buffer = bytes; }

  // Queues a datagram from the kernel, or drops it if there is no room and remembers the loss.
  void Deliver(std::vector<std::uint8_t> bytes, std::uint32_t group_mask);
  // Something for this socket was lost before it reached the queue: the next Receive says ENOBUFS.
  void LoseDatagrams() { pending_enobufs_ = true; }
  std::expected<Datagram, int> Receive(std::size_t capacity);

  bool dump_running() const { return dump_ != nullptr; }
  // Starts a dump that `request` asked for and queues its first part.
  void StartDump(std::unique_ptr<Dump> dump, const MessageView& request);

 private:
  struct Queued {
    Datagram datagram;
    std::size_t true_size;
  };

  void Overrun();
  void ContinueDump();
  void Queue(std::vector<std::uint8_t> bytes, std::uint32_t group_mask, std::size_t true_size);

  SocketOptions options_;
  std::uint32_t port_;
  std::set<std::uint32_t> groups_;
  std::deque<Queued> queue_;
  std::size_t queued_size_ = 0;
  bool congested_ = false;
  bool pending_enobufs_ = false;
  std::size_t largest_receive_ = 0;

  std::unique_ptr<Dump> dump_;
  std::uint32_t dump_sequence_ = 0;
  bool dump_finished_ = false;  // Fill has said false; only NLMSG_DONE is missing
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_NETLINK_SOCKET_H_
