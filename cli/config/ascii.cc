#include "cli/config/ascii.h"

#include <bit>
#include <cstdint>

namespace natplan::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// The length in bytes of the character that `text` begins with; 0: that is not UTF-8. `text` is not empty.
std::size_t CharacterLength(std::string_view text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  if (first < 0x80) return 1;
  const auto length = static_cast<std::size_t>(std::countl_one(first));
  if (length < 2 || length > 4 || text.size() < length) return 0;
  std::uint32_t code = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0U) != 0x80U) return 0;
    code = code << 6U | (byte & 0x3fU);
  }
  // Longer than need be, half of a surrogate pair, or beyond Unicode.
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = code >= kLeast[length] && (code < 0xd800 || code > 0xdfff) && code <= 0x10ffff;
  return valid ? length : 0;
}

}  // namespace

std::expected<std::string, std::size_t> ToAscii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < text.size();) {
    const std::size_t length = CharacterLength(text.substr(at));
    if (length == 0) return std::unexpected(at);
    out += length == 1 ? text[at] : '?';
    at += length;
  }
  return out;
}

}  // namespace natplan::cli
