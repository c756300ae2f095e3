#include "core/foreign/iptables_meaning.h"

#include "gtest/gtest.h"

namespace natplan::foreign {
namespace {

const Packets kToTheHost = {
    .protocol = Protocol::kTcp, .destinations = {Address::Parse("198.51.100.1").value()}, .address_type = 2};

Branch TheBranch(const std::vector<std::string>& words, const Packets& packets = kToTheHost) {
  const Meaning meaning = MeaningOf(words, packets);
  EXPECT_EQ(meaning.branches.size(), 1);
  return meaning.branches.empty() ? Branch{} : meaning.branches.front();
}

Condition Ports(std::vector<PortRange> ranges) {
  const PortSet set(std::move(ranges));
  return {set, set};
}

TEST(IptablesMeaningTest, ADestinationPortIsTakenForCertain) {
  const Branch branch = TheBranch(
      {"-p", "tcp", "-m", "tcp", "--dport", "8080", "-j", "DNAT", "--to-destination", "10.0.0.2:80"});
  EXPECT_EQ(branch.ending, Ending::kTranslate);
  EXPECT_EQ(branch.when, Ports({{8080, 8080}}));
}

TEST(IptablesMeaningTest, RangesListsAndNegations) {
  EXPECT_EQ(TheBranch({"-p", "tcp", "--dport", "80:90", "-j", "REDIRECT"}).when, Ports({{80, 90}}));
  EXPECT_EQ(TheBranch({"-p", "tcp", "-m", "multiport", "--dports", "80,443,8000:8010", "-j", "DNAT"}).when,
            Ports({{80, 80}, {443, 443}, {8000, 8010}}));
  EXPECT_EQ(TheBranch({"-p", "tcp", "-m", "tcp", "!", "--dport", "22", "-j", "DNAT"}).when,
            !Ports({{22, 22}}));
}

TEST(IptablesMeaningTest, AnotherProtocolOrAddressIsNeverMet) {
  EXPECT_EQ(TheBranch({"-p", "udp", "--dport", "80", "-j", "DNAT"}).when, Condition::Never());
  EXPECT_EQ(TheBranch({"-d", "203.0.113.0/24", "-j", "DNAT"}).when, Condition::Never());
  EXPECT_EQ(TheBranch({"-d", "198.51.100.1/32", "-j", "DNAT"}).when, Condition::Always());
  EXPECT_EQ(TheBranch({"!", "-d", "127.0.0.0/8", "-j", "DNAT"}).when, Condition::Always());
}

TEST(IptablesMeaningTest, WhatIsNotKnownOfThePacketMayBeMet) {
  const Condition perhaps = Ports({{80, 80}}) & Condition::Perhaps();
  EXPECT_EQ(TheBranch({"!", "-i", "docker0", "-p", "tcp", "--dport", "80", "-j", "DNAT"}).when, perhaps);
  EXPECT_EQ(TheBranch({"-s", "10.0.0.0/8", "-p", "tcp", "--dport", "80", "-j", "DNAT"}).when, perhaps);
  EXPECT_EQ(TheBranch({"-p", "tcp", "--dport", "80", "-m", "statistic", "--mode", "random", "--probability",
                       "0.5", "-j", "DNAT"})
                .when,
            perhaps);
}

TEST(IptablesMeaningTest, AMatchMayAskForSomethingWithoutAnOption) {
  for (const char* match : {"rt", "frag", "hbh", "dst", "ah", "esp", "eui64", "mh", "ipv6header", "socket",
                            "rpfilter", "limit", "hashlimit", "moon"}) {
    EXPECT_EQ(TheBranch({"-m", match, "-j", "DROP"}).when, Condition::Perhaps()) << match;
  }
  EXPECT_EQ(TheBranch({"-p", "tcp", "-m", "tcp", "-m", "comment", "--comment", "x", "-j", "DROP"}).when,
            Condition::Always());
}

TEST(IptablesMeaningTest, TheFirstPacketOfAConnectionIsNew) {
  EXPECT_EQ(TheBranch({"-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"}).when,
            Condition::Never());
  EXPECT_EQ(TheBranch({"-m", "state", "--state", "NEW", "-j", "ACCEPT"}).when, Condition::Always());
  Packets translated = kToTheHost;
  translated.translated = true;
  const std::vector<std::string> rule = {"-m", "conntrack", "--ctstate", "DNAT", "-j", "ACCEPT"};
  EXPECT_EQ(TheBranch(rule, translated).when, Condition::Always());
  EXPECT_EQ(TheBranch(rule).when, Condition::Perhaps());
}

TEST(IptablesMeaningTest, TargetsThatGoOnAreNoBranch) {
  EXPECT_TRUE(MeaningOf({"-j", "LOG", "--log-prefix", "x"}, kToTheHost).branches.empty());
  EXPECT_TRUE(MeaningOf({"-p", "tcp"}, kToTheHost).branches.empty());
  EXPECT_EQ(TheBranch({"-j", "REJECT"}).ending, Ending::kDrop);
  EXPECT_EQ(TheBranch({"-j", "DOCKER"}).ending, Ending::kJump);
  EXPECT_EQ(TheBranch({"-g", "DOCKER"}).ending, Ending::kGoto);
}

TEST(IptablesMeaningTest, AnInterfaceEndsInAPlusOrNot) {
  Packets packets = kToTheHost;
  packets.in_interface = "veth3";
  EXPECT_EQ(TheBranch({"-i", "veth+", "-j", "ACCEPT"}, packets).when, Condition::Always());
  EXPECT_EQ(TheBranch({"-i", "veth", "-j", "ACCEPT"}, packets).when, Condition::Never());
}

}  // namespace
}  // namespace natplan::foreign
