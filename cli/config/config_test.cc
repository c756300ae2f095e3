#include "cli/config/config.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const std::vector<Diagnostic>& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : diagnostics) out.push_back(ToString("f", diagnostic));
  return out;
}

// What the file wants, in words; a note or an error if it has one.
std::vector<std::string> Wants(const std::string& text) {
  const auto config = ParseConfig(text);
  if (!config) return Texts(config.error());
  std::vector<std::string> out;
  for (const Intent& intent : config->intents) {
    out.push_back(std::visit([](const auto& one) { return ToString(one); }, intent));
  }
  return out;
}

std::vector<std::string> Errors(const std::string& text) {
  const auto config = ParseConfig(text);
  return config ? std::vector<std::string>{} : Texts(config.error());
}

std::vector<std::string> Notes(const std::string& text) {
  const auto config = ParseConfig(text);
  return config ? Texts(config->notes) : std::vector<std::string>{"the file was refused"};
}

std::string Source(const std::string& prefix) { return "[[masquerade]]\nsource = \"" + prefix + "\"\n"; }

std::string ForwardText(const std::string& protocol, const std::string& host_port, const std::string& to) {
  return "[[forward]]\nprotocol = " + protocol + "\nhost_port = " + host_port + "\nto = " + to + "\n";
}

TEST(ConfigTest, ReadsMasqueradesAndForwardsOfBothFamilies) {
  EXPECT_THAT(
      Wants(Source("192.168.50.0/24") + Source("fd00:1::/64") +
            ForwardText("\"tcp\"", "2222", "\"192.168.50.121:22\"") +
            ForwardText("\"sctp\"", "65535", "\"[fd00:1::5]:1\"")),
      ElementsAre("masquerade 192.168.50.0/24", "masquerade fd00:1::/64",
                  "forward tcp port 2222 to 192.168.50.121:22", "forward sctp port 65535 to [fd00:1::5]:1"));
}

TEST(ConfigTest, OneHostPortMayGoToOneTargetForEachFamilyAndProtocol) {
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "53", "\"192.0.2.1:53\"") +
                     ForwardText("\"udp\"", "53", "\"192.0.2.1:53\"") +
                     ForwardText("\"tcp\"", "53", "\"[2001:db8::1]:53\"")),
              IsEmpty());
}

TEST(ConfigTest, MasqueradesComeBeforeForwardsWhereverTheyStand) {
  const std::string forwards =
      ForwardText("\"udp\"", "2", "\"192.0.2.1:2\"") + ForwardText("\"tcp\"", "1", "\"192.0.2.1:1\"");
  EXPECT_THAT(Wants(forwards + Source("10.0.0.0/8") + Source("fd00::/8")),
              ElementsAre("masquerade 10.0.0.0/8", "masquerade fd00::/8", "forward udp port 2 to 192.0.2.1:2",
                          "forward tcp port 1 to 192.0.2.1:1"));
}

TEST(ConfigTest, AnEmptyFileIsNoWish) {
  EXPECT_THAT(Errors(""),
              ElementsAre(AllOf(HasSubstr("f: it holds no [[masquerade]]"), HasSubstr("natplan remove"))));
  EXPECT_THAT(Errors("# nothing\n"), ElementsAre(HasSubstr("it holds no [[masquerade]]")));
  EXPECT_THAT(Errors("owner = \"a\"\n"), ElementsAre(HasSubstr("it holds no [[masquerade]]")));
}

TEST(ConfigTest, AnEmptyListIsTheWishForNothing) { EXPECT_THAT(Wants("masquerade = []\n"), IsEmpty()); }

TEST(ConfigTest, AFileMayNameItsOwner) {
  const auto owned = ParseConfig("owner = \"pod 7\"\nmasquerade = []\n");
  ASSERT_TRUE(owned);
  ASSERT_TRUE(owned->owner);
  EXPECT_EQ(owned->owner->name(), "pod 7");
  const auto nobodys = ParseConfig("masquerade = []\n");
  ASSERT_TRUE(nobodys);
  EXPECT_FALSE(nobodys->owner);
}

