// Any bytes as what the kernel announces: the reader of notifications must neither crash, hang nor read
// beyond them, keep no more than it says, and give the same batches however the datagrams are cut between
// messages; and whatever follows from the batches must not crash either.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/plan/layout.h"
#include "core/text/nft_text.h"
#include "core/values/change.h"
#include "core/values/operation.h"
#include "core/wire/notifications.h"
#include "fuzz/planning.h"

namespace natplan {
namespace {

constexpr std::size_t kMaxChanges = 5;

// How many elements and other changes a batch holds.
std::size_t SizeOf(const CommittedBatch& batch) {
  std::size_t size = 0;
  for (const Change& change : batch.changes) {
    // One of the two says what it is; an operation of elements without an element says nothing.
    if (change.operation.has_value() == !change.other.empty()) __builtin_trap();
    const std::size_t lines = change.operation ? ToLines(*change.operation).size() : 1;
    if (lines == 0) __builtin_trap();
    size += lines;
  }
  return size;
}

std::vector<CommittedBatch> TakeAll(NotificationReader& reader) {
  std::vector<CommittedBatch> batches;
  while (auto batch = reader.Take()) batches.push_back(*std::move(batch));
  return batches;
}

// The first message of `bytes`, if it is whole, with its padding.
std::size_t FirstMessage(std::span<const std::uint8_t> bytes) {
  std::uint32_t length = 0;
  if (bytes.size() < 16) return bytes.size();
  std::memcpy(&length, bytes.data(), sizeof(length));
  if (length < 16 || length > bytes.size()) return bytes.size();
  return std::min<std::size_t>((length + 3) / 4 * std::size_t{4}, bytes.size());
}

}  // namespace
}  // namespace natplan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  // NOLINT
  using namespace natplan;
  const std::vector<TableId> tables = {{Family::kIp, "natplan"}, {Family::kIp6, "natplan"}};
  const std::span<const std::uint8_t> bytes(data, size);
  NotificationReader whole(tables, kMaxChanges);
  whole.Add(bytes);
  const std::vector<CommittedBatch> batches = TakeAll(whole);
  for (const CommittedBatch& batch : batches) {
    if (SizeOf(batch) > kMaxChanges) __builtin_trap();
  }
  NotificationReader pieces(tables, kMaxChanges);
  NotificationReader counting(tables, 0);
  for (std::span<const std::uint8_t> rest = bytes; !rest.empty();) {
    // On the heap, so that a sanitizer sees an over-read.
    const std::vector<std::uint8_t> message(rest.begin(),
                                            rest.begin() + static_cast<std::ptrdiff_t>(FirstMessage(rest)));
    pieces.Add(message);
    counting.Add(message);
    rest = rest.subspan(message.size());
  }
  if (TakeAll(pieces) != batches) __builtin_trap();
  const std::vector<CommittedBatch> counted = TakeAll(counting);
  if (counted.size() != batches.size()) __builtin_trap();
  for (std::size_t i = 0; i < batches.size(); ++i) {
    // Whoever only counts learns of every change that the other one keeps.
    const bool changed = !batches[i].changes.empty();
    if (!counted[i].changes.empty() || changed != (counted[i].omitted > 0)) __builtin_trap();
  }
  for (const Layout& layout : fuzzing::Layouts()) {
    const Snapshot before = fuzzing::EmptyTables(layout);
    NotificationReader reader({layout.Id(Family::kIp), layout.Id(Family::kIp6)}, kMaxChanges);
    reader.Learn(before);
    reader.Add(bytes);
    for (const CommittedBatch& batch : TakeAll(reader)) fuzzing::FollowAll(layout, before, batch.changes);
  }
  return 0;
}
