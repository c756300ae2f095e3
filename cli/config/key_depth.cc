#include "cli/config/key_depth.h"

#include "cli/config/toml_text.h"

namespace natplan::cli {

std::optional<std::size_t> FindTooDeepKey(std::string_view text) {
  int dots = 0;
  for (std::size_t at = 0; at < text.size();) {
    switch (text[at]) {
      case '"':
      case '\'':
        at = BehindString(text, at);
        continue;
      case '#':
        at = BehindComment(text, at);
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
