#include "core/plan/commit_memory.h"

#include <variant>
#include <vector>

namespace natplan {
namespace {

const std::vector<Element>* ElementsIn(const Operation& operation) {
  if (const auto* add = std::get_if<AddElements>(&operation)) return &add->elements;
  if (const auto* remove = std::get_if<DeleteElements>(&operation)) return &remove->elements;
  return nullptr;
}

std::string Mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

}  // namespace

std::uint64_t ElementsOf(const Transaction& transaction) {
  std::uint64_t count = 0;
  for (const Operation& operation : transaction.operations) {
    const std::vector<Element>* elements = ElementsIn(operation);
    if (elements == nullptr) continue;
    for (const Element& element : *elements) count += NodesOf(element);
  }
  return count;
}

std::optional<std::string> MemoryShortage(std::uint64_t elements, std::uint64_t available) {
  const std::uint64_t needed = elements * kBytesPerElement;
  if (elements <= kHarmlessElements || needed <= available / 4 * 3) return std::nullopt;
  return "while any program on this host listens to nf_tables, the kernel needs " + Mebibytes(needed) +
         " for one transaction of " + std::to_string(elements) + " elements, and " + Mebibytes(available) +
         " are available; it was not sent. Let it be carried out in steps (`natplan apply --steps`, "
         "NatOptions::steps), or without this check (NatOptions::memory_check)";
}

}  // namespace natplan
