#include "kernel_sim/element.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {

ElementPointer Element::Make(std::span<const std::uint8_t> key, std::uint8_t flags, const Data* data,
                             std::span<const std::uint8_t> userdata) {
  std::size_t data_length = 0;
  if (data != nullptr) data_length = data->is_verdict ? sizeof(Verdict) : data->length;
  void* memory = ::operator new(sizeof(Element) + data_length + key.size() + userdata.size());
  auto* element = new (memory) Element;
  element->flags_ = flags;
  element->key_length_ = static_cast<std::uint8_t>(key.size());
  element->data_room_ = static_cast<std::uint8_t>(data_length);
  element->userdata_length_ = static_cast<std::uint16_t>(userdata.size());
  std::uint8_t* place = element->bytes();
  if (data != nullptr && data->is_verdict) {
    element->has_verdict_ = true;
    std::memcpy(place, &data->verdict, sizeof data->verdict);
  } else if (data != nullptr) {
    element->data_length_ = data->length;
    std::memcpy(place, data->bytes.data(), data->length);
  }
  place += data_length;
  if (!key.empty()) std::memcpy(place, key.data(), key.size());
  place += key.size();
  if (!userdata.empty()) std::memcpy(place, userdata.data(), userdata.size());
  return {element, &Element::Free};
}

void Element::Free(Element* element) {
  element->~Element();
  ::operator delete(element);
}

Verdict Element::verdict() const {
  Verdict verdict;
  if (has_verdict_) std::memcpy(&verdict, bytes(), sizeof verdict);
  return verdict;
}

bool Element::SameData(const Element& other) const {
  if (has_data() != other.has_data() || has_verdict_ != other.has_verdict_) return false;
  if (has_verdict_) return verdict() == other.verdict();
  return std::ranges::equal(value(), other.value());
}

bool Element::is_end() const { return (flags_ & NFT_SET_ELEM_INTERVAL_END) != 0; }
bool Element::is_catch_all() const { return (flags_ & NFT_SET_ELEM_CATCHALL) != 0; }

}  // namespace natplan::kernel_sim
