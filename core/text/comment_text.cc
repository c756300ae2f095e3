#include "core/text/comment_text.h"

#include "core/text/shown_text.h"

namespace natplan {

std::string CommentText(std::string_view comment) {
  if (comment.empty()) return "";
  std::string out = " comment \"";
  for (const char c : ShownText(comment)) out += c == '"' ? std::string("\\x22") : std::string(1, c);
  return out + '"';
}

std::string NameText(std::string_view name) { return ShownText(name); }

}  // namespace natplan
