// The elements of a set without intervals: a hash table, walked in order of insertion.
#ifndef NATPLAN_KERNEL_SIM_HASH_ELEMENTS_H_
#define NATPLAN_KERNEL_SIM_HASH_ELEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernel_sim/element_store.h"

namespace natplan::kernel_sim {

// Open addressing with linear probing. The kernel's own order is seeded in each network namespace, so any
// order is right; insertion order is the one that is the same everywhere.
class HashElements : public ElementStore {
 public:
  // `name` is the kernel's backend of the same set.
  explicit HashElements(const char* name) : name_(name) {}
  ~HashElements() override;

  InsertResult Insert(ElementPointer& element, std::uint64_t batch) override;
  Element* Deactivate(std::span<const std::uint8_t> key, bool end, std::uint64_t batch) override;
  ElementPointer Remove(Element* element) override;
  std::optional<const Element*> Get(std::span<const std::uint8_t> key, bool end) const override;
  Element* Next(const Element* after) const override { return after == nullptr ? first_ : after->next; }
  const char* name() const override { return name_; }

 private:
  // The active element with this key.
  Element* Find(std::span<const std::uint8_t> key, std::uint32_t hash) const;
  void Place(Element* element);
  void Grow();
  std::size_t mask() const { return slots_.size() - 1; }

  const char* name_;
  std::vector<Element*> slots_;  // a power of two, at most half full
  std::size_t count_ = 0;
  Element* first_ = nullptr;
  Element* last_ = nullptr;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_HASH_ELEMENTS_H_
