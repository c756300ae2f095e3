#include "core/wire/userdata.h"

#include <algorithm>
#include <array>
#include <span>

namespace natplan::wire {

void PutComment(MessageWriter& writer, std::uint16_t type, std::string_view comment) {
  if (comment.empty()) return;
  comment = CutComment(comment);
  std::array<std::uint8_t, kUserdataHeaderSize + kMaxCommentSize + 1> item{};
  item[0] = kUserdataComment;
  item[1] = static_cast<std::uint8_t>(comment.size() + 1);
  std::ranges::copy(comment, item.begin() + kUserdataHeaderSize);
  writer.PutBytes(type, std::span(item).first(kUserdataHeaderSize + comment.size() + 1));
}

std::string_view CommentIn(Bytes userdata) {
  std::string_view comment;
  while (userdata.size() >= kUserdataHeaderSize) {
    const std::size_t size = kUserdataHeaderSize + userdata[1];
    if (size > userdata.size()) break;
    const Bytes value = userdata.first(size).subspan(kUserdataHeaderSize);
    if (userdata[0] == kUserdataComment && !value.empty() && value.back() == 0) comment = StringIn(value);
    userdata = userdata.subspan(size);
  }
  return comment;
}

}  // namespace natplan::wire
