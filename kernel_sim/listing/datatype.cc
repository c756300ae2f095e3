#include "kernel_sim/listing/datatype.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "kernel_sim/listing/address_text.h"
#include "kernel_sim/listing/protocol_names.h"

namespace natplan::kernel_sim::listing {
namespace {

constexpr unsigned kTypeBits = 6;
constexpr std::uint32_t kTypeMask = (1U << kTypeBits) - 1;
constexpr std::size_t kSlot = 4;

const std::array<DataType, 10>& KnownTypes() {
  static const std::array<DataType, 10> kTypes = {{
      {.id = kTypeNfproto, .name = "nf_proto", .size = 1, .per_line = 5},
      {.id = kTypeIpv4, .name = "ipv4_addr", .size = 4, .prefixes = true, .per_line = 2},
      {.id = kTypeIpv6, .name = "ipv6_addr", .size = 16, .prefixes = true},
      {.id = kTypeProtocol, .name = "inet_proto", .size = 1, .per_line = 5},
      {.id = kTypeService, .name = "inet_service", .size = 2, .per_line = 5},
      {.id = kTypeMark, .name = "mark", .size = 4, .host_order = true, .prefixes = true, .per_line = 5},
      {.id = kTypeInterface, .name = "iface_index", .size = 4, .host_order = true, .per_line = 5},
      {.id = kTypeFibAddress, .name = "fib_addrtype", .size = 4, .host_order = true},
      {.id = kTypePresence, .name = "boolean", .size = 4, .host_order = true},
      {.id = kTypeInterfaceName, .name = "ifname", .size = 16, .host_order = true},
  }};
  return kTypes;
}

// A number of at most 8 bytes, big endian.
std::uint64_t Number(ByteView value) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : value) number = number << 8 | byte;
  return number;
}

std::uint32_t HostNumber(ByteView value) {
  std::uint32_t number;
  std::memcpy(&number, value.data(), sizeof(number));
  return number;
}

std::string MarkText(std::uint32_t mark) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "0x";
  for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[mark >> shift & 0xf];
  return text;
}

// A namespace of the simulator has the loopback device alone; nft prints the number of one that is not there.
std::string InterfaceText(std::uint32_t index) { return index == 1 ? "\"lo\"" : std::to_string(index); }

// Names of the kernel's RTN_* (linux/rtnetlink.h).
std::string FibAddressText(std::uint32_t type) {
  constexpr const char* kNames[] = {"unspec",    "unicast",   "local",       "broadcast", "anycast",
                                    "multicast", "blackhole", "unreachable", "prohibit"};
  return type < std::size(kNames) ? kNames[type] : std::to_string(type);
}

std::string NfprotoText(std::uint64_t protocol) {
  if (protocol == 2) return "ipv4";
  if (protocol == 10) return "ipv6";
  return std::to_string(protocol);
}

}  // namespace

DataType FindDataType(std::uint32_t id) {
  for (const DataType& type : KnownTypes()) {
    if (type.id == id) return type;
  }
  return DataType{.id = id, .name = "type " + std::to_string(id)};
}

std::vector<DataType> Parts(std::uint32_t type) {
  std::vector<DataType> parts;
  for (; type > kTypeMask; type >>= kTypeBits) parts.push_back(FindDataType(type & kTypeMask));
  parts.push_back(FindDataType(type));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::string TypeText(std::uint32_t type) {
  std::string text;
  for (const DataType& part : Parts(type)) {
    if (!text.empty()) text += " . ";
    text += part.name;
  }
  return text;
}

std::string ValueText(const DataType& type, ByteView value) {
  if (type.size == 0 || value.size() != type.size) return HexText(value);
  switch (type.id) {
    case kTypeNfproto:
      return NfprotoText(Number(value));
    case kTypeIpv4:
      return Ipv4Text(value);
    case kTypeIpv6:
      return Ipv6Text(value);
    case kTypeProtocol:
      return ProtocolText(value[0]);
    case kTypeService:
      return std::to_string(Number(value));
    case kTypeMark:
      return MarkText(HostNumber(value));
    case kTypeInterface:
      return InterfaceText(HostNumber(value));
    case kTypeFibAddress:
      return FibAddressText(HostNumber(value));
    case kTypePresence:
      return HostNumber(value) == 0 ? "missing" : "exists";
    case kTypeInterfaceName:
      return '"' + std::string(value.begin(), std::find(value.begin(), value.end(), 0)) + '"';
    default:
      return HexText(value);
  }
}

std::string ConcatenationText(std::uint32_t type, ByteView value) {
  const std::vector<DataType> parts = Parts(type);
  if (parts.size() == 1) return ValueText(parts.front(), value);
  std::string text;
  for (const DataType& part : parts) {
    const std::size_t size = std::min(part.size == 0 ? value.size() : part.size, value.size());
    if (!text.empty()) text += " . ";
    text += ValueText(part, value.first(size));
    value = value.subspan(std::min((size + kSlot - 1) / kSlot * kSlot, value.size()));
  }
  return text;
}

std::string HexText(ByteView value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "0x";
  for (const std::uint8_t byte : value) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

}  // namespace natplan::kernel_sim::listing
