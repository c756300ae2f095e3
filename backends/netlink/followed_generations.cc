#include "backends/netlink/followed_generations.h"

namespace natplan {
namespace {

bool IsAfter(std::uint32_t one, std::uint32_t other) {
  const std::uint32_t distance = one - other;
  return distance != 0 && distance < std::uint32_t{1} << 31U;
}

}  // namespace

void FollowedGenerations::Begin(std::uint32_t generation) {
  following_ = true;
  begin_ = generation;
  last_ = generation;
  touched_.reset();
}

void FollowedGenerations::Add(const CommittedBatch& batch, std::uint32_t own_port) {
  if (!following_ || !IsAfter(batch.generation, begin_)) return;
  if (!batch.whole || batch.generation != NextGeneration(last_)) {
    Lose();
    return;
  }
  last_ = batch.generation;
  if (batch.port != own_port && (!batch.changes.empty() || batch.omitted > 0)) touched_ = batch.generation;
}

Drained FollowedGenerations::Since(std::uint32_t since) {
  if (!following_ || IsAfter(begin_, since)) return {};
  begin_ = since;
  // A reading may show a commit before it is told.
  if (IsAfter(since, last_)) last_ = since;
  if (touched_ && !IsAfter(*touched_, since)) touched_.reset();
  return {.complete = true, .generation = last_, .touched = touched_.has_value()};
}

}  // namespace natplan
