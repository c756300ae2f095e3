// What a set's backend does for it. Kernel: struct nft_set_ops (6.18)
#ifndef NATPLAN_KERNEL_SIM_ELEMENT_STORE_H_
#define NATPLAN_KERNEL_SIM_ELEMENT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "kernel_sim/element.h"

namespace natplan::kernel_sim {

enum class InsertOutcome : std::uint8_t {
  kInserted,
  kDuplicate,  // the element is there; `existing` is it
  kIgnored,    // accepted without a trace, even with NLM_F_EXCL: the leading null end of an interval set
  kOverlap,    // refused; user space sees EEXIST
};

struct InsertResult {
  InsertOutcome outcome = InsertOutcome::kInserted;
  const Element* existing = nullptr;
};

// Holds the elements of one set, also those that the current batch has deleted (inactive) until they are
// removed. Owns them. Bounded by memory only.
class ElementStore {
 public:
  virtual ~ElementStore() = default;

  // Takes the element if the outcome is kInserted, else leaves it. `batch` is the number of the running
  // batch.
  virtual InsertResult Insert(ElementPointer& element, std::uint64_t batch) = 0;
  // Finds the active element with this key and kind, makes it inactive and returns it; null if there is none.
  virtual Element* Deactivate(std::span<const std::uint8_t> key, bool end, std::uint64_t batch) = 0;
  // Takes an element out, active or not.
  virtual ElementPointer Remove(Element* element) = 0;
  // What GETSETELEM finds for a key: for intervals the start of the one that holds it, or with `end` the node
  // above. Nothing: ENOENT. Null: found, but there is no node to show, as above an open interval; the kernel
  // then says nothing at all. Only between batches.
  virtual std::optional<const Element*> Get(std::span<const std::uint8_t> key, bool end) const = 0;

  // The walk in dump order: null begins, null ends. Inactive elements are in it.
  virtual Element* Next(const Element* after) const = 0;
  // Elements of the store for `size` elements of the user, and the other way round.
  virtual std::uint32_t ToStoreSize(std::uint32_t size) const { return size; }
  virtual std::uint32_t ToUserSize(std::uint32_t size) const { return size; }
  // Elements that do not count against the set's size.
  virtual std::uint32_t FreeElements() const { return 0; }
  // The kernel's name of the backend (NFTA_SET_TYPE).
  virtual const char* name() const = 0;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_ELEMENT_STORE_H_
