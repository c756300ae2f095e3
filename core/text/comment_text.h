// Comments, and the names of chains, sets and tables, in nft syntax.
#ifndef NATPLAN_CORE_TEXT_COMMENT_TEXT_H_
#define NATPLAN_CORE_TEXT_COMMENT_TEXT_H_

#include <string>
#include <string_view>

namespace natplan {

// ` comment "web"`, and nothing for an empty one. nft has no way to write a quote or a control character in a
// comment, and another program may have put one into the kernel: a quote becomes "\x22" and the rest is as
// ShownText() has it, so that a comment never ends the line that it stands in.
std::string CommentText(std::string_view comment);

// The name as ShownText() has it: other programs can give a name any byte, and nft cannot write most of them.
std::string NameText(std::string_view name);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_COMMENT_TEXT_H_
