// Requests for what the kernel holds, and the snapshot that is made of the answers.
#ifndef NATPLAN_CORE_WIRE_DUMP_H_
#define NATPLAN_CORE_WIRE_DUMP_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/values/snapshot.h"

namespace natplan {

// One message; `sequence` is in nlmsg_seq of every part of the answer.
std::vector<std::uint8_t> EncodeGetGeneration(std::uint32_t sequence);
// Dumps (NLM_F_DUMP). Rules are filtered by the table's name; chains, sets, objects and flowtables by family.
std::vector<std::uint8_t> EncodeDumpTables(Family family, std::uint32_t sequence);
std::vector<std::uint8_t> EncodeDumpChains(Family family, std::uint32_t sequence);
std::vector<std::uint8_t> EncodeDumpSets(const TableId& table, std::uint32_t sequence);
std::vector<std::uint8_t> EncodeDumpRules(const TableId& table, std::uint32_t sequence);
std::vector<std::uint8_t> EncodeDumpObjects(const TableId& table, std::uint32_t sequence);
std::vector<std::uint8_t> EncodeDumpFlowtables(const TableId& table, std::uint32_t sequence);
std::vector<std::uint8_t> EncodeDumpElements(const TableId& table, const std::string& set,
                                             std::uint32_t sequence);
// The element with this key, and an acknowledgement; ENOENT if there is none. Of an interval set the start,
// or the end, of the range that contains the key.
enum class ElementNode { kStart, kEnd };  // the only one of a set without intervals is its start
std::vector<std::uint8_t> EncodeGetElement(const KeyRequest& wanted, ElementNode node,
                                           std::uint32_t sequence);

// Collects the answers to one request at a time and puts them into a snapshot. Accepts any bytes.
//
// What is in a table is kept only if the table is: dump the tables first, then chains and sets, then rules
// and elements. What belongs to a table that was not asked for is passed over.
class DumpReader {
 public:
  explicit DumpReader(const ReadRequest& request);

  // The answer to the request with this sequence number is what comes next.
  void Expect(std::uint32_t sequence);
  // One datagram from the kernel; what does not answer the expected request is passed over.
  void Add(std::span<const std::uint8_t> datagram);

  // The expected answer is complete (NLMSG_DONE, NLMSG_ERROR, or NEWGEN).
  bool done() const { return done_; }
  // Of the expected answer: 0, or a positive errno(3). ENOENT: the table or set does not exist.
  int errno_value() const { return errno_value_; }
  // Any part so far carried NLM_F_DUMP_INTR, or was malformed.
  bool interrupted() const { return interrupted_; }
  // NFTA_GEN_ID of the last NEWGEN; 0 if none came.
  std::uint32_t generation() const { return snapshot_.generation; }

  // What was collected so far, only the requested tables, in their order in the request; generation() is
  // filled in.
  const Snapshot& snapshot() const { return snapshot_; }

 private:
  ReadRequest request_;
  Snapshot snapshot_;
  std::uint32_t sequence_ = 0;
  bool done_ = true;
  bool interrupted_ = false;
  int errno_value_ = 0;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_WIRE_DUMP_H_
