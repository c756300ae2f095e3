#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "core/wire/batch.h"
#include "core/wire/message_reader.h"
#include "core/wire/numbers.h"

namespace natplan {
namespace {

using wire::AttributeTable;
using wire::Bytes;

constexpr std::size_t kStatusSize =
    4;  // nlmsgerr.error, in front of the header of the message that it answers

// The extended acknowledgement of an NLMSG_ERROR: its attributes, empty if it has none.
Bytes ExtendedAck(const wire::Message& reply) {
  if ((reply.flags & NLM_F_ACK_TLVS) == 0) return {};
  // The kernel quotes the whole message, or its header alone (NETLINK_CAP_ACK).
  const std::size_t quoted = (reply.flags & NLM_F_CAPPED) != 0
                                 ? wire::kMessageHeaderSize
                                 : wire::Aligned(wire::HostU32(reply.payload.subspan(kStatusSize)));
  if (quoted > reply.payload.size() - kStatusSize) return {};
  return reply.payload.subspan(kStatusSize + quoted);
}

// NLMSGERR_ATTR_OFFS is in host byte order.
std::optional<std::size_t> RefusedOffset(const AttributeTable& extended_ack) {
  const auto offset = extended_ack.Find(NLMSGERR_ATTR_OFFS);
  if (!offset || offset->size() < 4) return std::nullopt;
  return wire::HostU32(*offset);
}

// The payload of the first attribute of this type; empty if there is none.
Bytes Nest(Bytes attributes, std::uint16_t type) {
  return AttributeTable(attributes).Find(type).value_or(Bytes{});
}

// An attribute that contains the refused offset, and how many of its nest stand before it.
struct Hit {
  std::size_t index = 0;
  wire::Attribute attribute;
};

// `nest` is a part of `message`, from whose start the offset counts.
std::optional<Hit> FindOffset(Bytes message, Bytes nest, std::size_t offset) {
  if (nest.empty()) return std::nullopt;  // Perhaps it is not there at all, and so no part of the message.
  std::size_t start = wire::OffsetIn(message, nest);
  for (std::size_t index = 0; const auto attribute = wire::NextAttribute(nest); ++index) {
    const std::size_t end = wire::OffsetIn(message, nest);
    if (offset >= start && offset < end) return Hit{.index = index, .attribute = *attribute};
    start = end;
  }
  return std::nullopt;
}

// Puts into `refusal` what the offset of the refused attribute says about a message of the batch.
void Locate(Bytes batch, const EncodedBatch::Message& record, std::size_t offset, Refusal& refusal) {
  const bool is_missing = refusal.errno_value == ENOENT;
  Bytes rest = batch.subspan(record.offset);
  const Bytes start = rest;
  const auto message = wire::NextMessage(rest);
  if (!message) return;
  const Bytes attributes = message->payload.subspan(wire::kNetfilterHeaderSize);
  switch (message->type) {
    case wire::MessageType(NFT_MSG_NEWSETELEM):
    case wire::MessageType(NFT_MSG_DELSETELEM):
      if (const auto node = FindOffset(start, Nest(attributes, NFTA_SET_ELEM_LIST_ELEMENTS), offset)) {
        refusal.element = record.first_element + node->index / record.nodes_per_element;
      }
      break;
    case wire::MessageType(NFT_MSG_NEWRULE):
      // The kernel points at the NFTA_LIST_ELEM of the expression (nf_tables_newrule()).
      if (!is_missing) break;
      if (const auto expression = FindOffset(start, Nest(attributes, NFTA_RULE_EXPRESSIONS), offset)) {
        refusal.missing_name =
            AttributeTable(expression->attribute.payload).String(NFTA_EXPR_NAME).value_or("");
      }
      break;
    case wire::MessageType(NFT_MSG_NEWCHAIN):
      if (!is_missing) break;
      if (const auto hit = FindOffset(start, attributes, offset);
          hit && hit->attribute.type == NFTA_CHAIN_TYPE) {
        refusal.missing_name = wire::StringIn(hit->attribute.payload);
      }
      break;
    default:
      break;
  }
}

// The index in EncodedBatch::messages of the message with this sequence number, if it is one of theirs.
std::optional<std::size_t> IndexOf(const EncodedBatch& batch, std::uint32_t sequence) {
  if (sequence == 0) return std::nullopt;
  std::uint32_t distance = sequence - batch.begin_sequence;
  if (sequence < batch.begin_sequence) --distance;  // NextSequence leaves 0 out.
  if (distance == 0 || distance > batch.messages.size()) return std::nullopt;
  return distance - 1;
}

}  // namespace

void BatchReplies::Add(std::span<const std::uint8_t> datagram) {
  if (batch_.messages.empty()) return;
  while (const auto reply = wire::NextMessage(datagram)) {
    if (reply->type != NLMSG_ERROR || reply->payload.size() < kStatusSize + wire::kMessageHeaderSize)
      continue;
    const bool is_begin = reply->sequence == batch_.begin_sequence;
    const bool is_end = batch_.end_sequence != 0 && reply->sequence == batch_.end_sequence;
    const auto index = IndexOf(batch_, reply->sequence);
    if (!is_begin && !is_end && !index) continue;

    const int errno_value = wire::ErrnoOfStatus(wire::HostU32(reply->payload));
    if (index == batch_.messages.size() - 1) last_answered_ = true;
    if (errno_value == 0) {
      if (is_end) end_acknowledged_ = true;
      continue;
    }
    if (is_begin) begin_refused_ = true;
    const AttributeTable extended_ack(ExtendedAck(*reply));
    Refusal refusal = {.errno_value = errno_value,
                       .message = std::string(extended_ack.String(NLMSGERR_ATTR_MSG).value_or(""))};
    if (index) {
      const EncodedBatch::Message& record = batch_.messages[*index];
      refusal.operation = record.operation;
      if (const auto offset = RefusedOffset(extended_ack)) Locate(batch_.bytes, record, *offset, refusal);
    }
    AddRefusal(std::move(refusal));
  }
}

bool BatchReplies::complete() const {
  const bool has_end = batch_.end_sequence != 0;
  return end_acknowledged_ || begin_refused_ || (last_answered_ && (!refusals_.empty() || !has_end));
}

bool BatchReplies::decisive() const { return last_answered_ || end_acknowledged_ || !refusals_.empty(); }

Outcome BatchReplies::outcome(int errno_if_unknown) const {
  if (!refusals_.empty()) return Refused{refusals_};
  if (end_acknowledged_ || (last_answered_ && errno_if_unknown != ENOBUFS)) return Committed{};
  return Unknown{errno_if_unknown};
}

void BatchReplies::AddRefusal(Refusal refusal) {
  if (std::find(refusals_.begin(), refusals_.end(), refusal) != refusals_.end()) return;
  const auto behind =
      std::upper_bound(refusals_.begin(), refusals_.end(), refusal,
                       [](const Refusal& a, const Refusal& b) { return a.operation < b.operation; });
  refusals_.insert(behind, std::move(refusal));
}

}  // namespace natplan
