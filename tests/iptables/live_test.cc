// IptablesContext over the programs of this host, each test in a network namespace of its own, by
// iptables-nft and by iptables-legacy.
#include <gtest/gtest.h>
#include <linux/securebits.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/iptables/iptables_context.h"
#include "backends/iptables/iptables_tool.h"
#include "backends/iptables/process.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

const Owner kA = *Owner::Make("a");
const Owner kB = *Owner::Make("it's b: 100% !#$&`~");

OwnedIntent Masq(const Owner& owner, const char* prefix, const char* out_interface = nullptr) {
  std::optional<InterfaceName> name;
  if (out_interface != nullptr) name = *InterfaceName::Make(out_interface);
  return {owner, *Masquerade::Make(*Prefix::Parse(prefix), name)};
}

OwnedIntent Forwarded(const Owner& owner, int port, const char* to, bool localhost = false,
                      Protocol protocol = Protocol::kTcp) {
  return {owner, Forward{protocol, *Port::Make(port), *Endpoint::Parse(to), localhost}};
}

std::string Sh(const std::string& command) {
  const char* lock = getenv("XTABLES_LOCKFILE");
  const auto result =
      RunProcess({.program = "/bin/sh",
                  .arguments = {"-c", "exec 2>&1; " + command},
                  .environment = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                                  std::string("XTABLES_LOCKFILE=") + (lock == nullptr ? "" : lock)},
                  .deadline = steady_clock::now() + seconds(20)});
  return result ? result->output : result.error().text;
}

enum class Variant { kNft, kLegacy };

// Deletes a rule before the first change, as another program may between reading and changing.
class RacingRunner final : public IptablesRunner {
 public:
  RacingRunner(IptablesTool tool, std::string command)
      : tool_(std::move(tool)), command_(std::move(command)) {}
  std::expected<std::string, Error> Save(IptablesSide side, Family family, TimePoint deadline) override {
    return tool_.Save(side, family, deadline);
  }
  std::expected<void, Error> Restore(IptablesSide side, Family family, const std::string& input,
                                     bool check_only, TimePoint deadline) override {
    if (!command_.empty()) Sh(std::exchange(command_, ""));
    return tool_.Restore(side, family, input, check_only, deadline);
  }
  std::expected<bool, Error> Holds(IptablesSide side, Family family, std::string_view table,
                                   std::string_view comment, TimePoint deadline) override {
    return tool_.Holds(side, family, table, comment, deadline);
  }
  std::expected<FileLock, Error> Lock(TimePoint deadline) override { return tool_.Lock(deadline); }

 private:
  IptablesTool tool_;
  std::string command_;
};

class IptablesLiveTest : public ::testing::TestWithParam<Variant> {
 protected:
  IptablesLiveTest() : folder_(::testing::TempDir() + "iptables_live_test." + std::to_string(getpid())) {
    // The plain names are the nft variant here, whatever the host has chosen for them.
    std::filesystem::create_directory(folder_);
    for (const std::string family : {"iptables", "ip6tables"}) {
      for (const std::string verb : {"-save", "-restore"}) {
        const std::string plain = folder_ + "/" + family;
        std::filesystem::create_symlink("/usr/sbin/" + family + "-nft" + verb, plain + verb);
      }
    }
    setenv("XTABLES_LOCKFILE", (folder_ + "/xtables.lock").c_str(), 1);
  }
  ~IptablesLiveTest() override {
    unsetenv("XTABLES_LOCKFILE");
    std::filesystem::remove_all(folder_);
  }

  void SetUp() override {
    const std::string program = "/usr/sbin/iptables" + suffix() + "-restore";
    if (access(program.c_str(), X_OK) != 0)
      return Skip("no-iptables", program + " is missing: package iptables");
    if (legacy() && !Works()) Skip("no-legacy-iptables", "the kernel has no nat table of iptables-legacy");
  }

