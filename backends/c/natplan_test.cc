#include "backends/c/natplan.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/c/context.h"
#include "backends/sim/sim_executor.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan {
namespace {

constexpr std::array<std::uint8_t, 4> kSource = {10, 1, 2, 3};
constexpr std::array<std::uint8_t, 4> kTarget = {192, 0, 2, 1};
constexpr std::array<std::uint8_t, 16> kSource6 = {0xfd, 0, 0, 1};

// What a caller of a later version may hand over.
struct WithLaterFields {
  natplan_intent_options known;
  std::array<int, 4> later;
};

natplan_intent_options Options(const char* owner, const char* out_interface, int localhost) {
  return {sizeof(natplan_intent_options), owner, out_interface, localhost};
}

// Counts what is asked of the kernel.
class CountingExecutor final : public Executor {
 public:
  CountingExecutor(std::unique_ptr<Executor> executor, int& calls)
      : executor_(std::move(executor)), calls_(calls) {}
  std::expected<Snapshot, ReadFailure> Read(const ReadRequest& request, TimePoint deadline) override {
    ++calls_;
    return executor_->Read(request, deadline);
  }
  Outcome Commit(const Transaction& transaction, TimePoint deadline) override {
    ++calls_;
    return executor_->Commit(transaction, deadline);
  }
  Drained Drain(const std::vector<TableId>& tables, std::uint32_t since) override {
    ++calls_;
    return executor_->Drain(tables, since);
  }

 private:
  std::unique_ptr<Executor> executor_;
  int& calls_;
};

class NatplanTest : public testing::Test {
 protected:
  explicit NatplanTest(kernel_sim::Profile profile = {}) : kernel_(std::move(profile)) {
    NatOptions options;
    const Owner owner = options.owner;
    context_ = std::make_unique<natplan_context>(
        Nat(std::make_unique<CountingExecutor>(MakeSimExecutor(kernel_), calls_), std::move(options)), owner);
  }
  natplan_context* context() { return context_.get(); }
  std::string Listing() { return kernel_sim::ListRuleset(kernel_).value(); }
  bool Lists(const std::string& text) { return Listing().find(text) != std::string::npos; }
  std::string LastError() { return natplan_last_error(context()); }

  // Both verbs with these arguments.
  std::vector<int> Masquerade(int family, const void* source, unsigned int length) {
    return {natplan_add_masquerade(context(), family, source, length, nullptr),
            natplan_remove_masquerade(context(), family, source, length, nullptr)};
  }
  int AddForward(int family, int protocol, unsigned int host_port, const void* target,
                 unsigned int target_port) {
    return natplan_add_forward(context(), family, protocol, host_port, target, target_port, nullptr);
  }
  int RemoveForward(int family, int protocol, unsigned int host_port) {
    return natplan_remove_forward(context(), family, protocol, host_port, nullptr);
  }

