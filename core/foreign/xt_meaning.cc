#include "core/foreign/xt_meaning.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "core/wire/message_reader.h"

namespace natplan::foreign {
namespace {

using wire::AttributeTable;

XtMatch NotUnderstood() { return {.when = Condition::Perhaps(), .understood = false}; }

struct Info {
  std::string_view name;
  std::uint32_t revision = 0;
  std::span<const std::uint8_t> bytes;

  // A copy, because the bytes of a message have any alignment; none if they are too few.
  template <typename T>
  std::optional<T> As() const {
    if (bytes.size() < sizeof(T)) return std::nullopt;
    T out;
    std::memcpy(&out, bytes.data(), sizeof(out));
    return out;
  }
};

// The numbers of the attributes are the same for a target and a match.
static_assert(NFTA_TARGET_NAME == 1 && NFTA_TARGET_INFO == 3 && NFTA_MATCH_NAME == 1 && NFTA_MATCH_INFO == 3);
Info InfoOf(std::span<const std::uint8_t> attributes) {
  const AttributeTable table(attributes);
  return {.name = table.String(NFTA_MATCH_NAME).value_or(""),
          .revision = table.U32(NFTA_MATCH_REV).value_or(0),
          .bytes = table.Find(NFTA_MATCH_INFO).value_or(std::span<const std::uint8_t>())};
}

Condition Negated(bool negated, const Condition& condition) { return negated ? !condition : condition; }

Condition Ports(std::uint16_t first, std::uint16_t last, bool negated) {
  const PortSet set({PortRange{first, last}});
  return Negated(negated, {set, set});
}

// A range of source ports, of which nothing is known.
Condition SourcePorts(std::uint16_t first, std::uint16_t last, bool negated) {
  return first == 0 && last == UINT16_MAX ? Condition::Of(!negated) : Condition::Perhaps();
}

// Of a protocol's own match; the rule asks for the protocol beside it, or the kernel refuses the rule.
Condition OfProtocol(const Packets& packets, Protocol protocol, const Condition& condition) {
  if (!packets.protocol) return condition & Condition::Perhaps();
  return *packets.protocol == protocol ? condition : Condition::Never();
}

XtMatch Tcp(const Info& info, const Packets& packets) {
  const auto tcp = info.As<xt_tcp>();
  if (!tcp) return NotUnderstood();
  Condition when = SourcePorts(tcp->spts[0], tcp->spts[1], (tcp->invflags & XT_TCP_INV_SRCPT) != 0) &
                   Ports(tcp->dpts[0], tcp->dpts[1], (tcp->invflags & XT_TCP_INV_DSTPT) != 0);
  if (tcp->flg_mask != 0 || tcp->option != 0) when = when & Condition::Perhaps();
  return {OfProtocol(packets, Protocol::kTcp, when)};
}

XtMatch Udp(const Info& info, const Packets& packets) {
  const auto udp = info.As<xt_udp>();
  if (!udp) return NotUnderstood();
  return {OfProtocol(packets, Protocol::kUdp,
                     SourcePorts(udp->spts[0], udp->spts[1], (udp->invflags & XT_UDP_INV_SRCPT) != 0) &
                         Ports(udp->dpts[0], udp->dpts[1], (udp->invflags & XT_UDP_INV_DSTPT) != 0))};
}

// xt_sctp_info, whose header has a macro of the name "bytes".
// Kernel: include/uapi/linux/netfilter/xt_sctp.h (6.18)
struct SctpInfo {
  std::array<std::uint16_t, 2> dpts;
  std::array<std::uint16_t, 2> spts;
  std::array<std::uint32_t, 64> chunkmap;
  std::uint32_t chunk_match_type;
  std::array<std::array<std::uint8_t, 3>, 4> flag_info;
  std::int32_t flag_count;
  std::uint32_t flags;
  std::uint32_t invflags;
};

XtMatch Sctp(const Info& info, const Packets& packets) {
  constexpr std::uint32_t kSourcePorts = 1;
  constexpr std::uint32_t kDestinationPorts = 2;
  constexpr std::uint32_t kChunkTypes = 4;
  const auto sctp = info.As<SctpInfo>();
  if (!sctp) return NotUnderstood();
  const auto asks = [&](std::uint32_t flag) { return (sctp->flags & flag) != 0; };
  Condition when = Condition::Always();
  if (asks(kDestinationPorts))
    when = when & Ports(sctp->dpts[0], sctp->dpts[1], (sctp->invflags & kDestinationPorts) != 0);
  if (asks(kSourcePorts) || asks(kChunkTypes)) when = when & Condition::Perhaps();
  return {OfProtocol(packets, Protocol::kSctp, when)};
}

XtMatch Multiport(const Info& info, const Packets& /*packets*/) {
  const auto multiport = info.As<xt_multiport_v1>();
  if (!multiport || info.revision != 1) return NotUnderstood();
  if (multiport->flags != XT_MULTIPORT_DESTINATION) return {Condition::Perhaps()};
  std::vector<PortRange> ranges;
  const std::size_t count = std::min<std::size_t>(multiport->count, XT_MULTI_PORTS);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint16_t first = multiport->ports[i];
    // A flagged port begins a range that the next one ends.
    const bool is_range = multiport->pflags[i] != 0 && i + 1 < count;
    ranges.push_back({first, is_range ? multiport->ports[++i] : first});
  }
  const PortSet set(std::move(ranges));
  return {Negated(multiport->invert != 0, {set, set})};
}

XtMatch AddressType(const Info& info, const Packets& packets) {
  const auto addrtype = info.As<xt_addrtype_info_v1>();
  if (!addrtype || info.revision != 1) return NotUnderstood();
  Condition when = Condition::Always();
  if (addrtype->dest != 0) {
    const Condition is =
        packets.address_type
            ? Condition::Of((std::uint32_t{addrtype->dest} >> *packets.address_type & 1U) != 0)
            : Condition::Perhaps();
    when = Negated((addrtype->flags & XT_ADDRTYPE_INVERT_DEST) != 0, is);
  }
  const std::uint32_t limits = XT_ADDRTYPE_LIMIT_IFACE_IN | XT_ADDRTYPE_LIMIT_IFACE_OUT;
  if (addrtype->source != 0 || (addrtype->flags & limits) != 0) when = when & Condition::Perhaps();
  return {when};
}

constexpr std::uint32_t kStateNew = XT_CONNTRACK_STATE_BIT(IP_CT_NEW);
constexpr std::uint32_t kStateTranslated = XT_CONNTRACK_STATE_DNAT;

XtMatch State(std::uint32_t states, bool negated, const Packets& packets) {
  Condition is = Condition::Of((states & kStateNew) != 0);
  if ((states & kStateTranslated) != 0)
    is = is | (packets.translated ? Condition::Of(*packets.translated) : Condition::Perhaps());
  return {Negated(negated, is)};
}

XtMatch Conntrack(const Info& info, const Packets& packets) {
  constexpr std::uint16_t kState = XT_CONNTRACK_STATE;
  // Revision 3 has more behind it.
  const auto conntrack = info.As<xt_conntrack_mtinfo2>();
  if (!conntrack || (info.revision != 2 && info.revision != 3)) return NotUnderstood();
  if ((conntrack->match_flags & kState) == 0) return {Condition::Perhaps()};
  XtMatch match = State(conntrack->state_mask, (conntrack->invert_flags & kState) != 0, packets);
  if (conntrack->match_flags != kState) match.when = match.when & Condition::Perhaps();
  return match;
}

XtMatch OldState(const Info& info, const Packets& packets) {
  const auto states = info.As<std::uint32_t>();
  return states ? State(*states, false, packets) : NotUnderstood();
}

XtMatch Comment(const Info& /*info*/, const Packets& /*packets*/) { return {Condition::Always()}; }

struct Reader {
  std::string_view name;
  XtMatch (*read)(const Info& info, const Packets& packets);
};
constexpr Reader kReaders[] = {
    {"tcp", Tcp},
    {"udp", Udp},
    {"sctp", Sctp},
    {"multiport", Multiport},
    {"addrtype", AddressType},
    {"conntrack", Conntrack},
    {"state", OldState},
    {"comment", Comment},
};

// They ask for what the packets here have no word about.
constexpr std::string_view kOfThePacket[] = {
    "ah",      "bpf",        "cgroup",   "cluster", "connbytes", "connlabel", "connlimit", "connmark",
    "cpu",     "dccp",       "devgroup", "dscp",    "dst",       "ecn",       "esp",       "eui64",
    "frag",    "hashlimit",  "hbh",      "helper",  "hl",        "icmp",      "icmp6",     "ipcomp",
    "iprange", "ipv6header", "ipvs",     "length",  "limit",     "mac",       "mark",      "mh",
    "nfacct",  "osf",        "owner",    "physdev", "pkttype",   "policy",    "quota",     "rateest",
    "realm",   "recent",     "rpfilter", "rt",      "set",       "socket",    "srh",       "statistic",
    "string",  "tcpmss",     "time",     "tos",     "ttl",       "u32",
};

}  // namespace

