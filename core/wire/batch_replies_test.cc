#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "core/wire/batch.h"
#include "core/wire/message_reader.h"
#include "core/wire/test_bytes.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

const TableId kTable = {Family::kIp, "t"};

// Sequence numbers: BEGIN 1, the messages 2 to 10, END 11.
EncodedBatch SkeletonBatch() { return Encode({.operations = Skeleton(kTable)}, 1); }

Outcome OutcomeOf(const EncodedBatch& batch, std::initializer_list<ByteString> datagrams,
                  int errno_if_unknown = 0) {
  BatchReplies replies(batch);
  for (const ByteString& datagram : datagrams) replies.Add(datagram);
  return replies.outcome(errno_if_unknown);
}

Outcome OneRefusal(const Refusal& refusal) { return Refused{{refusal}}; }

TEST(BatchReplies, TakesTheEndsAnswerForACommit) {
  const EncodedBatch batch = SkeletonBatch();
  BatchReplies replies(batch);
  replies.Add(Ack(1, 0));
  EXPECT_FALSE(replies.decisive());
  replies.Add(Ack(10, 0));
  EXPECT_TRUE(replies.decisive());
  EXPECT_FALSE(replies.complete());
  replies.Add(Ack(11, 0));
  EXPECT_TRUE(replies.complete());
  EXPECT_EQ(replies.outcome(0), Outcome(Committed{}));
}

// Item 36: kernels before 6.10 answer neither BEGIN nor END.
TEST(BatchReplies, TakesTheLastMessagesAnswerForACommit) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(10, 0)}), Outcome(Committed{}));
}

TEST(BatchReplies, KnowsNothingFromSilence) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {}, ETIMEDOUT), Outcome(Unknown{ETIMEDOUT}));
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(1, 0)}, ETIMEDOUT), Outcome(Unknown{ETIMEDOUT}));
}

// Item 40: the answer that did not fit may have been an error.
TEST(BatchReplies, TakesOnlyTheEndsAnswerForACommitAfterAnOverrun) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(10, 0)}, ENOBUFS), Outcome(Unknown{ENOBUFS}));
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(11, 0)}, ENOBUFS), Outcome(Committed{}));
}

// Item 34 and 35.
TEST(BatchReplies, IsCompleteWhenTheBatchItselfIsRefused) {
  const EncodedBatch batch = SkeletonBatch();
  BatchReplies replies(batch);
  replies.Add(Ack(1, EPERM));
  EXPECT_TRUE(replies.complete());
  EXPECT_TRUE(replies.decisive());
  EXPECT_EQ(replies.outcome(0), OneRefusal({.errno_value = EPERM}));
}

// Items 31, 32, 33 and 37.
TEST(BatchReplies, LetsAnErrorBeatEveryOtherAnswer) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(1, 0), Ack(6, EEXIST), Ack(10, 0)}),
            OneRefusal({.operation = 4, .errno_value = EEXIST}));
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(10, 0), Ack(6, EEXIST)}),
            OneRefusal({.operation = 4, .errno_value = EEXIST}));
}

TEST(BatchReplies, GivesACommitsErrorToTheFirstOperation) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(2, EINVAL), Ack(1, 0), Ack(2, 0), Ack(10, 0)}),
            OneRefusal({.operation = 0, .errno_value = EINVAL}));
}

TEST(BatchReplies, OrdersRefusalsByOperation) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(10, ENOENT), Join({Ack(3, EPERM), Ack(8, ENOENT)})}),
            Outcome(Refused{{{.operation = 1, .errno_value = EPERM},
                             {.operation = 6, .errno_value = ENOENT},
                             {.operation = 8, .errno_value = ENOENT}}}));
}

TEST(BatchReplies, CountsARepeatedAnswerOnce) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(), {Ack(3, EPERM), Ack(3, EPERM)}),
            OneRefusal({.operation = 1, .errno_value = EPERM}));
}

