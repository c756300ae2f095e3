#include "kernel_sim/listing/kernel_listing.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "kernel_sim/listing/attribute_reader.h"
#include "kernel_sim/listing/dump_request.h"
#include "kernel_sim/listing/list_ruleset.h"

namespace natplan::kernel_sim {
namespace {

using listing::Bytes;
using listing::ByteView;
using listing::SetKey;

constexpr std::size_t kAlignment = 4;

// What NLMSG_ERROR or NLMSG_DONE say: 0 or a negative errno after the header.
int Status(ByteView datagram, std::size_t message) {
  std::int32_t status = 0;
  if (datagram.size() - message < sizeof(nlmsghdr) + sizeof(status)) return EBADMSG;
  std::memcpy(&status, datagram.data() + message + sizeof(nlmsghdr), sizeof(status));
  return -status;
}

enum class Progress { kMore, kDone };

// Whether the datagram ends the dump, and how.
std::expected<Progress, int> Look(ByteView datagram) {
  std::size_t at = 0;
  while (datagram.size() - at >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data() + at, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.size() - at) break;
    if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
      const int status = Status(datagram, at);
      if (status != 0) return std::unexpected(status);
      return Progress::kDone;
    }
    const std::size_t step = (header.nlmsg_len + kAlignment - 1) / kAlignment * kAlignment;
    if (step >= datagram.size() - at) return Progress::kMore;
    at += step;
  }
  return std::unexpected(EBADMSG);
}

// A socket on the simulated kernel that is closed at the end of the scope.
class Socket {
 public:
  static std::expected<Socket, int> Open(Kernel& kernel) {
    const std::expected<std::uint32_t, int> port = kernel.Open(SocketOptions());
    if (!port) return std::unexpected(port.error());
    return Socket(kernel, *port);
  }
  Socket(Socket&& other) noexcept : kernel_(std::exchange(other.kernel_, nullptr)), port_(other.port_) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (kernel_ != nullptr) kernel_->Close(port_);
  }

  // Appends the datagrams that answer the request.
  std::expected<void, int> Dump(const Bytes& request, std::vector<Bytes>& datagrams) {
    if (const auto sent = kernel_->Send(port_, request); !sent) return sent;
    for (;;) {
      std::expected<Datagram, int> datagram = kernel_->Receive(port_);
      if (!datagram) return std::unexpected(datagram.error());
      const std::expected<Progress, int> progress = Look(datagram->bytes);
      if (!progress) return std::unexpected(progress.error());
      datagrams.push_back(std::move(datagram->bytes));
      if (*progress == Progress::kDone) return {};
    }
  }

 private:
  Socket(Kernel& kernel, std::uint32_t port) : kernel_(&kernel), port_(port) {}

  Kernel* kernel_;
  std::uint32_t port_;
};

}  // namespace

std::expected<Ruleset, int> ReadRuleset(Kernel& kernel) {
  std::expected<Socket, int> socket = Socket::Open(kernel);
  if (!socket) return std::unexpected(socket.error());
  std::vector<Bytes> datagrams;
  std::uint32_t sequence = 0;
  for (const Dump dump : {Dump::kTables, Dump::kChains, Dump::kSets, Dump::kRules}) {
    const std::expected<void, int> dumped = socket->Dump(DumpRequest(dump, ++sequence), datagrams);
    if (!dumped) return std::unexpected(dumped.error());
  }
  std::expected<Ruleset, std::string> ruleset = DecodeDumps(datagrams);
  if (!ruleset) return std::unexpected(EBADMSG);
  // The elements' dumps are named by the sets, so that the rest is decoded twice; it is small.
  for (const SetKey& set : ruleset->set_order) {
    const std::expected<void, int> dumped = socket->Dump(ElementsDumpRequest(set, ++sequence), datagrams);
    if (!dumped) return std::unexpected(dumped.error());
  }
  ruleset = DecodeDumps(datagrams);
  if (!ruleset) return std::unexpected(EBADMSG);
  return *std::move(ruleset);
}

std::expected<std::string, int> ListRuleset(Kernel& kernel) {
  const std::expected<Ruleset, int> ruleset = ReadRuleset(kernel);
  if (!ruleset) return std::unexpected(ruleset.error());
  return ListRuleset(*ruleset);
}

}  // namespace natplan::kernel_sim
