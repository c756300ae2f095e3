#include "kernel_sim/ack.h"

#include <cstring>

#include "kernel_sim/message_writer.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

// Kernel: net/netlink/policy.c __netlink_policy_dump_write_attr() (6.18)
void WritePolicy(MessageWriter& writer, const AttributeRule& rule) {
  if (rule.kind == AttributeKind::kAny) return;
  const std::size_t nest = writer.BeginNest(NLMSGERR_ATTR_POLICY | NLA_F_NESTED);
  const auto integer = [&](std::uint64_t greatest) {
    writer.HostU64(NL_POLICY_TYPE_ATTR_MIN_VALUE_U, 0);
    writer.HostU64(NL_POLICY_TYPE_ATTR_MAX_VALUE_U, greatest);
  };
  std::uint32_t type = 0;
  switch (rule.kind) {
    case AttributeKind::kAny:
      break;
    case AttributeKind::kU8:
      type = NL_ATTR_TYPE_U8;
      integer(UINT8_MAX);
      break;
    case AttributeKind::kU32:
      type = NL_ATTR_TYPE_U32;
      integer(UINT32_MAX);
      break;
    case AttributeKind::kU64:
      type = NL_ATTR_TYPE_U64;
      integer(UINT64_MAX);
      break;
    case AttributeKind::kString:
      type = NL_ATTR_TYPE_STRING;
      break;
    case AttributeKind::kNulString:
      type = NL_ATTR_TYPE_NUL_STRING;
      break;
    case AttributeKind::kBinary:
      type = NL_ATTR_TYPE_BINARY;
      break;
    case AttributeKind::kNested:
      type = NL_ATTR_TYPE_NESTED;
      break;
  }
  const bool has_length =
      type == NL_ATTR_TYPE_STRING || type == NL_ATTR_TYPE_NUL_STRING || type == NL_ATTR_TYPE_BINARY;
  if (has_length && rule.limit != 0) writer.HostU32(NL_POLICY_TYPE_ATTR_MAX_LENGTH, rule.limit);
  writer.HostU32(NL_POLICY_TYPE_ATTR_TYPE, type);
  writer.EndNest(nest);
}

void WriteExtAck(MessageWriter& writer, const MessageView& request, int error, const ExtAck& extack) {
  if (extack.message != nullptr) writer.String(NLMSGERR_ATTR_MSG, extack.message);
  if (error == 0) return;
  if (extack.bad_attribute != nullptr) {
    const auto offset = static_cast<std::uint32_t>(extack.bad_attribute - request.bytes.data());
    writer.HostU32(NLMSGERR_ATTR_OFFS, offset);
  }
  if (extack.policy) WritePolicy(writer, *extack.policy);
}

}  // namespace

std::vector<std::uint8_t> BuildAck(const AckOptions& options, const MessageView& request, int error,
                                   const ExtAck* extack) {
  const bool whole = error != 0 && !options.cap_ack;
  MessageWriter writer(SIZE_MAX);
  const std::size_t message =
      writer.BeginMessage(NLMSG_ERROR, whole ? 0 : NLM_F_CAPPED, request.header.nlmsg_seq, options.port);
  std::array<std::uint8_t, 4> code;
  const std::int32_t negative = -error;
  std::memcpy(code.data(), &negative, code.size());
  writer.Raw(code);
  writer.Raw(whole ? request.bytes : request.bytes.first(NLMSG_HDRLEN));
  if (options.ext_ack && extack != nullptr) {
    const std::size_t before = writer.mark();
    WriteExtAck(writer, request, error, *extack);
    if (writer.mark() != before) writer.AddFlags(message, NLM_F_ACK_TLVS);
  }
  writer.EndMessage(message);
  return writer.Take();
}

}  // namespace natplan::kernel_sim
