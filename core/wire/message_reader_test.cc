#include "core/wire/message_reader.h"

#include <cerrno>
#include <vector>

#include "core/wire/test_bytes.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

TEST(NextMessage, TakesMessagesOff) {
  const ByteString bytes = Join({Netlink(0x0a00, 5, 7, {1, 2, 3, 4}), Netlink(3, 2, 8, {})});
  Bytes rest = bytes;
  const auto first = NextMessage(rest);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->type, 0x0a00);
  EXPECT_EQ(first->flags, 5);
  EXPECT_EQ(first->sequence, 7u);
  EXPECT_EQ(first->payload.size(), 4u);
  const auto second = NextMessage(rest);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->type, 3);
  EXPECT_FALSE(NextMessage(rest));
  EXPECT_TRUE(rest.empty());
}

TEST(NextMessage, TakesALastMessageWithoutItsPadding) {
  const ByteString bytes = Netlink(3, 2, 8, {1});
  Bytes rest = bytes;
  const auto message = NextMessage(rest);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->payload.size(), 1u);
  EXPECT_TRUE(rest.empty());
}

TEST(NextMessage, StopsAtWhatIsNotAMessage) {
  for (const std::uint32_t length : {0u, 15u, 21u, 0x80000000u, 0xffffffffu}) {
    ByteString bytes = Netlink(3, 2, 8, {1, 2, 3, 4});
    std::memcpy(bytes.data(), &length, sizeof(length));
    Bytes rest = bytes;
    EXPECT_FALSE(NextMessage(rest)) << length;
    EXPECT_EQ(rest.size(), 20u);
  }
  const ByteString stub(15);
  Bytes rest = stub;
  EXPECT_FALSE(NextMessage(rest));
}

TEST(NextAttribute, StopsAtWhatIsNotAnAttribute) {
  for (const std::uint16_t length : std::initializer_list<std::uint16_t>{0, 3, 9, 0xffff}) {
    ByteString bytes = Attr(1, {1, 2, 3, 4});
    std::memcpy(bytes.data(), &length, sizeof(length));
    Bytes rest = bytes;
    EXPECT_FALSE(NextAttribute(rest)) << length;
    EXPECT_EQ(rest.size(), 8u);
  }
}

TEST(AttributeTable, TakesTheLastOfSeveralAndPassesFlagBitsOver) {
  const ByteString bytes =
      Join({Attr(1, Be32(1)), Attr(0x8001, Be32(2)), Attr(0x4002, Text("word")), Attr(3, {1})});
  const AttributeTable table{Bytes(bytes)};
  EXPECT_EQ(table.U32(1), 2u);
  EXPECT_EQ(table.String(2), "word");
  EXPECT_FALSE(table.U32(3));
  EXPECT_TRUE(table.Has(3));
  EXPECT_FALSE(table.Has(4));
  EXPECT_TRUE(table.HasOnly({1, 2, 3}));
  EXPECT_FALSE(table.HasOnly({1, 2}));
}

TEST(AttributeTable, EndsATextAtItsNulOrItsEnd) {
  const ByteString bytes = Join({Attr(1, {'a', 0, 'b'}), Attr(2, {'a', 'b'}), Attr(3, {})});
  const AttributeTable table{Bytes(bytes)};
  EXPECT_EQ(table.String(1), "a");
  EXPECT_EQ(table.String(2), "ab");
  EXPECT_EQ(table.String(3), "");
}

TEST(ErrnoOfStatus, TakesAnyNumber) {
  EXPECT_EQ(ErrnoOfStatus(0), 0);
  EXPECT_EQ(ErrnoOfStatus(static_cast<std::uint32_t>(-ENOENT)), ENOENT);
  EXPECT_EQ(ErrnoOfStatus(5), EPROTO);
  EXPECT_EQ(ErrnoOfStatus(0x80000000u), EPROTO);
}

}  // namespace
}  // namespace natplan::wire
