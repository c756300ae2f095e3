#include "core/text/element_text.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <limits>
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

// What a value takes at most: its components are addresses of IPv6, with " . " or " : " before each. The
// bytes of a key in hex take less.
constexpr std::size_t kLongestValue = ValueType::kMost * (INET6_ADDRSTRLEN + 3);
static_assert(kLongestValue > std::size("0x") + 2 * sizeof(ElementKey));

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

// Each of these writes at `out`, where there is room, and returns the end of what it wrote.
char* Write(std::string_view text, char* out) { return out + text.copy(out, text.size()); }

// Inline: a forward has six of them.
inline char* WriteNumber(unsigned number, char* out) {
  return std::to_chars(out, out + std::numeric_limits<unsigned>::digits10 + 1, number).ptr;
}

char* WriteComponent(std::uint32_t type, std::span<const std::uint8_t> bytes, char* out) {
  switch (type) {
    case kIpv4Address:
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0) *out++ = '.';
        out = WriteNumber(bytes[i], out);
      }
      return out;
    case kIpv6Address:
      return Write(ToAddress(bytes).ToString(), out);
    case kInetProto:
      for (const Protocol protocol : kProtocols) {
        if (static_cast<std::uint8_t>(protocol) == bytes[0]) return Write(Name(protocol), out);
      }
      return WriteNumber(bytes[0], out);
    case kInetService:
      return WriteNumber(static_cast<unsigned>(bytes[0] << 8 | bytes[1]), out);
    default:  // kMark: a value with any other type stands in hex
      return Write(MarkText(bytes), out);
  }
}

char* WriteValue(const ValueType& type, std::span<const std::uint8_t> bytes, char* const out) {
  char* end = out;
  for (const ValueType::Component& component : type.components()) {
    if (component.size == 0 || bytes.size() < component.padded) return Write(Hex(bytes), out);
    if (end != out) end = Write(" . ", end);
    end = WriteComponent(component.type, bytes.first(component.size), end);
    bytes = bytes.subspan(component.padded);
  }
  return end;
}

// The address of `size` bytes before `end`; the top of the address space if `end` is empty.
Address LastOf(std::size_t size, std::span<const std::uint8_t> end) {
  std::array<std::uint8_t, 16> last{};
  if (end.empty()) {
    last.fill(0xff);
  } else {
    std::ranges::copy(end, last.begin());
    for (std::size_t i = size; i-- > 0;) {
      if (last[i]-- != 0) break;
    }
  }
  return ToAddress(std::span(last).first(size));
}

// How many bits two addresses of one family begin with in common.
int CommonBits(const Address& a, const Address& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.bytes().size(); ++i) {
    const int common = std::countl_zero(static_cast<std::uint8_t>(a.bytes()[i] ^ b.bytes()[i]));
    bits += common;
    if (common < 8) break;
  }
  return bits;
}

}  // namespace

ValueType::ValueType(std::uint32_t type) {
  for (std::uint32_t rest = type; rest != 0; rest >>= kTypeBits) {
    const std::uint32_t one = rest & ((1U << kTypeBits) - 1);
    const std::size_t size = TypeBytes(one);
    const std::size_t padded = type >> kTypeBits == 0 ? size : (size + 3) / 4 * 4;
    components_[kMost - ++count_] = {.type = one, .size = size, .padded = padded};
  }
}

std::string TypeText(std::uint32_t type) {
  std::string out;
  const ValueType parsed(type);
  for (const ValueType::Component& component : parsed.components()) {
    if (!out.empty()) out += " . ";
    switch (component.type) {
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
  const Address last = LastOf(first.size(), end);
  const auto prefix = Prefix::Make(start, CommonBits(start, last));
  if (prefix && prefix->network() == start) {
    const auto prefix_end = prefix->end();
    const bool equal = prefix_end ? std::ranges::equal(prefix_end->bytes(), end) : end.empty();
    if (equal) return prefix->ToString();
  }
  return start.ToString() + "-" + last.ToString();
}

std::string ElementText(const SetShape& shape, const Element& element) {
  std::string out;
  ElementWriter(shape).Append(element, out);
  return out;
}

ElementWriter::ElementWriter(const SetShape& shape)
    : shape_(shape), key_(shape.key_type), data_(shape.data_type) {}

void ElementWriter::Append(const Element& element, std::string& out) {
  if (element.kind != ElementKind::kSingle) return AppendNodes(element, out);
  const std::string& comment = TextOf(element.comment);
  const std::size_t start = out.size();
  out.resize_and_overwrite(start + 2 * kLongestValue + comment.size(), [&](char* text, std::size_t) {
    char* end = WriteValue(key_, element.key.span(), text + start);
    end = Write(comment, end);
    if (shape_.is_map) end = WriteValue(data_, element.data.span(), Write(" : ", end));
    return static_cast<std::size_t>(end - text);
  });
}

void ElementWriter::AppendNodes(const Element& element, std::string& out) {
  const std::size_t size = element.key.size();
  const bool address =
      ((shape_.key_type == kIpv4Address && size == 4) || (shape_.key_type == kIpv6Address && size == 16)) &&
      (element.end.empty() || element.end.size() == size);
  if (address && element.kind == ElementKind::kEnd) {
    out.append("interval end ").append(ToAddress(element.key.span()).ToString());
    return;
  }
  out += address ? RangeText(element.key.span(), element.end.span())
                 : Hex(element.key.span()) + "-" + Hex(element.end.span());
  out += TextOf(element.comment);
}

const std::string& ElementWriter::TextOf(const std::string& comment) {
  if (comment != comment_) {
    comment_ = comment;
    comment_text_ = CommentText(comment);
  }
  return comment_text_;
}

}  // namespace natplan
