#include "kernel_sim/kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "kernel_sim/message_writer.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint16_t kAcked = NLM_F_REQUEST | NLM_F_ACK;

// One datagram with BEGIN, NEWTABLE (ip) for each name, and END unless it is left out.
Bytes NewTables(const std::vector<std::string>& names, std::uint32_t generation = 0, bool end = true,
                std::uint16_t flags = kAcked, std::uint32_t table_flags = 0) {
  MessageWriter writer(SIZE_MAX);
  std::uint32_t sequence = 1;
  const auto begin = [&](std::uint16_t type, std::uint16_t message_flags, std::uint8_t family,
                         std::uint16_t resource) {
    const std::size_t message = writer.BeginMessage(type, message_flags, sequence++, 0);
    writer.NfGenMessage(family, resource);
    return message;
  };
  std::size_t message = begin(NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, 0, NFNL_SUBSYS_NFTABLES);
  if (generation != 0) writer.U32(NFNL_BATCH_GENID, generation);
  writer.EndMessage(message);
  for (const std::string& name : names) {
    message = begin(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE, flags, NFPROTO_IPV4, 0);
    writer.String(NFTA_TABLE_NAME, name);
    writer.U32(NFTA_TABLE_FLAGS, table_flags);
    writer.EndMessage(message);
  }
  if (end) writer.EndMessage(begin(NFNL_MSG_BATCH_END, NLM_F_REQUEST, 0, NFNL_SUBSYS_NFTABLES));
  return writer.Take();
}

Bytes DumpTables() {
  MessageWriter writer(SIZE_MAX);
  const std::size_t message =
      writer.BeginMessage(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, NLM_F_REQUEST | NLM_F_DUMP, 9, 0);
  writer.NfGenMessage(NFPROTO_UNSPEC, 0);
  writer.EndMessage(message);
  return writer.Take();
}

nlmsghdr HeaderOf(const Bytes& bytes) {
  nlmsghdr header = {};
  std::memcpy(&header, bytes.data(), sizeof header);
  return header;
}

// The errors of the acks that wait, as positive numbers.
std::vector<int> Acks(Kernel& kernel, std::uint32_t port) {
  std::vector<int> errors;
  while (const auto datagram = kernel.Receive(port)) {
    std::int32_t error = 0;
    std::memcpy(&error, datagram->bytes.data() + NLMSG_HDRLEN, sizeof error);
    if (HeaderOf(datagram->bytes).nlmsg_type == NLMSG_ERROR) errors.push_back(-error);
  }
  return errors;
}

std::size_t TableCount(Kernel& kernel, std::uint32_t port) {
  std::size_t count = 0;
  EXPECT_TRUE(kernel.Send(port, DumpTables()));
  while (const auto datagram = kernel.Receive(port)) {
    for (std::span<const std::uint8_t> rest = datagram->bytes; rest.size() >= NLMSG_HDRLEN;) {
      const nlmsghdr header = HeaderOf({rest.begin(), rest.end()});
      if (header.nlmsg_type != NLMSG_DONE) ++count;
      rest = rest.subspan(std::min<std::size_t>(rest.size(), (std::size_t{header.nlmsg_len} + 3) / 4 * 4));
    }
  }
  return count;
}

TEST(Kernel, ABatchThatChangesSomethingMovesTheGeneration) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a", "b"})));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{0, 0}));
  EXPECT_EQ(kernel.generation(), 2U);
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"})));
  EXPECT_EQ(kernel.generation(), 2U);
}

TEST(Kernel, AFailedBatchLeavesNothingAndReportsEachMessage) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a", "b", "a"}, 0, true, kAcked | NLM_F_EXCL)));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{0, 0, EEXIST}));
  EXPECT_EQ(kernel.generation(), 1U);
  EXPECT_EQ(TableCount(kernel, port), 0U);
}

TEST(Kernel, ABatchWithoutEndIsOnlyChecked) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"}, 0, false)));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{0}));
  EXPECT_EQ(TableCount(kernel, port), 0U);
}

TEST(Kernel, AnotherGenerationThanTheRequiredOneIsRefusedAtTheBegin) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"}, 7)));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{ERESTART}));
}

TEST(Kernel, WithoutTheCapabilityTheFirstHeaderIsAnsweredWithEperm) {
  Kernel kernel;
  SocketOptions unprivileged;
  unprivileged.net_admin = false;
  const std::uint32_t port = *kernel.Open(unprivileged);
  ASSERT_TRUE(kernel.Send(port, NewTables({"a", "b"})));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{EPERM}));
  EXPECT_EQ(kernel.JoinGroup(port, kNfTablesGroup).error(), EPERM);
}

