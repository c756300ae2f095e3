#include "tests/conformance/replay.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include "tests/conformance/attribute_json.h"

namespace natplan::conformance {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

Bytes FromHex(const std::string& digits) {
  Bytes bytes;
  for (std::size_t i = 0; i + 2 <= digits.size(); i += 2) {
    std::uint8_t byte = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    bytes.push_back(byte);
  }
  return bytes;
}

std::string ErrnoName(int error) {
  if (error == 0) return "0";
  const char* name = strerrorname_np(error);
  return name == nullptr ? std::to_string(error) : name;
}

struct Received {
  nlmsghdr header;
  View payload;
};

std::vector<Received> Split(View datagram) {
  std::vector<Received> messages;
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof(header));
    if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > datagram.size()) break;
    messages.push_back({header, datagram.subspan(sizeof(header), header.nlmsg_len - sizeof(header))});
    datagram = datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return messages;
}

// The number after the header of an ack or of an end of a dump.
int Status(View payload) {
  std::int32_t status = 0;
  if (payload.size() >= sizeof(status)) std::memcpy(&status, payload.data(), sizeof(status));
  return -status;
}

// What an extended ack says of it: the offset and the words.
json ExtendedAck(const Received& message) {
  json list = json::array();
  if ((message.header.nlmsg_flags & NLM_F_ACK_TLVS) == 0) return list;
  std::size_t echoed = sizeof(nlmsghdr);
  if ((message.header.nlmsg_flags & NLM_F_CAPPED) == 0) {
    nlmsghdr original;
    std::memcpy(&original, message.payload.data() + sizeof(std::int32_t), sizeof(original));
    echoed = NLMSG_ALIGN(original.nlmsg_len);
  }
  View rest = message.payload.subspan(std::min(sizeof(std::int32_t) + echoed, message.payload.size()));
  while (rest.size() >= sizeof(nlattr)) {
    nlattr header;
    std::memcpy(&header, rest.data(), sizeof(header));
    if (header.nla_len < sizeof(header) || header.nla_len > rest.size()) break;
    const View value = rest.subspan(sizeof(header), header.nla_len - sizeof(header));
    const int type = header.nla_type & NLA_TYPE_MASK;
    if (type == NLMSGERR_ATTR_MSG) list.push_back({"MSG", std::string(value.begin(), value.end() - 1)});
    if (type == NLMSGERR_ATTR_OFFS && value.size() == sizeof(std::uint32_t)) {
      std::uint32_t offset;
      std::memcpy(&offset, value.data(), sizeof(offset));
      list.push_back({"OFFS", offset});
    }
    rest = rest.subspan(std::min<std::size_t>(NLA_ALIGN(header.nla_len), rest.size()));
  }
  return list;
}

json DataToJson(const Received& message) {
  nfgenmsg generic{};
  if (message.payload.size() < sizeof(generic)) return "short data message";
  std::memcpy(&generic, message.payload.data(), sizeof(generic));
  const int type = message.header.nlmsg_type & 0xff;
  return {{"kind", "data"},
          {"type", MessageName(type)},
          {"nlflags", message.header.nlmsg_flags},
          {"family", FamilyName(generic.nfgen_family)},
          {"res_id", static_cast<unsigned>(generic.res_id & 0xff) << 8 | generic.res_id >> 8},
          {"attrs", AttributesToJson(type, message.payload.subspan(sizeof(generic)))}};
}

json ReplyToJson(const Received& message) {
  if (message.header.nlmsg_type == NLMSG_ERROR) {
    json ack = {{"kind", "ack"},
                {"errno", ErrnoName(Status(message.payload))},
                {"nlflags", message.header.nlmsg_flags},
                {"len", message.header.nlmsg_len}};
    if (json extended = ExtendedAck(message); !extended.empty()) ack["ext"] = std::move(extended);
    return ack;
  }
  if (message.header.nlmsg_type == NLMSG_DONE) {
    return {{"kind", "done"},
            {"errno", ErrnoName(Status(message.payload))},
            {"nlflags", message.header.nlmsg_flags}};
  }
  return DataToJson(message);
}

Bytes DatagramOf(const json& batch) {
  Bytes datagram;
  for (const json& message : batch["messages"]) {
    const Bytes bytes = FromHex(message.contains("hex") ? message["hex"] : message["raw_bytes"]);
    datagram.insert(datagram.end(), bytes.begin(), bytes.end());
  }
  return datagram;
}

// The index of the request that has the reply's sequence number; -1 if none.
int RequestOf(const json& requests, std::uint32_t sequence) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].value("seq", std::uint32_t{0}) == sequence) return static_cast<int>(i);
  }
  return -1;
}

