#include "core/wire/batch.h"

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/wire/element_encoder.h"
#include "core/wire/message_writer.h"
#include "core/wire/numbers.h"
#include "core/wire/put_expression.h"
#include "core/wire/userdata.h"

namespace natplan {
namespace {

using wire::ElementList;
using wire::Header;
using wire::MessageWriter;

// Room for a rule, the longest of the messages that carry no elements.
constexpr std::size_t kUsualMessageSize = 640;

ElementList ListOf(const AddElements& add) {
  return {.table = add.table, .set = add.set, .elements = add.elements, .with_data = true};
}

ElementList ListOf(const DeleteElements& remove) {
  return {.table = remove.table, .set = remove.set, .elements = remove.elements};
}

// How the elements of all operations go into messages, and how many bytes the batch takes.
struct Plan {
  std::vector<wire::ElementMessage> element_messages;  // of all operations, in their order
  std::size_t size = 2 * kUsualMessageSize;
};

Plan MakePlan(const Transaction& transaction) {
  Plan plan;
  for (const Operation& operation : transaction.operations) {
    if (const auto* add = std::get_if<AddElements>(&operation)) {
      plan.size += DivideIntoMessages(ListOf(*add), plan.element_messages);
    } else if (const auto* remove = std::get_if<DeleteElements>(&operation)) {
      plan.size += DivideIntoMessages(ListOf(*remove), plan.element_messages);
    } else {
      plan.size += kUsualMessageSize;
    }
  }
  return plan;
}

class Encoder {
 public:
  Encoder(std::span<const wire::ElementMessage> element_messages, EncodedBatch& batch,
          std::uint32_t first_sequence)
      : element_messages_(element_messages), batch_(batch), sequence_(first_sequence) {}

  void PutBegin(std::optional<std::uint32_t> generation) {
    batch_.begin_sequence = sequence_;
    MessageWriter writer(batch_.bytes, BatchHeader(NFNL_MSG_BATCH_BEGIN));
    if (generation) writer.PutU32(NFNL_BATCH_GENID, *generation);
    writer.Finish();
  }

  void PutEnd() {
    batch_.end_sequence = sequence_;
    MessageWriter(batch_.bytes, BatchHeader(NFNL_MSG_BATCH_END)).Finish();
  }

  // Asks for an answer to the last message.
  void AcknowledgeLast() {
    std::uint8_t* const flags_at =
        batch_.bytes.data() + batch_.messages.back().offset + offsetof(nlmsghdr, nlmsg_flags);
    std::uint16_t flags = 0;
    std::memcpy(&flags, flags_at, sizeof(flags));
    flags |= NLM_F_ACK;
    std::memcpy(flags_at, &flags, sizeof(flags));
  }

  void Put(std::size_t index, const Operation& operation) {
    operation_ = index;
    std::visit(*this, operation);
  }

  void operator()(const EnsureTable& ensure) {
    MessageWriter writer = Start(NFT_MSG_NEWTABLE, NLM_F_CREATE, ensure.table);
    writer.PutString(NFTA_TABLE_NAME, ensure.table.name);
    writer.PutU32(NFTA_TABLE_FLAGS, 0);  // Without it a dormant table stays dormant.
    PutComment(writer, NFTA_TABLE_USERDATA, ensure.comment);
    writer.Finish();
  }

  void operator()(const DeleteTable& remove) {
    MessageWriter writer = Start(NFT_MSG_DELTABLE, 0, remove.table);
    writer.PutString(NFTA_TABLE_NAME, remove.table.name);
    writer.Finish();
  }

  void operator()(const EnsureChain& ensure) {
    MessageWriter writer = Start(NFT_MSG_NEWCHAIN, NLM_F_CREATE, ensure.table);
    writer.PutString(NFTA_CHAIN_TABLE, ensure.table.name);
    writer.PutString(NFTA_CHAIN_NAME, ensure.chain);
    writer.PutString(NFTA_CHAIN_TYPE, ensure.base.type);
    const std::size_t hook = writer.OpenNest(NFTA_CHAIN_HOOK);
    writer.PutU32(NFTA_HOOK_HOOKNUM, static_cast<std::uint32_t>(ensure.base.hook));
    writer.PutU32(NFTA_HOOK_PRIORITY, static_cast<std::uint32_t>(ensure.base.priority));
    writer.CloseNest(hook);
    // Without it a chain that is there keeps its policy.
    writer.PutU32(NFTA_CHAIN_POLICY, static_cast<std::uint32_t>(ensure.base.policy));
    writer.Finish();
  }

  void operator()(const DeleteChain& remove) {
    MessageWriter writer = Start(NFT_MSG_DELCHAIN, 0, remove.table);
    writer.PutString(NFTA_CHAIN_TABLE, remove.table.name);
    writer.PutString(NFTA_CHAIN_NAME, remove.chain);
    writer.Finish();
  }

  void operator()(const FlushChain& flush) {
    MessageWriter writer = Start(NFT_MSG_DELRULE, 0, flush.table);
    writer.PutString(NFTA_RULE_TABLE, flush.table.name);
    writer.PutString(NFTA_RULE_CHAIN, flush.chain);  // Without a handle: all rules of the chain.
    writer.Finish();
  }

