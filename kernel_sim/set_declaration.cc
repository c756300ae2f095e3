#include "kernel_sim/set_declaration.h"

#include <array>
#include <cerrno>

#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_SET_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kString, kNameLimit},      // NFTA_SET_TABLE
    {AttributeKind::kString, kNameLimit},      // NFTA_SET_NAME
    {AttributeKind::kU32},                     // NFTA_SET_FLAGS
    {AttributeKind::kU32},                     // NFTA_SET_KEY_TYPE
    {AttributeKind::kU32},                     // NFTA_SET_KEY_LEN
    {AttributeKind::kU32},                     // NFTA_SET_DATA_TYPE
    {AttributeKind::kU32},                     // NFTA_SET_DATA_LEN
    {AttributeKind::kU32},                     // NFTA_SET_POLICY
    {AttributeKind::kNested},                  // NFTA_SET_DESC
    {AttributeKind::kU32},                     // NFTA_SET_ID
    {AttributeKind::kU64},                     // NFTA_SET_TIMEOUT
    {AttributeKind::kU32},                     // NFTA_SET_GC_INTERVAL
    {AttributeKind::kBinary, kUserdataLimit},  // NFTA_SET_USERDATA
    {},                                        // NFTA_SET_PAD
    {AttributeKind::kU32},                     // NFTA_SET_OBJ_TYPE
    {AttributeKind::kU64},                     // NFTA_SET_HANDLE
    {AttributeKind::kNested},                  // NFTA_SET_EXPR
    {AttributeKind::kNested},                  // NFTA_SET_EXPRESSIONS
}};

constexpr std::array<AttributeRule, NFTA_SET_DESC_MAX + 1> kDescriptionPolicy = {{
    {},
    {AttributeKind::kU32},     // NFTA_SET_DESC_SIZE
    {AttributeKind::kNested},  // NFTA_SET_DESC_CONCAT
}};

constexpr std::array<AttributeRule, NFTA_SET_FIELD_MAX + 1> kFieldPolicy = {{
    {}, {AttributeKind::kU32},  // NFTA_SET_FIELD_LEN
}};

constexpr std::uint32_t kKnownFlags = NFT_SET_ANONYMOUS | NFT_SET_CONSTANT | NFT_SET_INTERVAL | NFT_SET_MAP |
                                      NFT_SET_TIMEOUT | NFT_SET_EVAL | NFT_SET_OBJECT | NFT_SET_CONCAT |
                                      NFT_SET_EXPR;
constexpr std::uint32_t kDataLimit = 64;      // NFT_DATA_VALUE_MAXLEN
constexpr std::size_t kFieldLimit = 16;       // NFT_REG32_COUNT
constexpr std::uint32_t kVerdictLength = 16;  // sizeof(struct nft_verdict)

int CheckFlags(std::uint32_t flags) {
  if ((flags & ~kKnownFlags) != 0) return EOPNOTSUPP;
  const auto has = [&](std::uint32_t both) { return (flags & both) == both; };
  if (has(NFT_SET_MAP | NFT_SET_OBJECT) || has(NFT_SET_EVAL | NFT_SET_OBJECT)) return EOPNOTSUPP;
  if (has(NFT_SET_ANONYMOUS | NFT_SET_TIMEOUT) && !has(NFT_SET_EVAL)) return EOPNOTSUPP;
  if (has(NFT_SET_CONSTANT | NFT_SET_TIMEOUT)) return EOPNOTSUPP;
  return 0;
}

int ReadDataType(const Request& request, SetDeclaration& out) {
  const Attribute& type = request[NFTA_SET_DATA_TYPE];
  if (!type) return (out.flags & NFT_SET_MAP) != 0 ? EINVAL : 0;
  if ((out.flags & NFT_SET_MAP) == 0) return EINVAL;
  out.data_type = ReadU32(type);
  if ((out.data_type & NFT_DATA_RESERVED_MASK) == NFT_DATA_RESERVED_MASK &&
      out.data_type != NFT_DATA_VERDICT) {
    return EINVAL;
  }
  if (out.data_type == NFT_DATA_VERDICT) {
    out.data_length = kVerdictLength;
    return 0;
  }
  if (!request[NFTA_SET_DATA_LEN]) return EINVAL;
  const std::uint32_t length = ReadU32(request[NFTA_SET_DATA_LEN]);
  if (length == 0 || length > kDataLimit) return EINVAL;
  out.data_length = static_cast<std::uint8_t>(length);
  return 0;
}

