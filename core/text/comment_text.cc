#include "core/text/comment_text.h"

namespace natplan {
namespace {

bool IsControl(char c) {
  constexpr char kDelete = 127;
  return static_cast<unsigned char>(c) < ' ' || c == kDelete;
}

}  // namespace

std::string CommentText(std::string_view comment) {
  if (comment.empty()) return "";
  std::string out = " comment \"";
  out.reserve(out.size() + comment.size() + 1);
  for (const char c : comment) out += IsControl(c) || c == '"' ? '?' : c;
  return out + '"';
}

std::string NameText(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (IsControl(c)) c = '?';
  }
  return out;
}

}  // namespace natplan
