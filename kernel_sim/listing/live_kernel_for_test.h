// The real nf_tables in a namespace of its own, and the real nft: what the texts of this folder are compared
// with.
#ifndef NATPLAN_KERNEL_SIM_LISTING_LIVE_KERNEL_FOR_TEST_H_
#define NATPLAN_KERNEL_SIM_LISTING_LIVE_KERNEL_FOR_TEST_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace natplan::kernel_sim {

// Puts the calling process into a new user and network namespace in which it may do everything. Returns an
// empty string, or the reason why that is not possible here. Once for each process: the tests of one program
// share the namespace and flush the ruleset when they start.
std::string EnterNamespace();

// Runs `nft -f -` with the text; true on success.
bool RunNft(const std::string& text);

// What a shell command prints on its standard output.
std::string OutputOf(const std::string& command);

// The bytes that hexadecimal digits stand for.
std::vector<std::uint8_t> FromHex(std::string_view digits);

// A NETLINK_NETFILTER socket of the real kernel.
class LiveSocket {
 public:
  LiveSocket();
  ~LiveSocket();
  LiveSocket(const LiveSocket&) = delete;
  LiveSocket& operator=(const LiveSocket&) = delete;

  void JoinNotifications();
  void Send(const std::vector<std::uint8_t>& datagram);
  // The next datagram; empty when none comes within `timeout_ms`.
  std::vector<std::uint8_t> Receive(int timeout_ms);
  // Sends the request and reads until the dump's end.
  std::vector<std::vector<std::uint8_t>> DumpOf(const std::vector<std::uint8_t>& request);

 private:
  int descriptor_;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_LISTING_LIVE_KERNEL_FOR_TEST_H_