TEST(BatchReplies, IsCompleteWhenAFailedBatchsLastMessageIsAnswered) {
  const EncodedBatch batch = SkeletonBatch();
  BatchReplies replies(batch);
  replies.Add(Ack(3, EPERM));
  EXPECT_TRUE(replies.decisive());
  EXPECT_FALSE(replies.complete());
  replies.Add(Ack(10, 0));
  EXPECT_TRUE(replies.complete());
}

TEST(BatchReplies, IsCompleteWhenAChecksLastMessageIsAnswered) {
  const EncodedBatch batch = Encode({.operations = Skeleton(kTable), .check_only = true}, 1);
  BatchReplies replies(batch);
  replies.Add(Ack(10, 0));
  EXPECT_TRUE(replies.complete());
  EXPECT_EQ(replies.outcome(0), Outcome(Committed{}));
}

// Items 38 and 39.
TEST(BatchReplies, PassesOverWhatIsNotAnAnswerToThisBatch) {
  EXPECT_EQ(OutcomeOf(SkeletonBatch(),
                      {Ack(0, EPERM), Ack(12, EPERM), Ack(4000000000, 0), Netlink(1, 0, 10, {}),
                       Netlink(3, 0, 10, {}), Nft(0, 0, 10, 2, {}), Netlink(2, 0, 10, {1, 2, 3}),
                       Netlink(2, 0, 10, Host(-EPERM))},
                      ETIMEDOUT),
            Outcome(Unknown{ETIMEDOUT}));
}

TEST(BatchReplies, FindsMessagesAcrossTheWrap) {
  const EncodedBatch batch = Encode({.operations = Skeleton(kTable)}, UINT32_MAX - 3);
  // BEGIN MAX-3, messages MAX-2, MAX-1, MAX, 1, ..., 6, END 7.
  EXPECT_EQ(OutcomeOf(batch, {Ack(UINT32_MAX, EPERM)}), OneRefusal({.operation = 2, .errno_value = EPERM}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(1, EPERM)}), OneRefusal({.operation = 3, .errno_value = EPERM}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(6, 0)}), Outcome(Committed{}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(7, 0)}), Outcome(Committed{}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(8, EPERM)}, 5), Outcome(Unknown{5}));
}

// The offset, from the message's start, of `bytes` in message `index`.
std::size_t OffsetOf(const EncodedBatch& batch, std::size_t index, const ByteString& bytes) {
  const auto start = batch.bytes.begin() + static_cast<std::ptrdiff_t>(batch.messages[index].offset);
  return static_cast<std::size_t>(std::search(start, batch.bytes.end(), bytes.begin(), bytes.end()) - start);
}

TEST(BatchReplies, NamesTheRefusedRangeFromItsStartAndFromItsEnd) {
  AddElements ranges = Prefixes(kTable);
  ranges.elements = {{.kind = ElementKind::kRange, .key = {1, 0, 0, 0}, .end = {2, 0, 0, 0}},
                     {.kind = ElementKind::kRange, .key = {3, 0, 0, 0}, .end = {4, 0, 0, 0}}};
  const EncodedBatch batch = Encode({.operations = {EnsureTable{kTable}, ranges}}, 1);
  const std::size_t list = 16 + 4 + 8 + 16 + 4;  // headers, "t", "masq_saddr", header of the list
  for (const auto& [offset, element] : std::vector<std::pair<std::size_t, std::size_t>>{
           {list, 0}, {list + 16, 0}, {list + 40, 1}, {list + 56, 1}}) {
    EXPECT_EQ(OutcomeOf(batch, {Ack(3, EEXIST, OffsetAttr(offset))}),
              OneRefusal({.operation = 1, .element = element, .errno_value = EEXIST}))
        << offset;
  }
  EXPECT_EQ(OutcomeOf(batch, {Ack(3, ENOENT, OffsetAttr(28))}),
            OneRefusal({.operation = 1, .errno_value = ENOENT}));
}

