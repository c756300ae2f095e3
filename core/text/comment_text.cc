#include "core/text/comment_text.h"

#include "core/text/shown_text.h"

namespace natplan {

std::string CommentText(std::string_view comment) {
  if (comment.empty()) return "";
  std::string out = " comment \"";
  out.reserve(out.size() + comment.size() + 1);
  for (const char c : ShownText(comment)) {
    if (c == '"') {
      out += "\\x22";
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string NameText(std::string_view name) { return ShownText(name); }

}  // namespace natplan
