// A context over tables in memory, and short ways to say what is wanted of it.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_FIXTURE_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_FIXTURE_H_

#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <expected>
#include <memory>
#include <vector>

#include "backends/iptables/fake_iptables.h"
#include "backends/iptables/iptables_context.h"

namespace natplan {

inline const Owner kA = *Owner::Make("a");
inline const Owner kB = *Owner::Make("b");

inline OwnedIntent Masq(const Owner& owner, const char* prefix) {
  return {owner, *Masquerade::Make(*Prefix::Parse(prefix))};
}
inline Error Failure(ErrorCode code, const char* text = "as the test wants it") {
  return {.code = code, .errno_value = EIO, .text = text};
}

inline constexpr const char* kRuleOfA =
    "POSTROUTING -s 10.0.0.0/8 -m comment --comment \"natplan:natplan:a\" -j MASQUERADE";

class IptablesFixture : public ::testing::Test {
 protected:
  std::expected<IptablesReport, Error> Apply(const IptablesWish& wish, Mode mode = Mode::kApply,
                                             std::chrono::milliseconds time = std::chrono::seconds(5)) {
    return context_.Apply(wish, mode, std::chrono::steady_clock::now() + time);
  }
  std::vector<OwnedIntent> Intents() {
    return *context_.Intents(std::chrono::steady_clock::now() + std::chrono::seconds(5));
  }

  FakeIptables fake_;
  IptablesContext context_ = *IptablesContext::Make(std::make_unique<FakeIptablesRunner>(&fake_), {});
  const IptablesWish both_{.intents = {Masq(kA, "10.0.0.0/8"), Masq(kA, "fd00::/64")}};
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_FIXTURE_H_
