#include "kernel_sim/listing/rule_text.h"

#include <gtest/gtest.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <utility>
#include <vector>

namespace natplan::kernel_sim::listing {
namespace {

std::string Text(std::vector<Expression> expressions, const Sets& sets = {}) {
  Rule rule;
  rule.table = {NFPROTO_IPV4, "t"};
  rule.expressions = std::move(expressions);
  return RuleText(rule, sets);
}

TEST(RuleText, NamesAnExpressionThatItDoesNotKnow) {
  EXPECT_EQ(Text({Unknown{"log"}, Counter{.packets = 1, .bytes = 2}}),
            "# unknown expression log counter packets 1 bytes 2");
}

TEST(RuleText, SaysWhenARegisterHoldsNothing) {
  EXPECT_EQ(Text({Compare{.source = NFT_REG_1, .op = NFT_CMP_EQ, .value = {1}}}), "# unknown expression cmp");
  EXPECT_EQ(Text({Bitwise{.source = NFT_REG_1, .target = NFT_REG_1, .mask = {1}}}),
            "# unknown expression bitwise");
  EXPECT_EQ(Text({Nat{.type = NFT_NAT_DNAT,
                      .address_min = NFT_REG_1,
                      .address_max = {},
                      .port_min = {},
                      .port_max = {},
                      .flags = 0}}),
            "# unknown expression nat");
}

TEST(RuleText, SaysWhenTheSetOfALookupIsNotThere) {
  EXPECT_EQ(Text({Payload{.base = NFT_PAYLOAD_NETWORK_HEADER, .offset = 12, .length = 4, .target = NFT_REG_1},
                  Lookup{.set = "gone", .source = NFT_REG_1, .target = {}, .inverted = false}}),
            "# unknown expression lookup");
}

TEST(RuleText, TakesSmallRegistersForPartsOfBigOnes) {
  // The second word of register 1 is NFT_REG32_01.
  EXPECT_EQ(Text({Meta{.key = NFT_META_OIF, .target = NFT_REG32_00},
                  Compare{.source = NFT_REG_1, .op = NFT_CMP_EQ, .value = {1, 0, 0, 0}}}),
            "oif \"lo\"");
  EXPECT_EQ(
      Text({Payload{.base = NFT_PAYLOAD_NETWORK_HEADER, .offset = 12, .length = 4, .target = NFT_REG32_01},
            Payload{.base = NFT_PAYLOAD_NETWORK_HEADER, .offset = 16, .length = 4, .target = NFT_REG_1},
            Compare{.source = NFT_REG32_01, .op = NFT_CMP_NEQ, .value = {1, 2, 3, 4}}}),
      "ip saddr != 1.2.3.4");
}

TEST(RuleText, ForgetsARegisterThatAWiderOneCovers) {
  Rule rule;
  rule.table = {NFPROTO_IPV6, "t"};
  rule.expressions = {
      Meta{.key = NFT_META_L4PROTO, .target = NFT_REG32_02},
      Payload{.base = NFT_PAYLOAD_NETWORK_HEADER, .offset = 8, .length = 16, .target = NFT_REG_1},
      Compare{.source = NFT_REG32_02, .op = NFT_CMP_EQ, .value = {6}},
  };
  EXPECT_EQ(RuleText(rule, {}), "# unknown expression cmp");
}

TEST(RuleText, PutsTheCommentLast) {
  Rule rule;
  rule.table = {NFPROTO_IPV4, "t"};
  rule.comment = "why";
  rule.expressions = {Immediate{
      .target = NFT_REG_VERDICT, .value = {}, .verdict = Verdict{.code = NFT_JUMP, .chain = "there"}}};
  EXPECT_EQ(RuleText(rule, {}), "jump there comment \"why\"");
}

}  // namespace
}  // namespace natplan::kernel_sim::listing
