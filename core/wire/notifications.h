// What the kernel announces of each commit (group NFNLGRP_NFTABLES), as changes.
#ifndef NATPLAN_CORE_WIRE_NOTIFICATIONS_H_
#define NATPLAN_CORE_WIRE_NOTIFICATIONS_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/values/change.h"
#include "core/values/operation.h"
#include "core/values/snapshot.h"

namespace natplan {

namespace wire {
class AttributeTable;
struct Message;
}  // namespace wire

// Takes the datagrams of one socket in their order and makes batches of them: the kernel sends the changes of
// a commit, then NEWGEN, and then those of the next. Accepts any bytes.
//
// An element's notification does not say what its set is made of. Sets are known from their own notifications
// and from snapshots; elements of others are given with an empty shape, and print as bytes. The two nodes of
// a range that stand side by side become one element.
//
// Memory: the changes of one batch up to `max_changes` elements and other changes (those beyond are counted),
// the batches that were not taken, and a shape for each of at most kMaxSets sets.
class NotificationReader {
 public:
  static constexpr std::size_t kMaxChanges = 1000;
  static constexpr std::size_t kMaxSets = 1000;

  // Changes of other tables than these are passed over.
  explicit NotificationReader(std::vector<TableId> tables, std::size_t max_changes = kMaxChanges);

  // Learns what the sets in it are made of.
  void Learn(const Snapshot& snapshot);
  void Add(std::span<const std::uint8_t> datagram);
  // The oldest batch that is complete; none if none is.
  std::optional<CommittedBatch> Take();
  // Something was lost: forgets the batch that was begun and those that were not taken, and keeps what it
  // knows of sets.
  void Restart();

 private:
  using SetName = std::pair<TableId, std::string>;

  // False if it is malformed or of an unknown kind.
  bool AddMessage(const wire::Message& message);
  bool EndBatch(const wire::AttributeTable& attributes, std::uint32_t port);
  bool AddChange(unsigned number, const TableId& table, const wire::AttributeTable& attributes);
  bool AddTable(bool is_new, const TableId& table, const wire::AttributeTable& attributes);
  bool AddChain(bool is_new, const TableId& table, const wire::AttributeTable& attributes);
  bool AddRule(bool is_new, const TableId& table, const wire::AttributeTable& attributes);
  bool AddSet(bool is_new, const TableId& table, const wire::AttributeTable& attributes);
  bool AddElementsOf(bool is_new, const TableId& table, const wire::AttributeTable& attributes);
  // An object or a flowtable.
  bool AddOther(bool is_new, std::string_view noun, const TableId& table,
                const wire::AttributeTable& attributes);

  void Put(Operation operation);
  void PutOther(const TableId& table, std::string text);
  template <typename Elements>
  void PutElement(Elements empty, Element element);
  bool HasRoom();
  void LearnShape(SetName name, const SetShape& shape);

  const std::vector<TableId> tables_;
  const std::size_t max_changes_;
  std::map<SetName, SetShape> shapes_;
  CommittedBatch begun_;
  std::size_t kept_ = 0;    // elements and other changes in begun_
  std::uint32_t port_ = 0;  // of the message that is being read
  std::deque<CommittedBatch> complete_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_WIRE_NOTIFICATIONS_H_
