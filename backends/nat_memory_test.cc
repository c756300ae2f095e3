// Every call of the facade, with each of its allocations failing once: no exception, an answer that agrees
// with what the kernel holds, and a context that goes on working.
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/iptables/fake_iptables.h"
#include "backends/nat.h"
#include "backends/sim/sim_executor.h"
#include "backends/sim/spared_socket.h"
#include "core/plan/layout.h"
#include "core/values/failing_new.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

Masquerade Mask(const char* prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }
Masquerade MaskOut(const char* prefix, const char* interface) {
  return Masquerade::Make(Prefix::Parse(prefix).value(), InterfaceName::Make(interface).value()).value();
}
Forward To(int port, const char* target, bool localhost = false) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(target).value(), localhost};
}

std::vector<Intent> House() { return {Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")}; }

// Too long to do without memory.
Owner Long(const char* name) {
  return Owner::Make(std::string(name) + ", whose name has its own memory").value();
}

NatOptions OptionsWith(LogCallback log) {
  NatOptions options;
  options.owner = Long("this");
  options.jitter_seed = 1;
  options.log = std::move(log);
  return options;
}

// A context over a kernel of its own, and another program.
class World {
 public:
  explicit World(LogCallback log) : nat_(MakeSparedExecutor(kernel_), OptionsWith(std::move(log))) {}

  Nat& nat() { return nat_; }
  std::string Listing() { return kernel_sim::ListRuleset(kernel_).value(); }
  void Foreign(std::vector<Operation> operations) {
    const Outcome outcome = MakeSimExecutor(kernel_)->Commit(
        {.operations = std::move(operations)}, std::chrono::steady_clock::now() + std::chrono::seconds(5));
    ASSERT_TRUE(std::holds_alternative<Committed>(outcome));
  }

 private:
  kernel_sim::Kernel kernel_;
  Nat nat_;
};

// What is kept of a result while memory is short.
struct Answer {
  bool ok = false;
  bool changed = false;
  ErrorCode code = ErrorCode::kEnvironment;
};

Answer AnswerOf(const Result& result) {
  return {result.has_value(), result && result->changed,
          result ? ErrorCode::kEnvironment : result.error().code};
}

struct Case {
  const char* name;
  std::function<void(World&)> before;
  std::function<Answer(Nat&)> call;
};

void Nothing(World&) {}

void Warm(World& world) { ASSERT_TRUE(world.nat().Apply({Mask("10.0.0.0/8"), To(80, "10.0.0.2:80")})); }

// Others commit, at first elsewhere, then an element of natplan's set.
void WarmBesideOthers(World& world) {
  Warm(world);
  world.Foreign({EnsureTable{{Family::kIp, "other"}}});
  ASSERT_TRUE(world.nat().AddMasquerade(Mask("11.0.0.0/8")));
  world.Foreign({AddElements{{Family::kIp, kDefaultTable},
                             kMasqueradeSet,
                             MasqueradeShape(Family::kIp),
                             false,
                             {ToElement(Prefix::Parse("192.0.2.0/24").value())}}});
}

void WarmAndFlushed(World& world) {
  Warm(world);
  world.Foreign({DeleteTable{{Family::kIp, kDefaultTable}}});
}

template <typename Begin>
Answer Loop(Nat& nat, Begin begin, bool cancel) {
  const auto descriptor = nat.descriptor();
  if (!descriptor) return {.code = descriptor.error().code};
  if (const auto begun = begin(); !begun) return {.code = begun.error().code};
  if (cancel) nat.Cancel();
  for (;;) {
    if (const Result* result = nat.Poll()) return AnswerOf(*result);
  }
}

std::vector<Case> Cases() {
  const Masquerade masquerade = Mask("10.1.0.0/16");
  const Masquerade held = Mask("10.0.0.0/8");
  const Forward forward = To(80, "10.0.0.3:80");
  const std::vector<Intent> house = House();
  const std::vector<Intent> other = {Mask("10.0.0.0/9"), To(81, "10.0.0.2:81")};
  const std::vector<Edit> edits = {{Edit::Kind::kRemove, Long("this"), held},
                                   {Edit::Kind::kAdd, Long("this"), masquerade},
                                   {Edit::Kind::kAdd, Long("web"), To(82, "10.0.0.2:82", true)},
                                   {Edit::Kind::kAdd, Long("web"), MaskOut("10.0.0.0/9", "eth0")}};
  const auto add = [=](Nat& nat) { return AnswerOf(nat.AddMasquerade(masquerade)); };
  return {
      {"AddMasquerade", Nothing, add},
      {"AddMasquerade, warm", Warm, add},
      {"AddMasquerade, beside others", WarmBesideOthers, add},
      {"AddMasquerade, flushed", WarmAndFlushed, add},
      {"RemoveMasquerade, warm", Warm, [=](Nat& nat) { return AnswerOf(nat.RemoveMasquerade(held)); }},
      {"AddForward, warm", Warm, [=](Nat& nat) { return AnswerOf(nat.AddForward(forward)); }},
      {"RemoveForward, warm", Warm, [=](Nat& nat) { return AnswerOf(nat.RemoveForward(forward)); }},
      {"Change, warm", Warm, [=](Nat& nat) { return AnswerOf(nat.Change(edits)); }},
      {"Apply, warm", Warm, [=](Nat& nat) { return AnswerOf(nat.Apply(other)); }},
      {"Preview", Nothing, [=](Nat& nat) { return AnswerOf(nat.Preview(house)); }},
      {"Verify", Nothing, [](Nat& nat) { return AnswerOf(nat.Verify()); }},
      {"Verify, flushed", WarmAndFlushed, [](Nat& nat) { return AnswerOf(nat.Verify()); }},
      {"BeginApply", Nothing,
       [=](Nat& nat) { return Loop(nat, [&] { return nat.BeginApply(house); }, false); }},
      {"BeginChange, warm", Warm,
       [=](Nat& nat) { return Loop(nat, [&] { return nat.BeginChange(edits); }, false); }},
      {"BeginPreview", Nothing,
       [=](Nat& nat) { return Loop(nat, [&] { return nat.BeginPreview(house); }, false); }},
      {"Cancel", Warm, [=](Nat& nat) { return Loop(nat, [&] { return nat.BeginApply(house); }, true); }},
  };
}

void Logs(LogLevel, std::string_view text, std::string_view operation) {
  (void)(std::string(operation) + " " + std::string(text));
}
void Throws(LogLevel, std::string_view, std::string_view) { throw 42; }

struct Way {
  FailingNew::Kind kind;
  LogCallback log;
};

// Returns how many allocations the call makes.
std::size_t FailEach(const Case& one, const Way& way) {
  World sane({});
  one.before(sane);
  const std::string before = sane.Listing();
  const bool succeeds = one.call(sane.nat()).ok;
  const std::string after = sane.Listing();
  bool happened = true;
  std::size_t fails_at = 0;
  for (; happened && !testing::Test::HasFailure(); ++fails_at) {
    SCOPED_TRACE(std::string(one.name) + ", allocation " + std::to_string(fails_at));
    World world(way.log);
    one.before(world);
    Answer answer;
    {
      const FailingNew failing(fails_at, way.kind);
      answer = one.call(world.nat());
      happened = failing.happened();
    }
    const std::string listing = world.Listing();
    if (answer.ok) {
      EXPECT_EQ(listing, after);
      EXPECT_EQ(answer.changed, before != after);
    } else if (answer.code == ErrorCode::kUnknownOutcome) {
      EXPECT_TRUE(listing == before || listing == after) << listing;
    } else {
      EXPECT_EQ(listing, before) << Name(answer.code);
      if (happened && succeeds) {
        EXPECT_EQ(Name(answer.code), Name(ErrorCode::kNoMemory));
      }
    }
    // With memory again, the context is as good as new.
    EXPECT_EQ(one.call(world.nat()).ok, succeeds);
    EXPECT_EQ(world.Listing(), after);
  }
  return fails_at;
}

class NatMemoryTest : public testing::TestWithParam<Case> {};

// With a log, whose lines need memory as well.
TEST_P(NatMemoryTest, OneFailedAllocationGivesATrueAnswer) {
  EXPECT_GT(FailEach(GetParam(), {FailingNew::Kind::kOnce, Logs}), 10U);
}
TEST_P(NatMemoryTest, NoMoreMemoryGivesATrueAnswer) {
  EXPECT_GT(FailEach(GetParam(), {FailingNew::Kind::kOnwards, Logs}), 10U);
}
TEST_P(NatMemoryTest, WhatTheLogThrowsIsDropped) {
  World silent({});
  GetParam().before(silent);
  const Answer expected = GetParam().call(silent.nat());
  World world(Throws);
  GetParam().before(world);
  const Answer answer = GetParam().call(world.nat());
  EXPECT_EQ(answer.ok, expected.ok);
  EXPECT_EQ(answer.changed, expected.changed);
  EXPECT_EQ(world.Listing(), silent.Listing());
}

TEST(NatMemoryWithoutALogTest, AnAllocationThatFailsGivesATrueAnswer) {
  const Masquerade masquerade = Mask("10.1.0.0/16");
  const Case one = {"AddMasquerade, warm", Warm,
                    [&](Nat& nat) { return AnswerOf(nat.AddMasquerade(masquerade)); }};
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards})
    EXPECT_GT(FailEach(one, {kind, {}}), 10U);
}

