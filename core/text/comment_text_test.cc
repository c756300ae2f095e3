#include "core/text/comment_text.h"

#include <gtest/gtest.h>

namespace natplan {
namespace {

TEST(CommentTextTest, ACommentStandsInQuotesBehindABlank) {
  EXPECT_EQ(CommentText("web server"), " comment \"web server\"");
  EXPECT_EQ(CommentText("caf\xc3\xa9"), " comment \"caf\xc3\xa9\"");
}

TEST(CommentTextTest, NoCommentIsNoText) { EXPECT_EQ(CommentText(""), ""); }

TEST(CommentTextTest, WhatWouldEndTheCommentOrTheLineIsEscaped) {
  EXPECT_EQ(CommentText("a\"\nflush ruleset\x1b[0m\x7f"),
            " comment \"a\\x22\\x0aflush ruleset\\x1b[0m\\x7f\"");
}

TEST(CommentTextTest, ANameStaysInItsLine) {
  EXPECT_EQ(NameText("masq_saddr"), "masq_saddr");
  EXPECT_EQ(NameText("a\nb\tc\x7f"), "a\\x0ab\\x09c\\x7f");
  EXPECT_EQ(NameText("caf\xc3\xa9"), "caf\xc3\xa9");
}

}  // namespace
}  // namespace natplan
