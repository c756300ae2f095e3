#include "backends/netlink/answer_bytes.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <array>
#include <cstring>

namespace natplan {
namespace {

void Append(Bytes& bytes, const void* data, std::size_t size) {
  const auto* first = static_cast<const std::uint8_t*>(data);
  bytes.insert(bytes.end(), first, first + size);
}

template <typename T>
void AppendValue(Bytes& bytes, const T& value) {
  Append(bytes, &value, sizeof(value));
}

void Pad(Bytes& bytes) { bytes.resize((bytes.size() + 3) / 4 * 4); }

Bytes Attribute(std::uint16_t type, const void* data, std::size_t size) {
  Bytes bytes;
  AppendValue(bytes, nlattr{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + size), .nla_type = type});
  Append(bytes, data, size);
  Pad(bytes);
  return bytes;
}

Bytes Message(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence, std::uint32_t port,
              const Bytes& payload) {
  nlmsghdr header = {};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof(header) + payload.size());
  header.nlmsg_type = type;
  header.nlmsg_flags = flags;
  header.nlmsg_seq = sequence;
  header.nlmsg_pid = port;
  Bytes bytes;
  AppendValue(bytes, header);
  Append(bytes, payload.data(), payload.size());
  Pad(bytes);
  return bytes;
}

Bytes AckPayload(std::uint32_t sequence, int errno_value) {
  nlmsghdr original = {};
  original.nlmsg_len = sizeof(original);
  original.nlmsg_seq = sequence;
  Bytes payload;
  AppendValue(payload, std::int32_t{-errno_value});
  AppendValue(payload, original);
  return payload;
}

Bytes NfPayload(std::uint8_t family) {
  Bytes payload;
  AppendValue(payload, nfgenmsg{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = htons(1)});
  return payload;
}

}  // namespace

Bytes Join(std::initializer_list<Bytes> parts) {
  Bytes whole;
  for (const Bytes& part : parts) Append(whole, part.data(), part.size());
  return whole;
}

Bytes Ack(std::uint32_t sequence, std::uint32_t port, int errno_value) {
  return Message(NLMSG_ERROR, NLM_F_CAPPED, sequence, port, AckPayload(sequence, errno_value));
}

Bytes AckWithText(std::uint32_t sequence, std::uint32_t port, int errno_value, const std::string& text,
                  std::uint32_t offset) {
  const Bytes payload =
      Join({AckPayload(sequence, errno_value), Attribute(NLMSGERR_ATTR_MSG, text.c_str(), text.size() + 1),
            Attribute(NLMSGERR_ATTR_OFFS, &offset, sizeof(offset))});
  return Message(NLMSG_ERROR, NLM_F_CAPPED | NLM_F_ACK_TLVS, sequence, port, payload);
}

Bytes AckWithOriginal(std::span<const std::uint8_t> original, std::uint32_t port, int errno_value) {
  nlmsghdr header;
  std::memcpy(&header, original.data(), sizeof(header));
  Bytes payload;
  AppendValue(payload, std::int32_t{-errno_value});
  Append(payload, original.data(), original.size());
  return Message(NLMSG_ERROR, 0, header.nlmsg_seq, port, payload);
}

Bytes Done(std::uint32_t sequence, std::uint32_t port, int errno_value) {
  Bytes payload;
  AppendValue(payload, std::int32_t{-errno_value});
  return Message(NLMSG_DONE, NLM_F_MULTI, sequence, port, payload);
}

Bytes Noop(std::uint32_t sequence, std::uint32_t port) { return Message(NLMSG_NOOP, 0, sequence, port, {}); }

Bytes NewGeneration(std::uint32_t sequence, std::uint32_t port, std::uint32_t generation) {
  const std::uint32_t big_endian = htonl(generation);
  return Message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN, 0, sequence, port,
                 Join({NfPayload(NFPROTO_UNSPEC), Attribute(NFTA_GEN_ID, &big_endian, sizeof(big_endian))}));
}

Bytes NewTable(std::uint32_t sequence, std::uint32_t port, const std::string& name, std::uint16_t flags) {
  const std::uint32_t zero = 0;
  const std::array<std::uint8_t, 8> handle = {0, 0, 0, 0, 0, 0, 0, 1};
  return Message(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE,
                 static_cast<std::uint16_t>(NLM_F_MULTI | flags), sequence, port,
                 Join({NfPayload(NFPROTO_IPV4), Attribute(NFTA_TABLE_NAME, name.c_str(), name.size() + 1),
                       Attribute(NFTA_TABLE_USE, &zero, sizeof(zero)),
                       Attribute(NFTA_TABLE_HANDLE, handle.data(), handle.size()),
                       Attribute(NFTA_TABLE_FLAGS, &zero, sizeof(zero))}));
}

std::vector<SentMessage> MessagesOf(std::span<const std::uint8_t> datagram) {
  std::vector<SentMessage> messages;
  for (std::size_t offset = 0; offset + sizeof(nlmsghdr) <= datagram.size();) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data() + offset, sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.size() - offset) break;
    messages.push_back({header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq, offset, header.nlmsg_len});
    offset += NLMSG_ALIGN(header.nlmsg_len);
  }
  return messages;
}

}  // namespace natplan