INSTANTIATE_TEST_SUITE_P(Calls, NatMemoryTest, testing::ValuesIn(Cases()), [](const auto& tested) {
  std::string name;
  for (const char c : std::string_view(tested.param.name)) {
    if (c != ' ' && c != ',') name += c;
  }
  return name;
});

// Programs of iptables, which have memory of their own.
class SparedRunner final : public IptablesRunner {
 public:
  explicit SparedRunner(FakeIptables* fake) : fake_(fake) {}
  std::expected<std::string, Error> Save(IptablesSide side, Family family, TimePoint deadline) override {
    const SparedNew spared;
    return fake_.Save(side, family, deadline);
  }
  std::expected<void, Error> Restore(IptablesSide side, Family family, const std::string& input,
                                     bool check_only, TimePoint deadline) override {
    const SparedNew spared;
    return fake_.Restore(side, family, input, check_only, deadline);
  }
  std::expected<bool, Error> Holds(IptablesSide side, Family family, std::string_view table,
                                   std::string_view comment, TimePoint deadline) override {
    const SparedNew spared;
    return fake_.Holds(side, family, table, comment, deadline);
  }
  std::expected<FileLock, Error> Lock(TimePoint deadline) override {
    const SparedNew spared;
    return fake_.Lock(deadline);
  }

