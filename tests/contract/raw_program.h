// Another program, whose messages are written by hand: they say what natplan's operations cannot.
#ifndef NATPLAN_TESTS_CONTRACT_RAW_PROGRAM_H_
#define NATPLAN_TESTS_CONTRACT_RAW_PROGRAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/netlink/socket.h"
#include "core/values/address.h"
#include "core/values/operation.h"

namespace natplan::contract {

// Each call is one batch, or one question, over the socket; without a socket each is false.
class RawProgram {
 public:
  explicit RawProgram(std::unique_ptr<NetlinkSocket> socket) : socket_(std::move(socket)) {}

  // Whether the kernel took it.
  bool FlushRuleset();
  bool MakeTable(const TableId& table, std::uint32_t flags);
  bool MakeRegularChain(const TableId& table, const std::string& chain);
  bool MakeSetOfSize(const TableId& table, const std::string& set, const SetShape& shape, std::uint32_t size);
  // An element without a key, which matches whatever the set holds no other for; its data is all zero.
  bool AddCatchAll(const TableId& table, const std::string& set, const SetShape& shape);
  // Whether the interval set matches the address.
  bool Matches(const TableId& table, const std::string& set, const Address& address);

 private:
  // `put` appends the messages between the batch's begin and its end.
  bool SendBatch(const std::function<void(std::vector<std::uint8_t>&)>& put);

  std::unique_ptr<NetlinkSocket> socket_;
};

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_RAW_PROGRAM_H_
