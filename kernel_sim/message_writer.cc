#include "kernel_sim/message_writer.h"

#include <array>
#include <cstring>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {

std::uint8_t* MessageWriter::Grow(std::size_t size) {
  const std::size_t padded = (size + 3) & ~std::size_t{3};
  if (full_ || padded > room()) {
    full_ = true;
    return nullptr;
  }
  const std::size_t old = bytes_.size();
  bytes_.resize(old + padded);
  return bytes_.data() + old;
}

void MessageWriter::Rewind(std::size_t mark) {
  bytes_.resize(mark);
  full_ = false;
}

std::size_t MessageWriter::BeginMessage(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                                        std::uint32_t port) {
  const std::size_t start = mark();
  const nlmsghdr header = {NLMSG_HDRLEN, type, flags, sequence, port};
  if (std::uint8_t* place = Grow(sizeof header)) std::memcpy(place, &header, sizeof header);
  return start;
}

void MessageWriter::EndMessage(std::size_t message) {
  if (full_) return;
  const auto length = static_cast<std::uint32_t>(bytes_.size() - message);
  std::memcpy(bytes_.data() + message, &length, sizeof length);
}

void MessageWriter::AddFlags(std::size_t message, std::uint16_t flags) {
  if (full_) return;
  std::uint16_t old = 0;
  std::uint8_t* place = bytes_.data() + message + offsetof(nlmsghdr, nlmsg_flags);
  std::memcpy(&old, place, sizeof old);
  old = static_cast<std::uint16_t>(old | flags);
  std::memcpy(place, &old, sizeof old);
}

void MessageWriter::NfGenMessage(std::uint8_t family, std::uint16_t resource) {
  if (std::uint8_t* place = Grow(sizeof(nfgenmsg))) {
    place[0] = family;
    place[1] = NFNETLINK_V0;
    place[2] = static_cast<std::uint8_t>(resource >> 8);
    place[3] = static_cast<std::uint8_t>(resource);
  }
}

void MessageWriter::Raw(std::span<const std::uint8_t> bytes) {
  std::uint8_t* place = Grow(bytes.size());
  if (place != nullptr && !bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
}

std::size_t MessageWriter::BeginNest(std::uint16_t type) {
  const std::size_t start = mark();
  Bytes(type, {});
  return start;
}

void MessageWriter::EndNest(std::size_t nest) {
  if (full_) return;
  const auto length = static_cast<std::uint16_t>(bytes_.size() - nest);
  std::memcpy(bytes_.data() + nest, &length, sizeof length);
}

void MessageWriter::Bytes(std::uint16_t type, std::span<const std::uint8_t> payload) {
  std::uint8_t* place = Grow(kAttributeHeader + payload.size());
  if (place == nullptr) return;
  const auto length = static_cast<std::uint16_t>(kAttributeHeader + payload.size());
  std::memcpy(place, &length, sizeof length);
  std::memcpy(place + 2, &type, sizeof type);
  if (!payload.empty()) std::memcpy(place + kAttributeHeader, payload.data(), payload.size());
}

void MessageWriter::String(std::uint16_t type, std::string_view text) {
  std::uint8_t* place = Grow(kAttributeHeader + text.size() + 1);
  if (place == nullptr) return;
  const auto length = static_cast<std::uint16_t>(kAttributeHeader + text.size() + 1);
  std::memcpy(place, &length, sizeof length);
  std::memcpy(place + 2, &type, sizeof type);
  std::memcpy(place + kAttributeHeader, text.data(), text.size());
}

void MessageWriter::U8(std::uint16_t type, std::uint8_t value) { Bytes(type, {&value, 1}); }

void MessageWriter::U32(std::uint16_t type, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  Bytes(type, bytes);
}

void MessageWriter::U64(std::uint16_t type, std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  Bytes(type, bytes);
}

void MessageWriter::HostU32(std::uint16_t type, std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes;
  std::memcpy(bytes.data(), &value, bytes.size());
  Bytes(type, bytes);
}

void MessageWriter::HostU64(std::uint16_t type, std::uint64_t value) {
  std::array<std::uint8_t, 8> bytes;
  std::memcpy(bytes.data(), &value, bytes.size());
  Bytes(type, bytes);
}

}  // namespace natplan::kernel_sim