XtMatch MeaningOfXtMatch(std::span<const std::uint8_t> attributes, const Packets& packets) {
  const Info info = InfoOf(attributes);
  for (const Reader& reader : kReaders) {
    if (reader.name == info.name) return reader.read(info, packets);
  }
  return {.when = Condition::Perhaps(),
          .understood = (std::ranges::find(kOfThePacket, info.name) != std::ranges::end(kOfThePacket))};
}

std::optional<Ending> EndingOfXtTarget(std::string_view name) {
  constexpr std::string_view kGoingOn[] = {
      "AUDIT", "CHECKSUM", "CLASSIFY", "CONNMARK",  "CONNSECMARK", "CT",     "DSCP",
      "ECN",   "HL",       "HMARK",    "IDLETIMER", "LED",         "LOG",    "MARK",
      "NFLOG", "NOTRACK",  "RATEEST",  "SECMARK",   "SET",         "TCPMSS", "TCPOPTSTRIP",
      "TEE",   "TOS",      "TRACE",    "TTL",       "ULOG",
  };
  if ((std::ranges::find(kGoingOn, name) != std::ranges::end(kGoingOn))) return std::nullopt;
  if (name == "DNAT" || name == "REDIRECT" || name == "NETMAP") return Ending::kTranslate;
  if (name == "REJECT") return Ending::kDrop;
  // They translate the source, and are taken.
  if (name == "MASQUERADE" || name == "SNAT") return Ending::kAccept;
  return Ending::kUnknown;
}

std::optional<Ending> EndingOfXtTarget(std::span<const std::uint8_t> attributes) {
  return EndingOfXtTarget(InfoOf(attributes).name);
}

std::string CommentOfXtMatch(std::span<const std::uint8_t> attributes) {
  const Info info = InfoOf(attributes);
  if (info.name != "comment") return "";
  return std::string(wire::StringIn(info.bytes));
}

}  // namespace natplan::foreign