  void operator()(const EnsureSet& ensure) {
    const SetShape& shape = ensure.shape;
    const std::uint32_t flags = shape.other_flags | (shape.interval ? std::uint32_t{NFT_SET_INTERVAL} : 0) |
                                (shape.is_map ? std::uint32_t{NFT_SET_MAP} : 0);
    MessageWriter writer = Start(NFT_MSG_NEWSET, NLM_F_CREATE, ensure.table);
    writer.PutString(NFTA_SET_TABLE, ensure.table.name);
    writer.PutString(NFTA_SET_NAME, ensure.set);
    writer.PutU32(NFTA_SET_ID, ++last_set_id_);  // Mandatory, though the rules look sets up by name.
    writer.PutU32(NFTA_SET_KEY_LEN, shape.key_length);
    if (flags != 0) writer.PutU32(NFTA_SET_FLAGS, flags);
    writer.PutU32(NFTA_SET_KEY_TYPE, shape.key_type);
    if (shape.is_map) {
      writer.PutU32(NFTA_SET_DATA_TYPE, shape.data_type);
      writer.PutU32(NFTA_SET_DATA_LEN, shape.data_length);
    }
    writer.Finish();
  }

  void operator()(const DeleteSet& remove) {
    MessageWriter writer = Start(NFT_MSG_DELSET, 0, remove.table);
    writer.PutString(NFTA_SET_TABLE, remove.table.name);
    writer.PutString(NFTA_SET_NAME, remove.set);
    writer.Finish();
  }

  void operator()(const FlushSet& flush) {
    MessageWriter writer = Start(NFT_MSG_DELSETELEM, 0, flush.table);
    writer.PutString(NFTA_SET_ELEM_LIST_TABLE, flush.table.name);
    writer.PutString(NFTA_SET_ELEM_LIST_SET, flush.set);  // Without a list: all elements.
    writer.Finish();
  }

  void operator()(const AppendRule& append) {
    MessageWriter writer = Start(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND, append.table);
    writer.PutString(NFTA_RULE_TABLE, append.table.name);
    writer.PutString(NFTA_RULE_CHAIN, append.chain);
    const std::size_t list = writer.OpenNest(NFTA_RULE_EXPRESSIONS);
    for (const Expression& expression : append.expressions) {
      const std::size_t element = writer.OpenNest(NFTA_LIST_ELEM);
      PutExpression(writer, expression);
      writer.CloseNest(element);
    }
    writer.CloseNest(list);
    PutComment(writer, NFTA_RULE_USERDATA, append.comment);
    writer.Finish();
  }

  void operator()(const DeleteRule& remove) {
    MessageWriter writer = Start(NFT_MSG_DELRULE, 0, remove.table);
    writer.PutString(NFTA_RULE_TABLE, remove.table.name);
    writer.PutString(NFTA_RULE_CHAIN, remove.chain);
    writer.PutU64(NFTA_RULE_HANDLE, remove.handle);
    writer.Finish();
  }

  void operator()(const AddElements& add) {
    const unsigned exclusive = add.exclusive ? NLM_F_EXCL : 0;
    PutElements(NFT_MSG_NEWSETELEM, NLM_F_CREATE | exclusive, ListOf(add));
  }

  void operator()(const DeleteElements& remove) { PutElements(NFT_MSG_DELSETELEM, 0, ListOf(remove)); }

 private:
  void PutElements(unsigned message_number, unsigned flags, const ElementList& list) {
    for (bool last = false; !last;) {
      const wire::ElementMessage& message = element_messages_.front();
      const Header header = NextHeader(message_number, flags, list.table);
      batch_.messages.back().first_element = message.first;
      batch_.messages.back().nodes_per_element = message.nodes_per_element;
      EncodeElements(list, message, header, batch_.bytes);
      last = message.end == list.elements.size();
      element_messages_ = element_messages_.subspan(1);
    }
  }

  MessageWriter Start(unsigned message, unsigned flags, const TableId& table) {
    return MessageWriter(batch_.bytes, NextHeader(message, flags, table));
  }

  // Records a message of the current operation.
  Header NextHeader(unsigned message, unsigned flags, const TableId& table) {
    batch_.messages.push_back(
        {.offset = batch_.bytes.size(), .sequence = sequence_, .operation = operation_});
    return {.type = wire::MessageType(message),
            .flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags),
            .sequence = TakeSequence(),
            .protocol = wire::ProtocolOf(table.family)};
  }

  Header BatchHeader(std::uint16_t type) {
    return {.type = type,
            .flags = NLM_F_REQUEST | NLM_F_ACK,
            .sequence = TakeSequence(),
            .protocol = NFPROTO_UNSPEC,
            .resource_id = NFNL_SUBSYS_NFTABLES};
  }

  std::uint32_t TakeSequence() {
    const std::uint32_t taken = sequence_;
    sequence_ = NextSequence(sequence_);
    return taken;
  }

  std::span<const wire::ElementMessage> element_messages_;  // those that are still to come
  EncodedBatch& batch_;
  std::uint32_t sequence_;
  std::size_t operation_ = 0;
  std::uint32_t last_set_id_ = 0;
};

}  // namespace

EncodedBatch Encode(const Transaction& transaction, std::uint32_t first_sequence) {
  EncodedBatch batch;
  if (transaction.operations.empty()) return batch;
  const Plan plan = MakePlan(transaction);
  batch.bytes.reserve(plan.size);
  batch.messages.reserve(transaction.operations.size() + plan.element_messages.size());
  Encoder encoder(plan.element_messages, batch, first_sequence);
  encoder.PutBegin(transaction.required_generation);
  for (std::size_t i = 0; i < transaction.operations.size(); ++i) encoder.Put(i, transaction.operations[i]);
  encoder.AcknowledgeLast();
  if (!transaction.check_only) encoder.PutEnd();
  return batch;
}

}  // namespace natplan