TEST(ConfigTest, RefusesAnOwnerThatIsNoName) {
  for (const std::string name : {"", "a\\u0007b", "a\\\"b", "caf\\u00e9", "\\\\"}) {
    EXPECT_THAT(Errors("owner = \"" + name + "\"\nmasquerade = []\n"),
                ElementsAre(AllOf(HasSubstr("f:1:9: owner:"), HasSubstr("1 to 64 bytes"))));
  }
  EXPECT_THAT(Errors("owner = \"" + std::string(64, 'a') + "\"\nmasquerade = []\n"), IsEmpty());
  EXPECT_THAT(Errors("owner = \"" + std::string(65, 'a') + "\"\nmasquerade = []\n"),
              ElementsAre(HasSubstr("1 to 64 bytes")));
  EXPECT_THAT(Errors("owner = 7\nmasquerade = []\n"),
              ElementsAre(AllOf(HasSubstr("\"owner\" is an integer"), HasSubstr("owner = \"web\""))));
}

TEST(ConfigTest, AMasqueradeMayNameAnInterface) {
  EXPECT_THAT(Wants(Source("10.0.0.0/8") + "out_interface = \"eth0\"\n"),
              ElementsAre("masquerade 10.0.0.0/8 out eth0"));
  EXPECT_THAT(Errors(Source("10.0.0.0/8") + "out_interface = \"much-too-long-a-name\"\n"),
              ElementsAre(HasSubstr("f:3:17: out_interface:")));
  EXPECT_THAT(Errors(Source("10.0.0.0/8") + "out_interface = 0\n"),
              ElementsAre(HasSubstr("\"out_interface\" is an integer, and a string is expected")));
}

TEST(ConfigTest, AShortPrefixNeedsAnInterface) {
  EXPECT_THAT(Wants(Source("0.0.0.0/0") + "out_interface = \"eth0\"\n" + Source("::/0") +
                    "out_interface = \"eth0\"\n" + Source("fc00::/7") + "out_interface = \"eth0\"\n"),
              ElementsAre("masquerade 0.0.0.0/0 out eth0", "masquerade ::/0 out eth0",
                          "masquerade fc00::/7 out eth0"));
  EXPECT_THAT(Errors(Source("0.0.0.0/0")), ElementsAre(HasSubstr("out_interface")));
}

TEST(ConfigTest, TheSameSourceByAnotherInterfaceIsAnotherEntry) {
  const std::string by = "out_interface = ";
  EXPECT_THAT(Wants(Source("10.0.0.0/8") + Source("10.0.0.0/8") + by + "\"eth0\"\n" + Source("10.0.0.0/8") +
                    by + "\"eth1\"\n" + Source("10.0.0.0/8") + by + "\"eth0\"\n"),
              ElementsAre("masquerade 10.0.0.0/8", "masquerade 10.0.0.0/8 out eth0",
                          "masquerade 10.0.0.0/8 out eth1"));
}

TEST(ConfigTest, AForwardMayWantLocalhost) {
  const std::string forward = ForwardText("\"tcp\"", "2222", "\"192.0.2.1:22\"");
  EXPECT_THAT(Wants(forward + "localhost = true\n"),
              ElementsAre("forward tcp port 2222 to 192.0.2.1:22 localhost"));
  EXPECT_THAT(Wants(forward + "localhost = false\n"), ElementsAre("forward tcp port 2222 to 192.0.2.1:22"));
  EXPECT_THAT(Errors(forward + "localhost = \"yes\"\n"),
              ElementsAre(AllOf(HasSubstr("f:5:13:"), HasSubstr("a boolean is expected"))));
}

TEST(ConfigTest, SaysWhereAFileIsNotToml) {
  EXPECT_THAT(Errors("[[masquerade]]\nsource = 10.0.0.0/8\n"), ElementsAre(HasSubstr("f:2:")));
  EXPECT_THAT(Errors(std::string("\0\xff\x80", 3)), ElementsAre(HasSubstr("not TOML")));
}

