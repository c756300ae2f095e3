// The elements of an interval set: independent start and end nodes, walked from the greatest key down.
#ifndef NATPLAN_KERNEL_SIM_INTERVAL_ELEMENTS_H_
#define NATPLAN_KERNEL_SIM_INTERVAL_ELEMENTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernel_sim/element_store.h"
#include "kernel_sim/interval_overlap.h"

namespace natplan::kernel_sim {

// There is no interval object: an interval reaches from a start to the next end above it, or to the greatest
// key. Kernel: net/netfilter/nft_set_rbtree.c (6.18)
class IntervalElements : public ElementStore {
 public:
  ~IntervalElements() override;

  InsertResult Insert(ElementPointer& element, std::uint64_t batch) override;
  Element* Deactivate(std::span<const std::uint8_t> key, bool end, std::uint64_t batch) override;
  ElementPointer Remove(Element* element) override;
  std::optional<const Element*> Get(std::span<const std::uint8_t> key, bool end) const override;
  Element* Next(const Element* after) const override;
  std::uint32_t ToStoreSize(std::uint32_t size) const override { return size * 2; }
  std::uint32_t ToUserSize(std::uint32_t size) const override { return size / 2; }
  std::uint32_t FreeElements() const override;
  const char* name() const override { return "nft_set_rbtree_type"; }

  // An anonymous set may hold starts without ends between them.
  void set_anonymous(bool anonymous) { anonymous_ = anonymous; }

 private:
  // An interval as GETSETELEM sees it: `from` is null for an end that closes nothing, `to` for an open
  // interval.
  struct Interval {
    const Element* from = nullptr;
    const Element* to = nullptr;
  };

  IntervalNodes::iterator PlaceOf(const Element* element) const;
  void BuildArray() const;

  IntervalNodes nodes_;
  IntervalCookie cookie_;
  bool anonymous_ = false;
  // The intervals from the lowest up, made when they are asked for.
  mutable std::vector<Interval> array_;
  mutable bool array_is_good_ = false;
  // Where the last Next was, so that a walk does not search for its place at each step. Only a hint.
  mutable IntervalNodes::iterator walk_ = nodes_.end();
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_INTERVAL_ELEMENTS_H_