  // Whether the variant has a nat table of both families in the kernel.
  bool Works() const {
    const std::string mark = folder_ + "/works";
    (void)RunInNamespace([&] {
      Sh("iptables" + suffix() + " -t nat -L -n && ip6tables" + suffix() + " -t nat -L -n && touch " + mark);
    });
    return access(mark.c_str(), F_OK) == 0;
  }

  static void Skip(const std::string& reason, const std::string& text) {
    std::cout << "SKIPPED[" << reason << "]: " << text << '\n' << std::flush;
    GTEST_SKIP() << "SKIPPED[" << reason << "]: " << text;
  }

  bool legacy() const { return GetParam() == Variant::kLegacy; }
  std::string suffix() const { return legacy() ? "-legacy" : "-nft"; }
  IptablesTool Tool() const {
    return IptablesTool({.prefer_legacy = legacy(),
                         .search_path = folder_ + ":/usr/sbin",
                         .lock_files = {folder_ + "/natplan.lock"}});
  }
  IptablesContext Context() const {
    return *IptablesContext::Make(std::make_unique<IptablesTool>(Tool()), {});
  }
  static std::expected<IptablesReport, Error> Apply(IptablesContext& context, const IptablesWish& wish,
                                                    Mode mode = Mode::kApply) {
    return context.Apply(wish, mode, steady_clock::now() + seconds(10));
  }
  // The rules of all tables as iptables-save prints them.
  std::string Rules(const std::string& family = "iptables") const {
    return Sh(family + suffix() + "-save | grep ^-A");
  }
  std::string WithoutComments(const std::string& family = "iptables") const {
    return Sh(
        family + suffix() +
        "-save | sed -n '/^[*]nat/,/^COMMIT/{s/ -m comment --comment [^\" ]*\\( -j\\)/\\1/;s/ -m comment "
        "--comment \"[^\"]*\"//;s/^-A/-A/p}'");
  }

  std::string folder_;
};

TEST_P(IptablesLiveTest, TheRulesAreTheOriginsThreeOnceCommentsAreRemoved) {
  RunInNamespaceOrSkip([&] {
    auto context = Context();
    const auto result = Apply(
        context,
        {.intents = {Forwarded(kA, 2222, "192.168.50.121:22"), Masq(kA, "192.168.50.0/24"),
                     Forwarded(kB, 53, "[fd50::121]:5353", false, Protocol::kUdp), Masq(kB, "fd50::/64")}});
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(
        WithoutComments(),
        "-A PREROUTING -p tcp -m tcp --dport 2222 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
        "192.168.50.121:22\n"
        "-A OUTPUT ! -d 127.0.0.0/8 -p tcp -m tcp --dport 2222 -m addrtype --dst-type LOCAL -j DNAT "
        "--to-destination 192.168.50.121:22\n"
        "-A POSTROUTING -s 192.168.50.0/24 -j MASQUERADE\n");
    EXPECT_EQ(WithoutComments("ip6tables"),
              "-A PREROUTING -p udp -m udp --dport 53 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
              "[fd50::121]:5353\n"
              "-A OUTPUT ! -d ::1/128 -p udp -m udp --dport 53 -m addrtype --dst-type LOCAL -j DNAT "
              "--to-destination [fd50::121]:5353\n"
              "-A POSTROUTING -s fd50::/64 -j MASQUERADE\n");
  });
}

