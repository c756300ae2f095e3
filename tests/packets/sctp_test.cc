// SCTP by raw packets: the beginning of an association, INIT and INIT ACK, through natplan's rules.
#include <optional>
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

TEST(SctpTest, FromOutsideThePortReachesTheContainerAndTheAnswerComesBack) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardSctp());
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const int family : {AF_INET, AF_INET6}) {
      SCOPED_TRACE(family == AF_INET ? "IPv4" : "IPv6");
      SctpSocket client(family, world.outside());
      SctpSocket server(family, world.container());
      client.Send(kHost, Init(40000, 2222));
      EXPECT_EQ(server.Receive(), (SctpArrival{kOutside.Of(family), Init(40000, 22)}));
      server.Send(kOutside, InitAck(22, 40000));
      EXPECT_EQ(client.Receive(), (SctpArrival{kHost.Of(family), InitAck(2222, 40000)}));
    }
  });
}

TEST(SctpTest, FromTheHostItsPublicAddressReachesTheContainer) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardSctp());
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const int family : {AF_INET, AF_INET6}) {
      SCOPED_TRACE(family == AF_INET ? "IPv4" : "IPv6");
      SctpSocket client(family, world.host());
      SctpSocket server(family, world.container());
      client.Send(kHost, Init(40000, 2222));
      EXPECT_EQ(server.Receive(), (SctpArrival{kHost.Of(family), Init(40000, 22)}));
      server.Send(kHost, InitAck(22, 40000));
      EXPECT_EQ(client.Receive(), (SctpArrival{kHost.Of(family), InitAck(2222, 40000)}));
    }
  });
}

TEST(SctpTest, AnotherPortStaysWithTheHost) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardSctp());
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const int family : {AF_INET, AF_INET6}) {
      SCOPED_TRACE(family == AF_INET ? "IPv4" : "IPv6");
      SctpSocket client(family, world.outside());
      SctpSocket host(family, world.host());
      client.Send(kHost, Init(40000, 2223));
      EXPECT_EQ(host.Receive(), (SctpArrival{kOutside.Of(family), Init(40000, 2223)}));
    }
  });
}

TEST(SctpTest, ForwardsOfTcpAndUdpDoNotTakeSctp) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(ForwardsTo(kFirst.container));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const int family : {AF_INET, AF_INET6}) {
      SCOPED_TRACE(family == AF_INET ? "IPv4" : "IPv6");
      SctpSocket client(family, world.outside());
      SctpSocket host(family, world.host());
      client.Send(kHost, Init(40000, 2222));
      EXPECT_EQ(host.Receive(), (SctpArrival{kOutside.Of(family), Init(40000, 2222)}));
    }
  });
}

TEST(SctpTest, TheContainersPacketsLeaveWithTheHostsAddress) {
  InWorldOrSkip([](World& world) {
    const Ran applied = world.Apply(MasqueradeOf("10.1.0.0/24") + MasqueradeOf("fd00:1::/64"));
    ASSERT_EQ(applied.exit_code, 0) << applied;
    for (const int family : {AF_INET, AF_INET6}) {
      SCOPED_TRACE(family == AF_INET ? "IPv4" : "IPv6");
      SctpSocket client(family, world.container());
      SctpSocket server(family, world.outside());
      client.Send(kOutside, Init(40000, 2222));
      EXPECT_EQ(server.Receive(), (SctpArrival{kHost.Of(family), Init(40000, 2222)}));
      server.Send(kHost, InitAck(2222, 40000));
      EXPECT_EQ(client.Receive(), (SctpArrival{kOutside.Of(family), InitAck(2222, 40000)}));
    }
  });
}

}  // namespace
}  // namespace natplan::packets
