#include "core/wire/message_reader.h"

#include <algorithm>
#include <cerrno>

#include "core/wire/numbers.h"

namespace natplan::wire {

std::optional<Message> NextMessage(Bytes& rest) {
  if (rest.size() < kMessageHeaderSize) return std::nullopt;
  const std::size_t length = HostU32(rest);
  if (length < kMessageHeaderSize || length > rest.size()) return std::nullopt;
  const Message message = {.type = HostU16(rest.subspan(4)),
                           .flags = HostU16(rest.subspan(6)),
                           .sequence = HostU32(rest.subspan(8)),
                           .port = HostU32(rest.subspan(12)),
                           .payload = rest.first(length).subspan(kMessageHeaderSize)};
  rest = Behind(rest, length);
  return message;
}

std::optional<Bytes> AttributeTable::Find(std::uint16_t type) const {
  std::optional<Bytes> found;
  Bytes rest = bytes_;
  while (const auto attribute = NextAttribute(rest)) {
    if (attribute->type == type) found = attribute->payload;
  }
  return found;
}

std::optional<std::uint32_t> AttributeTable::U32(std::uint16_t type) const {
  const auto payload = Find(type);
  if (!payload || payload->size() < 4) return std::nullopt;
  return BigEndianU32(*payload);
}

std::optional<std::uint64_t> AttributeTable::U64(std::uint16_t type) const {
  const auto payload = Find(type);
  if (!payload || payload->size() < 8) return std::nullopt;
  return BigEndianU64(*payload);
}

std::optional<std::string_view> AttributeTable::String(std::uint16_t type) const {
  const auto payload = Find(type);
  if (!payload) return std::nullopt;
  return StringIn(*payload);
}

bool AttributeTable::HasOnly(std::initializer_list<std::uint16_t> types) const {
  Bytes rest = bytes_;
  while (const auto attribute = NextAttribute(rest)) {
    if (std::find(types.begin(), types.end(), attribute->type) == types.end()) return false;
  }
  return true;
}

std::uint32_t BigEndianU32(Bytes bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::uint64_t BigEndianU64(Bytes bytes) {
  return static_cast<std::uint64_t>(BigEndianU32(bytes)) << 32 | BigEndianU32(bytes.subspan(4));
}

std::string_view StringIn(Bytes bytes) {
  const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
  return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(end - bytes.begin())};
}

int ErrnoOfStatus(std::uint32_t status) {
  if (status == 0) return 0;
  const std::uint32_t magnitude = -status;
  constexpr std::uint32_t kMaxErrno = 4095;
  return magnitude <= kMaxErrno ? static_cast<int>(magnitude) : EPROTO;
}

}  // namespace natplan::wire
