#include "tests/contract/live_kernel.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "backends/netlink/linux_socket.h"
#include "tests/contract/recording_executor.h"

namespace natplan::contract {

std::string OutputOf(const std::string& command) {
  std::string text;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return text;
  std::array<char, 4096> part;
  for (std::size_t size = 0; (size = fread(part.data(), 1, part.size(), pipe)) > 0;)
    text.append(part.data(), size);
  pclose(pipe);
  return text;
}

std::unique_ptr<NetlinkSocket> LiveKernel::MakeSocket() {
  auto socket = LinuxSocket::Open();
  if (!socket) std::abort();
  return std::move(*socket);
}

std::unique_ptr<Executor> LiveKernel::MakeExecutor(std::vector<Sent>& sent) {
  return MakeRecordingExecutor(MakeSocket(), LinuxSocket::Listen, sent);
}

std::expected<Nat, Error> LiveKernel::Adopt(NatOptions options, std::vector<Sent>&) {
  return Nat::Adopt(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), std::move(options));
}

bool LiveKernel::SaveAndReload() {
  return OutputOf(
             "saved=$(nft list ruleset) && nft flush ruleset && printf '%s\\n' \"$saved\" | nft -f - && echo "
             "done") == "done\n";
}

}  // namespace natplan::contract
