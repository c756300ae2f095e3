#include "core/foreign/forward_drop.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace natplan::foreign {
namespace {

const Packets kForwarded = {.protocol = Protocol::kTcp,
                            .hook = Hook::kForward,
                            .destinations = {Address::Parse("192.0.2.9").value()},
                            .address_type = 1,
                            .out_interface = "eth9",
                            .translated = true};

Filters Legacy(const std::string& policy, const std::string& rules) {
  Filters filters;
  auto read = ReadSavedTable(
      "*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n*filter\n:FORWARD " + policy + " [0:0]\n" + rules + "COMMIT\n",
      "filter");
  EXPECT_TRUE(read.has_value()) << read.error().text;
  if (read) filters.legacy[Family::kIp] = *std::move(read);
  return filters;
}

constexpr const char* kPolicy = "policy drop of table filter of iptables-legacy, chain FORWARD";

TEST(ForwardDropTest, APolicyThatLetsNothingThrough) {
  EXPECT_EQ(WhoDrops(Legacy("DROP", ""), kForwarded, 80), kPolicy);
  EXPECT_EQ(WhoDrops(Legacy("ACCEPT", ""), kForwarded, 80), std::nullopt);
  EXPECT_EQ(WhoDrops({}, kForwarded, 80), std::nullopt);
}

TEST(ForwardDropTest, WhatAQuotedCommentSaysIsNoPolicy) {
  const std::string comment = "-A FORWARD -m comment --comment \"x\n:FORWARD DROP [0:0]\nCOMMIT\n*filter\n\"";
  EXPECT_EQ(WhoDrops(Legacy("ACCEPT", comment + " -j RETURN\n"), kForwarded, 80), std::nullopt);
  EXPECT_EQ(WhoDrops(Legacy("DROP", comment + " -j ACCEPT\n"), kForwarded, 80), std::nullopt);
}

TEST(ForwardDropTest, AnswersAloneAreNoWayThrough) {
  const std::string answers = "-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n";
  EXPECT_EQ(WhoDrops(Legacy("DROP", answers), kForwarded, 80), kPolicy);
}

TEST(ForwardDropTest, WhatIsAcceptedOrMayBeIsNotDropped) {
  for (const std::string rule :
       {"-A FORWARD -p tcp -m tcp --dport 80 -j ACCEPT\n",
        "-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT\n", "-A FORWARD -o eth9 -j ACCEPT\n",
        "-A FORWARD -i eth0 -j ACCEPT\n", "-A FORWARD -s 10.0.0.0/8 -j ACCEPT\n", "-A FORWARD -j MOON\n"}) {
    EXPECT_EQ(WhoDrops(Legacy("DROP", rule), kForwarded, 80), std::nullopt) << rule;
  }
  for (const std::string rule :
       {"-A FORWARD -p tcp -m tcp --dport 81 -j ACCEPT\n", "-A FORWARD -o eth8 -j ACCEPT\n",
        "-A FORWARD -d 203.0.113.0/24 -j ACCEPT\n"}) {
    EXPECT_EQ(WhoDrops(Legacy("DROP", rule), kForwarded, 80), kPolicy) << rule;
  }
}

TEST(ForwardDropTest, ARuleThatDropsForCertainIsNamed) {
  EXPECT_EQ(
      WhoDrops(Legacy("ACCEPT", "-A FORWARD -j OWN\n-A OWN -p tcp -j REJECT --reject-with tcp-reset\n"),
               kForwarded, 80),
      "table filter of iptables-legacy, chain OWN, rule -A OWN -p tcp -j REJECT --reject-with tcp-reset");
  EXPECT_EQ(WhoDrops(Legacy("ACCEPT", "-A FORWARD -s 10.0.0.0/8 -j DROP\n"), kForwarded, 80), std::nullopt);
}

TEST(ForwardDropTest, WhatMayBeTakenBeforeAndIsDroppedAllTheSame) {
  const std::string drop = "-A FORWARD -j DROP\n";
  const std::string named = "table filter of iptables-legacy, chain FORWARD, rule -A FORWARD -j DROP";
  EXPECT_EQ(WhoDrops(Legacy("ACCEPT", "-A FORWARD -s 10.0.0.0/8 -j LG\n" + drop + "-A LG -j LOG\n"),
                     kForwarded, 80),
            named);
  EXPECT_EQ(WhoDrops(Legacy("ACCEPT", "-A FORWARD -s 10.0.0.0/8 -j DROP\n" + drop), kForwarded, 80), named);
  EXPECT_EQ(WhoDrops(Legacy("DROP", "-A FORWARD -s 10.0.0.0/8 -j DROP\n"), kForwarded, 80), kPolicy);
  EXPECT_EQ(WhoDrops(Legacy("ACCEPT", "-A FORWARD -s 10.0.0.0/8 -j LG\n" + drop + "-A LG -j ACCEPT\n"),
                     kForwarded, 80),
            std::nullopt);
}

TEST(ForwardDropTest, WhereNothingIsKnownOfThePacketOnlyWhatDropsAllCounts) {
  const Packets any = {.hook = Hook::kForward};
  EXPECT_EQ(WhoDrops(Legacy("DROP", ""), any, std::nullopt), kPolicy);
  EXPECT_EQ(WhoDrops(Legacy("DROP", "-A FORWARD -p udp -j ACCEPT\n"), any, std::nullopt), std::nullopt);
}

TEST(ForwardDropTest, ChainsOfNftablesOfAllFamilies) {
  const auto filters = [](TableFamily family, Policy policy) {
    Filters out;
    out.nf_tables.tables = {
        {.family = family,
         .name = "fw",
         .chains = {{.name = "f", .base = BaseChain{"filter", Hook::kForward, 0, policy}}}}};
    return out;
  };
  EXPECT_EQ(WhoDrops(filters(TableFamily::kInet, Policy::kDrop), kForwarded, 80),
            "policy drop of table inet fw, chain f");
  EXPECT_EQ(WhoDrops(filters(TableFamily::kIp, Policy::kDrop), kForwarded, 80),
            "policy drop of table ip fw, chain f");
  EXPECT_EQ(WhoDrops(filters(TableFamily::kIp6, Policy::kDrop), kForwarded, 80), std::nullopt);
  EXPECT_EQ(WhoDrops(filters(TableFamily::kInet, Policy::kAccept), kForwarded, 80), std::nullopt);
}

}  // namespace
}  // namespace natplan::foreign
