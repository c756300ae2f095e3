#include "kernel_sim/data.h"

#include <algorithm>
#include <cerrno>

namespace natplan::kernel_sim {
int ParseValue(const Attribute& attribute, const DataDescription& description, Data& out) {
  const std::size_t length = attribute.payload.size();
  if (!description.value_allowed || length == 0) return EINVAL;
  if (length > description.limit) return EOVERFLOW;
  if (description.length != 0 && length != description.length) return EINVAL;
  std::ranges::copy(attribute.payload, out.bytes.begin());
  out.is_verdict = false;
  out.length = static_cast<std::uint8_t>(length);
  return 0;
}

int ParseValueData(const Attribute& nest, const DataDescription& description, Data& out) {
  AttributeTable<NFTA_DATA_MAX + 1> attributes;
  if (const int error = attributes.Parse(nest, kDataPolicy)) return error;
  return attributes[NFTA_DATA_VALUE] ? ParseValue(attributes[NFTA_DATA_VALUE], description, out) : EINVAL;
}

void DumpValue(MessageWriter& writer, std::uint16_t type, std::span<const std::uint8_t> value) {
  const std::size_t nest = writer.BeginNest(type);
  writer.Bytes(NFTA_DATA_VALUE, value);
  writer.EndNest(nest);
}

}  // namespace natplan::kernel_sim
