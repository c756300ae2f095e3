#include "kernel_sim/listing/attribute_reader.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <optional>
#include <vector>

namespace natplan::kernel_sim::listing {
namespace {

// Little endian, as the headers of these tests are.
const Bytes kTwoNumbers = {8, 0, 1, 0, 0, 0, 1, 2, 12, 0, 2, 0x80, 0, 0, 0, 0, 0, 0, 0, 9};

TEST(Attributes, ReadsNumbersBigEndianAndTypesWithoutTheirFlags) {
  Fault fault;
  const Attributes attributes(kTwoNumbers, fault);
  EXPECT_EQ(attributes.U32(1), 0x102U);
  EXPECT_EQ(attributes.U64(2), 9U);
  EXPECT_EQ(attributes.U32(3), std::nullopt);
  EXPECT_EQ(fault.text, "");
}

TEST(Attributes, TakesTheLastOfTwo) {
  Fault fault;
  const Bytes bytes = {8, 0, 1, 0, 0, 0, 0, 1, 8, 0, 1, 0, 0, 0, 0, 2};
  EXPECT_EQ(Attributes(bytes, fault).U32(1), 2U);
}

TEST(Attributes, ReadsAStringWithAndWithoutItsEnd) {
  Fault fault;
  const Bytes bytes = {6, 0, 1, 0, 'a', 0, 0, 0, 5, 0, 2, 0, 'b'};
  const Attributes attributes(bytes, fault);
  EXPECT_EQ(attributes.String(1), "a");
  EXPECT_EQ(attributes.String(2), "b");
  EXPECT_EQ(attributes.String(3), "");
  EXPECT_EQ(fault.text, "");
}

TEST(Attributes, SaysWhenALengthIsTooLongOrTooShort) {
  for (const std::uint8_t length : std::initializer_list<std::uint8_t>{0, 3, 9, 255}) {
    Fault fault;
    const Bytes bytes = {length, 0, 1, 0, 0, 0, 0, 0};
    const Attributes attributes(bytes, fault);
    EXPECT_FALSE(attributes.Has(1));
    EXPECT_NE(fault.text, "") << int{length};
  }
}

TEST(Attributes, SaysWhenANumberIsTooShort) {
  Fault fault;
  const Bytes bytes = {6, 0, 1, 0, 0, 0, 0, 0};
  EXPECT_EQ(Attributes(bytes, fault).U32(1), std::nullopt);
  EXPECT_NE(fault.text, "");
}

TEST(Attributes, KeepsTheFirstFault) {
  Fault fault;
  fault.Say("first");
  fault.Say("second");
  EXPECT_EQ(fault.text, "first");
}

TEST(ReadMessages, SaysWhenALengthDoesNotFit) {
  for (const std::uint8_t length : std::initializer_list<std::uint8_t>{0, 15, 18, 21, 255}) {
    Fault fault;
    Bytes bytes(20);
    bytes[0] = length;
    bytes[5] = 10;  // a message of nf_tables
    EXPECT_TRUE(ReadMessages(bytes, fault).empty()) << int{length};
    EXPECT_NE(fault.text, "") << int{length};
  }
}

TEST(ReadMessages, ReadsControlMessagesAndMessagesWithFamily) {
  Fault fault;
  Bytes bytes(40);
  bytes[0] = 20;
  bytes[4] = 3;  // NLMSG_DONE
  bytes[20] = 20;
  bytes[25] = 10;
  bytes[36] = 2;
  const std::vector<Message> messages = ReadMessages(bytes, fault);
  ASSERT_EQ(messages.size(), 2U);
  EXPECT_EQ(messages[0].type, 3);
  EXPECT_EQ(messages[1].type, 0xa00);
  EXPECT_EQ(messages[1].family, 2);
  EXPECT_EQ(fault.text, "");
}

}  // namespace
}  // namespace natplan::kernel_sim::listing
