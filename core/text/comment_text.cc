#include "core/text/comment_text.h"

namespace natplan {

std::string CommentText(std::string_view comment) {
  if (comment.empty()) return "";
  constexpr char kDelete = 127;
  std::string out = " comment \"";
  for (const char c : comment) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == kDelete;
    out += control || c == '"' ? '?' : c;
  }
  return out + '"';
}

}  // namespace natplan