json ReadReplies(Socket& socket, const json& requests) {
  json replies = json::array();
  for (;;) {
    const auto datagram = socket.Receive();
    if (!datagram) {
      if (datagram.error() == EAGAIN) return replies;
      replies.push_back({{"kind", "sockerr"}, {"errno", ErrnoName(datagram.error())}});
      continue;
    }
    for (const Received& message : Split(*datagram)) {
      json reply = ReplyToJson(message);
      reply["msg"] = RequestOf(requests, message.header.nlmsg_seq);
      replies.push_back(std::move(reply));
    }
  }
}

Bytes Request(int type, std::uint8_t family, std::uint16_t flags, const json& strings) {
  Bytes bytes(sizeof(nlmsghdr) + sizeof(nfgenmsg));
  for (const json& string : strings) {
    const std::string value = string[1];
    const nlattr header{.nla_len = static_cast<std::uint16_t>(sizeof(nlattr) + value.size() + 1),
                        .nla_type = string[0].get<std::uint16_t>()};
    const std::size_t start = bytes.size();
    bytes.resize(start + NLA_ALIGN(header.nla_len));
    std::memcpy(bytes.data() + start, &header, sizeof(header));
    std::copy(value.begin(), value.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(start + sizeof(header)));
  }
  const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(bytes.size()),
                        .nlmsg_type = static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | type),
                        .nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags),
                        .nlmsg_seq = 1,
                        .nlmsg_pid = 0};
  const nfgenmsg generic{.nfgen_family = family, .version = NFNETLINK_V0, .res_id = 0};
  std::memcpy(bytes.data(), &header, sizeof(header));
  std::memcpy(bytes.data() + sizeof(header), &generic, sizeof(generic));
  return bytes;
}

// The data messages that answer the request.
json Ask(Socket& socket, int type, std::uint8_t family, std::uint16_t flags, const json& strings) {
  socket.Send(Request(type, family, flags, strings));
  json data = json::array();
  for (json& reply : ReadReplies(socket, json::array())) {
    if (reply["kind"] == "data") data.push_back(std::move(reply));
  }
  return data;
}

std::uint32_t Generation(Socket& observer) {
  for (const json& reply : Ask(observer, NFT_MSG_GETGEN, NFPROTO_UNSPEC, 0, json::array())) {
    for (const json& attribute : reply["attrs"]) {
      if (attribute[0] == "NFTA_GEN_ID") return attribute[1];
    }
  }
  return 0;
}

std::uint8_t FamilyNumber(const std::string& name) {
  for (std::uint8_t family = 0; family < NFPROTO_NUMPROTO; ++family) {
    if (FamilyName(family) == name) return family;
  }
  return NFPROTO_UNSPEC;
}

const json& Attribute(const json& attributes, const char* name) {
  static const json kNothing;
  for (const json& attribute : attributes) {
    if (attribute[0] == name) return attribute[1];
  }
  return kNothing;
}

// Each dump has a socket of its own, as in the recording: what a dump can hold depends on what its socket has
// read before (netlink_dump()).
json Objects(Machine& machine, int type) {
  json objects = json::array();
  const auto observer = machine.Open(false, false);
  for (const json& reply : Ask(*observer, type, NFPROTO_UNSPEC, NLM_F_DUMP, json::array())) {
    objects.push_back({{"family", reply["family"]}, {"attrs", reply["attrs"]}});
  }
  return objects;
}

json Elements(Machine& machine, const json& set) {
  const auto observer = machine.Open(false, false);
  const json& table = Attribute(set["attrs"], "NFTA_SET_TABLE");
  const json& name = Attribute(set["attrs"], "NFTA_SET_NAME");
  json elements = json::array();
  const json names = {{NFTA_SET_ELEM_LIST_TABLE, table}, {NFTA_SET_ELEM_LIST_SET, name}};
  for (const json& reply :
       Ask(*observer, NFT_MSG_GETSETELEM, FamilyNumber(set["family"]), NLM_F_DUMP, names)) {
    for (const json& element : Attribute(reply["attrs"], "NFTA_SET_ELEM_LIST_ELEMENTS")) {
      elements.push_back(element[1]);
    }
  }
  return {{"family", set["family"]}, {"table", table}, {"set", name}, {"elements", std::move(elements)}};
}

json FinalState(Machine& machine) {
  json state = {
      {"tables", Objects(machine, NFT_MSG_GETTABLE)}, {"chains", Objects(machine, NFT_MSG_GETCHAIN)},
      {"sets", Objects(machine, NFT_MSG_GETSET)},     {"rules", Objects(machine, NFT_MSG_GETRULE)},
      {"objs", Objects(machine, NFT_MSG_GETOBJ)},     {"elems", json::array()}};
  for (const json& set : state["sets"]) state["elems"].push_back(Elements(machine, set));
  return state;
}