TEST(ConfigTest, AnUnknownKeyNamesTheNearestKnownOne) {
  EXPECT_THAT(
      Errors("[[masquerde]]\nsource = \"10.0.0.0/8\"\n"),
      ElementsAre(AllOf(HasSubstr("f:1:3: unknown key \"masquerde\""), HasSubstr("mean \"masquerade\""))));
  EXPECT_THAT(Errors("[[masquerade]]\nsource = \"10.0.0.0/8\"\n  sauce = 1\n"),
              ElementsAre(AllOf(HasSubstr("f:3:3: unknown key \"sauce\" in [[masquerade]]"),
                                HasSubstr("\"source\""))));
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"192.0.2.1:1\"") + "owner = \"a\"\n"),
              ElementsAre(HasSubstr("f:5:1: unknown key \"owner\" in [[forward]]")));
}

TEST(ConfigTest, AWrongTypeSaysWhichOneIsExpected) {
  EXPECT_THAT(Errors("masquerade = 5\n"),
              ElementsAre(AllOf(HasSubstr("f:1:14:"), HasSubstr("[[masquerade]]"))));
  EXPECT_THAT(Errors("forward = [5]\n"),
              ElementsAre(AllOf(HasSubstr("an integer"), HasSubstr("[[forward]]"))));
  EXPECT_THAT(Errors("[masquerade]\nsource = \"10.0.0.0/8\"\n"), ElementsAre(HasSubstr("two brackets")));
  EXPECT_THAT(Errors("[[masquerade]]\nsource = 10\n"),
              ElementsAre(AllOf(HasSubstr("f:2:10:"), HasSubstr("is an integer, and a string is expected"))));
  EXPECT_THAT(
      Errors(ForwardText("true", "\"1\"", "[]")),
      ElementsAre(HasSubstr("\"protocol\" is a boolean"),
                  HasSubstr("\"host_port\" is a string, and an integer"), HasSubstr("\"to\" is an array")));
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "22.0", "\"192.0.2.1:1\"")),
              ElementsAre(HasSubstr("floating-point")));
}

TEST(ConfigTest, AMissingKeyIsNamedWithAnExample) {
  EXPECT_THAT(Errors("[[masquerade]]\n"), ElementsAre(AllOf(HasSubstr("f:1:"), HasSubstr("no \"source\""))));
  EXPECT_THAT(Errors("[[forward]]\n"),
              ElementsAre(HasSubstr("\"protocol\""), HasSubstr("\"host_port\""), HasSubstr("\"to\"")));
}

TEST(ConfigTest, HostBitsAreClearedWithANote) {
  EXPECT_THAT(Wants(Source("192.168.50.121/28")), ElementsAre("masquerade 192.168.50.112/28"));
  EXPECT_THAT(
      Notes(Source("192.168.50.121/28")),
      ElementsAre(AllOf(HasSubstr("f:2:10:"), HasSubstr("host bits"), HasSubstr("192.168.50.112/28"))));
  EXPECT_THAT(Notes(Source("192.168.50.112/28") + Source("10.0.0.1")), IsEmpty());
}

TEST(ConfigTest, RefusesPrefixesThatAreTooLongOrTooShort) {
  EXPECT_THAT(Errors(Source("10.0.0.0/33")), ElementsAre(AllOf(HasSubstr("f:2:10:"), HasSubstr("0 to 32"))));
  EXPECT_THAT(Errors(Source("fd00::/129")), ElementsAre(HasSubstr("0 to 128")));
  EXPECT_THAT(Errors(Source("0.0.0.0/0")), ElementsAre(HasSubstr("host's own traffic")));
  EXPECT_THAT(Errors(Source("::/0")), ElementsAre(HasSubstr("host's own traffic")));
  EXPECT_THAT(Errors(Source("fc00::/7")), ElementsAre(HasSubstr("/8 or longer")));
  EXPECT_THAT(Wants(Source("fc00::/8")), ElementsAre("masquerade fc00::/8"));
}

TEST(ConfigTest, AcceptsAPrefixAtTheTopOfTheAddressSpace) {
  EXPECT_THAT(Wants(Source("240.0.0.0/4") + Source("255.255.255.254/31")),
              ElementsAre("masquerade 240.0.0.0/4", "masquerade 255.255.255.254/31"));
}