TEST_P(IptablesLiveTest, EveryKindOfIntentIsReadBackIsNotSentAgainAndIsRemoved) {
  RunInNamespaceOrSkip([&] {
    IptablesWish wish{
        .intents = {Forwarded(kA, 80, "10.0.0.2:8080", true), Forwarded(kA, 80, "[fd00::2]:8080", true),
                    Forwarded(kA, 81, "10.0.0.2:81", false, Protocol::kSctp),
                    Forwarded(kB, 81, "[fd00::2]:81", false, Protocol::kSctp),
                    Forwarded(kB, 65535, "10.0.0.2:1", false, Protocol::kUdp), Masq(kA, "10.0.0.2"),
                    Masq(kA, "10.0.0.0/8"), Masq(kB, "10.0.0.0/8"), Masq(kA, "10.0.0.0/8", "eth0"),
                    Masq(kB, "0.0.0.0/0", "x'y"), Masq(kB, "::/0", "-o"), Masq(kB, "fd00::1")}};
    auto context = Context();
    const auto first = Apply(context, wish);
    ASSERT_TRUE(first) << first.error().text;
    EXPECT_TRUE(first->notes.empty());
    const auto second = Apply(context, wish);
    ASSERT_TRUE(second) << second.error().text;
    EXPECT_FALSE(second->changed) << second->lines[Family::kIp].size() << second->lines[Family::kIp6].size();
    EXPECT_TRUE(second->foreign.empty());
    std::ranges::sort(wish.intents);
    EXPECT_EQ(*Context().Intents(steady_clock::now() + seconds(10)), wish.intents);
    for (const Owner& owner : {kA, kB}) {
      const auto removed = Apply(context, {.mine = {owner}});
      ASSERT_TRUE(removed) << removed.error().text;
    }
    EXPECT_EQ(Rules(), "");
    EXPECT_EQ(Rules("ip6tables"), "");
  });
}

TEST_P(IptablesLiveTest, ForeignRulesChainsAndPoliciesStay) {
  RunInNamespaceOrSkip([&] {
    const std::string program = "iptables" + suffix();
    Sh(program + " -t nat -N PORTS; " + program +
       " -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j PORTS; " + program +
       " -t nat -A PORTS -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.9.9.9:80; " + program +
       " -t nat -A POSTROUTING -s 10.0.0.0/8 -m comment --comment 'an \"odd\" \\ one' -j MASQUERADE; " +
       program + " -t nat -P INPUT DROP; " + program + " -P FORWARD DROP");
    // Without the lines that tell the time.
    const auto listing = [&] { return Sh(program + "-save | sed '/^#/d;s/ \\[[0-9:]*\\]//'"); };
    const std::string before = listing();
    ASSERT_NE(before.find("PORTS"), std::string::npos) << before;
    auto context = Context();
    ASSERT_TRUE(Apply(context, {.intents = {Forwarded(kA, 80, "10.0.0.2:80"), Masq(kA, "10.0.0.0/8")}}));
    EXPECT_NE(listing(), before);
    const auto conflict = Apply(context, {.intents = {Forwarded(kB, 8080, "10.0.0.2:80")},
                                          .edited = {{Family::kIp, Protocol::kTcp, *Port::Make(8080)}}});
    ASSERT_FALSE(conflict);
    EXPECT_EQ(conflict.error().code, ErrorCode::kConflict);
    EXPECT_NE(conflict.error().theirs.find("10.9.9.9:80"), std::string::npos);
    ASSERT_TRUE(Apply(context, {.mine = {kA}}));
    EXPECT_EQ(listing(), before);
  });
}

