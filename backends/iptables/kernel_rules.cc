#include "backends/iptables/kernel_rules.h"

#include <linux/in.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/descriptor.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/socket_error.h"
#include "core/wire/message_reader.h"
#include "core/wire/userdata.h"

namespace natplan {
namespace {

std::unexpected<Error> Fail(ErrorCode code, int errno_value, std::string text) {
  return std::unexpected(Error{.code = code, .errno_value = errno_value, .text = std::move(text)});
}

std::unexpected<Error> FailToAsk(int errno_value) {
  return std::unexpected(SocketError(errno_value,
                                     "cannot ask the kernel for iptables' rules; run as root, or inside "
                                     "`unshare -Urn`"));
}

// Whether `begin` stands in `bytes` at a place of which `is_comment` says that a comment begins there.
template <typename IsComment>
bool Finds(std::string_view bytes, std::string_view begin, const IsComment& is_comment) {
  for (std::size_t at = bytes.find(begin); at != std::string_view::npos; at = bytes.find(begin, at + 1)) {
    if (is_comment(bytes.substr(0, at))) return true;
  }
  return false;
}

// The attribute's type stands in front of its value. A comment holds no byte of value 0, so that none can
// have this within.
bool AttributeOfMatch(std::string_view before) {
  std::uint16_t type = 0;
  if (before.size() < sizeof(nlattr)) return false;
  std::memcpy(&type, before.data() + before.size() - sizeof(type), sizeof(type));
  return type == NFTA_MATCH_INFO;
}

// struct xt_entry_match stands in front of its data.
bool MatchComment(std::string_view before) {
  constexpr std::size_t kHeader = XT_EXTENSION_MAXNAMELEN + 1;  // the name and the revision
  return before.size() >= kHeader && before.back() == 0 &&
         before.substr(before.size() - kHeader).starts_with(std::string_view("comment\0", 8));
}

// A request for all rules of a table with a name of three letters.
struct RulesRequest {
  nlmsghdr header;
  nfgenmsg family;
  nlattr table;
  std::array<char, 4> name;
};

RulesRequest RequestFor(Family family, std::string_view table) {
  RulesRequest out = {};
  out.header.nlmsg_len = sizeof(out);
  out.header.nlmsg_type = NFNL_SUBSYS_NFTABLES << 8U | NFT_MSG_GETRULE;
  out.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  out.family.nfgen_family = family == Family::kIp ? NFPROTO_IPV4 : NFPROTO_IPV6;
  out.table.nla_type = NFTA_RULE_TABLE;
  out.table.nla_len = sizeof(out.table) + sizeof(out.name);
  table.copy(out.name.data(), out.name.size() - 1);
  return out;
}

// Of a message about a rule. iptables shows a comment that nft gave the rule, in its userdata, as one of the
// match's.
bool RuleHasComment(std::string_view message, std::string_view begin) {
  if (Finds(message, begin, AttributeOfMatch)) return true;
  if (message.size() < sizeof(nfgenmsg)) return false;
  message.remove_prefix(sizeof(nfgenmsg));
  const wire::AttributeTable rule({reinterpret_cast<const std::uint8_t*>(message.data()), message.size()});
  return wire::CommentIn(rule.Find(NFTA_RULE_USERDATA).value_or(wire::Bytes{})).starts_with(begin);
}

// What the datagrams of a dump came to so far.
struct Dump {
  bool found = false;
  bool ended = false;
  bool torn = false;
  int error = 0;

