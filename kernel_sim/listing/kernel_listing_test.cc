#include "kernel_sim/listing/kernel_listing.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/live_kernel_for_test.h"
#include "kernel_sim/listing/monitor.h"
#include "kernel_sim/listing/origin_batches_for_test.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::uint32_t kNotificationGroup = 7;  // NFNLGRP_NFTABLES

// The origin's batches, carried out on a simulated kernel by one process.
struct Origin {
  Kernel kernel;
  std::string monitored;

  Origin() {
    SocketOptions options;
    options.process = {.pid = 7, .name = "origin"};
    const auto sender = kernel.Open(options);
    const auto listener = kernel.Open(SocketOptions());
    EXPECT_TRUE(kernel.JoinGroup(*listener, kNotificationGroup).has_value());
    for (const char* batch : kOriginBatches) EXPECT_TRUE(kernel.Send(*sender, FromHex(batch)).has_value());
    Monitor monitor;
    for (;;) {
      const auto datagram = kernel.Receive(*listener);
      if (!datagram) break;
      const auto lines = monitor.Feed(datagram->bytes);
      EXPECT_TRUE(lines.has_value());
      monitored += lines.value_or("");
    }
  }
};

TEST(KernelListing, PrintsTheOriginsTable) {
  Origin origin;
  const auto text = ListRuleset(origin.kernel);
  ASSERT_TRUE(text.has_value()) << text.error();
  EXPECT_TRUE(text->starts_with(R"(table ip io.systemd.nat {
	set masq_saddr {
		type ipv4_addr
		flags interval
		elements = { 240.0.0.0/4 }
	}

	map map_port_ipport {
		type inet_proto . inet_service : ipv4_addr . inet_service
		elements = { tcp . 4711 : 1.2.3.4 . 815 }
	}

	chain prerouting {
		type nat hook prerouting priority dstnat + 1; policy accept;
		fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport
	}
)")) << *text;
}

TEST(KernelListing, PrintsTheSameAsTheLiveKernelAfterTheSameBytes) {
  if (const std::string reason = EnterNamespace(); !reason.empty()) GTEST_SKIP() << reason;
  ASSERT_TRUE(RunNft("flush ruleset\n"));
  LiveSocket socket;
  for (const char* batch : kOriginBatches) socket.Send(FromHex(batch));
  Origin origin;
  EXPECT_EQ(ListRuleset(origin.kernel).value_or(""), OutputOf("nft list ruleset"));
}

TEST(KernelListing, IsEmptyForAFreshKernel) {
  Kernel kernel;
  EXPECT_EQ(ListRuleset(kernel).value_or("an error"), "");
}

TEST(KernelListing, LeavesNoSocketBehind) {
  Kernel kernel;
  SocketOptions options;
  options.port_id = 1;
  ASSERT_TRUE(ListRuleset(kernel).has_value());
  EXPECT_TRUE(kernel.Open(options).has_value());
}

TEST(KernelListing, PassesTheKernelsRefusalOn) {
  Profile profile;
  profile.nf_tables = false;
  Kernel kernel(profile);
  const auto text = ListRuleset(kernel);
  ASSERT_FALSE(text.has_value());
  EXPECT_NE(text.error(), EBADMSG);
}

TEST(Monitor, PrintsTheSimulatorsNotifications) {
  const std::string text = Origin().monitored;
  EXPECT_TRUE(
      text.starts_with("create table ip io.systemd.nat\n"
                       "create chain ip io.systemd.nat prerouting { type nat hook prerouting priority dstnat "
                       "+ 1; policy accept; }\n"))
      << text;
  EXPECT_NE(text.find("add element ip io.systemd.nat masq_saddr { 10.0.2.0/28 }\n"
                      "# new generation 5 by process 7 (origin)\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace natplan::kernel_sim