 private:
  FakeIptablesRunner fake_;
};

// Opens a context over the two, between which and the call nothing else uses iptables.
using OpenOverBoth = std::function<Nat(kernel_sim::Kernel&, FakeIptables&)>;

// Each allocation of one call fails in its turn: the outcome is unknown exactly where iptables was given
// something to change.
void ExpectUnknownWhereIptablesBegan(const OpenOverBoth& open) {
  const std::vector<Intent> house = {Mask("10.0.0.0/8"), To(80, "10.0.0.2:80"), Mask("fd00::/64")};
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    int refused = 0;
    int unknown = 0;
    bool happened = true;
    for (std::size_t fails_at = 0; happened && !::testing::Test::HasFailure(); ++fails_at) {
      SCOPED_TRACE(fails_at);
      kernel_sim::Kernel kernel;
      FakeIptables iptables;
      Nat nat = open(kernel, iptables);
      iptables.restores = 0;
      const Result result = [&] {
        const FailingNew failing(fails_at, kind);
        Result out = nat.Apply(house);
        happened = failing.happened();
        return out;
      }();
      if (result) continue;
      const Error& error = result.error();
      const bool is_unknown = error.code == ErrorCode::kUnknownOutcome;
      ++(is_unknown ? unknown : refused);
      EXPECT_EQ(Name(error.code), Name(is_unknown ? ErrorCode::kUnknownOutcome : ErrorCode::kNoMemory));
      EXPECT_EQ(is_unknown, iptables.restores > 0) << error.text;
      if (is_unknown && kind == FailingNew::Kind::kOnce) {
        EXPECT_NE(error.text, "out of memory") << "what became of it";
      }
    }
    EXPECT_GT(refused, 10);
    EXPECT_GT(unknown, 0);
  }
}

Nat OpenForThis(kernel_sim::Kernel& kernel, FakeIptables& iptables, Backend backend) {
  return Nat({.nftables = MakeSparedExecutor(kernel), .iptables = std::make_unique<SparedRunner>(&iptables)},
             {.owner = Long("this"), .jitter_seed = 1, .backend = backend});
}

TEST(NatMemoryIptablesTest, AChangeIsUnknownOnlyWhereItWasBegun) {
  ExpectUnknownWhereIptablesBegan([](kernel_sim::Kernel& kernel, FakeIptables& iptables) {
    return OpenForThis(kernel, iptables, Backend::kIptables);
  });
}

// nf_tables holds what is wanted, and rules of iptables from before are taken away.
TEST(NatMemoryIptablesTest, RulesFromBeforeThatAreTakenAwayAreAChangeToo) {
  ExpectUnknownWhereIptablesBegan([](kernel_sim::Kernel& kernel, FakeIptables& iptables) {
    const std::vector<Intent> house = {Mask("10.0.0.0/8"), To(80, "10.0.0.2:80"), Mask("fd00::/64")};
    EXPECT_TRUE(OpenForThis(kernel, iptables, Backend::kIptables).Apply(house));
    Nat alone(NatMeans{.nftables = MakeSparedExecutor(kernel)}, {.owner = Long("this"), .jitter_seed = 1});
    EXPECT_TRUE(alone.Apply(house));
    return OpenForThis(kernel, iptables, Backend::kAuto);
  });
}

TEST(NatMemoryOpenTest, OpenAnswersWithAnErrorAndLeavesNoDescriptor) {
  const int free = dup(0);
  close(free);
  for (const auto kind : {FailingNew::Kind::kOnce, FailingNew::Kind::kOnwards}) {
    bool happened = true;
    for (std::size_t fails_at = 0; happened && !HasFailure(); ++fails_at) {
      const FailingNew failing(fails_at, kind);
      const auto code = [&] {
        const auto nat = Nat::Open({.jitter_seed = 1});
        return nat ? ErrorCode::kEnvironment : nat.error().code;
      }();
      happened = failing.happened();
      EXPECT_EQ(code, happened ? ErrorCode::kNoMemory : ErrorCode::kEnvironment) << fails_at;
      const int next = dup(0);
      close(next);
      EXPECT_EQ(next, free) << fails_at;
    }
  }
}

}  // namespace
}  // namespace natplan
