// Sets and maps: what they are declared as, and their elements.
#ifndef NATPLAN_KERNEL_SIM_SET_H_
#define NATPLAN_KERNEL_SIM_SET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel_sim/element.h"
#include "kernel_sim/element_store.h"

namespace natplan::kernel_sim {

struct Table;

// What must agree when an existing set is declared again.
struct SetDeclaration {
  std::uint32_t flags = 0;
  std::uint32_t key_type = 0;
  std::uint8_t key_length = 0;
  std::uint32_t data_type = 0;
  std::uint8_t data_length = 0;
  std::vector<std::uint8_t> fields;  // lengths of a concatenation's fields; empty if not described

  bool operator==(const SetDeclaration&) const = default;
};

struct Set {
  Table* table = nullptr;
  bool active = true;
  std::uint64_t handle = 0;
  std::uint32_t id = 0;  // NFTA_SET_ID: valid in the batch that made it
  std::string name;
  SetDeclaration declaration;
  std::uint32_t policy = 0;
  std::uint32_t size = 0;  // in the backend's elements; 0: no limit
  std::vector<std::uint8_t> userdata;
  std::uint32_t use = 0;       // lookups
  std::vector<bool> bindings;  // one for each lookup that is bound: whether it reads the data
  std::unique_ptr<ElementStore> elements;
  std::vector<ElementPointer> catch_all;  // at most one of them is active
  std::uint32_t element_count = 0;        // committed and added in this batch, without catch-all
  std::uint32_t deactivated_count = 0;    // deleted in this batch

  bool is_map() const;
  bool is_interval() const;
  bool is_anonymous() const;
  bool is_constant() const;
  bool has_verdicts() const;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_SET_H_
