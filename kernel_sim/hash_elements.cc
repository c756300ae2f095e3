#include "kernel_sim/hash_elements.h"

#include <algorithm>
#include <cstring>

namespace natplan::kernel_sim {
namespace {

constexpr std::size_t kFirstSize = 16;

// Multiply and fold, eight bytes at a time: enough to spread addresses and ports, the same on every run.
std::uint32_t Hash(std::span<const std::uint8_t> key) {
  constexpr std::uint64_t kFactor = 0x9e3779b97f4a7c15;
  std::uint64_t state = key.size();
  while (!key.empty()) {
    std::uint64_t word = 0;
    const std::size_t length = std::min(key.size(), sizeof word);
    std::memcpy(&word, key.data(), length);
    state = (state ^ word) * kFactor;
    state ^= state >> 32;
    key = key.subspan(length);
  }
  return static_cast<std::uint32_t>(state ^ state >> 29);
}

}  // namespace

HashElements::~HashElements() {
  for (Element* element = first_; element != nullptr;) {
    Element* next = element->next;
    Element::Free(element);
    element = next;
  }
}

Element* HashElements::Find(std::span<const std::uint8_t> key, std::uint32_t hash) const {
  if (slots_.empty()) return nullptr;
  for (std::size_t slot = hash & mask(); slots_[slot] != nullptr; slot = (slot + 1) & mask()) {
    Element* element = slots_[slot];
    if (element->hash == hash && element->active && std::ranges::equal(element->key(), key)) return element;
  }
  return nullptr;
}

void HashElements::Place(Element* element) {
  std::size_t slot = element->hash & mask();
  while (slots_[slot] != nullptr) slot = (slot + 1) & mask();
  slots_[slot] = element;
}

void HashElements::Grow() {
  slots_.assign(std::max(kFirstSize, slots_.size() * 2), nullptr);
  for (Element* element = first_; element != nullptr; element = element->next) Place(element);
}

// Kernel: net/netfilter/nft_set_hash.c nft_rhash_insert(), nft_hash_insert() (6.18)
InsertResult HashElements::Insert(ElementPointer& element, std::uint64_t) {
  element->hash = Hash(element->key());
  if (const Element* existing = Find(element->key(), element->hash)) {
    return {InsertOutcome::kDuplicate, existing};
  }
  if ((count_ + 1) * 2 > slots_.size()) Grow();
  Element* taken = element.release();
  ++count_;
  Place(taken);
  taken->previous = last_;
  taken->next = nullptr;
  (last_ != nullptr ? last_->next : first_) = taken;
  last_ = taken;
  return {};
}

Element* HashElements::Deactivate(std::span<const std::uint8_t> key, bool, std::uint64_t) {
  Element* element = Find(key, Hash(key));
  if (element != nullptr) element->active = false;
  return element;
}

ElementPointer HashElements::Remove(Element* element) {
  std::size_t hole = element->hash & mask();
  while (slots_[hole] != element) hole = (hole + 1) & mask();
  slots_[hole] = nullptr;
  // Elements after the hole move into it unless that would put them before their own place.
  for (std::size_t slot = (hole + 1) & mask(); slots_[slot] != nullptr; slot = (slot + 1) & mask()) {
    const std::size_t home = slots_[slot]->hash & mask();
    if (((slot - home) & mask()) < ((slot - hole) & mask())) continue;
    slots_[hole] = slots_[slot];
    slots_[slot] = nullptr;
    hole = slot;
  }
  (element->previous != nullptr ? element->previous->next : first_) = element->next;
  (element->next != nullptr ? element->next->previous : last_) = element->previous;
  --count_;
  return {element, &Element::Free};
}

std::optional<const Element*> HashElements::Get(std::span<const std::uint8_t> key, bool) const {
  if (const Element* found = Find(key, Hash(key))) return found;
  return std::nullopt;
}

}  // namespace natplan::kernel_sim
