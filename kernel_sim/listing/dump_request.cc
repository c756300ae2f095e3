#include "kernel_sim/listing/dump_request.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

#include "kernel_sim/listing/attribute_reader.h"

namespace natplan::kernel_sim {
namespace {

using listing::Bytes;
using listing::SetKey;

constexpr std::size_t kAlignment = 4;

template <typename Header>
void Append(Bytes& bytes, const Header& header) {
  const std::size_t start = bytes.size();
  bytes.resize(start + sizeof(header));
  std::memcpy(bytes.data() + start, &header, sizeof(header));
}

void AppendString(Bytes& bytes, std::uint16_t type, const std::string& value) {
  Append(bytes,
         nlattr{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + value.size() + 1), .nla_type = type});
  bytes.insert(bytes.end(), value.begin(), value.end());
  bytes.push_back(0);
  while (bytes.size() % kAlignment != 0) bytes.push_back(0);
}

Bytes Request(int type, std::uint8_t family, std::uint32_t sequence) {
  Bytes bytes;
  Append(bytes, nlmsghdr{.nlmsg_len = 0,
                         .nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type),
                         .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                         .nlmsg_seq = sequence,
                         .nlmsg_pid = 0});
  Append(bytes, nfgenmsg{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0});
  return bytes;
}

// Writes the length, which is known at the end.
Bytes Finished(Bytes bytes) {
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data(), &length, sizeof(length));
  return bytes;
}

}  // namespace

std::vector<std::uint8_t> DumpRequest(Dump dump, std::uint32_t sequence) {
  int type = NFT_MSG_GETTABLE;
  switch (dump) {
    case Dump::kTables:
      break;
    case Dump::kChains:
      type = NFT_MSG_GETCHAIN;
      break;
    case Dump::kSets:
      type = NFT_MSG_GETSET;
      break;
    case Dump::kRules:
      type = NFT_MSG_GETRULE;
      break;
  }
  return Finished(Request(type, NFPROTO_UNSPEC, sequence));
}

std::vector<std::uint8_t> ElementsDumpRequest(const SetKey& set, std::uint32_t sequence) {
  Bytes bytes = Request(NFT_MSG_GETSETELEM, set.first.family, sequence);
  AppendString(bytes, NFTA_SET_ELEM_LIST_TABLE, set.first.name);
  AppendString(bytes, NFTA_SET_ELEM_LIST_SET, set.second);
  return Finished(std::move(bytes));
}

}  // namespace natplan::kernel_sim
