#include "backends/netlink/followed_generations.h"

#include <utility>
#include <vector>

#include "core/values/generation.h"

namespace natplan {
void FollowedGenerations::Begin(std::uint32_t generation) {
  following_ = true;
  begin_ = generation;
  last_ = generation;
  kept_.clear();
  lost_.reset();
}

void FollowedGenerations::Add(CommittedBatch batch, std::uint32_t own_port) {
  if (!following_ || !IsAfter(batch.generation, begin_)) return;
  if (!batch.whole || batch.generation != NextGeneration(last_)) {
    Lose();
    return;
  }
  last_ = batch.generation;
  if (batch.port == own_port || (batch.changes.empty() && batch.omitted == 0)) return;
  if (batch.omitted == 0 && kept_.size() < kMaxBatches) {
    kept_.push_back(std::move(batch));
  } else {
    lost_ = batch.generation;
    kept_.clear();  // They say nothing without this one.
  }
}

Drained FollowedGenerations::Since(std::uint32_t since) {
  if (!following_ || IsAfter(begin_, since)) return {};
  begin_ = since;
  // A reading may show a commit before it is told.
  if (IsAfter(since, last_)) last_ = since;
  while (!kept_.empty() && !IsAfter(kept_.front().generation, since)) kept_.pop_front();
  if (lost_ && !IsAfter(*lost_, since)) lost_.reset();
  Drained drained{.complete = true, .generation = last_};
  if (lost_) return drained;
  std::vector<Change>& changes = drained.changes.emplace();
  for (const CommittedBatch& batch : kept_)
    changes.insert(changes.end(), batch.changes.begin(), batch.changes.end());
  return drained;
}

}  // namespace natplan
