#include "core/plan/request.h"

#include <gtest/gtest.h>

#include <string>

#include "core/plan/test_intents.h"
#include "core/values/per_family.h"

namespace natplan {
namespace {

constexpr std::size_t kAll = 100;

// The first `most` of the edits.
std::string EditsOf(const Request& request, const DesiredState& state, std::size_t most = kAll) {
  std::string out;
  ForEachEdit(request, state, [&](const Edit& edit) {
    const std::string text = std::visit([](const auto& intent) { return ToString(intent); }, edit.intent);
    out += (edit.kind == Edit::Kind::kAdd ? "+" : "-") + text + " of " + edit.owner.name() + "\n";
    return --most > 0;
  });
  return out;
}

class RequestTest : public ::testing::Test {
 protected:
  RequestTest() {
    DesiredState::Touched touched;
    std::vector<Edit> undo;
    for (const Intent& intent : {Intent(Mask("10.0.0.0/16")), Intent(Mask("10.1.0.0/16"))})
      EXPECT_TRUE(state_.Apply(Add(intent, a_), touched, undo));
    EXPECT_TRUE(state_.Apply(Add(Mask("10.0.0.0/16"), Named("b")), touched, undo));
  }

  const Owner a_ = Named("a");
  DesiredState state_;
};

TEST_F(RequestTest, EditsComeInTheirOrderAsFarAsTheyAreTaken) {
  const Request request{.edits = {Add(Mask("10.2.0.0/16"), a_), Remove(Mask("10.0.0.0/16"), a_)}};
  EXPECT_EQ(EditsOf(request, state_), "+masquerade 10.2.0.0/16 of a\n-masquerade 10.0.0.0/16 of a\n");
  EXPECT_EQ(EditsOf(request, state_, 1), "+masquerade 10.2.0.0/16 of a\n");
}

TEST_F(RequestTest, WhereAnOwnersIntentsAreReplacedRemovalsComeFirst) {
  const Request request{.replaced = a_, .intents = {Mask("10.1.0.0/16"), Mask("10.2.0.0/16")}};
  const std::string all =
      "-masquerade 10.0.0.0/16 of a\n+masquerade 10.1.0.0/16 of a\n+masquerade 10.2.0.0/16 of a\n";
  EXPECT_EQ(EditsOf(request, state_), all);
  EXPECT_EQ(EditsOf(request, state_, 1), "-masquerade 10.0.0.0/16 of a\n");
  EXPECT_EQ(EditsOf(request, state_, 2), "-masquerade 10.0.0.0/16 of a\n+masquerade 10.1.0.0/16 of a\n");
}

TEST_F(RequestTest, WhoeverReplacesAsksAboutBothFamilies) {
  EXPECT_EQ(FamiliesOf({}), (PerFamily<bool>{false, false}));
  EXPECT_EQ(FamiliesOf({.edits = {Remove(Mask("fd00::/64"), a_)}}), (PerFamily<bool>{false, true}));
  EXPECT_EQ(FamiliesOf({.replaced = a_}), (PerFamily<bool>{true, true}));
}

}  // namespace
}  // namespace natplan
