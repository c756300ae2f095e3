#include "core/wire/message_writer.h"

#include <array>
#include <cstring>

#include "core/wire/numbers.h"

namespace natplan::wire {
namespace {

template <typename Number>
void PutHostOrder(std::vector<std::uint8_t>& bytes, Number number) {
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof(number));
  std::memcpy(bytes.data() + at, &number, sizeof(number));
}

}  // namespace

MessageWriter::MessageWriter(std::vector<std::uint8_t>& bytes, const Header& header)
    : bytes_(bytes), start_(bytes.size()) {
  PutHostOrder(bytes_, std::uint32_t{0});  // nlmsg_len, see Finish()
  PutHostOrder(bytes_, header.type);
  PutHostOrder(bytes_, header.flags);
  PutHostOrder(bytes_, header.sequence);
  PutHostOrder(bytes_, std::uint32_t{0});  // nlmsg_pid: the kernel knows the sender
  bytes_.push_back(header.protocol);
  bytes_.push_back(NFNETLINK_V0);
  bytes_.push_back(static_cast<std::uint8_t>(header.resource_id >> 8));
  bytes_.push_back(static_cast<std::uint8_t>(header.resource_id));
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
  if (!PutAttributeHeader(type, value.size() + 1)) return;
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  bytes_.push_back(0);
  Pad();
}

void MessageWriter::PutBytes(std::uint16_t type, std::span<const std::uint8_t> value) {
  if (!PutAttributeHeader(type, value.size())) return;
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  Pad();
}

std::size_t MessageWriter::OpenNest(std::uint16_t type) {
  const std::size_t nest = bytes_.size();
  PutAttributeHeader(type | NLA_F_NESTED, 0);
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

bool MessageWriter::PutAttributeHeader(std::uint16_t type, std::size_t payload_size) {
  const std::size_t size = kAttributeHeaderSize + payload_size;
  if (size > kMaxAttributeSize) {
    too_long_ = true;
    return false;
  }
  PutHostOrder(bytes_, static_cast<std::uint16_t>(size));
  PutHostOrder(bytes_, type);
  return true;
}

void MessageWriter::Pad() { bytes_.resize(start_ + Aligned(bytes_.size() - start_)); }

}  // namespace natplan::wire
