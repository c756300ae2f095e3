#include "cli/intent_words.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The intents of the edits, or the one error.
std::vector<std::string> Said(const IntentWords& words) {
  const auto edits = ToEdits(Edit::Kind::kAdd, Owner::Default(), words);
  if (!edits) {
    EXPECT_EQ(edits.error().code, ErrorCode::kInvalidArgument);
    return {edits.error().text};
  }
  std::vector<std::string> out;
  for (const Edit& edit : *edits) {
    out.push_back(std::visit([](const auto& one) { return ToString(one); }, edit.intent));
  }
  return out;
}

TEST(IntentWordsTest, AMasqueradeIsAPrefixAndMayNameAnInterface) {
  EXPECT_THAT(Said(MasqueradeWords{"10.1.2.3/8", {}}), ElementsAre("masquerade 10.0.0.0/8"));
  EXPECT_THAT(Said(MasqueradeWords{"::/0", "eth0"}), ElementsAre("masquerade ::/0 out eth0"));
}

TEST(IntentWordsTest, HostBitsAreClearedWithANote) {
  EXPECT_THAT(NoteOf(MasqueradeWords{"10.1.2.3/8", {}}),
              AllOf(HasSubstr("10.1.2.3/8"), HasSubstr("10.0.0.0/8")));
  EXPECT_THAT(NoteOf(MasqueradeWords{"fd00::1/64", "eth0"}), HasSubstr("fd00::/64"));
  EXPECT_EQ(NoteOf(MasqueradeWords{"10.0.0.0/8", {}}), "");
  EXPECT_EQ(NoteOf(MasqueradeWords{"10.1.2.3", {}}), "");
  EXPECT_EQ(NoteOf(MasqueradeWords{"10.1.2.3/33", {}}), "") << "ToEdits() says what is wrong";
  EXPECT_EQ(NoteOf(ForwardWords{"tcp", "1", "192.0.2.1:22", false}), "");
}

TEST(IntentWordsTest, AForwardHasItsFamilyFromItsTarget) {
  EXPECT_THAT(Said(ForwardWords{"tcp", "2222", "192.0.2.1:22", false}),
              ElementsAre("forward tcp port 2222 to 192.0.2.1:22"));
  EXPECT_THAT(Said(ForwardWords{"sctp", "1", "[2001:db8::1]:22", true}),
              ElementsAre("forward sctp port 1 to [2001:db8::1]:22 localhost"));
}

TEST(IntentWordsTest, AForwardWithoutATargetIsThatOfBothFamilies) {
  const auto edits = ToEdits(Edit::Kind::kRemove, Owner::Default(), ForwardWords{"udp", "53", {}, false});
  ASSERT_TRUE(edits);
  ASSERT_EQ(edits->size(), 2U);
  EXPECT_EQ(FamilyOf((*edits)[0].intent), Family::kIp);
  EXPECT_EQ(FamilyOf((*edits)[1].intent), Family::kIp6);
  for (const Edit& edit : *edits) {
    EXPECT_EQ(edit.kind, Edit::Kind::kRemove);
    EXPECT_EQ(std::get<Forward>(edit.intent).host_port, Port::Make(53).value());
  }
}

TEST(IntentWordsTest, AWrongWordIsNamedWithWhatToWriteInstead) {
  EXPECT_THAT(Said(MasqueradeWords{"10.0.0.0/33", {}}),
              ElementsAre(AllOf(HasSubstr("PREFIX"), HasSubstr("0 to 32"))));
  EXPECT_THAT(Said(MasqueradeWords{"0.0.0.0/0", {}}), ElementsAre(HasSubstr("out_interface")));
  EXPECT_THAT(Said(MasqueradeWords{"10.0.0.0/8", "a b"}),
              ElementsAre(AllOf(HasSubstr("--out-interface"), HasSubstr("1 to 15 bytes"))));
  EXPECT_THAT(Said(ForwardWords{"icmp", "1", "192.0.2.1:1", false}),
              ElementsAre(AllOf(HasSubstr("PROTOCOL"), HasSubstr("tcp, udp or sctp"))));
  for (const std::string port : {"", "0", "65536", "1x", "-1", " 1", "99999999999999999999"}) {
    EXPECT_THAT(Said(ForwardWords{"tcp", port, "192.0.2.1:1", false}),
                ElementsAre(AllOf(HasSubstr("HOST_PORT"), HasSubstr("1 to 65535"))))
        << port;
  }
  EXPECT_THAT(Said(ForwardWords{"tcp", "1", "192.0.2.1", false}),
              ElementsAre(AllOf(HasSubstr("TARGET"), HasSubstr("no port"))));
}

}  // namespace
}  // namespace natplan::cli