TEST(ConfigTest, AcceptsOverlappingPrefixes) {
  EXPECT_THAT(Wants(Source("10.0.0.0/16") + Source("10.0.0.0/8")),
              ElementsAre("masquerade 10.0.0.0/16", "masquerade 10.0.0.0/8"));
}

TEST(ConfigTest, ARepeatedMasqueradeIsOneWithANote) {
  EXPECT_THAT(Wants(Source("10.0.0.0/8") + Source("10.1.2.3/8")), ElementsAre("masquerade 10.0.0.0/8"));
  EXPECT_THAT(Notes(Source("10.0.0.0/8") + Source("10.0.0.0/8")),
              ElementsAre(AllOf(HasSubstr("f:4:10:"), HasSubstr("line 2"))));
}

TEST(ConfigTest, RefusesPrefixesThatAreNone) {
  EXPECT_THAT(Errors(Source("")), ElementsAre(HasSubstr("f:2:10: source:")));
  EXPECT_THAT(Errors(Source("10.0.0/8")), ElementsAre(HasSubstr("f:2:10: source:")));
  EXPECT_THAT(Errors(Source("10.0.0.0/")), ElementsAre(HasSubstr("f:2:10: source:")));
  EXPECT_THAT(Errors(Source("fe80::1%eth0/64")), ElementsAre(HasSubstr("scope")));
}

TEST(ConfigTest, RefusesPortsOutsideOfTheirRange) {
  for (const std::string port : {"0", "65536", "-1", "9223372036854775807"}) {
    EXPECT_THAT(Errors(ForwardText("\"tcp\"", port, "\"192.0.2.1:1\"")),
                ElementsAre(AllOf(HasSubstr("f:3:13: host_port:"), HasSubstr("1 to 65535"))));
  }
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"192.0.2.1:0\"")), ElementsAre(HasSubstr("f:4:6: to:")));
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"192.0.2.1:65536\"")),
              ElementsAre(HasSubstr("f:4:6: to:")));
}

TEST(ConfigTest, APortIsWrittenInDecimalDigitsAlone) {
  for (const std::string port : {"0x50", "0o120", "0b1010000", "+80", "8_0"}) {
    EXPECT_THAT(Errors(ForwardText("\"tcp\"", port, "\"192.0.2.1:1\"")),
                ElementsAre(AllOf(HasSubstr("f:3:13: host_port: \"" + port + "\" is not a port"),
                                  HasSubstr("decimal digits"))));
  }
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "080", "\"192.0.2.1:1\"")), ElementsAre(HasSubstr("f:3:")));
  for (const std::string port : {"080", "+80", " 80", "80 ", "0x50"}) {
    EXPECT_THAT(Errors(ForwardText("\"tcp\"", "80", "\"192.0.2.1:" + port + "\"")),
                ElementsAre(AllOf(HasSubstr("f:4:6: to:"), HasSubstr("decimal digits"))));
  }
  for (const std::string length : {"08", "+8", " 8", "8 ", "0x8"}) {
    EXPECT_THAT(Errors(Source("10.0.0.0/" + length)),
                ElementsAre(AllOf(HasSubstr("f:2:10: source:"), HasSubstr("decimal digits"))));
  }
  EXPECT_THAT(Wants("forward = [{protocol = \"tcp\",host_port=80,to = \"192.0.2.1:1\"}]"),
              ElementsAre("forward tcp port 80 to 192.0.2.1:1"));
}

TEST(ConfigTest, RefusesWhatCannotWork) {
  for (const std::string target : {"0.0.0.0:1", "127.0.0.1:1", "224.0.0.1:1", "255.255.255.255:1", "[::]:1",
                                   "[::1]:1", "[fe80::1]:1", "[::ffff:192.0.2.1]:1"}) {
    EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"" + target + "\"")),
                ElementsAre(AllOf(HasSubstr("f:4:6: to:"), HasSubstr("cannot work"))));
  }
  for (const std::string source : {"127.0.0.0/8", "::1", "224.0.0.0/4", "ff00::/8"}) {
    EXPECT_THAT(Errors(Source(source)),
                ElementsAre(AllOf(HasSubstr("f:2:10: source:"), HasSubstr("cannot work"))));
  }
}