  int calls_ = 0;
  kernel_sim::Kernel kernel_;
  std::unique_ptr<natplan_context> context_;
};

std::vector<int> Both(int result) { return {result, result}; }

// Each of the refusals below ends before the kernel is asked anything, and says why.
class NatplanArgumentsTest : public NatplanTest {
 protected:
  void TearDown() override {
    EXPECT_EQ(calls_, 0);
    EXPECT_NE(LastError(), "");
  }
};

TEST_F(NatplanArgumentsTest, Item1_NoSourceAndPrefixLength0AreEinval) {
  EXPECT_EQ(Masquerade(AF_INET, nullptr, 24), Both(-EINVAL));
  EXPECT_EQ(Masquerade(AF_INET, nullptr, 0), Both(-EINVAL));
  EXPECT_EQ(Masquerade(AF_INET, kSource.data(), 0), Both(-EINVAL));
  EXPECT_EQ(Masquerade(AF_INET6, kSource6.data(), 0), Both(-EINVAL));
}

TEST_F(NatplanArgumentsTest, Item2_APrefixThatIsTooLongIsEinval) {
  for (const unsigned int length : {33U, 128U, 0x80000000U, 0xffffffffU})
    EXPECT_EQ(Masquerade(AF_INET, kSource.data(), length), Both(-EINVAL)) << length;
  for (const unsigned int length : {129U, 0x80000000U, 0xffffffffU})
    EXPECT_EQ(Masquerade(AF_INET6, kSource6.data(), length), Both(-EINVAL)) << length;
}

TEST_F(NatplanArgumentsTest, Item3_Ipv6PrefixesBelow8AreEinval) {
  for (unsigned int length = 1; length < 8; ++length)
    EXPECT_EQ(Masquerade(AF_INET6, kSource6.data(), length), Both(-EINVAL)) << length;
}

TEST_F(NatplanArgumentsTest, Item4_AnotherFamilyIsEafnosupportBeforeAllElse) {
  for (const int family : {AF_UNSPEC, AF_UNIX, -1}) {
    EXPECT_EQ(Masquerade(family, nullptr, 0), Both(-EAFNOSUPPORT));
    EXPECT_EQ(AddForward(family, IPPROTO_ICMP, 0, nullptr, 0), -EAFNOSUPPORT);
    EXPECT_EQ(RemoveForward(family, IPPROTO_ICMP, 0), -EAFNOSUPPORT);
  }
}

TEST_F(NatplanArgumentsTest, Item6_AForwardsProtocolIsLookedAtBeforePortTargetAndTargetPort) {
  for (const int family : {AF_INET, AF_INET6}) {
    EXPECT_EQ(AddForward(family, IPPROTO_ICMP, 0, nullptr, 0), -EPROTONOSUPPORT);
    EXPECT_EQ(RemoveForward(family, IPPROTO_ICMP, 0), -EPROTONOSUPPORT);
    EXPECT_EQ(AddForward(family, 0, 80, kSource6.data(), 80), -EPROTONOSUPPORT);
    EXPECT_EQ(AddForward(family, IPPROTO_TCP, 80, kSource6.data(), 0), -EINVAL);
    EXPECT_NE(LastError().find("the target's port"), std::string::npos);
    EXPECT_EQ(RemoveForward(family, IPPROTO_TCP, 0), -EINVAL);
    EXPECT_EQ(AddForward(family, IPPROTO_TCP, 0, nullptr, 0), -EINVAL);
    EXPECT_NE(LastError().find("the host's port"), std::string::npos);
  }
}

TEST_F(NatplanArgumentsTest, APortIsNotCutDownToSixteenBits) {
  for (const unsigned int port : {65536U, 70000U, 65536U + 80U, 0xffffffffU}) {
    EXPECT_EQ(AddForward(AF_INET, IPPROTO_TCP, port, kSource.data(), 80), -EINVAL);
    EXPECT_NE(LastError().find("the host's port"), std::string::npos) << LastError();
    EXPECT_EQ(AddForward(AF_INET, IPPROTO_TCP, 80, kSource.data(), port), -EINVAL);
    EXPECT_NE(LastError().find("the target's port"), std::string::npos) << LastError();
    EXPECT_EQ(RemoveForward(AF_INET, IPPROTO_TCP, port), -EINVAL);
  }
}

TEST_F(NatplanArgumentsTest, Item7_AMissingTargetIsEinvalBeforeItsPort) {
  EXPECT_EQ(AddForward(AF_INET, IPPROTO_TCP, 80, nullptr, 0), -EINVAL);
  EXPECT_NE(LastError().find("the target of the forward is missing"), std::string::npos);
}

TEST_F(NatplanArgumentsTest, APortBeyond65535IsEinvalAndNotAnotherPort) {
  for (const unsigned int port : {65536U, 70000U, 0x80000000U, 0xffffffffU}) {
    EXPECT_EQ(AddForward(AF_INET, IPPROTO_TCP, port, kTarget.data(), 80), -EINVAL) << port;
    EXPECT_EQ(AddForward(AF_INET, IPPROTO_TCP, 80, kTarget.data(), port), -EINVAL) << port;
    EXPECT_EQ(RemoveForward(AF_INET, IPPROTO_TCP, port), -EINVAL) << port;
    EXPECT_NE(LastError().find(std::to_string(port)), std::string::npos) << LastError();
  }
}

TEST_F(NatplanArgumentsTest, OptionsOfTheOtherKindOfIntentAreEinval) {
  const natplan_intent_options localhost = Options(nullptr, nullptr, 1);
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &localhost), -EINVAL);
  const natplan_intent_options interface = Options(nullptr, "eth0", 0);
  EXPECT_EQ(natplan_add_forward(context(), AF_INET, IPPROTO_TCP, 80, kTarget.data(), 80, &interface),
            -EINVAL);
  EXPECT_EQ(natplan_remove_forward(context(), AF_INET, IPPROTO_TCP, 80, &interface), -EINVAL);
}

