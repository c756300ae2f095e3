#include "core/text/element_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "core/text/comment_text.h"
#include "core/values/port.h"
#include "core/values/prefix.h"

namespace natplan {
namespace {

constexpr std::uint32_t kIpv4Address = 7;
constexpr std::uint32_t kIpv6Address = 8;
constexpr std::uint32_t kInetProto = 12;
constexpr std::uint32_t kInetService = 13;
constexpr std::uint32_t kMark = 19;
constexpr std::uint32_t kTypeBits = 6;  // nft's concatenated types: six bits a component

// What an element of IPv4 takes, so that its text is put together in one piece of memory.
constexpr std::size_t kUsualLength = 80;

constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string Hex(std::span<const std::uint8_t> bytes) {
  std::string out = "0x";
  for (const std::uint8_t byte : bytes) {
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 15U];
  }
  return out;
}

// A mark is a number of the host.
std::string MarkText(std::span<const std::uint8_t> bytes) {
  std::uint32_t mark = 0;
  std::memcpy(&mark, bytes.data(), sizeof(mark));
  std::string out = "0x";
  for (unsigned shift = 32; shift > 0; shift -= 4) out += kHexDigits[mark >> (shift - 4) & 15U];
  return out;
}

Address ToAddress(std::span<const std::uint8_t> bytes) {
  if (bytes.size() == 4) return Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
  std::array<std::uint8_t, 16> v6{};
  std::copy_n(bytes.begin(), std::min<std::size_t>(bytes.size(), 16), v6.begin());
  return Address(v6);
}

// Bytes that a component of this type takes, before padding to four.
std::size_t TypeBytes(std::uint32_t type) {
  switch (type) {
    case kIpv4Address:
    case kMark:
      return 4;
    case kIpv6Address:
      return 16;
    case kInetProto:
      return 1;
    case kInetService:
      return 2;
    default:
      return 0;
  }
}

void AppendNumber(unsigned number, std::string& out) {
  std::array<char, 10> digits{};
  const auto end = std::to_chars(digits.begin(), digits.end(), number).ptr;
  out.append(digits.begin(), end);
}

void AppendComponent(std::uint32_t type, std::span<const std::uint8_t> bytes, std::string& out) {
  switch (type) {
    case kIpv4Address:
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0) out += '.';
        AppendNumber(bytes[i], out);
      }
      return;
    case kIpv6Address:
      out += ToAddress(bytes).ToString();
      return;
    case kInetProto: {
      for (const Protocol protocol : kProtocols) {
        if (static_cast<std::uint8_t>(protocol) != bytes[0]) continue;
        out += Name(protocol);
        return;
      }
      return AppendNumber(bytes[0], out);
    }
    case kInetService:
      return AppendNumber(static_cast<unsigned>(bytes[0] << 8 | bytes[1]), out);
    case kMark:
      out += MarkText(bytes);
      return;
    default:
      out += Hex(bytes);
  }
}

// The components of a type, first one first.
struct Components {
  explicit Components(std::uint32_t type) {
    for (std::uint32_t rest = type; rest != 0; rest >>= kTypeBits)
      types[types.size() - ++count] = rest & ((1U << kTypeBits) - 1);
  }
  std::span<const std::uint32_t> all() const { return std::span(types).last(count); }

  std::array<std::uint32_t, 32 / kTypeBits + 1> types = {};
  std::size_t count = 0;
};

void AppendValue(std::uint32_t type, std::span<const std::uint8_t> bytes, std::string& out) {
  const std::size_t start = out.size();
  const Components components(type);
  for (const std::uint32_t component : components.all()) {
    const std::size_t size = TypeBytes(component);
    const std::size_t padded = components.count == 1 ? size : (size + 3) / 4 * 4;
    if (size == 0 || bytes.size() < padded) {
      out.resize(start);
      out += Hex(bytes);
      return;
    }
    if (out.size() > start) out += " . ";
    AppendComponent(component, bytes.first(size), out);
    bytes = bytes.subspan(padded);
  }
}

}  // namespace

std::string TypeText(std::uint32_t type) {
  std::string out;
  const Components components(type);
  for (const std::uint32_t component : components.all()) {
    if (!out.empty()) out += " . ";
    switch (component) {
      case kIpv4Address:
        out += "ipv4_addr";
        break;
      case kIpv6Address:
        out += "ipv6_addr";
        break;
      case kInetProto:
        out += "inet_proto";
        break;
      case kInetService:
        out += "inet_service";
        break;
      case kMark:
        out += "mark";
        break;
      default:
        return "type " + std::to_string(type);
    }
  }
  return out.empty() ? "type 0" : out;
}

std::string RangeText(std::span<const std::uint8_t> first, std::span<const std::uint8_t> end) {
  const Address start = ToAddress(first);
  for (int length = 0; length <= AddressBits(start.family()); ++length) {
    const auto prefix = Prefix::Make(start, length);
    if (!prefix || prefix->network() != start) continue;
    const auto prefix_end = prefix->end();
    const bool equal = prefix_end ? std::ranges::equal(prefix_end->bytes(), end) : end.empty();
    if (equal) return prefix->ToString();
  }
  // The last address is the one before `end`.
  std::array<std::uint8_t, 16> last{};
  const std::size_t size = first.size();
  if (end.empty()) {
    last.fill(0xff);
  } else {
    std::ranges::copy(end, last.begin());
    for (std::size_t i = size; i-- > 0;) {
      if (last[i]-- != 0) break;
    }
  }
  return start.ToString() + "-" + ToAddress(std::span(last).first(size)).ToString();
}

std::string ElementText(const SetShape& shape, const Element& element) {
  if (element.kind != ElementKind::kSingle) {
    const bool address = (shape.key_type == kIpv4Address && element.key.size() == 4) ||
                         (shape.key_type == kIpv6Address && element.key.size() == 16);
    const std::string comment = CommentText(element.comment);
    if (!address) return Hex(element.key.span()) + "-" + Hex(element.end.span()) + comment;
    if (element.kind == ElementKind::kEnd) return "interval end " + ToAddress(element.key.span()).ToString();
    return RangeText(element.key.span(), element.end.span()) + comment;
  }
  std::string out;
  out.reserve(kUsualLength);
  AppendValue(shape.key_type, element.key.span(), out);
  out += CommentText(element.comment);
  if (!shape.is_map) return out;
  out += " : ";
  AppendValue(shape.data_type, element.data.span(), out);
  return out;
}

}  // namespace natplan