TEST(ConfigTest, RefusesAnUnknownProtocol) {
  EXPECT_THAT(Errors(ForwardText("\"icmp\"", "1", "\"192.0.2.1:1\"")),
              ElementsAre(AllOf(HasSubstr("f:2:12: protocol:"), HasSubstr("tcp, udp or sctp"))));
}

TEST(ConfigTest, RefusesTargetsThatAreNone) {
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"192.0.2.1\"")), ElementsAre(HasSubstr("has no port")));
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"[fe80::1%eth0]:22\"")), ElementsAre(HasSubstr("scope")));
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"localhost:22\"")), ElementsAre(HasSubstr("f:4:6: to:")));
}

TEST(ConfigTest, RefusesATargetWhoseFamilyDoesNotFitItsBrackets) {
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"fd00::5:22\"")),
              ElementsAre(AllOf(HasSubstr("brackets"), HasSubstr("[fd00::5]:22"))));
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "1", "\"[192.0.2.1]:22\"")), ElementsAre(HasSubstr("brackets")));
}

TEST(ConfigTest, TwoForwardsOfOneHostPortNameBothLines) {
  EXPECT_THAT(Errors(ForwardText("\"tcp\"", "22", "\"192.0.2.1:1\"") +
                     ForwardText("\"tcp\"", "22", "\"192.0.2.2:1\"")),
              ElementsAre(AllOf(HasSubstr("f:7:13:"), HasSubstr("line 3"), HasSubstr("line 7"),
                                HasSubstr("tcp port 22"))));
}

TEST(ConfigTest, EachForwardOfAHostPortBehindTheFirstIsAnError) {
  const auto forward = [](int port) {
    return ForwardText("\"tcp\"", std::to_string(port), "\"192.0.2.1:1\"");
  };
  EXPECT_THAT(
      Errors(forward(9) + forward(8) + forward(9) + forward(7) + forward(8) + forward(9)),
      ElementsAre(AllOf(HasSubstr("f:11:13: line 3 forwards"), HasSubstr("port 9"), HasSubstr("line 11")),
                  AllOf(HasSubstr("f:19:13: line 7 forwards"), HasSubstr("port 8"), HasSubstr("line 19")),
                  AllOf(HasSubstr("f:23:13: line 3 forwards"), HasSubstr("port 9"), HasSubstr("line 23"))));
}

TEST(ConfigTest, AllErrorsComeInTheOrderOfTheFile) {
  EXPECT_THAT(Errors(ForwardText("\"x\"", "0", "\"y\"") + Source("z") + "unknown = 1\n"),
              ElementsAre(HasSubstr("f:2:"), HasSubstr("f:3:"), HasSubstr("f:4:"), HasSubstr("f:6:"),
                          HasSubstr("f:7:")));
}

TEST(ConfigTest, NoValueIsChangedBeforeItIsJudged) {
  const std::string forward = ForwardText("\"tcp\"", "1", "\"192.0.2.1:1\"");
  for (const auto& [file, place] : std::vector<std::pair<std::string, std::string>>{
           {"owner = \"m\u00fcller\"\n" + forward, "f:1:11: "},
           {"owner = 'm\u00f6ller'\n" + forward, "f:1:11: "},
           {"owner = \"\"\"\nm\u00fcller\"\"\"\n" + forward, "f:2:2: "},
           {forward + "\"localh\u00f6st\" = true\n", "f:5:8: "},
           {forward + "gr\u00fc\u00dfe = [\"\u00fc\"]\n", "f:5:3: "},
           {"[[f\u00f6rward]]\n" + forward, "f:1:4: "},
           {Source("10.0.0.0/8") + "out_interface = \"eth\u00b2\"\n", "f:3:21: "},
           {Source("10.0.0.0\uff0f8"), "f:2:19: "},
           {ForwardText("\"tc\u0440\"", "1", "\"192.0.2.1:1\""), "f:2:15: "},
           {ForwardText("\"tcp\"", "\uff11", "\"192.0.2.1:1\""), "f:3:13: "},
           {ForwardText("\"tcp\"", "1", "\"192.0.2.1:1\u00b9\""), "f:4:18: "},
           {forward + "localhost\u00a0= true\n", "f:5:10: "}}) {
    const auto errors = Errors(file);
    ASSERT_FALSE(errors.empty()) << file;
    EXPECT_THAT(errors[0], AllOf(HasSubstr(place), HasSubstr("ASCII"))) << file;
  }
  EXPECT_THAT(Errors("# m\u00fcller \U0001f600\n" + forward + "# \u00fc"), IsEmpty());
}