TEST_F(NatplanArgumentsTest, BadNamesAreEinval) {
  const natplan_intent_options owner = Options("line\nfeed", nullptr, 0);
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &owner), -EINVAL);
  const natplan_intent_options interface = Options(nullptr, "a name too long for an interface", 0);
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &interface), -EINVAL);
}

TEST_F(NatplanArgumentsTest, TheSizeOfOptionsIsLookedAt) {
  natplan_intent_options options = {};
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &options), -EINVAL);
  WithLaterFields longer = {};
  longer.known.size = sizeof(longer);
  longer.later[3] = 1;
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &longer.known), -E2BIG);
}

TEST_F(NatplanArgumentsTest, ASizeThatTheStructNeverHadIsEinval) {
  natplan_intent_options options = Options("web", nullptr, 0);
  for (std::size_t size = 0; size < sizeof(options); ++size) {
    options.size = size;
    EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &options), -EINVAL) << size;
  }
}

TEST_F(NatplanTest, OptionsOfALaterVersionAreTakenWhereTheyAskForNothingMore) {
  WithLaterFields longer = {};
  longer.known.size = sizeof(longer);
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, &longer.known), 0);
}

class NatplanWithoutIpv6Test : public NatplanTest {
 protected:
  NatplanWithoutIpv6Test() : NatplanTest(Profile()) {}

 private:
  static kernel_sim::Profile Profile() {
    kernel_sim::Profile profile;
    profile.ip6_family = false;
    return profile;
  }
};

TEST_F(NatplanWithoutIpv6Test, Item5_IsEopnotsuppAndIpv4IsServed) {
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET6, kSource6.data(), 64, nullptr), -EOPNOTSUPP);
  EXPECT_NE(LastError(), "");
  EXPECT_EQ(Listing(), "");
  const std::uint64_t transactions = kernel_.transactions();
  EXPECT_EQ(AddForward(AF_INET6, IPPROTO_TCP, 80, kSource6.data(), 80), -EOPNOTSUPP);
  EXPECT_EQ(kernel_.transactions(), transactions) << "what the kernel refused once is not sent again";
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, nullptr), 0);
}

TEST_F(NatplanTest, Item8_ARemovalNeedsThePortOnly) {
  ASSERT_EQ(AddForward(AF_INET, IPPROTO_TCP, 2222, kTarget.data(), 22), 0);
  ASSERT_TRUE(Lists("tcp . 2222"));
  EXPECT_EQ(RemoveForward(AF_INET, IPPROTO_TCP, 2222), 0);
  EXPECT_FALSE(Lists("tcp . 2222"));
}

TEST_F(NatplanTest, HostBitsAreCleared) {
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 24, nullptr), 0);
  EXPECT_TRUE(Lists("10.1.2.0/24")) << Listing();
  EXPECT_EQ(natplan_remove_masquerade(context(), AF_INET, kSource.data(), 24, nullptr), 0);
  EXPECT_FALSE(Lists("10.1.2.0/24")) << Listing();
}

TEST_F(NatplanTest, ATargetIsReplacedByAddingThePortAgain) {
  constexpr std::array<std::uint8_t, 4> kOther = {192, 0, 2, 2};
  ASSERT_EQ(AddForward(AF_INET, IPPROTO_UDP, 53, kTarget.data(), 5353), 0);
  ASSERT_EQ(AddForward(AF_INET, IPPROTO_UDP, 53, kOther.data(), 53), 0);
  EXPECT_TRUE(Lists("udp . 53 comment \"default\" : 192.0.2.2 . 53")) << Listing();
}

TEST_F(NatplanTest, AnotherOwnersPortIsEexistAndTheTextNamesIt) {
  const natplan_intent_options other = Options("other", nullptr, 0);
  ASSERT_EQ(natplan_add_forward(context(), AF_INET, IPPROTO_TCP, 80, kTarget.data(), 80, &other), 0);
  const std::string before = Listing();
  EXPECT_EQ(AddForward(AF_INET, IPPROTO_TCP, 80, kTarget.data(), 81), -EEXIST);
  EXPECT_NE(LastError().find("owner \"other\""), std::string::npos) << LastError();
  EXPECT_EQ(RemoveForward(AF_INET, IPPROTO_TCP, 80), 0) << "it has none";
  EXPECT_EQ(LastError(), "") << "the last call succeeded";
  EXPECT_EQ(Listing(), before);
}