TEST(Kernel, ADatagramThatDoesNotFitTheSendBufferIsNotProcessed) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  kernel.SetSendBuffer(port, 64);
  EXPECT_EQ(kernel.Send(port, NewTables({"a"})).error(), EMSGSIZE);
  EXPECT_EQ(kernel.transactions(), 0U);
}

TEST(Kernel, ListenersHearTheChangesAndThenTheGeneration) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  const std::uint32_t listener = *kernel.Open({});
  ASSERT_TRUE(kernel.JoinGroup(listener, kNfTablesGroup));
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"})));
  const auto change = kernel.Receive(listener);
  const auto generation = kernel.Receive(listener);
  ASSERT_TRUE(change && generation);
  EXPECT_EQ(HeaderOf(change->bytes).nlmsg_type, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWTABLE);
  EXPECT_EQ(HeaderOf(generation->bytes).nlmsg_type, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN);
  EXPECT_EQ(change->sender_groups, 0x40U);
}

TEST(Kernel, AFullReceiveQueueSaysEnobufsOnceAndKeepsWhatItHas) {
  Kernel kernel;
  SocketOptions small;
  small.receive_buffer = 2000;
  const std::uint32_t port = *kernel.Open(small);
  ASSERT_TRUE(kernel.Send(port, NewTables({"a", "b", "c", "d"})));
  EXPECT_EQ(kernel.Receive(port).error(), ENOBUFS);
  EXPECT_EQ(Acks(kernel, port).size(), 2U);
  EXPECT_EQ(kernel.generation(), 2U);
}

TEST(Kernel, AChangeBetweenTwoPartsOfADumpMarksOneMessage) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  const std::uint32_t other = *kernel.Open({});
  std::vector<std::string> names;
  for (int i = 0; i < 200; ++i) names.push_back("t" + std::to_string(i));
  ASSERT_TRUE(kernel.Send(other, NewTables(names)));
  ASSERT_TRUE(kernel.Send(port, DumpTables()));
  ASSERT_TRUE(kernel.Send(other, NewTables({"late"})));
  int marked = 0;
  while (const auto part = kernel.Receive(port, 4096)) {
    if ((HeaderOf(part->bytes).nlmsg_flags & NLM_F_DUMP_INTR) != 0) ++marked;
  }
  EXPECT_EQ(marked, 1);
}

TEST(Kernel, ATableGoesWithTheSocketThatOwnsIt) {
  Kernel kernel;
  const std::uint32_t port = *kernel.Open({});
  const std::uint32_t other = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"}, 0, true, kAcked, NFT_TABLE_F_OWNER)));
  ASSERT_TRUE(kernel.Send(other, NewTables({"a"})));
  EXPECT_EQ(Acks(kernel, other), (std::vector<int>{EPERM}));
  kernel.Close(port);
  EXPECT_EQ(TableCount(kernel, other), 0U);
}

TEST(Kernel, FaultsHitTheTransactionTheyNameAndNoOther) {
  Profile profile;
  profile.lost_ack = {1};
  profile.enobufs = {2};
  profile.flush_before = {3};
  Kernel kernel(profile);
  const std::uint32_t port = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"})));
  EXPECT_EQ(kernel.Receive(port).error(), EAGAIN);
  ASSERT_TRUE(kernel.Send(port, NewTables({"b"})));
  EXPECT_EQ(kernel.Receive(port).error(), ENOBUFS);
  ASSERT_TRUE(kernel.Send(port, NewTables({"c"})));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{0}));
  EXPECT_EQ(TableCount(kernel, port), 1U);
  EXPECT_EQ(kernel.generation(), 5U);
}

TEST(Kernel, AKernelWithoutAFamilyRefusesItsTables) {
  Profile profile;
  profile.ip_family = false;
  Kernel kernel(profile);
  const std::uint32_t port = *kernel.Open({});
  ASSERT_TRUE(kernel.Send(port, NewTables({"a"})));
  EXPECT_EQ(Acks(kernel, port), (std::vector<int>{EOPNOTSUPP}));
}

// Every prefix of a good datagram, and the datagram with each byte changed, must be survived.
TEST(Kernel, DamagedDatagramsAreSurvived) {
  const Bytes good = NewTables({"a", "b"});
  SocketOptions talkative;
  talkative.ext_ack = true;
  for (std::size_t i = 0; i < good.size(); ++i) {
    Kernel kernel;
    const std::uint32_t port = *kernel.Open(talkative);
    ASSERT_TRUE(kernel.Send(port, std::span(good).first(i)));
    for (const unsigned value : {0U, 0xffU}) {
      Bytes bad = good;
      bad[i] = static_cast<std::uint8_t>(value);
      ASSERT_TRUE(kernel.Send(port, bad));
    }
  }
}

}  // namespace
}  // namespace natplan::kernel_sim
