#include "tests/wire/netlink_socket.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "core/wire/batch.h"
#include "core/wire/dump.h"

namespace natplan::wire {
namespace {

void Require(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::abort();
}

void SetOption(int descriptor, int option) {
  const int on = 1;
  Require(setsockopt(descriptor, SOL_NETLINK, option, &on, sizeof(on)) == 0, "setsockopt");
}

}  // namespace

NetlinkSocket::NetlinkSocket() : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER)) {
  Require(descriptor_ >= 0, "socket");
  SetOption(descriptor_, NETLINK_EXT_ACK);
  SetOption(descriptor_, NETLINK_CAP_ACK);
}

NetlinkSocket::~NetlinkSocket() { close(descriptor_); }

std::vector<std::vector<std::uint8_t>> NetlinkSocket::Ask(const std::vector<std::uint8_t>& bytes) {
  Require(send(descriptor_, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "send");
  std::vector<std::vector<std::uint8_t>> answers;
  std::vector<std::uint8_t> buffer(1 << 17);
  // The kernel answers within send, or, a dump, within recv.
  for (;;) {
    const ssize_t size = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size < 0) return answers;
    answers.emplace_back(buffer.begin(), buffer.begin() + size);
  }
}

Outcome NetlinkSocket::Commit(const Transaction& transaction) {
  const EncodedBatch batch = Encode(transaction, sequence_);
  sequence_ = NextSequence(batch.end_sequence != 0 ? batch.end_sequence : batch.messages.back().sequence);
  BatchReplies replies(batch);
  for (const auto& answer : Ask(batch.bytes)) replies.Add(answer);
  return replies.outcome(0);
}

Snapshot NetlinkSocket::Read(const ReadRequest& request) {
  DumpReader reader(request);
  const auto ask = [&](const std::vector<std::uint8_t>& bytes) {
    reader.Expect(sequence_);
    for (const auto& answer : Ask(bytes)) reader.Add(answer);
    sequence_ = NextSequence(sequence_);
    Require(reader.done() && reader.errno_value() == 0 && !reader.interrupted(), "dump");
  };
  ask(EncodeGetGeneration(sequence_));
  for (const Family family : kFamilies) ask(EncodeDumpTables(family, sequence_));
  for (const Family family : kFamilies) ask(EncodeDumpChains(family, sequence_));
  for (std::size_t i = 0; i < reader.snapshot().tables.size(); ++i) {
    const TableSnapshot& table = reader.snapshot().tables[i];
    ask(EncodeDumpSets(table.id, sequence_));
    ask(EncodeDumpRules(table.id, sequence_));
    ask(EncodeDumpObjects(table.id, sequence_));
    ask(EncodeDumpFlowtables(table.id, sequence_));
    for (const SetSnapshot& set : table.sets) ask(EncodeDumpElements(table.id, set.name, sequence_));
  }
  return reader.snapshot();
}

std::string OutputOf(const std::string& command) {
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  Require(pipe != nullptr, "popen");
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), size);
  pclose(pipe);
  return text;
}

}  // namespace natplan::wire
