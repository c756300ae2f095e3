#include "kernel_sim/attributes.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr char kPolicyText[] = "Attribute failed policy validation";
constexpr char kRangeText[] = "integer out of range";

std::uint64_t ReadBigEndian(std::span<const std::uint8_t> payload, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes && i < payload.size(); ++i) value = value << 8 | payload[i];
  return value;
}

// Kernel: lib/nlattr.c validate_nla() (6.18), for the kinds that nf_tables uses.
bool LengthIsGood(const Attribute& attribute, const AttributeRule& rule) {
  const std::span<const std::uint8_t> payload = attribute.payload;
  switch (rule.kind) {
    case AttributeKind::kAny:
      return true;
    case AttributeKind::kU8:
      return !payload.empty();
    case AttributeKind::kU32:
      return payload.size() >= 4;
    case AttributeKind::kU64:
      return payload.size() >= 8;
    case AttributeKind::kString: {
      if (payload.empty()) return false;
      const std::size_t length = payload.size() - (payload.back() == 0 ? 1 : 0);
      return rule.limit == 0 || length <= rule.limit;
    }
    case AttributeKind::kNulString:
      return !payload.empty() && (rule.limit == 0 || payload.size() - 1 <= rule.limit);
    case AttributeKind::kBinary:
      return rule.limit == 0 || payload.size() <= rule.limit;
    case AttributeKind::kNested:
      return payload.empty() || payload.size() >= kAttributeHeader;
  }
  return true;
}

int CheckRule(const Attribute& attribute, const AttributeRule& rule, ExtAck* extack) {
  const char* text = nullptr;
  int error = ERANGE;
  if (!LengthIsGood(attribute, rule)) {
    text = kPolicyText;
  } else if (rule.kind == AttributeKind::kNulString && !std::ranges::count(attribute.payload, 0)) {
    text = kPolicyText;
    error = EINVAL;
  } else if (rule.kind == AttributeKind::kU32 && rule.limit != 0 && ReadU32(attribute) > rule.limit) {
    text = kRangeText;
  }
  if (text == nullptr) return 0;
  if (extack != nullptr) {
    extack->message = text;
    extack->Blame(attribute);
    extack->policy = rule;
  }
  return error;
}

}  // namespace

bool AttributeCursor::Next(Attribute& out) {
  if (rest_.size() < kAttributeHeader) return false;
  std::uint16_t length = 0;
  std::uint16_t type = 0;
  std::memcpy(&length, rest_.data(), sizeof length);
  std::memcpy(&type, rest_.data() + 2, sizeof type);
  if (length < kAttributeHeader || length > rest_.size()) return false;
  out = {rest_.data(), rest_.subspan(kAttributeHeader, length - kAttributeHeader),
         static_cast<std::uint16_t>(type & NLA_TYPE_MASK)};
  const std::size_t padded = (std::size_t{length} + 3) & ~std::size_t{3};
  rest_ = rest_.subspan(std::min(padded, rest_.size()));
  return true;
}

int ParseAttributes(std::span<const std::uint8_t> bytes, std::span<const AttributeRule> policy,
                    std::span<Attribute> out, ExtAck* extack) {
  AttributeCursor cursor(bytes);
  Attribute attribute;
  while (cursor.Next(attribute)) {
    if (attribute.type == 0 || attribute.type >= out.size()) continue;
    if (attribute.type < policy.size()) {
      if (const int error = CheckRule(attribute, policy[attribute.type], extack)) return error;
    }
    out[attribute.type] = attribute;
  }
  return 0;
}

std::uint8_t ReadU8(const Attribute& attribute) {
  return static_cast<std::uint8_t>(ReadBigEndian(attribute.payload, 1));
}

std::uint32_t ReadU32(const Attribute& attribute) {
  return static_cast<std::uint32_t>(ReadBigEndian(attribute.payload, 4));
}

std::uint64_t ReadU64(const Attribute& attribute) { return ReadBigEndian(attribute.payload, 8); }

std::string_view ReadString(const Attribute& attribute) {
  const auto end = std::ranges::find(attribute.payload, std::uint8_t{0});
  return {reinterpret_cast<const char*>(attribute.payload.data()),
          static_cast<std::size_t>(end - attribute.payload.begin())};
}

}  // namespace natplan::kernel_sim
