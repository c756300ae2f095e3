#include "backends/c/options.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/values/owner.h"

namespace natplan {
namespace {

constexpr natplan_options kNothingSaid = {
    .size = sizeof(natplan_options),
    .owner = nullptr,
    .table = nullptr,
    .deadline_milliseconds = 0,
    .backend = 0,
    .inheritance = 0,
    .log = nullptr,
    .log_argument = nullptr,
    .steps = 0,
    .without_memory_check = 0,
};

TEST(ToNatOptionsTest, WhatIsNotSaidIsTheFacadesDefault) {
  const NatOptions defaults;
  for (const natplan_options* given : {static_cast<const natplan_options*>(nullptr), &kNothingSaid}) {
    const auto options = ToNatOptions(given);
    ASSERT_TRUE(options);
    EXPECT_EQ(options->table, defaults.table);
    EXPECT_EQ(options->scope, defaults.scope);
    EXPECT_EQ(options->owner, defaults.owner);
    EXPECT_EQ(options->inheritance, defaults.inheritance);
    EXPECT_EQ(options->deadline, defaults.deadline);
    EXPECT_EQ(options->backend, defaults.backend);
    EXPECT_FALSE(options->log);
    EXPECT_EQ(options->steps, defaults.steps);
    EXPECT_EQ(options->memory_check, defaults.memory_check);
  }
}

TEST(ToNatOptionsTest, WhatIsSaidIsTaken) {
  natplan_options given = kNothingSaid;
  given.owner = "web";
  given.table = "io.systemd.nat";
  given.deadline_milliseconds = 250;
  given.inheritance = NATPLAN_RESET;
  given.steps = 500;
  given.without_memory_check = 1;
  const auto options = ToNatOptions(&given);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->owner, Owner::Make("web"));
  EXPECT_EQ(options->table, "io.systemd.nat");
  EXPECT_EQ(options->deadline, std::chrono::milliseconds(250));
  EXPECT_EQ(options->inheritance, Inheritance::kReset);
  EXPECT_EQ(options->steps, 500U);
  EXPECT_FALSE(options->memory_check);
}

TEST(ToNatOptionsTest, WhatLiesBehindTheOptionsOfAnEarlierVersionIsNotLookedAt) {
  natplan_options given = kNothingSaid;
  given.size = offsetof(natplan_options, steps);
  given.owner = "web";
  given.steps = 500;
  given.without_memory_check = 1;
  const auto options = ToNatOptions(&given);
  ASSERT_TRUE(options);
  EXPECT_EQ(options->owner, Owner::Make("web"));
  EXPECT_EQ(options->steps, 0U);
  EXPECT_TRUE(options->memory_check);
}

TEST(ToNatOptionsTest, EachBackendIsThatOfItsName) {
  natplan_options given = kNothingSaid;
  const std::vector<std::pair<int, Backend>> backends = {{NATPLAN_BACKEND_AUTO, Backend::kAuto},
                                                         {NATPLAN_BACKEND_NFTABLES, Backend::kNftables},
                                                         {NATPLAN_BACKEND_IPTABLES, Backend::kIptables}};
  for (const auto& [number, backend] : backends) {
    given.backend = number;
    EXPECT_EQ(ToNatOptions(&given)->backend, backend);
  }
}

TEST(ToNatOptionsTest, TheLogGetsItsArgumentTheLevelAndBothTexts) {
  std::vector<std::string> lines;
  natplan_options given = kNothingSaid;
  given.log = [](void* argument, int level, const char* text, const char* operation) {
    static_cast<std::vector<std::string>*>(argument)->push_back(std::to_string(level) + " " + text + "|" +
                                                                operation);
  };
  given.log_argument = &lines;
  const auto options = ToNatOptions(&given);
  ASSERT_TRUE(options && options->log);
  options->log(LogLevel::kDebug, "a", "b");
  options->log(LogLevel::kInfo, "c", "");
  options->log(LogLevel::kWarning, "d", "");
  EXPECT_EQ(lines, (std::vector<std::string>{std::to_string(NATPLAN_LOG_DEBUG) + " a|b",
                                             std::to_string(NATPLAN_LOG_INFO) + " c|",
                                             std::to_string(NATPLAN_LOG_WARNING) + " d|"}));
}

}  // namespace
}  // namespace natplan