TEST(ConfigTest, EscapesOfTomlAreJudgedLikeWhatTheyStandFor) {
  EXPECT_THAT(Errors("owner = \"m\\u00fcller\"\nmasquerade = []\n"), ElementsAre(HasSubstr("f:1:9: owner:")));
  EXPECT_THAT(Errors(Source("10.0.0.0/8") + "out_interface = \"eth\\u00b2\"\n"),
              ElementsAre(HasSubstr("f:3:17: out_interface:")));
  EXPECT_THAT(Errors("masquerade = []\n\"gr\\u00fcn\\u202e\" = 1\n"),
              ElementsAre(AllOf(HasSubstr("f:2:1: unknown key"), HasSubstr("gr\u00fcn\\u202e"))));
  EXPECT_THAT(Wants("\"mas\\u0071uerade\" = []\n"), IsEmpty()) << "that is another way to write the key";
}

TEST(ConfigTest, OtherMistakesOfTheFileAreSaidBesideWhatIsNotAscii) {
  EXPECT_THAT(Errors("owner = \"m\u00fcller\"\n" + Source("10.0.0.0/33") + "sauce = \"\u00fc\"\n"),
              ElementsAre(HasSubstr("f:1:11: "), HasSubstr("f:3:10: source:"), HasSubstr("f:4:10: U+00FC")));
}

TEST(ConfigTest, WhatTheFileSaysCannotSteerATerminal) {
  const auto errors = Errors(Source("\\u001b[31m"));
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].find('\x1b'), std::string::npos);
}

// A comment that is not plain changes who reads the file, and nothing else.
TEST(ConfigTest, APlainFileSaysWhatTheWholeParserReadsInIt) {
  const std::vector<std::string> lines = {"owner = \"web\"",
                                          "[[masquerade]]",
                                          "source = \"10.0.0.0/8\"",
                                          "source = \"fd00::/8\"",
                                          "source = \"10.0.0.1/8\"",
                                          "out_interface = \"eth0\"",
                                          "[[forward]]",
                                          "protocol = \"tcp\"",
                                          "protocol = \"udp\"",
                                          "host_port = 22",
                                          "host_port = 80",
                                          "host_port = 080",
                                          "to = \"192.0.2.1:22\"",
                                          "to = \"[2001:db8::1]:80\"",
                                          "to = \"127.0.0.1:80\"",
                                          "localhost = true",
                                          "localhost = false",
                                          "localhost = 1",
                                          "masquerade = 5",
                                          "masquerade = []",
                                          "[[other]]",
                                          "",
                                          "# a comment"};
  const std::vector<std::string> tables = {Source("10.0.0.0/8"),
                                           Source("fd00::/8"),
                                           Source("10.0.0.1/8"),
                                           ForwardText("\"tcp\"", "22", "\"192.0.2.1:22\""),
                                           ForwardText("\"udp\"", "22", "\"192.0.2.1:22\""),
                                           ForwardText("\"tcp\"", "22", "\"[2001:db8::1]:22\"")};
  std::mt19937 random(1);
  int wanted = 0;
  for (int round = 0; round < 1000 && !HasFailure(); ++round) {
    std::string text;
    for (int i = 0; i < 4; ++i) {
      const auto& some = random() % 3 == 0 ? lines : tables;
      text += some[random() % some.size()] + "\n";
    }
    const std::string other = text + "# \u00fc";
    EXPECT_EQ(Wants(text), Wants(other)) << text;
    EXPECT_EQ(Notes(text), Notes(other)) << text;
    if (Errors(text).empty()) ++wanted;
  }
  EXPECT_GT(wanted, 100);
}

}  // namespace
}  // namespace natplan::cli
