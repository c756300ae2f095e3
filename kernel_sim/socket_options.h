// A socket of a simulated kernel, as the program that uses it sees it.
#ifndef NATPLAN_KERNEL_SIM_SOCKET_OPTIONS_H_
#define NATPLAN_KERNEL_SIM_SOCKET_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace natplan::kernel_sim {

// The process on whose behalf a socket sends: NFTA_GEN_PROC_PID and NFTA_GEN_PROC_NAME.
struct Process {
  std::uint32_t pid = 1;
  std::string name = "natplan";
};

struct SocketOptions {
  Process process;
  std::uint32_t port_id = 0;  // nlmsg_pid of replies; 0: the process's pid if free, else the kernel chooses
  bool net_admin = true;      // CAP_NET_ADMIN over the namespace
  bool ext_ack = false;       // NETLINK_EXT_ACK
  bool cap_ack = false;       // NETLINK_CAP_ACK
  std::size_t send_buffer = 212992;     // bytes, as getsockopt(SO_SNDBUF) gives it
  std::size_t receive_buffer = 212992;  // bytes, as getsockopt(SO_RCVBUF) gives it
};

// What recvmsg(2) gives: the bytes and msg_name.
struct Datagram {
  std::vector<std::uint8_t> bytes;
  std::uint32_t sender_port = 0;    // nl_pid: 0 is the kernel
  std::uint32_t sender_groups = 0;  // nl_groups: a mask
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_SOCKET_OPTIONS_H_
