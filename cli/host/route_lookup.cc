#include "cli/host/route_lookup.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr unsigned kLoopback = 1;  // lo's index in every network namespace

using Bytes = std::span<const std::uint8_t>;

struct Request {
  nlmsghdr header;
  rtmsg route;
  rtattr attribute;
  std::array<std::uint8_t, 16> target;
};

// As the kernel sends it: a header of type T in front, attributes behind it.
template <typename T>
std::optional<T> Front(Bytes bytes) {
  T out;
  if (bytes.size() < sizeof(out)) return std::nullopt;
  std::memcpy(&out, bytes.data(), sizeof(out));
  return out;
}

class Socket {
 public:
  Socket() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {}
  ~Socket() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // The answer's bytes, or errno. The kernel answers while it takes the request: nobody waits.
  std::expected<Bytes, int> Ask(Bytes request) {
    if (descriptor_ < 0 || send(descriptor_, request.data(), request.size(), 0) < 0)
      return std::unexpected(errno);
    const ssize_t size = recv(descriptor_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size < 0) return std::unexpected(errno);
    return Bytes(buffer_).first(static_cast<std::size_t>(size));
  }

 private:
  const int descriptor_;
  std::array<std::uint8_t, 16384> buffer_{};
};

Request RequestFor(const Address& target) {
  Request request = {};
  const auto size = static_cast<std::uint16_t>(target.bytes().size());
  request.header = {.nlmsg_len = static_cast<std::uint32_t>(offsetof(Request, target)) + size,
                    .nlmsg_type = RTM_GETROUTE,
                    .nlmsg_flags = NLM_F_REQUEST,
                    .nlmsg_seq = 1,
                    .nlmsg_pid = 0};
  request.route.rtm_family = target.family() == Family::kIp ? AF_INET : AF_INET6;
  request.route.rtm_dst_len = static_cast<std::uint8_t>(AddressBits(target.family()));
  // The route that is found, and not what comes of it for this one address.
  request.route.rtm_flags = RTM_F_FIB_MATCH;
  request.attribute = {.rta_len = static_cast<std::uint16_t>(RTA_LENGTH(size)), .rta_type = RTA_DST};
  std::memcpy(request.target.data(), target.bytes().data(), size);
  return request;
}

// What the answer's attributes say.
struct Way {
  unsigned index = 0;
  bool gateway = false;
  bool several = false;
};

// The first of several ways names the interface.
unsigned IndexOfFirst(Bytes hops) {
  const auto hop = Front<rtnexthop>(hops);
  return hop ? static_cast<unsigned>(hop->rtnh_ifindex) : 0;
}

Way WayOf(Bytes attributes) {
  Way way;
  while (const auto head = Front<rtattr>(attributes)) {
    if (head->rta_len < sizeof(rtattr) || head->rta_len > attributes.size()) break;
    const Bytes value = attributes.first(head->rta_len).subspan(sizeof(rtattr));
    switch (head->rta_type & NLA_TYPE_MASK) {
      case RTA_OIF:
        way.index = Front<std::uint32_t>(value).value_or(0);
        break;
      case RTA_MULTIPATH:
        way.several = true;
        way.index = IndexOfFirst(value);
        break;
      case RTA_GATEWAY:
      case RTA_VIA:
      case RTA_ENCAP:
        way.gateway = true;
        break;
      default:
        break;
    }
    attributes = attributes.subspan(std::min<std::size_t>(RTA_ALIGN(head->rta_len), attributes.size()));
  }
  return way;
}

bool MeansNoRoute(int errno_value) {
  // EINVAL: blackhole; EACCES: prohibit; EHOSTUNREACH: unreachable.
  return errno_value == ENETUNREACH || errno_value == EHOSTUNREACH || errno_value == EINVAL ||
         errno_value == EACCES;
}

std::unexpected<Error> NotAsked(const Address& target, int errno_value) {
  return std::unexpected(
      Error{.code = ErrorCode::kEnvironment,
            .errno_value = errno_value,
            .text = fmt::format("the kernel did not say which route leads to {}: {}", target.ToString(),
                                std::generic_category().message(errno_value))});
}

}  // namespace

std::expected<std::optional<Route>, Error> LookUpRoute(const Address& target) {
  Socket kernel;
  const Request request = RequestFor(target);
  const auto answer = kernel.Ask({reinterpret_cast<const std::uint8_t*>(&request), request.header.nlmsg_len});
  if (!answer) return NotAsked(target, answer.error());
  const auto header = Front<nlmsghdr>(*answer);
  if (!header || header->nlmsg_len > answer->size()) return NotAsked(target, EPROTO);
  const Bytes body = answer->first(header->nlmsg_len).subspan(sizeof(nlmsghdr));
  if (header->nlmsg_type == NLMSG_ERROR) {
    const int errno_value = -Front<std::int32_t>(body).value_or(-EPROTO);
    if (MeansNoRoute(errno_value)) return std::nullopt;
    return NotAsked(target, errno_value);
  }
  const auto route = Front<rtmsg>(body);
  if (header->nlmsg_type != RTM_NEWROUTE || !route) return NotAsked(target, EPROTO);
  if (route->rtm_type == RTN_BLACKHOLE || route->rtm_type == RTN_UNREACHABLE ||
      route->rtm_type == RTN_PROHIBIT)
    return std::nullopt;
  const Way way = WayOf(body.subspan(sizeof(rtmsg)));
  std::array<char, IF_NAMESIZE> name{};
  if (if_indextoname(way.index, name.data()) == nullptr) return NotAsked(target, errno);
  auto interface = InterfaceName::Make(name.data());
  if (!interface) {
    return std::unexpected(Error{
        .code = ErrorCode::kNotSupported,
        .errno_value = EINVAL,
        .text =
            fmt::format("the interface towards {} has index {}, and a name that natplan does not write: {}",
                        target.ToString(), way.index, interface.error().text)});
  }
  return Route{
      .interface = *std::move(interface),
      .index = way.index,
      .length = route->rtm_dst_len,
      .on_link = route->rtm_type == RTN_UNICAST && !way.gateway && !way.several && way.index != kLoopback};
}

}  // namespace natplan::cli
