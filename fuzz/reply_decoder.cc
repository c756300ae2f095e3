// Any bytes as what the kernel answers: the decoders of acknowledgements, dumps and generations, the
// description for people, and whatever is planned from the snapshot must neither crash, hang nor read beyond
// them.
#include <cstdint>
#include <span>
#include <vector>

#include "core/plan/planner.h"
#include "core/text/nft_text.h"
#include "core/values/operation.h"
#include "core/values/snapshot.h"
#include "core/wire/batch.h"
#include "core/wire/describe.h"
#include "core/wire/dump.h"
#include "fuzz/planning.h"

namespace natplan {
namespace {

Transaction SomeTransaction() {
  const TableId table{Family::kIp, "t"};
  const SetShape shape{.interval = true, .key_type = 7, .key_length = 4};
  AddElements add{table, "s", shape, true, {}};
  for (std::uint8_t i = 0; i < 4; ++i)
    add.elements.push_back({.kind = ElementKind::kRange, .key = {10, i, 0, 0}, .end = {10, i, 1, 0}});
  return {.operations = {EnsureTable{table}, EnsureSet{table, "s", shape},
                         AppendRule{table, "c", {MasqueradeExpression{}}}, add}};
}

// Asked for again and again with these numbers; the second half of the datagram comes a second time.
Snapshot Read(const ReadRequest& request, std::span<const std::uint8_t> bytes, std::size_t cut) {
  DumpReader reader(request);
  for (std::uint32_t sequence = 0; sequence < 3; ++sequence) {
    reader.Expect(sequence);
    reader.Add(bytes);
    reader.Add(bytes.subspan(cut));
  }
  return reader.snapshot();
}

}  // namespace
}  // namespace natplan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  // NOLINT
  using namespace natplan;
  static const Transaction transaction = SomeTransaction();
  static const EncodedBatch batch = Encode(transaction, 1);
  const std::span<const std::uint8_t> bytes(data, size);
  // The datagram whole, and cut in two at a place that the first byte chooses.
  const std::size_t cut = size == 0 ? 0 : data[0] % size;
  BatchReplies replies(batch);
  replies.Add(bytes);
  replies.Add(bytes.first(cut));
  replies.Add(bytes.subspan(cut));
  const Outcome outcome = replies.outcome(110);
  if (const auto* refused = std::get_if<Refused>(&outcome)) {
    if (refused->refusals.empty()) __builtin_trap();
    for (const Refusal& refusal : refused->refusals) {
      if (!refusal.operation) continue;
      // A refusal names an operation and an element that exist.
      const auto lines = ToLines(transaction.operations.at(*refusal.operation));
      if (refusal.element) (void)lines.at(*refusal.element);
    }
  }
  const ReadRequest request{.tables = {{Family::kIp, "t"}, {Family::kIp6, "t"}}, .sets = {"s", "m"}};
  (void)ListingText(Read(request, bytes, cut));
  for (const Layout& layout : fuzzing::Layouts())
    fuzzing::PlanAll(layout, Read(RequestFor(layout), bytes, cut));
  (void)Describe(bytes);
  return 0;
}
