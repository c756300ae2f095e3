#include "core/wire/message_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/wire/numbers.h"

namespace natplan::wire {
namespace {

// Attributes up to this size, nearly all of them, are put together here and appended in one piece.
constexpr std::size_t kUsualAttribute = 64;

}  // namespace

MessageWriter::MessageWriter(std::vector<std::uint8_t>& bytes, const Header& header)
    : bytes_(bytes), start_(bytes.size()) {
  // nlmsg_len: see Finish(). nlmsg_pid is 0: the kernel knows the sender.
  const nlmsghdr message = {.nlmsg_len = 0,
                            .nlmsg_type = header.type,
                            .nlmsg_flags = header.flags,
                            .nlmsg_seq = header.sequence,
                            .nlmsg_pid = 0};
  const std::array<std::uint8_t, kNetfilterHeaderSize> netfilter = {
      header.protocol, NFNETLINK_V0, static_cast<std::uint8_t>(header.resource_id >> 8),
      static_cast<std::uint8_t>(header.resource_id)};
  std::array<std::uint8_t, kMessageHeaderSize + kNetfilterHeaderSize> both;
  std::memcpy(both.data(), &message, sizeof(message));
  std::memcpy(both.data() + sizeof(message), netfilter.data(), netfilter.size());
  bytes_.insert(bytes_.end(), both.begin(), both.end());
}

void MessageWriter::PutU32(std::uint16_t type, std::uint32_t value) {
  PutBytes(type, std::array<std::uint8_t, 4>{
                     static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                     static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
}

void MessageWriter::PutU64(std::uint16_t type, std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  PutBytes(type, bytes);
}

void MessageWriter::PutString(std::uint16_t type, std::string_view value) {
  Put(type, {reinterpret_cast<const std::uint8_t*>(value.data()), value.size()}, 1);
}

void MessageWriter::PutBytes(std::uint16_t type, std::span<const std::uint8_t> value) { Put(type, value, 0); }

std::size_t MessageWriter::OpenNest(std::uint16_t type) {
  const std::size_t nest = bytes_.size();
  Put(type | NLA_F_NESTED, {}, 0);
  return nest;
}

void MessageWriter::CloseNest(std::size_t nest) {
  const std::size_t size = bytes_.size() - nest;
  if (size > kMaxAttributeSize) {
    too_long_ = true;
    return;
  }
  const auto length = static_cast<std::uint16_t>(size);
  std::memcpy(bytes_.data() + nest, &length, sizeof(length));
}

void MessageWriter::Finish() {
  if (too_long_) bytes_.resize(start_ + kMessageHeaderSize + kNetfilterHeaderSize);
  const auto length = static_cast<std::uint32_t>(bytes_.size() - start_);
  std::memcpy(bytes_.data() + start_, &length, sizeof(length));
}

void MessageWriter::Put(std::uint16_t type, std::span<const std::uint8_t> value, std::size_t zeroes) {
  const std::size_t size = kAttributeHeaderSize + value.size() + zeroes;
  if (size > kMaxAttributeSize) {
    too_long_ = true;
    return;
  }
  const std::uint16_t header[2] = {static_cast<std::uint16_t>(size), type};
  if (size > kUsualAttribute) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + Aligned(size));
    std::memcpy(bytes_.data() + at, header, sizeof(header));
    std::memcpy(bytes_.data() + at + sizeof(header), value.data(), value.size());
    return;
  }
  std::array<std::uint8_t, kUsualAttribute> attribute = {};
  std::memcpy(attribute.data(), header, sizeof(header));
  std::ranges::copy(value, attribute.data() + sizeof(header));
  bytes_.insert(bytes_.end(), attribute.data(), attribute.data() + Aligned(size));
}

}  // namespace natplan::wire