TEST_P(IptablesLiveTest, ASecondOwnerOfAPortGetsAConflictAndChangesNothing) {
  RunInNamespaceOrSkip([&] {
    auto context = Context();
    ASSERT_TRUE(Apply(context, {.intents = {Forwarded(kB, 80, "10.0.0.2:80")}}));
    const std::string before = Rules();
    const auto result = Apply(context, {.intents = {Forwarded(kA, 80, "10.0.0.3:80"), Masq(kA, "fd00::/64")},
                                        .edited = {{Family::kIp, Protocol::kTcp, *Port::Make(80)}}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kConflict);
    EXPECT_NE(result.error().text.find(kB.name()), std::string::npos);
    EXPECT_EQ(Rules(), before);
    EXPECT_EQ(Rules("ip6tables"), "");
  });
}

TEST_P(IptablesLiveTest, ARuleThatVanishesBetweenReadingAndChangingIsNoError) {
  RunInNamespaceOrSkip([&] {
    auto context = Context();
    ASSERT_TRUE(Apply(context, {.intents = {Masq(kA, "10.1.0.0/16")}}));
    auto racing = *IptablesContext::Make(
        std::make_unique<RacingRunner>(Tool(), "iptables" + suffix() + " -t nat -F POSTROUTING"), {});
    const auto result = Apply(racing, {.intents = {Masq(kA, "10.2.0.0/16")}});
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(WithoutComments(), "-A POSTROUTING -s 10.2.0.0/16 -j MASQUERADE\n");
  });
}

TEST_P(IptablesLiveTest, ReadingAndPlanningCreateNothing) {
  RunInNamespaceOrSkip([&] {
    auto context = Context();
    const auto plan = Apply(context, {.intents = {Masq(kA, "10.0.0.0/8")}}, Mode::kPlan);
    ASSERT_TRUE(plan) << plan.error().text;
    EXPECT_EQ(plan->lines[Family::kIp].size(), 1U);
    ASSERT_TRUE(Apply(context, {.mine = {kA}}));
    EXPECT_EQ(Sh("iptables-nft-save; iptables-legacy-save; ip6tables-nft-save; ip6tables-legacy-save"), "");
  });
}

TEST_P(IptablesLiveTest, WithoutPermissionTheErrorSaysSo) {
  RunInNamespaceOrSkip([&] {
    // Otherwise a program that the namespace's root runs gets its capabilities back.
    ASSERT_EQ(prctl(PR_SET_SECUREBITS, SECBIT_NOROOT), 0);
    DropCapabilities();
    auto context = Context();
    const auto result = Apply(context, {.intents = {Masq(kA, "10.0.0.0/8")}});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kNotPermitted) << result.error().text;
  });
}

TEST_P(IptablesLiveTest, RulesOfTheSameOwnerInTheOtherVariantAreTakenAway) {
  RunInNamespaceOrSkip([&] {
    const std::string other = legacy() ? "iptables-nft" : "iptables-legacy";
    const std::string rule = " -t nat -A POSTROUTING -s 10.0.0.0/8 -m comment --comment natplan:natplan:a ";
    if (const std::string complaint = Sh(other + rule + "-j MASQUERADE"); !complaint.empty())
      return Skip("no-" + other, "the other variant does not work here");
    auto context = Context();
    const auto result = Apply(context, {.mine = {kA}});
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(result->notes.size(), 1U);
    ASSERT_EQ(result->lines[Family::kIp].size(), 1U);
    EXPECT_NE(result->lines[Family::kIp][0].find("natplan:natplan:a"), std::string::npos);
    EXPECT_EQ(Sh(other + "-save").find("natplan:natplan:a"), std::string::npos);
  });
}

TEST_P(IptablesLiveTest, ContextsThatActAtOnceLoseNothing) {
  RunInNamespaceOrSkip([&] {
    constexpr int kContexts = 4;
    std::vector<std::thread> threads;
    std::vector<OwnedIntent> wanted;
    for (int i = 0; i < kContexts; ++i) {
      const Owner owner = *Owner::Make("owner " + std::to_string(i));
      const OwnedIntent last = Masq(owner, ("10." + std::to_string(i) + ".0.0/16").c_str());
      wanted.push_back(last);
      threads.emplace_back([this, owner, last] {
        auto context = Context();
        for (int round = 0; round < 5; ++round) {
          for (const OwnedIntent& intent : {Masq(owner, "10.0.0.0/8"), last}) {
            const auto result = Apply(context, {.intents = {intent}});
            ASSERT_TRUE(result) << result.error().text;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(*Context().Intents(steady_clock::now() + seconds(10)), wanted);
  });
}

INSTANTIATE_TEST_SUITE_P(Variants, IptablesLiveTest, ::testing::Values(Variant::kNft, Variant::kLegacy),
                         [](const auto& instance) {
                           return instance.param == Variant::kNft ? std::string("Nft")
                                                                  : std::string("Legacy");
                         });

}  // namespace
}  // namespace natplan::testing
