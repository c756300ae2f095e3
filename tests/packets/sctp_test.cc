// SCTP by raw packets: the beginning of an association, INIT and INIT ACK, through natplan's rules.
#include <string>

#include "gtest/gtest.h"
#include "tests/packets/sctp_packet.h"
#include "tests/packets/sctp_socket.h"
#include "tests/packets/world.h"

namespace natplan::packets {
namespace {

constexpr std::uint32_t kClientTag = 0x11111111;
constexpr std::uint32_t kServerTag = 0x22222222;

SctpPacket Init(std::uint16_t source_port, std::uint16_t destination_port) {
  return {.source_port = source_port,
          .destination_port = destination_port,
          .verification_tag = 0,
          .chunk = SctpChunk::kInit,
          .initiate_tag = kClientTag};
}

SctpPacket InitAck(std::uint16_t source_port, std::uint16_t destination_port) {
  return {.source_port = source_port,
          .destination_port = destination_port,
          .verification_tag = kClientTag,
          .chunk = SctpChunk::kInitAck,
          .initiate_tag = kServerTag};
}

std::string ForwardSctp() {
  return ForwardOf("sctp", 2222, kFirst.container.ip + ":22") +
         ForwardOf("sctp", 2222, "[" + kFirst.container.ip6 + "]:22");
}

std::string Text(int family) { return family == AF_INET ? "IPv4" : "IPv6"; }

// INIT from `client` to port 2222 of `host` arrives at `port` of `server`, which sees `peer`, and is
// answered: INIT ACK comes back from the address and the port that were asked.
void ExpectAssociation(const NetNamespace& client, const Addresses& host, const NetNamespace& server,
                       std::uint16_t port, const Addresses& peer) {
  for (const int family : {AF_INET, AF_INET6}) {
    SCOPED_TRACE(Text(family));
    SctpSocket asking(family, client);
    SctpSocket answering(family, server);
    asking.Send(host, Init(40000, 2222));
    EXPECT_EQ(answering.Receive(), (SctpArrival{peer.Of(family), Init(40000, port)}));
    answering.Send(peer, InitAck(port, 40000));
    EXPECT_EQ(asking.Receive(), (SctpArrival{host.Of(family), InitAck(2222, 40000)}));
  }
}

// INIT from outside arrives at the host itself, as it was sent.
void ExpectUntouched(const World& world, std::uint16_t port) {
  for (const int family : {AF_INET, AF_INET6}) {
    SCOPED_TRACE(Text(family));
    SctpSocket client(family, world.outside());
    SctpSocket host(family, world.host());
    client.Send(kHost, Init(40000, port));
    EXPECT_EQ(host.Receive(), (SctpArrival{kOutside.Of(family), Init(40000, port)}));
  }
}

TEST(SctpTest, FromOutsideThePortReachesTheContainerAndTheAnswerComesBack) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardSctp());
    ExpectAssociation(world.outside(), kHost, world.container(), 22, kOutside);
  });
}

TEST(SctpTest, FromTheHostItsPublicAddressReachesTheContainer) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardSctp());
    ExpectAssociation(world.host(), kHost, world.container(), 22, kHost);
  });
}

TEST(SctpTest, AnotherPortStaysWithTheHost) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardSctp());
    ExpectUntouched(world, 2223);
  });
}

TEST(SctpTest, ForwardsOfTcpAndUdpDoNotTakeSctp) {
  InWorldOrSkip([](World& world) {
    world.MustApply(ForwardsTo(kFirst.container));
    ExpectUntouched(world, 2222);
  });
}

TEST(SctpTest, TheContainersPacketsLeaveWithTheHostsAddress) {
  InWorldOrSkip([](World& world) {
    world.MustApply(MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64"));
    ExpectAssociation(world.container(), kOutside, world.outside(), 2222, kHost);
  });
}

}  // namespace
}  // namespace natplan::packets