  void Take(std::string_view datagram, std::string_view begin) {
    while (datagram.size() >= sizeof(nlmsghdr) && !ended) {
      nlmsghdr header;
      std::memcpy(&header, datagram.data(), sizeof(header));
      if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.size()) break;
      const std::string_view body = datagram.substr(sizeof(header), header.nlmsg_len - sizeof(header));
      torn |= (header.nlmsg_flags & NLM_F_DUMP_INTR) != 0;
      if (header.nlmsg_type == NLMSG_DONE || header.nlmsg_type == NLMSG_ERROR) {
        int negative = 0;
        if (body.size() >= sizeof(negative)) std::memcpy(&negative, body.data(), sizeof(negative));
        error = -negative;
        ended = true;
      } else {
        found |= RuleHasComment(body, begin);
      }
      datagram.remove_prefix(std::min<std::size_t>(datagram.size(), NLMSG_ALIGN(header.nlmsg_len)));
    }
  }
};

std::expected<Dump, Error> DumpOnce(LinuxSocket& socket, Family family, std::string_view table,
                                    std::string_view begin, TimePoint deadline) {
  const RulesRequest request = RequestFor(family, table);
  const auto sent = socket.Send({reinterpret_cast<const std::uint8_t*>(&request), sizeof(request)});
  if (!sent) return FailToAsk(sent.error());
  Dump dump;
  std::vector<std::uint8_t> buffer(std::size_t{1} << 16U);
  while (!dump.ended) {
    const auto got = socket.Receive(buffer);
    if (got) {
      if (got->sender_port != 0) continue;
      if (got->truncated) return FailToAsk(EMSGSIZE);
      dump.Take({reinterpret_cast<const char*>(buffer.data()), got->size}, begin);
    } else if (got.error() == EAGAIN) {
      const auto ready = socket.WaitReadable(deadline);
      if (!ready && ready.error() != EINTR) return FailToAsk(ready.error());
    } else if (got.error() != EINTR) {
      return FailToAsk(got.error());
    }
  }
  return dump;
}

std::expected<bool, Error> NftHasComment(Family family, std::string_view table, std::string_view begin,
                                         TimePoint deadline) {
  for (;;) {
    auto socket = LinuxSocket::Open();
    if (!socket && socket.error().code == ErrorCode::kNotSupported) return false;
    if (!socket) return std::unexpected(std::move(socket.error()));
    const auto dump = DumpOnce(**socket, family, table, begin, deadline);
    if (!dump) return std::unexpected(dump.error());
    if (dump->found) return true;
    switch (dump->error) {
      case 0:
      case EINTR:
        break;
      // Kernel: net/netfilter/nfnetlink.c nfnetlink_rcv_msg() (6.18): no subsystem nf_tables
      case EINVAL:
      case EOPNOTSUPP:
      case EAFNOSUPPORT:
      case ENOENT:
        return false;
      default:
        return FailToAsk(dump->error);
    }
    if (!dump->torn && dump->error == 0) return false;
    if (std::chrono::steady_clock::now() >= deadline) return FailToAsk(ETIMEDOUT);
  }
}

// The socket and the level of the options of ip_tables or ip6_tables, whose structures and numbers are the
// same (IP6T_SO_GET_INFO).
struct LegacySocket {
  Descriptor socket;
  int level;
  explicit LegacySocket(Family family)
      : socket(::socket(family == Family::kIp ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0)),
        level(family == Family::kIp ? IPPROTO_IP : IPPROTO_IPV6) {}
  // 0, or errno(3).
  int Get(int option, void* value, std::size_t bytes) const {
    if (!socket.is_open()) return errno;
    auto size = static_cast<socklen_t>(bytes);
    return getsockopt(socket.number(), level, option, value, &size) == 0 ? 0 : errno;
  }
};

// Whether the kernel has no tables of the legacy variant at all: asked for one that nobody has, for which it
// neither loads nor creates anything.
bool LacksLegacyTables(Family family) {
  ipt_get_entries nobody;
  std::memset(&nobody, 0, sizeof(nobody));
  return LegacySocket(family).Get(IPT_SO_GET_ENTRIES, &nobody, sizeof(nobody)) == ENOPROTOOPT;
}

// What a table comes to; none if there is no such table.
std::expected<std::optional<ipt_getinfo>, Error> InfoOf(const LegacySocket& socket, std::string_view table) {
  ipt_getinfo info = {};
  table.copy(info.name, sizeof(info.name) - 1);
  const int failure = socket.Get(IPT_SO_GET_INFO, &info, sizeof(info));
  if (failure == ENOENT) return std::nullopt;
  if (failure != 0) return FailToAsk(failure);
  return info;
}

std::expected<bool, Error> LegacyHasComment(Family family, std::string_view table, std::string_view begin) {
  const auto there = LegacyHasTable(family, table);
  if (!there || !*there) return there;
  const LegacySocket socket(family);
  for (int tries = 0; tries < 10; ++tries) {
    const auto info = InfoOf(socket, table);
    if (!info) return std::unexpected(info.error());
    if (!*info) return false;
    std::vector<char> bytes(sizeof(ipt_get_entries) + (*info)->size);
    ipt_get_entries head;
    std::memset(&head, 0, sizeof(head));
    table.copy(head.name, sizeof(head.name) - 1);
    head.size = (*info)->size;
    std::memcpy(bytes.data(), &head, sizeof(head));
    const int failure = socket.Get(IPT_SO_GET_ENTRIES, bytes.data(), bytes.size());
    if (failure == 0) return Finds({bytes.data(), bytes.size()}, begin, MatchComment);
    if (failure != EAGAIN) return FailToAsk(failure);  // else it was changed in between
  }
  return FailToAsk(EAGAIN);
}

}  // namespace

std::string_view Name(IptablesVariant variant) { return variant == IptablesVariant::kNft ? "nft" : "legacy"; }

std::expected<bool, Error> KernelHasComment(IptablesVariant variant, Family family, std::string_view table,
                                            std::string_view begin, TimePoint deadline) {
  return variant == IptablesVariant::kNft ? NftHasComment(family, table, begin, deadline)
                                          : LegacyHasComment(family, table, begin);
}

// The kernel creates the table for whoever asks for it.
std::expected<bool, Error> LegacyHasTable(Family family, std::string_view table) {
  const std::string folder = "/proc/thread-self/net";
  const std::string path = folder + (family == Family::kIp ? "/ip_tables_names" : "/ip6_tables_names");
  errno = 0;
  std::ifstream file(path);
  if (!file.is_open()) {
    const int reason = errno;
    if (reason == ENOENT && access(folder.c_str(), F_OK) == 0) return false;
    if (reason != ENOENT) return std::unexpected(SocketError(reason, "cannot read " + path));
    if (LacksLegacyTables(family)) return false;
    return Fail(ErrorCode::kUnreadable, reason,
                "without /proc nobody can tell whether iptables-legacy has rules; mount it: "
                "mount -t proc proc /proc");
  }
  for (std::string name; std::getline(file, name);) {
    if (name == table) return true;
  }
  return false;
}

std::expected<bool, Error> LegacyHasRules(Family family, std::string_view table) {
  const auto there = LegacyHasTable(family, table);
  if (!there || !*there) return there;
  const auto info = InfoOf(LegacySocket(family), table);
  if (!info) return std::unexpected(info.error());
  if (!*info) return false;
  // An empty table has an entry for each chain's policy and one that ends it.
  // Kernel: net/netfilter/xt_repldata.h xt_alloc_initial_table() (6.18)
  return (*info)->num_entries > static_cast<unsigned>(std::popcount((*info)->valid_hooks)) + 1;
}

}  // namespace natplan
