#include "cli/config/toml_text.h"

#include <algorithm>
#include <string>

namespace natplan::cli {

std::size_t BehindString(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const std::string_view end =
      text.substr(at).starts_with(three) ? std::string_view(three) : text.substr(at, 1);
  for (at += end.size(); at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text.substr(at).starts_with(end)) {
      at += end.size();
      // Of up to five quotes in a row the last three end the string.
      for (int more = 0; end.size() == 3 && more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    } else if (end.size() == 1 && text[at] == '\n') {
      return at;
    }
  }
  return text.size();
}

std::size_t BehindComment(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

}  // namespace natplan::cli
