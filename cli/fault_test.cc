#include "cli/fault.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const std::string& text) {
  Faults faults;
  const auto added = AddFault(text, faults);
  return added ? "" : added.error();
}

TEST(FaultTest, CountsTransactionsFromOne) {
  Faults faults;
  ASSERT_TRUE(AddFault("flush-before@3", faults));
  ASSERT_TRUE(AddFault("flush-before", faults));
  ASSERT_TRUE(AddFault("lost-ack@2", faults));
  ASSERT_TRUE(AddFault("enobufs@18446744073709551615", faults));
  EXPECT_THAT(faults.profile.flush_before, ElementsAre(1, 3));
  EXPECT_THAT(faults.profile.lost_ack, ElementsAre(2));
  EXPECT_THAT(faults.profile.enobufs, ElementsAre(UINT64_MAX));
}

TEST(FaultTest, TakesPiecesOutOfTheKernel) {
  Faults faults;
  for (const char* name : {"no-nat", "no-ip6", "no-nf-tables", "no-permission"})
    ASSERT_TRUE(AddFault(name, faults));
  EXPECT_FALSE(faults.profile.nat);
  EXPECT_FALSE(faults.profile.ip6_family);
  EXPECT_FALSE(faults.profile.nf_tables);
  EXPECT_FALSE(faults.net_admin);
}

TEST(FaultTest, AnUnknownFaultListsThoseThereAre) {
  EXPECT_THAT(ErrorOf("fire"), HasSubstr("flush-before@N, lost-ack@N, enobufs@N, no-nat, no-ip6"));
}

TEST(FaultTest, RefusesWrongNumbers) {
  for (const char* text :
       {"lost-ack@0", "lost-ack@", "lost-ack@x", "lost-ack@-1", "lost-ack@1x", "no-nat@1"}) {
    EXPECT_NE(ErrorOf(text), "") << text;
  }
}

}  // namespace
}  // namespace natplan::cli
