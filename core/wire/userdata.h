// Comments as nft keeps them: in userdata, which the kernel stores and does not read.
//
// Userdata is a row of items: a byte with the type, one with the length of the value, the value. Type 0 of a
// table, a rule and an element is the comment, whose value ends with a NUL; types are counted apart in sets,
// where 0 is another thing.
#ifndef NATPLAN_CORE_WIRE_USERDATA_H_
#define NATPLAN_CORE_WIRE_USERDATA_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/wire/message_reader.h"
#include "core/wire/message_writer.h"

namespace natplan::wire {

// The longest comment that the length of an item can express; what is longer is cut. nft itself takes 127
// bytes and no more.
inline constexpr std::size_t kMaxCommentSize = 254;

// The bytes of the item with the comment.
std::size_t CommentItemSize(std::string_view comment);
// Writes as many, and returns the place behind them.
std::uint8_t* WriteCommentItem(std::uint8_t* to, std::string_view comment);

// Puts the attribute with the comment; nothing for an empty one.
void PutComment(MessageWriter& writer, std::uint16_t type, std::string_view comment);

// The comment in the payload of an attribute of userdata; empty if there is none, or if it is not one that
// nft would read. Items of other types are passed over. The result is a part of `userdata`.
std::string_view CommentIn(Bytes userdata);
// The same of the attribute `type`, which may be missing.
std::string CommentOf(const AttributeTable& attributes, std::uint16_t type);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_USERDATA_H_
