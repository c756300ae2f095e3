#include "backends/netlink/linux_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <vector>

#include "core/values/error.h"
#include "gtest/gtest.h"
#include "tests/support/namespace.h"

namespace natplan {
namespace {

using natplan::testing::RunInNamespaceOrSkip;

bool IsOpen(int descriptor) { return fcntl(descriptor, F_GETFD) >= 0; }

int NetlinkDescriptor(int type = SOCK_RAW) { return socket(AF_NETLINK, type, NETLINK_NETFILTER); }

// Runs `body` in a forked child; its return value is the exit status.
template <typename Body>
int StatusOfChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(LinuxSocketTest, TheDescriptorIsCloseOnExecAndNonBlocking) {
  const auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket) << socket.error().text;
  EXPECT_EQ(fcntl((*socket)->descriptor(), F_GETFD), FD_CLOEXEC);
  EXPECT_NE(fcntl((*socket)->descriptor(), F_GETFL) & O_NONBLOCK, 0);
}

TEST(LinuxSocketTest, TheDescriptorIsAboveStandardErrorThoughTheseAreClosed) {
  EXPECT_EQ(StatusOfChild([] {
              for (int descriptor = 0; descriptor <= 2; ++descriptor) close(descriptor);
              const auto socket = LinuxSocket::Open();
              if (!socket) return 10;
              if ((*socket)->descriptor() <= 2) return 11;
              return IsOpen(0) || IsOpen(1) || IsOpen(2) ? 12 : 0;
            }),
            0);
}

TEST(LinuxSocketTest, TheDescriptorIsClosedWithTheSocket) {
  int descriptor = -1;
  {
    const auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket);
    descriptor = (*socket)->descriptor();
  }
  EXPECT_FALSE(IsOpen(descriptor));
}

TEST(LinuxSocketTest, AnAdoptedDescriptorIsUsedAndOwned) {
  const int descriptor = NetlinkDescriptor();
  {
    const auto socket = LinuxSocket::Adopt(descriptor);
    ASSERT_TRUE(socket) << socket.error().text;
    EXPECT_EQ((*socket)->descriptor(), descriptor);
    EXPECT_EQ(fcntl(descriptor, F_GETFD), FD_CLOEXEC);
    EXPECT_NE(fcntl(descriptor, F_GETFL) & O_NONBLOCK, 0);
  }
  EXPECT_FALSE(IsOpen(descriptor));
}

TEST(LinuxSocketTest, AnAdoptedDescriptorIsMovedAboveStandardError) {
  EXPECT_EQ(StatusOfChild([] {
              close(0);
              const int descriptor = NetlinkDescriptor();
              if (descriptor != 0) return 10;
              const auto socket = LinuxSocket::Adopt(descriptor);
              if (!socket) return 11;
              return (*socket)->descriptor() > 2 && !IsOpen(0) ? 0 : 12;
            }),
            0);
}

TEST(LinuxSocketTest, ADescriptorOfAnotherKindIsRefusedAndClosed) {
  for (const int descriptor : {socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), socket(AF_UNIX, SOCK_DGRAM, 0),
                               open("/dev/null", O_RDONLY)}) {
    const auto adopted = LinuxSocket::Adopt(descriptor);
    ASSERT_FALSE(adopted);
    EXPECT_EQ(adopted.error().code, ErrorCode::kInvalidArgument);
    EXPECT_FALSE(IsOpen(descriptor));
  }
}

TEST(LinuxSocketTest, ADescriptorThatIsNotOpenIsRefused) {
  const auto adopted = LinuxSocket::Adopt(-1);
  ASSERT_FALSE(adopted);
  EXPECT_EQ(adopted.error().errno_value, EBADF);
}

TEST(LinuxSocketTest, NothingToReceiveIsEagain) {
  const auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket);
  std::array<std::uint8_t, 64> buffer;
  const auto received = (*socket)->Receive(buffer);
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error(), EAGAIN);
}

TEST(LinuxSocketTest, WaitingEndsAtTheDeadlineAndNotBefore) {
  const auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket);
  const TimePoint deadline = (*socket)->Now() + std::chrono::milliseconds(20);
  const auto waited = (*socket)->WaitReadable(deadline);
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error(), ETIMEDOUT);
  EXPECT_GE((*socket)->Now(), deadline);
}

TEST(LinuxSocketTest, ADeadlineInThePastIsNotWaitedFor) {
  const auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket);
  EXPECT_EQ((*socket)->WaitReadable(TimePoint::min()).error(), ETIMEDOUT);
}

