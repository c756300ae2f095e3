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

void AppendEscape(std::string& out, char32_t code) {
  const int digits = code < 0x80 ? 2 : code < 0x10000 ? 4 : 8;
  out += digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  AppendHex(out, code, digits);
}

// Printable ASCII.
bool IsPlain(char c) { return c >= ' ' && c <= '~'; }

constexpr std::size_t kBlock = 16;

// Without a branch for each character, and of one size: compilers look at all of a block at once.
bool IsPlainBlock(std::string_view text) {
  std::uint8_t plain = 0;
  for (std::size_t i = 0; i < kBlock; ++i) plain = static_cast<std::uint8_t>(plain + IsPlain(text[i]));
  return plain == kBlock;
}

// How many characters of printable ASCII `text` begins with.
std::size_t PlainLength(std::string_view text) {
  std::size_t length = 0;
  while (text.size() - length >= kBlock && IsPlainBlock(text.substr(length))) length += kBlock;
  // The last block laps over the one before it.
  if (length > 0 && text.size() - length < kBlock && IsPlainBlock(text.substr(text.size() - kBlock)))
    return text.size();
  while (length < text.size() && IsPlain(text[length])) ++length;
  return length;
}

// What `escapes` says of a character, and each byte that is none, is escaped.
template <typename Escapes>
void AppendEscaped(std::string_view text, const Escapes& escapes, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t plain = PlainLength(text.substr(at));
    out += text.substr(at, plain);
    at += plain;
    if (at == text.size()) break;
    const Utf8Character character = FirstCharacter(text.substr(at));
    if (character.length == 0) {
      out += "\\x";
      AppendHex(out, static_cast<std::uint8_t>(text[at]), 2);
      ++at;
      continue;
    }
    if (escapes(character.code)) {
      AppendEscape(out, character.code);
    } else {
      out += text.substr(at, character.length);
    }
    at += character.length;
  }
}

template <typename Escapes>
std::string Escaped(std::string_view text, const Escapes& escapes) {
  std::string out;
  out.reserve(text.size());
  AppendEscaped(text, escapes, out);
  return out;
}

}  // namespace

std::string ShownText(std::string_view text) { return Escaped(text, IsHidden); }

void AppendShownText(std::string_view text, std::string& out) { AppendEscaped(text, IsHidden, out); }

std::string ShownLines(std::string_view text) {
  return Escaped(text, [](char32_t code) { return code != '\t' && code != '\n' && IsHidden(code); });
}

std::string ValidText(std::string_view text) {
  return Escaped(text, [](char32_t) { return false; });
}

}  // namespace natplan