// A table's owner is a port id, which is another one in each run.
void ReplaceOwner(json& attributes, std::uint32_t port) {
  for (json& attribute : attributes) {
    if (attribute[0] == "NFTA_TABLE_OWNER") attribute[1] = attribute[1] == port ? "the socket" : "another";
  }
}

bool TextLess(const json& a, const json& b) { return a.dump() < b.dump(); }

// Sorts each run of messages that announce deleted elements.
void SortDeletedElements(json& messages) {
  const auto is_other = [](const json& message) { return message["type"] != "DELSETELEM"; };
  for (auto start = messages.begin(); start != messages.end();) {
    const auto end = std::find_if(start, messages.end(), is_other);
    std::sort(start, end, TextLess);
    start = end == messages.end() ? end : std::next(end);
  }
}

// Makes both states comparable: where the order of a set's elements is the kernel's secret they are sorted.
void Normalise(json& state, const json& recorded, std::uint32_t port) {
  for (json& table : state["tables"]) ReplaceOwner(table["attrs"], port);
  json& sets = state["elems"];
  for (std::size_t i = 0; i < sets.size(); ++i) {
    sets[i].erase("order");
    const json& model = i < recorded.size() ? recorded[i] : json();
    if (model.value("order", "kernel") != "sorted") continue;
    std::sort(sets[i]["elements"].begin(), sets[i]["elements"].end(), TextLess);
  }
}

void Compare(const std::string& what, const json& expected, const json& actual,
             std::vector<std::string>& lines) {
  if (expected == actual) return;
  if (expected.is_array() && actual.is_array()) {
    for (std::size_t i = 0; i < std::max(expected.size(), actual.size()); ++i) {
      const json left = i < expected.size() ? expected[i] : json("nothing");
      const json right = i < actual.size() ? actual[i] : json("nothing");
      if (left != right)
        lines.push_back(what + ' ' + std::to_string(i) + ": " + left.dump() + " became " + right.dump());
    }
    return;
  }
  lines.push_back(what + ": " + expected.dump() + " became " + actual.dump());
}

}  // namespace

std::vector<std::string> Differences(const json& recorded, Machine& machine) {
  std::vector<std::string> lines;
  const json& options = recorded["socket"];
  const auto socket = machine.Open(options.value("ext_ack", false), options.value("cap_ack", false));
  const auto observer = machine.Open(false, false);
  const std::uint32_t before = Generation(*observer);
  std::size_t number = 0;
  for (const json& batch : recorded["batches"]) {
    const std::string name = "batch " + std::to_string(number++);
    const int error = socket->Send(DatagramOf(batch));
    Compare(name + " sending", batch["send_error"], error == 0 ? json() : json(ErrnoName(error)), lines);
    Compare(name + " reply", batch["replies"], ReadReplies(*socket, batch["messages"]), lines);
    Compare(name + " generation", batch["genid_after"], Generation(*observer), lines);
  }
  Compare("generations", recorded["genid_delta"], Generation(*observer) - before, lines);
  json expected = recorded["final"];
  json actual = FinalState(machine);
  const json orders = expected["elems"];
  // Only the socket itself can own a table here.
  for (json& table : expected["tables"]) {
    for (json& attribute : table["attrs"]) {
      if (attribute[0] == "NFTA_TABLE_OWNER") attribute[1] = socket->port();
    }
  }
  Normalise(expected, orders, socket->port());
  Normalise(actual, orders, socket->port());
  for (const char* kind : {"tables", "chains", "sets", "rules", "objs", "elems"}) {
    Compare(kind, expected[kind], actual[kind], lines);
  }
  return lines;
}

json Notifications(const json& recorded, Machine& machine) {
  // A hash set is flushed in an order that differs in each namespace.
  const auto is_sorted = [](const json& set) { return set["order"] == "sorted"; };
  const json& sets = recorded["final"]["elems"];
  const bool any_order = std::any_of(sets.begin(), sets.end(), is_sorted);
  const auto listener = machine.Open(false, false);
  listener->Listen();
  const auto socket = machine.Open(false, false);
  json datagrams = json::array();
  for (const json& batch : recorded["batches"]) {
    socket->Send(DatagramOf(batch));
    ReadReplies(*socket, batch["messages"]);
    for (auto datagram = listener->Receive(); datagram; datagram = listener->Receive()) {
      json messages = json::array();
      for (const Received& message : Split(*datagram)) {
        json notification = DataToJson(message);
        notification["seq"] = message.header.nlmsg_seq;
        ReplaceOwner(notification["attrs"], socket->port());
        messages.push_back(std::move(notification));
      }
      if (any_order) SortDeletedElements(messages);
      datagrams.push_back(std::move(messages));
    }
  }
  return datagrams;
}

json LoadCases() {
  std::ifstream file("tests/conformance/cases.json");
  return json::parse(file)["cases"];
}

}  // namespace natplan::conformance