TEST(LinuxSocketTest, Item42_InAForkedChildEveryCallIsEchild) {
  const auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket);
  NetlinkSocket& parents = **socket;
  EXPECT_EQ(StatusOfChild([&parents] {
              std::array<std::uint8_t, 64> buffer = {};
              if (parents.Send(buffer) != std::unexpected(ECHILD)) return 10;
              const auto received = parents.Receive(buffer);
              if (received || received.error() != ECHILD) return 11;
              if (parents.WaitReadable(TimePoint::max()) != std::unexpected(ECHILD)) return 12;
              if (parents.EnsureSendBuffer(1) != std::unexpected(ECHILD)) return 13;
              return 0;
            }),
            0);
}

TEST(LinuxSocketTest, Item42_DestroyedInAChildItStaysOpenInTheParent) {
  auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket);
  EXPECT_EQ(StatusOfChild([&socket] {
              const int descriptor = (*socket)->descriptor();
              socket->reset();
              return IsOpen(descriptor) ? 10 : 0;
            }),
            0);
  EXPECT_TRUE(IsOpen((*socket)->descriptor()));
  std::array<std::uint8_t, 64> buffer;
  EXPECT_EQ((*socket)->Receive(buffer).error(), EAGAIN);
}

// The first datagram that a kernel answers with, however short the buffer is.
TEST(LinuxSocketTest, TruncationSenderAndPortAreSeen) {
  RunInNamespaceOrSkip([] {
    const auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket);
    EXPECT_EQ((*socket)->port(), 0u);
    nlmsghdr message = {};  // netfilter's type 0 with NLM_F_ACK: acknowledged, nothing else
    message.nlmsg_len = sizeof(message);
    message.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    ASSERT_TRUE((*socket)->Send({reinterpret_cast<const std::uint8_t*>(&message), sizeof(message)}));
    EXPECT_NE((*socket)->port(), 0u);
    std::array<std::uint8_t, 20> buffer;
    const auto received = (*socket)->Receive(buffer);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->size, 20u);
    EXPECT_TRUE(received->truncated);
    EXPECT_EQ(received->sender_port, 0u);
  });
}

TEST(LinuxSocketTest, ADatagramOfAnotherProgramCarriesItsPort) {
  RunInNamespaceOrSkip([] {
    const auto ours = LinuxSocket::Open();
    const auto theirs = LinuxSocket::Open();
    ASSERT_TRUE(ours && theirs);
    // Binds both: the first send does.
    std::array<std::uint8_t, 16> nothing = {};
    ASSERT_TRUE((*ours)->Send(nothing));
    ASSERT_TRUE((*theirs)->Send(nothing));
    sockaddr_nl address = {};
    address.nl_family = AF_NETLINK;
    address.nl_pid = (*ours)->port();
    ASSERT_EQ(sendto((*theirs)->descriptor(), nothing.data(), nothing.size(), 0,
                     reinterpret_cast<const sockaddr*>(&address), sizeof(address)),
              16);
    std::array<std::uint8_t, 64> buffer;
    const auto received = (*ours)->Receive(buffer);
    ASSERT_TRUE(received);
    EXPECT_EQ(received->sender_port, (*theirs)->port());
  });
}

TEST(LinuxSocketTest, RoomThatTheSystemDoesNotAllowIsEmsgsize) {
  RunInNamespaceOrSkip([] {  // In a user namespace SO_SNDBUFFORCE is refused.
    const auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket);
    EXPECT_TRUE((*socket)->EnsureSendBuffer(1000));
    EXPECT_EQ((*socket)->EnsureSendBuffer(std::size_t{1} << 30), std::unexpected(EMSGSIZE));
    EXPECT_EQ((*socket)->EnsureSendBuffer(std::size_t{1} << 40), std::unexpected(EMSGSIZE));
  });
}

TEST(LinuxSocketTest, WhatRoomWasMadeForCanBeSentToTheByte) {
  RunInNamespaceOrSkip([] {
    const auto socket = LinuxSocket::Open();
    ASSERT_TRUE(socket);
    // More than the usual 212,992, less than what an unprivileged program may have where wmem_max is as
    // usual.
    const std::size_t size = 400000;
    ASSERT_TRUE((*socket)->EnsureSendBuffer(size));
    EXPECT_TRUE((*socket)->Send(std::vector<std::uint8_t>(size)));
  });
}

}  // namespace
}  // namespace natplan
