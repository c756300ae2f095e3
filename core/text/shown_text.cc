#include "core/text/shown_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/text/utf8.h"

namespace natplan {
namespace {

struct CodeRange {
  char32_t first;
  char32_t last;
};

// Unicode's categories Cc, Zl, Zp, and of Cf and of the default ignorable code points what is not part of a
// script's ordinary writing.
constexpr std::array<CodeRange, 18> kHidden = {{{0x00, 0x1f},
                                                {0x7f, 0x9f},
                                                {0xad, 0xad},      // soft hyphen
                                                {0x34f, 0x34f},    // combining grapheme joiner
                                                {0x61c, 0x61c},    // Arabic letter mark
                                                {0x115f, 0x1160},  // Hangul fillers
                                                {0x17b4, 0x17b5},
                                                {0x180b, 0x180f},
                                                {0x200b, 0x200f},  // of no width; left-to-right mark
                                                {0x2028, 0x202e},  // separators; embeddings and overrides
                                                {0x2060, 0x206f},  // isolates, and others of no width
                                                {0x3164, 0x3164},
                                                {0xfe00, 0xfe0f},  // variation selectors
                                                {0xfeff, 0xfeff},  // byte order mark
                                                {0xffa0, 0xffa0},
                                                {0xfff0, 0xfffb},
                                                {0x1d173, 0x1d17a},
                                                {0xe0000, 0xe0fff}}};  // tags

bool IsHidden(char32_t code) {
  const bool noncharacter = (code & 0xfffeU) == 0xfffeU || (code >= 0xfdd0 && code <= 0xfdef);
  return noncharacter || std::ranges::any_of(kHidden, [code](const CodeRange& range) {
           return code >= range.first && code <= range.last;
         });
}

void AppendHex(std::string& out, std::uint32_t value, int digits) {
  for (int at = digits - 1; at >= 0; --at)
    out += "0123456789abcdef"[value >> (4U * static_cast<unsigned>(at)) & 0xfU];
}

void AppendEscaped(std::string& out, char32_t code) {
  const int digits = code < 0x80 ? 2 : code < 0x10000 ? 4 : 8;
  out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  AppendHex(out, code, digits);
}

// What `escapes` says of a character, and each byte that is none, is escaped.
template <typename Escapes>
std::string Escaped(std::string_view text, const Escapes& escapes) {
  std::string out;
  out.reserve(text.size());
  const auto is_special = [](char c) { return c < ' ' || c > '~'; };
  for (std::size_t at = 0; at < text.size();) {
    const auto special = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_special);
    const auto end = static_cast<std::size_t>(special - text.begin());
    out += text.substr(at, end - at);
    at = end;
    if (at == text.size()) break;
    const Utf8Character character = FirstCharacter(text.substr(at));
    if (character.length == 0) {
      out += "\\x";
      AppendHex(out, static_cast<std::uint8_t>(text[at]), 2);
      ++at;
      continue;
    }
    if (escapes(character.code)) {
      AppendEscaped(out, character.code);
    } else {
      out += text.substr(at, character.length);
    }
    at += character.length;
  }
  return out;
}

}  // namespace

std::string ShownText(std::string_view text) { return Escaped(text, IsHidden); }

std::string ShownLines(std::string_view text) {
  return Escaped(text, [](char32_t code) { return code != '\t' && code != '\n' && IsHidden(code); });
}

std::string ValidText(std::string_view text) {
  return Escaped(text, [](char32_t) { return false; });
}

}  // namespace natplan
