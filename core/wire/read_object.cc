#include "core/wire/read_object.h"

#include <string>

#include "core/wire/numbers.h"
#include "core/wire/userdata.h"

namespace natplan::wire {
namespace {

// What ElementKey and ElementData hold.
constexpr std::size_t kMaxKeySize = 32;
constexpr std::size_t kMaxDataSize = 20;

}  // namespace

std::optional<BaseChain> ReadBaseChain(const AttributeTable& attributes) {
  const AttributeTable hook(attributes.Find(NFTA_CHAIN_HOOK).value_or(Bytes{}));
  const auto number = hook.U32(NFTA_HOOK_HOOKNUM);
  const auto priority = hook.U32(NFTA_HOOK_PRIORITY);
  if (!number || !priority) return std::nullopt;
  return BaseChain{.type = std::string(attributes.String(NFTA_CHAIN_TYPE).value_or("")),
                   .hook = Hook{*number},
                   .priority = static_cast<std::int32_t>(*priority),
                   .policy = Policy{attributes.U32(NFTA_CHAIN_POLICY).value_or(NF_ACCEPT)}};
}

std::optional<SetShape> ReadShape(const AttributeTable& attributes) {
  const auto key_length = attributes.U32(NFTA_SET_KEY_LEN);
  if (!key_length) return std::nullopt;
  const std::uint32_t flags = attributes.U32(NFTA_SET_FLAGS).value_or(0);
  return SetShape{.is_map = (flags & NFT_SET_MAP) != 0,
                  .interval = (flags & NFT_SET_INTERVAL) != 0,
                  .key_type = attributes.U32(NFTA_SET_KEY_TYPE).value_or(0),
                  .key_length = *key_length,
                  .data_type = attributes.U32(NFTA_SET_DATA_TYPE).value_or(0),
                  .data_length = attributes.U32(NFTA_SET_DATA_LEN).value_or(0),
                  .other_flags = flags & ~std::uint32_t{NFT_SET_MAP | NFT_SET_INTERVAL}};
}

std::optional<Element> ReadElement(Bytes attributes, bool interval) {
  Element element = {.kind = interval ? ElementKind::kStart : ElementKind::kSingle};
  bool has_key = false;
  while (const auto attribute = NextAttribute(attributes)) {
    switch (attribute->type) {
      case NFTA_SET_ELEM_KEY: {
        const auto value = AttributeTable(attribute->payload).Find(NFTA_DATA_VALUE);
        if (!value || value->empty() || value->size() > kMaxKeySize) return std::nullopt;
        element.key = ElementKey(*value);
        has_key = true;
        break;
      }
      case NFTA_SET_ELEM_DATA: {  // A verdict has no NFTA_DATA_VALUE.
        const auto value = AttributeTable(attribute->payload).Find(NFTA_DATA_VALUE);
        if (!value || value->empty() || value->size() > kMaxDataSize) return std::nullopt;
        element.data = ElementData(*value);
        break;
      }
      case NFTA_SET_ELEM_FLAGS: {
        if (attribute->payload.size() < 4) return std::nullopt;
        const std::uint32_t flags = BigEndianU32(attribute->payload);
        if ((flags & ~std::uint32_t{NFT_SET_ELEM_INTERVAL_END}) != 0) return std::nullopt;
        if (flags != 0) element.kind = ElementKind::kEnd;
        break;
      }
      case NFTA_SET_ELEM_USERDATA:
        element.comment = CommentIn(attribute->payload);
        break;
      case NFTA_SET_ELEM_PAD:
        break;
      default:
        return std::nullopt;
    }
  }
  if (!has_key || (element.kind == ElementKind::kEnd && !interval)) return std::nullopt;
  return element;
}

}  // namespace natplan::wire
