// A transaction as the bytes of one sendmsg: NFNL_MSG_BATCH_BEGIN, one message an operation (elements packed
// many to a message, several messages where an operation's elements do not fit into one), NFNL_MSG_BATCH_END.
#ifndef NATPLAN_CORE_WIRE_BATCH_H_
#define NATPLAN_CORE_WIRE_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/values/operation.h"
#include "core/values/outcome.h"

namespace natplan {

struct EncodedBatch {
  // Which operation a message of the batch carries, and which of its elements.
  struct Message {
    std::size_t offset = 0;  // of its nlmsghdr in `bytes`
    std::uint32_t sequence = 0;
    std::size_t operation = 0;      // index in Transaction::operations
    std::size_t first_element = 0;  // index in the operation's elements
    // How many entries of the message's list stand for one element: 2 in a message of ranges with ends.
    std::size_t nodes_per_element = 1;
  };
  std::vector<std::uint8_t> bytes;
  std::uint32_t begin_sequence = 0;
  std::uint32_t end_sequence = 0;  // 0 in a check-only batch, which has no BATCH_END
  std::vector<Message> messages;   // without BEGIN and END
};

// The sequence number behind `sequence`; never 0.
constexpr std::uint32_t NextSequence(std::uint32_t sequence) {
  return sequence == UINT32_MAX ? 1 : sequence + 1;
}

// Encodes; BEGIN has `first_sequence` (not 0), the rest follow. A transaction without operations gives an
// empty `bytes`: there is nothing to send. NLM_F_ACK stands on BEGIN, on the last message and on END only:
// failures are answered without it, and one ack a message would overrun the receive buffer.
EncodedBatch Encode(const Transaction& transaction, std::uint32_t first_sequence);

// Collects the answers to one batch. Accepts any bytes.
//
// The kernel answers each message of itself, in their order, whatever becomes of the others: "no error" for a
// message does not mean that it was carried out. An error for any sequence number of the batch beats all of
// those. When the commit as a whole fails, the kernel gives the error the first message's sequence number: it
// is taken for a refusal of operation 0, since nothing tells the two apart.
class BatchReplies {
 public:
  // `batch` must outlive this.
  explicit BatchReplies(const EncodedBatch& batch) : batch_(batch) {}
  // One datagram that the kernel sent. Messages that are not answers to this batch are passed over.
  void Add(std::span<const std::uint8_t> datagram);
  // Nothing more will come: BATCH_END was acknowledged, BATCH_BEGIN was refused, or the last message of a
  // batch that failed or was check-only was answered.
  bool complete() const;
  // Enough came to tell the outcome if nothing more is there to read: the last message was answered, or an
  // error was. (Kernels before 6.10 acknowledge neither BEGIN nor END.)
  bool decisive() const;
  // Committed if the last message or END was acknowledged and nothing failed; Refused if anything failed;
  // otherwise Unknown with `errno_if_unknown`. With ENOBUFS an answer was lost, which may have been an error:
  // then only END's acknowledgement, which the kernel gives after the commit, stands for Committed.
  Outcome outcome(int errno_if_unknown) const;

 private:
  void AddRefusal(Refusal refusal);

  const EncodedBatch& batch_;
  std::vector<Refusal> refusals_;  // in the order of the operations
  bool last_answered_ = false;
  bool end_acknowledged_ = false;
  bool begin_refused_ = false;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_WIRE_BATCH_H_