// The object types and timeouts, for their errors only.
int CheckObjectAndTimeout(const Request& request, std::uint32_t flags) {
  const bool is_object = (flags & NFT_SET_OBJECT) != 0;
  const Attribute& object_type = request[NFTA_SET_OBJ_TYPE];
  if (is_object != static_cast<bool>(object_type)) return EINVAL;
  if (is_object && (ReadU32(object_type) == NFT_OBJECT_UNSPEC || ReadU32(object_type) > NFT_OBJECT_MAX)) {
    return EOPNOTSUPP;
  }
  const bool has_timeout = request[NFTA_SET_TIMEOUT] || request[NFTA_SET_GC_INTERVAL];
  if ((flags & NFT_SET_TIMEOUT) == 0 && has_timeout) return EINVAL;
  return 0;
}

// Kernel: net/netfilter/nf_tables_api.c nft_set_desc_concat_parse(), nft_set_desc_concat() (6.18)
int ReadFields(const Attribute& list, SetDeclaration& out) {
  std::size_t padded = 0;
  Attribute field;
  for (AttributeCursor cursor(list.payload); cursor.Next(field);) {
    if (field.type != NFTA_LIST_ELEM) return EINVAL;
    if (out.fields.size() == kFieldLimit) return E2BIG;
    AttributeTable<NFTA_SET_FIELD_MAX + 1> attributes;
    if (const int error = attributes.Parse(field, kFieldPolicy)) return error;
    if (!attributes[NFTA_SET_FIELD_LEN]) return EINVAL;
    const std::uint32_t length = ReadU32(attributes[NFTA_SET_FIELD_LEN]);
    if (length == 0 || length > UINT8_MAX) return EINVAL;
    out.fields.push_back(static_cast<std::uint8_t>(length));
    padded += (length + 3) & ~std::uint32_t{3};
  }
  return padded == out.key_length ? 0 : EINVAL;
}

int ReadDescription(const Request& request, ParsedSet& out) {
  AttributeTable<NFTA_SET_DESC_MAX + 1> attributes;
  if (const int error = attributes.Parse(request[NFTA_SET_DESC], kDescriptionPolicy)) return error;
  if (attributes[NFTA_SET_DESC_SIZE]) out.size = ReadU32(attributes[NFTA_SET_DESC_SIZE]);
  if (attributes[NFTA_SET_DESC_CONCAT]) return ReadFields(attributes[NFTA_SET_DESC_CONCAT], out.declaration);
  return 0;
}

}  // namespace

std::span<const AttributeRule> SetPolicy() { return kPolicy; }

int ParseSetDeclaration(const Request& request, ParsedSet& out) {
  if (!request[NFTA_SET_TABLE] || !request[NFTA_SET_NAME] || !request[NFTA_SET_KEY_LEN] ||
      !request[NFTA_SET_ID]) {
    return EINVAL;
  }
  SetDeclaration& declaration = out.declaration;
  if (request[NFTA_SET_KEY_TYPE]) {
    declaration.key_type = ReadU32(request[NFTA_SET_KEY_TYPE]);
    if ((declaration.key_type & NFT_DATA_RESERVED_MASK) == NFT_DATA_RESERVED_MASK) return EINVAL;
  }
  const std::uint32_t key_length = ReadU32(request[NFTA_SET_KEY_LEN]);
  if (key_length == 0 || key_length > kDataLimit) return EINVAL;
  declaration.key_length = static_cast<std::uint8_t>(key_length);
  if (request[NFTA_SET_FLAGS]) {
    declaration.flags = ReadU32(request[NFTA_SET_FLAGS]);
    if (const int error = CheckFlags(declaration.flags)) return error;
  }
  if (const int error = ReadDataType(request, declaration)) return error;
  if (const int error = CheckObjectAndTimeout(request, declaration.flags)) return error;
  if (request[NFTA_SET_POLICY]) {
    out.policy = ReadU32(request[NFTA_SET_POLICY]);
    if (out.policy > NFT_SET_POL_MEMORY) return EOPNOTSUPP;
  }
  if (request[NFTA_SET_DESC]) {
    if (const int error = ReadDescription(request, out)) return error;
  }
  const bool concatenated = (declaration.flags & NFT_SET_CONCAT) != 0;
  return concatenated == (declaration.fields.size() > 1) ? 0 : EINVAL;
}

}  // namespace natplan::kernel_sim
