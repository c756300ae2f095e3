#include "core/wire/describe.h"

#include <sstream>
#include <string>

#include "core/wire/batch.h"
#include "core/wire/dump.h"
#include "core/wire/test_bytes.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

const TableId kTable = {Family::kIp, "t"};

ByteString Everything() {
  Transaction transaction = {.operations = Skeleton(kTable)};
  transaction.operations.push_back(Prefixes(kTable));
  transaction.operations.push_back(Forwards(kTable));
  return Encode(transaction, 1).bytes;
}

// The bytes that a description shows, each at the offset that it says.
ByteString BytesIn(const std::string& description) {
  ByteString bytes;
  std::istringstream lines(description);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("  ")) continue;
    EXPECT_EQ(std::stoul(line.substr(2, 6), nullptr, 16), bytes.size()) << line;
    for (std::size_t at = 10; at + 1 < line.size() && at < 34 && line[at] != ' '; at += 3) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoul(line.substr(at, 2), nullptr, 16)));
    }
  }
  return bytes;
}

TEST(Describe, ShowsComments) {
  const ByteString message = Nft(0, 0, 7, 2, {Attr(1, Text("t")), Attr(6, Join({{0, 4}, Text("web")}))});
  EXPECT_NE(Describe(message).find("NFTA_TABLE_USERDATA comment \"web\"\n"), std::string::npos);
  EXPECT_EQ(DescribeLine(message), "NFT_MSG_NEWTABLE #7 ip NAME \"t\" USERDATA comment \"web\"");
  EXPECT_EQ(DescribeLine(Nft(3, 0, 7, 2, {Attr(12, Join({{0, 4}, Text("web")}))})),
            "NFT_MSG_NEWCHAIN #7 ip USERDATA comment \"web\"");
  // Of what holds none, the number of bytes.
  EXPECT_EQ(DescribeLine(Nft(0, 0, 7, 2, {Attr(6, {9, 1, 0})})), "NFT_MSG_NEWTABLE #7 ip USERDATA(3)");
}

TEST(Describe, ShowsAMessageFieldByField) {
  const ByteString message =
      Nft(3, 0x405, 7, 2,
          {Attr(1, Text("t")), Nest(4, {Attr(1, Be32(3)), Attr(2, {0xff, 0xff, 0xff, 0x9d})}),
           Attr(99, {1, 2, 3})});
  EXPECT_EQ(Describe(message),
            "NFT_MSG_NEWCHAIN\n"
            "  000000  38 00 00 00              length 56\n"
            "  000004  03 0a                    type NFT_MSG_NEWCHAIN\n"
            "  000006  05 04                    flags REQUEST|ACK|CREATE\n"
            "  000008  07 00 00 00              sequence 7\n"
            "  00000c  00 00 00 00              port 0\n"
            "  000010  02                       family ip\n"
            "  000011  00                       version 0\n"
            "  000012  00 00                    resource 0\n"
            "  000014  06 00 01 00              NFTA_CHAIN_TABLE \"t\"\n"
            "  000018  74 00\n"
            "  00001a  00 00                    padding\n"
            "  00001c  14 00 04 80              NFTA_CHAIN_HOOK\n"
            "  000020  08 00 01 00                NFTA_HOOK_HOOKNUM 3 (output)\n"
            "  000024  00 00 00 03\n"
            "  000028  08 00 02 00                NFTA_HOOK_PRIORITY -99\n"
            "  00002c  ff ff ff 9d\n"
            "  000030  07 00 63 00              attribute 99\n"
            "  000034  01 02 03\n"
            "  000037  00                       padding\n");
}

TEST(Describe, ShowsEveryByteOnce) {
  const ByteString bytes = Everything();
  EXPECT_EQ(BytesIn(Describe(bytes)), bytes);
}

