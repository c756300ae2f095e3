#include "core/plan/commit_memory.h"

#include <gtest/gtest.h>

#include "core/plan/layout.h"
#include "core/values/prefix.h"

namespace natplan {
namespace {

TEST(ElementsOfTest, ARangeIsTwoUnlessItReachesTheTop) {
  const TableId table = {Family::kIp, kDefaultTable};
  const SetShape& shape = MasqueradeShape(Family::kIp);
  const Element range = ToElement(Prefix::Parse("10.0.0.0/8").value());
  const Element open = ToElement(Prefix::Parse("240.0.0.0/4").value());
  const Element single = {.key = range.key};
  EXPECT_EQ(
      ElementsOf({.operations = {EnsureTable{table}, AddElements{table, "s", shape, true, {range, open}},
                                 DeleteElements{table, "s", shape, {range, single}}}}),
      6U);
  EXPECT_EQ(ElementsOf({}), 0U);
}

TEST(MemoryShortageTest, AQuarterOfWhatIsThereIsLeftToOthers) {
  const std::uint64_t elements = 65535;
  const std::uint64_t needed = elements * kBytesPerElement;
  EXPECT_FALSE(MemoryShortage(elements, needed / 3 * 4 + 16));
  const auto shortage = MemoryShortage(elements, needed / 3 * 4 - 16);
  ASSERT_TRUE(shortage);
  EXPECT_NE(shortage->find("537 MiB"), std::string::npos) << *shortage;
  EXPECT_NE(shortage->find("65535"), std::string::npos) << *shortage;
  EXPECT_NE(shortage->find("--steps"), std::string::npos) << *shortage;
}

TEST(MemoryShortageTest, AFewElementsAreNeverTooMany) {
  EXPECT_FALSE(MemoryShortage(kHarmlessElements, 0));
  EXPECT_TRUE(MemoryShortage(kHarmlessElements + 1, 0));
}

}  // namespace
}  // namespace natplan
