#include "core/wire/userdata.h"

#include <algorithm>
#include <array>
#include <span>

namespace natplan::wire {

namespace {

constexpr std::uint8_t kComment = 0;
constexpr std::size_t kHeaderSize = 2;

// With its NUL.
std::size_t ValueSize(std::string_view comment) { return std::min(comment.size(), kMaxCommentSize) + 1; }

}  // namespace

std::size_t CommentItemSize(std::string_view comment) { return kHeaderSize + ValueSize(comment); }

std::uint8_t* WriteCommentItem(std::uint8_t* to, std::string_view comment) {
  const std::size_t size = ValueSize(comment);
  *to++ = kComment;
  *to++ = static_cast<std::uint8_t>(size);
  to = std::ranges::copy(comment.substr(0, size - 1), to).out;
  *to++ = 0;
  return to;
}

void PutComment(MessageWriter& writer, std::uint16_t type, std::string_view comment) {
  if (comment.empty()) return;
  std::array<std::uint8_t, kHeaderSize + kMaxCommentSize + 1> item{};
  WriteCommentItem(item.data(), comment);
  writer.PutBytes(type, std::span(item).first(CommentItemSize(comment)));
}

std::string_view CommentIn(Bytes userdata) {
  std::string_view comment;
  while (userdata.size() >= kHeaderSize) {
    const std::size_t size = kHeaderSize + userdata[1];
    if (size > userdata.size()) break;
    const Bytes value = userdata.first(size).subspan(kHeaderSize);
    if (userdata[0] == kComment && !value.empty() && value.back() == 0) comment = StringIn(value);
    userdata = userdata.subspan(size);
  }
  return comment;
}

std::string CommentOf(const AttributeTable& attributes, std::uint16_t type) {
  return std::string(CommentIn(attributes.Find(type).value_or(Bytes{})));
}

}  // namespace natplan::wire