TEST(Describe, KnowsEveryAttributeThatNatplanSends) {
  const std::string description = Describe(Everything());
  EXPECT_EQ(description.find(" attribute "), std::string::npos) << description;
  EXPECT_EQ(description.find(" not a"), std::string::npos);
  for (const char* part : {"NFTA_FIB_FLAGS 2 (DADDR)", "NFTA_NAT_TYPE 1 (dnat)", "NFTA_META_KEY 16 (l4proto)",
                           "NFTA_SET_ELEM_FLAGS 1 (INTERVAL_END)", "NFTA_DATA_VALUE 10.0.2.16",
                           "NFTA_SET_KEY_TYPE 781 (inet_proto . inet_service)", "NFTA_EXPR_NAME \"masq\""}) {
    EXPECT_NE(description.find(part), std::string::npos) << part;
  }
}

TEST(Describe, ShowsAnAnswerWithItsExtendedPart) {
  const std::string description = Describe(Ack(7, 2, Join({Attr(1, Text("words")), OffsetAttr(20)})));
  EXPECT_NE(description.find("status -ENOENT"), std::string::npos) << description;
  EXPECT_NE(description.find("header of the answered NFT_MSG_NEWTABLE"), std::string::npos) << description;
  EXPECT_NE(description.find("NLMSGERR_ATTR_MSG \"words\""), std::string::npos) << description;
  EXPECT_NE(description.find("NLMSGERR_ATTR_OFFS 20"), std::string::npos) << description;
}

TEST(Describe, SurvivesEveryTruncationAndEveryChangedByteAndStillShowsAllBytes) {
  const ByteString whole =
      Join({Ack(1, 2, OffsetAttr(20)),
            Nft(12, 1, 1, 2, {Attr(1, Text("t")), Nest(3, {Nest(1, {Nest(1, {Attr(1, Be32(1))})})})}),
            Netlink(3, 2, 1, Host(0)), Encode({.operations = {Skeleton(kTable)[6]}}, 1).bytes});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // On the heap, so that a sanitizer sees an over-read.
    const ByteString part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(BytesIn(Describe(part)), part);
    DescribeLine(part);
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t value : ByteString{0, 1, 3, 0x7f, 0x80, 0xff}) {
      ByteString changed = whole;
      changed[at] = value;
      EXPECT_EQ(BytesIn(Describe(changed)), changed);
      DescribeLine(changed);
    }
  }
}

TEST(DescribeLine, SaysWhatAMessageIsAbout) {
  EXPECT_EQ(DescribeLine(Nft(12, 0x401, 7, 2,
                             {Attr(1, Text("t")), Attr(2, Text("s")), Nest(3, {Nest(1, {}), Nest(1, {})})})),
            "NFT_MSG_NEWSETELEM #7 REQUEST|CREATE ip TABLE \"t\" SET \"s\" ELEMENTS[2]");
  EXPECT_EQ(DescribeLine(EncodeDumpTables(Family::kIp6, 3)), "NFT_MSG_GETTABLE #3 REQUEST|DUMP ip6");
  EXPECT_EQ(DescribeLine(Ack(7, 0)), "NLMSG_ERROR #7 CAPPED ok for NFT_MSG_NEWTABLE");
  EXPECT_EQ(DescribeLine(Ack(7, 17, OffsetAttr(60))),
            "NLMSG_ERROR #7 CAPPED|ACK_TLVS EEXIST for NFT_MSG_NEWTABLE OFFS 60");
  EXPECT_EQ(DescribeLine(Netlink(3, 2, 1, Host(0))), "NLMSG_DONE #1 MULTI ok");
  EXPECT_EQ(DescribeLine(ByteString{1, 2}), "not a message, 2 bytes");
}

TEST(DescribeLine, KeepsControlCharactersOutOfTheTerminal) {
  EXPECT_EQ(DescribeLine(Nft(0, 1, 7, 2, {Attr(1, Text("a\x1b[2J\n\""))})),
            "NFT_MSG_NEWTABLE #7 REQUEST ip NAME \"a.[2J..\"");
}

}  // namespace
}  // namespace natplan::wire
