#include "core/wire/userdata.h"

#include <string>
#include <vector>

#include "core/wire/test_bytes.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

// One item.
ByteString Item(std::uint8_t type, const ByteString& value) {
  return Join({{type, static_cast<std::uint8_t>(value.size())}, value});
}

// What is written as an attribute of type 3.
ByteString Written(const std::string& comment) {
  ByteString bytes;
  MessageWriter writer(bytes, {});
  PutComment(writer, 3, comment);
  writer.Finish();
  return {bytes.begin() + 20, bytes.end()};
}

TEST(UserdataTest, ACommentIsWrittenWithItsNul) {
  EXPECT_EQ(Written("web"), Attr(3, Item(0, Text("web"))));
  EXPECT_EQ(Written(""), ByteString());
}

TEST(UserdataTest, ACommentThatNoItemHoldsIsCut) {
  EXPECT_EQ(Written(std::string(254, 'a')), Attr(3, Item(0, Text(std::string(254, 'a')))));
  EXPECT_EQ(Written(std::string(300, 'a')), Written(std::string(254, 'a')));
}

TEST(UserdataTest, TheCommentIsReadWhereverItStands) {
  EXPECT_EQ(CommentIn(Item(0, Text("web"))), "web");
  EXPECT_EQ(CommentIn(Join({Item(1, {1, 0, 0, 0}), Item(0, Text("web"))})), "web");
  // nft's mark of an element that is open to the top stands behind the comment.
  EXPECT_EQ(CommentIn(Join({Item(0, Text("web")), Item(1, {1, 0, 0, 0})})), "web");
  EXPECT_EQ(CommentIn(Item(0, Text(std::string(254, 'a')))), std::string(254, 'a'));
  EXPECT_EQ(CommentIn(Item(0, Text(""))), "");
}

TEST(UserdataTest, WhatIsNoCommentIsPassedOver) {
  EXPECT_EQ(CommentIn({}), "");
  EXPECT_EQ(CommentIn(ByteString{0}), "");
  EXPECT_EQ(CommentIn(Item(0, {})), "");
  EXPECT_EQ(CommentIn(Item(7, Text("web"))), "");
  // No NUL.
  EXPECT_EQ(CommentIn(Item(0, {'w', 'e', 'b'})), "");
  // Cut short.
  EXPECT_EQ(CommentIn(ByteString{0, 5, 'w', 'e', 'b', 0}), "");
  EXPECT_EQ(CommentIn(ByteString{0, 255, 'w', 'e', 'b', 0}), "");
  // What stands in front of the damage is whole.
  EXPECT_EQ(CommentIn(Join({Item(0, Text("web")), {0, 255}})), "web");
}

TEST(UserdataTest, ACommentEndsAtItsFirstNul) { EXPECT_EQ(CommentIn(Item(0, {'a', 0, 'b', 0})), "a"); }

}  // namespace
}  // namespace natplan::wire
