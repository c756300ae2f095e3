// One element of a set, in one block of memory: header, data, key, userdata.
#ifndef NATPLAN_KERNEL_SIM_ELEMENT_H_
#define NATPLAN_KERNEL_SIM_ELEMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernel_sim/data.h"

namespace natplan::kernel_sim {

// Sets hold a million of these, so an element is one allocation of the size it needs. Made by Make, freed by
// ElementPointer. Who frees an element that holds a jump gives the reference back first (ReleaseVerdict).
class Element {
 public:
  // `data` may be null; `flags` are NFT_SET_ELEM_*.
  static std::unique_ptr<Element, void (*)(Element*)> Make(std::span<const std::uint8_t> key,
                                                           std::uint8_t flags, const Data* data,
                                                           std::span<const std::uint8_t> userdata);
  static void Free(Element* element);

  std::span<const std::uint8_t> key() const { return {bytes() + data_room_, key_length_}; }
  std::span<const std::uint8_t> userdata() const {
    return {bytes() + data_room_ + key_length_, userdata_length_};
  }
  bool has_data() const { return data_room_ != 0; }
  bool has_verdict() const { return has_verdict_; }
  std::span<const std::uint8_t> value() const { return {bytes(), data_length_}; }
  Verdict verdict() const;
  bool SameData(const Element& other) const;
  std::uint8_t flags() const { return flags_; }
  bool is_end() const;
  bool is_catch_all() const;

  // Whether it exists in the generation that the batch is making.
  bool active = true;
  // For the hash store: neighbours in order of insertion, and the hash of the key.
  std::uint32_t hash = 0;
  Element* previous = nullptr;
  Element* next = nullptr;

 private:
  Element() = default;
  const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(this + 1); }
  std::uint8_t* bytes() { return reinterpret_cast<std::uint8_t*>(this + 1); }

  std::uint8_t flags_ = 0;
  bool has_verdict_ = false;
  std::uint8_t key_length_ = 0;
  std::uint8_t data_length_ = 0;
  std::uint8_t data_room_ = 0;
  std::uint16_t userdata_length_ = 0;
};

using ElementPointer = std::unique_ptr<Element, void (*)(Element*)>;

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_ELEMENT_H_