TEST(BatchReplies, CountsElementsThroughSeveralMessages) {
  AddElements forwards = Forwards(kTable);
  for (unsigned i = 0; i < 2000; ++i) forwards.elements.push_back(forwards.elements[0]);
  const EncodedBatch batch = Encode({.operations = {forwards}}, 1);
  const std::size_t list = 16 + 4 + 8 + 20 + 4;
  EXPECT_EQ(OutcomeOf(batch, {Ack(3, EEXIST, OffsetAttr(list + 7UL * 36UL))}),
            OneRefusal({.operation = 0, .element = 1827, .errno_value = EEXIST}));
}

TEST(BatchReplies, NamesTheRefusedExpressionAndChainType) {
  const EncodedBatch batch = SkeletonBatch();
  const std::size_t masq = OffsetOf(batch, 8, Nest(1, {Attr(1, Text("masq"))}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(10, ENOENT, OffsetAttr(masq))}),
            OneRefusal({.operation = 8, .errno_value = ENOENT, .missing_name = "masq"}));
  // Should the kernel ever point at the name itself.
  EXPECT_EQ(OutcomeOf(batch, {Ack(10, ENOENT, OffsetAttr(masq + 4))}),
            OneRefusal({.operation = 8, .errno_value = ENOENT, .missing_name = "masq"}));
  const std::size_t type = OffsetOf(batch, 1, Attr(7, Text("nat")));
  EXPECT_EQ(OutcomeOf(batch, {Ack(3, ENOENT, OffsetAttr(type))}),
            OneRefusal({.operation = 1, .errno_value = ENOENT, .missing_name = "nat"}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(3, ENOENT, OffsetAttr(20))}),
            OneRefusal({.operation = 1, .errno_value = ENOENT}));
}

TEST(BatchReplies, CallsNothingMissingThatIsRefusedForAnotherReason) {
  const EncodedBatch batch = SkeletonBatch();
  const std::size_t masq = OffsetOf(batch, 8, Nest(1, {Attr(1, Text("masq"))}));
  EXPECT_EQ(OutcomeOf(batch, {Ack(10, EOPNOTSUPP, OffsetAttr(masq))}),
            OneRefusal({.operation = 8, .errno_value = EOPNOTSUPP}));
  const std::size_t type = OffsetOf(batch, 1, Attr(7, Text("nat")));
  EXPECT_EQ(OutcomeOf(batch, {Ack(3, EOPNOTSUPP, OffsetAttr(type))}),
            OneRefusal({.operation = 1, .errno_value = EOPNOTSUPP}));
}

TEST(BatchReplies, ReadsTheExtendedAnswerBehindAQuotedMessage) {
  const EncodedBatch batch = SkeletonBatch();
  const std::size_t masq = OffsetOf(batch, 8, Nest(1, {Attr(1, Text("masq"))}));
  const auto message = Bytes(batch.bytes).subspan(batch.messages[8].offset);
  const ByteString quoted(message.begin(), message.begin() + HostU32(message));
  const ByteString reply = Netlink(
      2, 0x200, 10, Join({Host(-ENOENT), quoted, Attr(1, Text("no such expression")), OffsetAttr(masq)}));
  EXPECT_EQ(
      OutcomeOf(batch, {reply}),
      OneRefusal(
          {.operation = 8, .errno_value = ENOENT, .missing_name = "masq", .message = "no such expression"}));
}

TEST(BatchReplies, SurvivesEveryTruncationAndEveryChangedByte) {
  const EncodedBatch batch = Encode({.operations = {Prefixes(kTable), Skeleton(kTable)[6]}}, 1);
  const ByteString whole = Join({Ack(1, 0), Ack(2, EEXIST, Join({Attr(1, Text("words")), OffsetAttr(60)})),
                                 Ack(4, ENOENT, OffsetAttr(60)), Ack(5, 0)});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // On the heap, so that a sanitizer sees an over-read.
    const ByteString part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    OutcomeOf(batch, {part});
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const std::uint8_t value : ByteString{0, 1, 3, 0x7f, 0x80, 0xff}) {
      ByteString changed = whole;
      changed[at] = value;
      OutcomeOf(batch, {changed});
    }
  }
}

}  // namespace
}  // namespace natplan::wire
