#include "kernel_sim/batch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "kernel_sim/message_table.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/validate.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFNL_BATCH_MAX + 1> kBeginPolicy = {{
    {}, {AttributeKind::kU32},  // NFNL_BATCH_GENID
}};

constexpr unsigned kSubsystemCount = 13;  // NFNL_SUBSYS_COUNT
static_assert(NFNL_SUBSYS_COUNT == kSubsystemCount);

std::span<const std::uint8_t> AttributesOf(const MessageView& message) {
  const auto payload = message.payload();
  return payload.subspan(std::min(payload.size(), sizeof(nfgenmsg)));
}

// What BATCH_BEGIN says: 0, or why the batch is not even begun.
int CheckBegin(const NfTables& state, const MessageView& begin, std::span<const std::uint8_t> datagram) {
  AttributeTable<NFNL_BATCH_MAX + 1> attributes;
  if (const int error = ParseAttributes(AttributesOf(begin), kBeginPolicy, attributes.at, nullptr))
    return error;
  // A BEGIN that is too short is read on into the next header, as the kernel does.
  const std::uint8_t high = datagram[NLMSG_HDRLEN + 2];
  const std::uint8_t low = datagram[NLMSG_HDRLEN + 3];
  unsigned subsystem = unsigned{high} << 8 | low;
  // Old versions of nft wrote the number in the machine's byte order.
  if (high == NFNL_SUBSYS_NFTABLES && low == 0) subsystem = NFNL_SUBSYS_NFTABLES;
  if (subsystem >= kSubsystemCount) return EINVAL;
  if (subsystem != NFNL_SUBSYS_NFTABLES || !state.profile.nf_tables) return EOPNOTSUPP;
  if (attributes[NFNL_BATCH_GENID]) {
    const std::uint32_t wanted = ReadU32(attributes[NFNL_BATCH_GENID]);
    if (wanted != 0 && wanted != state.generation) return ERESTART;
  }
  return 0;
}

// How the loop over the messages ended.
enum class End : std::uint8_t { kBatchEnd, kNoBatchEnd, kMalformed };

class Batch {
 public:
  Batch(NfTables& state, const Sender& sender, const MessageView& begin, std::span<const std::uint8_t> body)
      : state_(state), sender_(sender), begin_(begin), body_(body) {}

  BatchResult Run(bool listeners) {
    ++state_.batch;
    End end = RunMessages();
    if (end == End::kBatchEnd && !failed_) {
      CommitOutcome outcome = Commit(state_, sender_, listeners, result_.notifications);
      if (outcome == CommitOutcome::kReplay) {
        Replay();
        outcome =
            failed_ ? CommitOutcome::kReplay : Commit(state_, sender_, listeners, result_.notifications);
      }
      Finish(outcome);
    } else if (end == End::kNoBatchEnd && !failed_ && !ValidateTables(state_)) {
      // A check: the batch runs again only to find the message to blame.
      Replay();
    }
    Abort(state_);
    ForgetValidation(state_);
    return std::move(result_);
  }

 private:
  void Replay() {
    Abort(state_);
    ++state_.batch;
    RunMessages();
  }

  void Finish(CommitOutcome outcome) {
    const std::optional<MessageView> first = FirstMessage(body_);
    switch (outcome) {
      case CommitOutcome::kCommitted:
        result_.committed = true;
        result_.generation_sequence = first->header.nlmsg_seq;
        result_.generation_echo = (first->header.nlmsg_flags & NLM_F_ECHO) != 0;
        [[fallthrough]];
      case CommitOutcome::kNothingToDo:
        if ((end_message_.header.nlmsg_flags & NLM_F_ACK) != 0) Acknowledge(end_message_, 0, {});
        break;
      case CommitOutcome::kRefused:
        result_.acks.insert(result_.acks.begin(), {*first, EINVAL, {}});
        break;
      case CommitOutcome::kReplay:
        break;
    }
  }

  void Acknowledge(const MessageView& message, int error, const ExtAck& extack) {
    result_.acks.push_back({message, error, extack});
    if (error != 0) failed_ = true;
  }

  End RunMessages() {
    result_.acks.clear();
    failed_ = false;
    if ((begin_.header.nlmsg_flags & NLM_F_ACK) != 0) Acknowledge(begin_, 0, {});
    for (auto rest = body_; rest.size() >= NLMSG_HDRLEN;) {
      const std::optional<MessageView> message = FirstMessage(rest);
      if (!message || message->payload().size() < sizeof(nfgenmsg)) return Malformed();
      const std::uint16_t type = message->header.nlmsg_type;
      const bool is_request = (message->header.nlmsg_flags & NLM_F_REQUEST) != 0;
      if (is_request && type == NFNL_MSG_BATCH_BEGIN) return Malformed();
      if (is_request && type == NFNL_MSG_BATCH_END) {
        end_message_ = *message;
        return End::kBatchEnd;
      }
      ExtAck extack;
      const int error = is_request ? RunMessage(*message, extack) : EINVAL;
      if (error != 0 || (message->header.nlmsg_flags & NLM_F_ACK) != 0) Acknowledge(*message, error, extack);
      rest = AfterMessage(rest, *message);
    }
    return End::kNoBatchEnd;
  }

  // The whole batch is dropped without a word.
  End Malformed() {
    result_.acks.clear();
    failed_ = true;
    return End::kMalformed;
  }

  int RunMessage(const MessageView& message, ExtAck& extack) {
    if (message.header.nlmsg_type < NLMSG_MIN_TYPE || message.subsystem() != NFNL_SUBSYS_NFTABLES)
      return EINVAL;
    const MessageKind* kind = FindMessageKind(message.number());
    if (kind == nullptr || kind->change == nullptr) return EINVAL;
    std::array<Attribute, kAttributeLimit> attributes;
    const auto used = std::span(attributes).first(kind->policy.size());
    if (const int error = ParseAttributes(AttributesOf(message), kind->policy, used, &extack)) return error;
    return kind->change(state_, {message, message.payload()[0], used, &sender_, &extack});
  }

  NfTables& state_;
  const Sender& sender_;
  MessageView begin_;
  std::span<const std::uint8_t> body_;
  MessageView end_message_;
  bool failed_ = false;
  BatchResult result_;
};

}  // namespace

BatchResult RunBatch(NfTables& state, const Sender& sender, bool listeners,
                     std::span<const std::uint8_t> datagram) {
  const MessageView begin = *FirstMessage(datagram);
  if (datagram.size() < NLMSG_HDRLEN + sizeof(nfgenmsg)) return {};
  if (const int error = CheckBegin(state, begin, datagram)) {
    BatchResult result;
    result.acks.push_back({begin, error, {}});
    return result;
  }
  return Batch(state, sender, begin, AfterMessage(datagram, begin)).Run(listeners);
}

}  // namespace natplan::kernel_sim
