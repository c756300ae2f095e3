#include "core/plan/iptables_holder.h"

#include <gtest/gtest.h>

#include <string>

namespace natplan {
namespace {

// Whether the last of these rules takes tcp port 8080 of the host.
bool Takes(const std::string& lines) {
  const auto saved = ReadSavedTable("*nat\n" + lines + "\nCOMMIT\n");
  const auto holder = HolderIn(saved->rules.back(), ChainsForTheHost(saved->rules));
  return holder && holder->Holds(Protocol::kTcp, *Port::Make(8080));
}

constexpr const char* kForTheHost = "-A PREROUTING -m addrtype --dst-type LOCAL -j PORTS\n";

TEST(HolderIn, FindsARuleForAddressesOfTheHost) {
  EXPECT_TRUE(
      Takes("-A PREROUTING -p tcp -m tcp --dport 8080 -m addrtype --dst-type LOCAL -j DNAT "
            "--to-destination 10.0.0.1:80"));
  EXPECT_TRUE(
      Takes("-A OUTPUT -p tcp -m tcp --dport 8080 -m addrtype --dst-type LOCAL -j REDIRECT --to-ports 1"));
}

TEST(HolderIn, FindsARuleInAChainThatIsForTheHost) {
  const std::string rule =
      "-A PORTS ! -i br0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.1:80";
  EXPECT_TRUE(Takes(kForTheHost + rule));
  EXPECT_FALSE(Takes(rule));
}

TEST(HolderIn, ReadsRangesAndLists) {
  const std::string head = std::string(kForTheHost) + "-A PORTS -p tcp ";
  EXPECT_TRUE(Takes(head + "-m tcp --dport 8000:8080 -j DNAT --to-destination 10.0.0.1"));
  EXPECT_FALSE(Takes(head + "-m tcp --dport 8000:8079 -j DNAT --to-destination 10.0.0.1"));
  EXPECT_TRUE(Takes(head + "-m multiport --dports 80,8080:8081,9 -j DNAT --to-destination 10.0.0.1"));
  EXPECT_FALSE(Takes(head + "-m multiport --dports 80,x,,:,99999 -j DNAT --to-destination 10.0.0.1"));
}

TEST(HolderIn, LeavesWhatDoesNotTakeThePort) {
  const std::string tail = " -m addrtype --dst-type LOCAL -j DNAT --to-destination 10.0.0.1:80";
  EXPECT_FALSE(Takes("-A PREROUTING -p udp -m udp --dport 8080" + tail));
  EXPECT_FALSE(Takes("-A PREROUTING -p tcp -m tcp ! --dport 8080" + tail));
  EXPECT_FALSE(Takes("-A PREROUTING ! -p tcp -m tcp --dport 8080" + tail));
  EXPECT_FALSE(Takes("-A PREROUTING -p tcp -m tcp --sport 8080" + tail));
  EXPECT_FALSE(Takes("-A PREROUTING -p tcp -m tcp --dport 8080 -m addrtype ! --dst-type LOCAL -j DNAT"));
  EXPECT_FALSE(Takes("-A PREROUTING -p tcp -m tcp --dport 8080 -m addrtype --dst-type LOCAL -j ACCEPT"));
  EXPECT_FALSE(
      Takes("-A PREROUTING -d 192.0.2.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.0.0.1"));
}

}  // namespace
}  // namespace natplan
