// Every function of the C door, with each of its allocations failing once or from then on.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "backends/c/context.h"
#include "backends/c/natplan.h"
#include "backends/sim/spared_socket.h"
#include "core/values/failing_new.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

constexpr std::array<std::uint8_t, 4> kSource = {10, 1, 2, 3};
constexpr std::array<std::uint8_t, 4> kTarget = {192, 0, 2, 1};
constexpr natplan_intent_options kWeb = {sizeof(natplan_intent_options), "web", nullptr, 0};

// A context over a kernel of its own, with a log that needs memory.
class World {
 public:
  World()
      : context_(Nat(MakeSparedExecutor(kernel_),
                     {.log =
                          [](LogLevel, std::string_view, std::string_view operation) {
                            (void)(std::string(operation) + " and something that makes it longer");
                          }}),
                 Owner::Default()) {}
  natplan_context* context() { return &context_; }
  std::string Listing() { return kernel_sim::ListRuleset(kernel_).value(); }

 private:
  kernel_sim::Kernel kernel_;
  natplan_context context_;
};

using Call = std::function<int(natplan_context*)>;

int AddMasquerade(natplan_context* context) {
  return natplan_add_masquerade(context, AF_INET, kSource.data(), 24, &kWeb);
}
int RemoveMasquerade(natplan_context* context) {
  return natplan_remove_masquerade(context, AF_INET, kSource.data(), 24, &kWeb);
}
int AddForward(natplan_context* context) {
  return natplan_add_forward(context, AF_INET, IPPROTO_TCP, 80, kTarget.data(), 80, &kWeb);
}
int RemoveForward(natplan_context* context) {
  return natplan_remove_forward(context, AF_INET, IPPROTO_TCP, 80, &kWeb);
}

void FailEach(const Call& before, const Call& call) {
  World sane;
  ASSERT_EQ(before(sane.context()), 0);
  const std::string old_state = sane.Listing();
  ASSERT_EQ(call(sane.context()), 0);
  const std::string new_state = sane.Listing();
  ASSERT_NE(old_state, new_state);
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    bool happened = true;
    for (std::size_t fails_at = 0; happened && !testing::Test::HasFailure(); ++fails_at) {
      SCOPED_TRACE(fails_at);
      World world;
      (void)before(world.context());
      int result = 0;
      {
        const FailingNew failing(fails_at, kind);
        result = call(world.context());
        happened = failing.happened();
      }
      const std::string listing = world.Listing();
      EXPECT_TRUE(result == 0 || result == -ENOMEM || result == -ETIMEDOUT) << result;
      EXPECT_EQ(result == 0, *natplan_last_error(world.context()) == '\0');
      EXPECT_TRUE(listing == old_state || result != -ENOMEM) << listing;
      EXPECT_TRUE(listing == new_state || result != 0) << listing;
      EXPECT_TRUE(listing == old_state || listing == new_state) << listing;
      EXPECT_EQ(call(world.context()), 0) << natplan_last_error(world.context());
      EXPECT_EQ(world.Listing(), new_state);
    }
  }
}

int Nothing(natplan_context*) { return 0; }

TEST(NatplanMemoryTest, Masquerades) {
  FailEach(Nothing, AddMasquerade);
  FailEach(AddForward, AddMasquerade);
  FailEach(AddMasquerade, RemoveMasquerade);
}

TEST(NatplanMemoryTest, Forwards) {
  FailEach(Nothing, AddForward);
  FailEach(AddMasquerade, AddForward);
  FailEach(AddForward, RemoveForward);
}

TEST(NatplanMemoryTest, ARefusedArgumentIsStillToldByItsNumber) {
  World world;
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    bool happened = true;
    for (std::size_t fails_at = 0; happened; ++fails_at) {
      const FailingNew failing(fails_at, kind);
      const int result = natplan_remove_forward(world.context(), AF_INET, IPPROTO_TCP, 70000, nullptr);
      happened = failing.happened();
      EXPECT_TRUE(result == -EINVAL || (happened && result == -ENOMEM)) << result;
      EXPECT_STRNE(natplan_last_error(world.context()), "");
    }
  }
}

TEST(NatplanMemoryTest, OpenGivesNoContextAndASentence) {
  natplan_options options = {};
  options.size = sizeof(options);
  options.owner = "an owner with a long name";
  options.table = "a_long_table_name";
  options.backend = NATPLAN_BACKEND_NFTABLES;
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    bool happened = true;
    for (std::size_t fails_at = 0; happened; ++fails_at) {
      natplan_context* context = nullptr;
      int result = 0;
      {
        const FailingNew failing(fails_at, kind);
        result = natplan_open(&options, &context);
        happened = failing.happened();
      }
      EXPECT_EQ(result, happened ? -ENOMEM : 0);
      EXPECT_EQ(context == nullptr, happened);
      EXPECT_EQ(*natplan_last_error(nullptr) == '\0', !happened);
      natplan_close(context);
    }
  }
}

}  // namespace
}  // namespace natplan
