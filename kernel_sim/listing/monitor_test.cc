#include "kernel_sim/listing/monitor.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kernel_sim/listing/dump_request.h"
#include "kernel_sim/listing/live_kernel_for_test.h"
#include "kernel_sim/listing/origin_batches_for_test.h"
#include "kernel_sim/listing/rulesets_for_test.h"

namespace natplan::kernel_sim {
namespace {

using namespace std::chrono_literals;

// A real `nft monitor` that writes into a file.
class RealMonitor {
 public:
  RealMonitor()
      : path_(testing::TempDir() + "/monitor." + std::to_string(getpid())),
        process_(std::stoi(OutputOf("stdbuf -oL nft monitor > '" + path_ + "' 2>/dev/null & echo $!"))) {}
  ~RealMonitor() {
    kill(process_, SIGTERM);
    std::remove(path_.c_str());
  }
  RealMonitor(const RealMonitor&) = delete;
  RealMonitor& operator=(const RealMonitor&) = delete;

  std::string Text() const {
    std::ostringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  // Waits until it has printed a whole transaction with that line.
  bool WaitFor(const std::string& line) const {
    for (int i = 0; i < 500; ++i) {
      const std::string text = Text();
      const std::size_t at = text.find(line);
      if (at != std::string::npos && text.find("\n# new generation", at) != std::string::npos &&
          text.back() == '\n') {
        return true;
      }
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  // It cannot say when it has started listening: tables come and go until it has seen one go.
  bool WaitUntilListening() const {
    for (int i = 0; i < 100; ++i) {
      if (!RunNft("add table ip probe\n") || !RunNft("delete table ip probe\n")) return false;
      for (int wait = 0; wait < 10; ++wait) {
        if (Text().find("delete table ip probe\n") != std::string::npos) return true;
        std::this_thread::sleep_for(5ms);
      }
    }
    return false;
  }

 private:
  std::string path_;
  pid_t process_;
};

class MonitorOfLiveKernel : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = EnterNamespace(); !reason.empty()) GTEST_SKIP() << reason;
    ASSERT_TRUE(RunNft("flush ruleset\n"));
  }

  // Carries the transactions out one by one under both monitors and compares their texts.
  static void Compare(const std::vector<std::string>& transactions, Monitor ours) {
    Compare(
        [&] {
          for (const std::string& transaction : transactions)
            ASSERT_TRUE(RunNft(transaction + '\n')) << transaction;
        },
        std::move(ours));
  }

