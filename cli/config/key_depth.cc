#include "cli/config/key_depth.h"

#include <algorithm>
#include <string>

namespace natplan::cli {
namespace {

// The offset behind the string that begins at `at`, or of the end of `text` where it does not end.
std::size_t BehindString(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const std::string_view end =
      text.substr(at).starts_with(three) ? std::string_view(three) : text.substr(at, 1);
  for (at += end.size(); at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text.substr(at).starts_with(end)) {
      return at + end.size();
    } else if (end.size() == 1 && text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

}  // namespace

std::optional<std::size_t> FindTooDeepKey(std::string_view text) {
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
      case '\'':
        at = BehindString(text, at);
        continue;
      case '#':
        at = std::min(text.find('\n', at), text.size());
        continue;
      case '.':
        if (++dots > kMostKeyDots) return at;
        break;
      case '=':
      case '{':
      case '[':
      case ',':
      case '\n':
        dots = 0;
        break;
      default:
        break;
    }
    ++at;
  }
  return std::nullopt;
}

}  // namespace natplan::cli
