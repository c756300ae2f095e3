#include "kernel_sim/listing/element_text.h"

#include <gtest/gtest.h>
#include <linux/netfilter/nf_tables.h>

#include <string>

#include "kernel_sim/listing/datatype.h"

namespace natplan::kernel_sim::listing {
namespace {

TEST(TimeText, NamesEachUnitThatIsNotZero) {
  EXPECT_EQ(TimeText(0), "0s");
  EXPECT_EQ(TimeText(4), "4ms");
  EXPECT_EQ(TimeText(300'000), "5m");
  EXPECT_EQ(TimeText(93'784'000), "1d2h3m4s");
}

TEST(VerdictText, NamesTheChainOfAJump) {
  EXPECT_EQ(VerdictText({.code = NFT_GOTO, .chain = "c"}), "goto c");
  EXPECT_EQ(VerdictText({.code = 77, .chain = ""}), "# unknown verdict 77");
}

TEST(ElementsText, PrintsHexWhereAKeyDoesNotFitItsType) {
  Set set;
  set.key_type = kTypeIpv4;
  Element element;
  element.key = {1, 2, 3};
  EXPECT_EQ(ElementsText(set, {element}), "{ 0x010203 }");
  set.key_type = 63;
  EXPECT_EQ(ElementsText(set, {element}), "{ 0x010203 }");
}

TEST(ElementsText, TakesKeysThatAreShorterThanTheirConcatenation) {
  Set set;
  set.key_type = kTypeIpv4 << 6 | kTypeService;
  Element element;
  element.key = {1, 2, 3, 4};
  EXPECT_EQ(ElementsText(set, {element}), "{ 1.2.3.4 . 0x }");
}

TEST(ElementsText, IsEmptyForNothing) { EXPECT_EQ(ElementsText(Set(), {}), ""); }

}  // namespace
}  // namespace natplan::kernel_sim::listing