TEST_F(NatplanTest, AnInterfaceAllowsPrefixLength0) {
  const natplan_intent_options out = Options(nullptr, "eth0", 0);
  EXPECT_EQ(natplan_add_masquerade(context(), AF_INET, kSource.data(), 0, &out), 0) << LastError();
  EXPECT_TRUE(Lists("oifname \"eth0\" fib saddr type != local")) << Listing();
  EXPECT_EQ(natplan_remove_masquerade(context(), AF_INET, kSource.data(), 0, &out), 0);
  EXPECT_FALSE(Lists("eth0")) << Listing();
}

TEST_F(NatplanTest, LocalhostIsAForwardsOption) {
  const natplan_intent_options localhost = Options(nullptr, nullptr, 1);
  const auto add = [&](const natplan_intent_options* options) {
    return natplan_add_forward(context(), AF_INET, IPPROTO_TCP, 80, kTarget.data(), 80, options);
  };
  ASSERT_EQ(add(nullptr), 0);
  const std::string without = Listing();
  ASSERT_EQ(add(&localhost), 0);
  EXPECT_NE(Listing(), without);
  EXPECT_EQ(natplan_remove_forward(context(), AF_INET, IPPROTO_TCP, 80, &localhost), 0);
}

TEST(NatplanOpenTest, WrongOptionsAreEinvalAndGiveNoContext) {
  const auto open = [](natplan_options options) {
    auto* context = reinterpret_cast<natplan_context*>(&options);
    const int result = natplan_open(&options, &context);
    EXPECT_EQ(context, nullptr);
    EXPECT_STRNE(natplan_last_error(nullptr), "");
    return result;
  };
  EXPECT_EQ(open({}), -EINVAL) << "no size";
  const std::size_t size = sizeof(natplan_options);
  EXPECT_EQ(open({size, "", nullptr, 0, 0, 0, nullptr, nullptr, 0, 0}), -EINVAL) << "no owner's name";
  EXPECT_EQ(open({size, nullptr, nullptr, 0, 3, 0, nullptr, nullptr, 0, 0}), -EINVAL) << "no such backend";
  EXPECT_EQ(open({size, nullptr, nullptr, 0, 0, 2, nullptr, nullptr, 0, 0}), -EINVAL)
      << "no such inheritance";
  EXPECT_EQ(natplan_open(nullptr, nullptr), -EINVAL);
}

TEST(NatplanOpenTest, OptionsHaveTheSizeOfThisVersionOrOfTheEarlierOne) {
  natplan_options options = {sizeof(options), "web", nullptr, 100, 0, 0, nullptr, nullptr, 0, 0};
  std::vector<std::size_t> taken;
  for (options.size = 0; options.size <= sizeof(options); ++options.size) {
    natplan_context* context = nullptr;
    if (natplan_open(&options, &context) == 0) taken.push_back(options.size);
    natplan_close(context);
  }
  EXPECT_EQ(taken, (std::vector<std::size_t>{offsetof(natplan_options, steps), sizeof(options)}));
}

TEST(NatplanOpenTest, TheSentenceOfAFailureIsTheThreadsUntilItsNextOpen) {
  natplan_options options = {sizeof(natplan_options), "a\nb", nullptr, 0, 0, 0, nullptr, nullptr, 0, 0};
  natplan_context* context = nullptr;
  ASSERT_EQ(natplan_open(&options, &context), -EINVAL);
  EXPECT_NE(std::string(natplan_last_error(nullptr)).find("owner"), std::string::npos)
      << natplan_last_error(nullptr);
  std::thread([] { EXPECT_STREQ(natplan_last_error(nullptr), "") << "it is another thread's"; }).join();
  ASSERT_EQ(natplan_open(nullptr, &context), 0);
  EXPECT_STREQ(natplan_last_error(nullptr), "");
  natplan_close(context);
}

TEST(NatplanOpenTest, AContextIsMadeAndFreedWithoutAskingTheKernel) {
  natplan_context* context = nullptr;
  ASSERT_EQ(natplan_open(nullptr, &context), 0);
  EXPECT_STREQ(natplan_last_error(context), "");
  natplan_close(context);
}

TEST(NatplanOpenTest, NoContextIsNoReasonToCrash) {
  natplan_close(nullptr);
  EXPECT_EQ(natplan_add_masquerade(nullptr, AF_INET, kSource.data(), 24, nullptr), -EINVAL);
  EXPECT_EQ(natplan_remove_forward(nullptr, AF_INET, IPPROTO_TCP, 80, nullptr), -EINVAL);
  EXPECT_STREQ(natplan_last_error(nullptr), "the context is missing");
}

}  // namespace
}  // namespace natplan