  static void Compare(const std::function<void()>& act, Monitor ours) {
    LiveSocket socket;
    socket.JoinNotifications();
    const RealMonitor theirs;
    ASSERT_TRUE(theirs.WaitUntilListening());
    act();
    ASSERT_TRUE(RunNft("add table ip the_end\n"));
    std::string text;
    for (;;) {
      const std::vector<std::uint8_t> datagram = socket.Receive(200);
      if (datagram.empty()) break;
      const auto lines = ours.Feed(datagram);
      ASSERT_TRUE(lines.has_value()) << lines.error();
      text += *lines;
    }
    ASSERT_TRUE(theirs.WaitFor("add table ip the_end\n")) << theirs.Text();
    const std::string expected = theirs.Text();
    // Ours listened from the first probe on, theirs from a later one.
    const std::string last_probe = "delete table ip probe\n";
    EXPECT_EQ(text.substr(text.rfind(last_probe)), expected.substr(expected.rfind(last_probe)));
  }
};

TEST_F(MonitorOfLiveKernel, PrintsWhatNatplanDoesAsNftDoes) {
  Compare(
      {
          "add table ip t { comment \"natplan layout 1\"; }",
          "add chain ip t prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }",
          "add chain ip t output { type nat hook output priority -99; policy accept; }",
          "add chain ip t postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }",
          "add set ip t masq_saddr { type ipv4_addr; flags interval; }",
          "add map ip t map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; }",
          "add set ip t owners { type ipv4_addr . inet_service . mark . mark; }",
          "add rule ip t prerouting fib daddr type local dnat ip to meta l4proto . th dport map "
          "@map_port_ipport",
          "add rule ip t output ip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map "
          "@map_port_ipport",
          "add rule ip t postrouting ip saddr @masq_saddr masquerade comment \"r c\"",
          "add element ip t masq_saddr { 10.0.2.0/28 }",
          "add element ip t masq_saddr { 10.1.2.3, 10.2.0.0-10.2.0.5 comment \"x y\", 192.168.0.0/24 }",
          "add element ip t masq_saddr { 255.255.255.0/24 }",
          "add element ip t map_port_ipport { tcp . 4711 : 1.2.3.4 . 815, udp . 53 : 9.9.9.9 . 53 }",
          "add element ip t map_port_ipport { sctp . 1 comment \"me\" : 1.1.1.1 . 2 }",
          "add element ip t owners { 10.0.0.0 . 24 . 0x12345678 . 0x0000abcd comment \"own\" }",
          "delete element ip t masq_saddr { 10.1.2.3 }",
          "delete element ip t masq_saddr { 255.255.255.0/24 }",
          "delete element ip t map_port_ipport { tcp . 4711 : 1.2.3.4 . 815 }",
          "delete element ip t owners { 10.0.0.0 . 24 . 0x12345678 . 0x0000abcd }",
          "flush set ip t masq_saddr",
          "flush chain ip t output",
          "flush table ip t",
          "delete set ip t masq_saddr\ndelete map ip t map_port_ipport",
          "delete chain ip t output",
          "delete table ip t",
          "add table ip6 u\nadd set ip6 u s { type ipv6_addr; flags interval; }",
          "add element ip6 u s { fd00::/8 }",
          "add element ip6 u s { ff00::/8, 2001:db8::5-2001:db8::9 }",
          "flush ruleset",
      },
      Monitor());
}

TEST_F(MonitorOfLiveKernel, PrintsOtherFormsAsNftDoes) {
  Compare(
      {
          "create table ip t { flags dormant; comment \"x\"; }",
          "add table ip t",
          "create set ip t s { type ipv4_addr; flags interval; size 100; policy memory; comment \"z\"; }",
          "create chain ip t c { type filter hook input priority 300; policy drop; comment \"d\"; }",
          "add chain ip t regular",
          "add rule ip t c accept",
          "add rule ip t c counter",
          "insert rule ip t c drop",
          "replace rule ip t c handle 4 return",
          "add rule ip t c position 5 ip saddr { 1.1.1.1, 2.2.2.2 } jump regular",
          "insert rule ip t c position 5 iif 7 goto regular",
          "create element ip t s { 1.2.3.4, 5.0.0.0/8 }",
          "add element ip t s { 200.0.0.0-255.255.255.255 }",
          "delete element ip t s { 200.0.0.0-255.255.255.255 }",
          "add element ip t s { 100.0.0.1, 100.0.0.2, 100.0.0.4 }",
          "flush set ip t s",
          "add map ip t mi { type ipv4_addr : ipv4_addr; flags interval; comment \"m\"; }",
          "add element ip t mi { 1.0.0.0/8 : 2.2.2.2, 3.3.3.3 comment \"k\" : 4.4.4.4, "
          "200.0.0.0-255.255.255.255 : 1.1.1.1 }",
          "delete element ip t mi { 1.0.0.0/8 : 2.2.2.2 }",
          "add map ip t v { type inet_service : verdict; }",
          "add element ip t v { 1 : accept, 2 : drop }",
          "delete element ip t v { 1 : accept }",
          "add set ip t o { type ipv4_addr . inet_service; size 4; timeout 5s; }",
          "add chain ip t c { policy accept; }",
          "rename chain ip t regular irregular",
          "add table ip6 u",
          "add set ip6 u s { type ipv6_addr; flags interval; }",
          "add element ip6 u s { ::1 }",  // nft pairs wrongly from here on
          "add element ip6 u s { ::1:0:0:0:0/80, 2001:db8::/32 comment \"e\" }",
          "add element ip6 u s { fd00::/8, ff00::/8, 2001:db9::5-2001:db9::9 }",
          "flush set ip6 u s",
          "add table inet x\nadd table arp x\nadd table bridge x\nadd table netdev x",
          "delete table ip t",
          "flush ruleset",
      },
      Monitor());
}

TEST_F(MonitorOfLiveKernel, PrintsWhatTheOriginSendsAsNftDoes) {
  Compare(
      [] {
        LiveSocket sender;
        for (const char* batch : kOriginBatches) sender.Send(FromHex(batch));
        ASSERT_TRUE(RunNft("flush ruleset\n"));
      },
      Monitor());
}

TEST_F(MonitorOfLiveKernel, KnowsTheSetsThatWereThereBefore) {
  ASSERT_TRUE(RunNft(NamedRulesets().front().text));
  LiveSocket socket;
  const auto before = DecodeDumps(socket.DumpOf(DumpRequest(Dump::kSets, 1)));
  ASSERT_TRUE(before.has_value());
  Compare({"add element ip natplan map_port_ipport { tcp . 9 : 1.1.1.1 . 2 }",
           "delete element ip6 natplan masq_saddr { fd00::/64 }"},
          Monitor(*before));
}

TEST_F(MonitorOfLiveKernel, PrintsEveryRulesetAsNftDoes) {
  for (const NamedRuleset& ruleset : NamedRulesets()) {
    SCOPED_TRACE(ruleset.name);
    ASSERT_TRUE(RunNft("flush ruleset\n"));
    Compare({ruleset.text, "flush ruleset"}, Monitor());
  }
}

TEST(Monitor, SaysWhenADatagramIsMalformed) {
  const std::vector<std::uint8_t> cut = {200, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0};
  EXPECT_FALSE(Monitor().Feed(cut).has_value());
}

TEST(Monitor, PrintsNothingForNothing) { EXPECT_EQ(Monitor().Feed({}).value(), ""); }

}  // namespace
}  // namespace natplan::kernel_sim
