#include "tests/contract/raw_program.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <array>
#include <cstring>

#include "core/wire/message_writer.h"

namespace natplan::contract {
namespace {

constexpr std::uint16_t kNfTables = NFNL_SUBSYS_NFTABLES << 8U;

std::uint8_t ProtocolNumber(Family family) { return family == Family::kIp ? NFPROTO_IPV4 : NFPROTO_IPV6; }

// Of the one message of a batch, which makes something in the family.
wire::Header MakingHeader(std::uint16_t message, Family family) {
  return {.type = static_cast<std::uint16_t>(kNfTables | message),
          .flags = NLM_F_REQUEST | NLM_F_CREATE,
          .sequence = 2,
          .protocol = ProtocolNumber(family)};
}

}  // namespace

bool RawProgram::SendBatch(const std::function<void(std::vector<std::uint8_t>&)>& put) {
  if (!socket_) return false;
  std::vector<std::uint8_t> bytes;
  const wire::Header control{
      .flags = NLM_F_REQUEST | NLM_F_ACK, .sequence = 1, .resource_id = NFNL_SUBSYS_NFTABLES};
  wire::Header begin = control;
  begin.type = NFNL_MSG_BATCH_BEGIN;
  wire::MessageWriter(bytes, begin).Finish();
  put(bytes);
  wire::Header end = control;
  end.type = NFNL_MSG_BATCH_END;
  wire::MessageWriter(bytes, end).Finish();
  if (!socket_->Send(bytes)) return false;
  bool taken = true;
  std::array<std::uint8_t, 8192> answer;
  while (const auto received = socket_->Receive(answer)) {
    nlmsgerr error;
    if (received->size < sizeof(nlmsghdr) + sizeof(error)) continue;
    std::memcpy(&error, answer.data() + sizeof(nlmsghdr), sizeof(error));
    taken = taken && error.error == 0;
  }
  return taken;
}

bool RawProgram::FlushRuleset() {
  return SendBatch([](std::vector<std::uint8_t>& bytes) {
    wire::MessageWriter(bytes, {.type = kNfTables | NFT_MSG_DELTABLE, .flags = NLM_F_REQUEST, .sequence = 2})
        .Finish();
  });
}

bool RawProgram::MakeTable(const TableId& table, std::uint32_t flags) {
  return SendBatch([&](std::vector<std::uint8_t>& bytes) {
    wire::MessageWriter writer(bytes, MakingHeader(NFT_MSG_NEWTABLE, table.family));
    writer.PutString(NFTA_TABLE_NAME, table.name);
    writer.PutU32(NFTA_TABLE_FLAGS, flags);
    writer.Finish();
  });
}

bool RawProgram::MakeRegularChain(const TableId& table, const std::string& chain) {
  return SendBatch([&](std::vector<std::uint8_t>& bytes) {
    wire::MessageWriter writer(bytes, MakingHeader(NFT_MSG_NEWCHAIN, table.family));
    writer.PutString(NFTA_CHAIN_TABLE, table.name);
    writer.PutString(NFTA_CHAIN_NAME, chain);
    writer.Finish();
  });
}

bool RawProgram::MakeSetOfSize(const TableId& table, const std::string& set, const SetShape& shape,
                               std::uint32_t size) {
  return SendBatch([&](std::vector<std::uint8_t>& bytes) {
    wire::MessageWriter writer(bytes, MakingHeader(NFT_MSG_NEWSET, table.family));
    writer.PutString(NFTA_SET_TABLE, table.name);
    writer.PutString(NFTA_SET_NAME, set);
    writer.PutU32(NFTA_SET_FLAGS, shape.interval ? std::uint32_t{NFT_SET_INTERVAL} : 0U);
    writer.PutU32(NFTA_SET_KEY_TYPE, shape.key_type);
    writer.PutU32(NFTA_SET_KEY_LEN, shape.key_length);
    writer.PutU32(NFTA_SET_ID, 1);
    const std::size_t description = writer.OpenNest(NFTA_SET_DESC);
    writer.PutU32(NFTA_SET_DESC_SIZE, size);
    writer.CloseNest(description);
    writer.Finish();
  });
}

bool RawProgram::AddCatchAll(const TableId& table, const std::string& set, const SetShape& shape) {
  return SendBatch([&](std::vector<std::uint8_t>& bytes) {
    wire::MessageWriter writer(bytes, MakingHeader(NFT_MSG_NEWSETELEM, table.family));
    writer.PutString(NFTA_SET_ELEM_LIST_TABLE, table.name);
    writer.PutString(NFTA_SET_ELEM_LIST_SET, set);
    const std::size_t list = writer.OpenNest(NFTA_SET_ELEM_LIST_ELEMENTS);
    const std::size_t element = writer.OpenNest(NFTA_LIST_ELEM);
    writer.PutU32(NFTA_SET_ELEM_FLAGS, NFT_SET_ELEM_CATCHALL);
    if (shape.is_map) {
      const std::size_t data = writer.OpenNest(NFTA_SET_ELEM_DATA);
      writer.PutBytes(NFTA_DATA_VALUE, std::vector<std::uint8_t>(shape.data_length));
      writer.CloseNest(data);
    }
    writer.CloseNest(element);
    writer.CloseNest(list);
    writer.Finish();
  });
}

bool RawProgram::Matches(const TableId& table, const std::string& set, const Address& address) {
  if (!socket_) return false;
  std::vector<std::uint8_t> bytes;
  wire::MessageWriter writer(bytes, {.type = kNfTables | NFT_MSG_GETSETELEM,
                                     .flags = NLM_F_REQUEST,
                                     .sequence = 3,
                                     .protocol = ProtocolNumber(table.family)});
  writer.PutString(NFTA_SET_ELEM_LIST_TABLE, table.name);
  writer.PutString(NFTA_SET_ELEM_LIST_SET, set);
  const std::size_t list = writer.OpenNest(NFTA_SET_ELEM_LIST_ELEMENTS);
  const std::size_t element = writer.OpenNest(NFTA_LIST_ELEM);
  const std::size_t key = writer.OpenNest(NFTA_SET_ELEM_KEY);
  writer.PutBytes(NFTA_DATA_VALUE, address.bytes());
  writer.CloseNest(key);
  writer.CloseNest(element);
  writer.CloseNest(list);
  writer.Finish();
  if (!socket_->Send(bytes)) return false;
  bool found = false;
  std::array<std::uint8_t, 8192> answer;
  while (const auto received = socket_->Receive(answer)) {
    nlmsghdr header;
    if (received->size < sizeof(header)) continue;
    std::memcpy(&header, answer.data(), sizeof(header));
    found = found || header.nlmsg_type == (kNfTables | NFT_MSG_NEWSETELEM);
  }
  return found;
}

}  // namespace natplan::contract
