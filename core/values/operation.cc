#include "core/values/operation.h"

namespace natplan {

std::string Name(Hook hook) {
  switch (hook) {
    case Hook::kPrerouting:
      return "prerouting";
    case Hook::kInput:
      return "input";
    case Hook::kForward:
      return "forward";
    case Hook::kOutput:
      return "output";
    case Hook::kPostrouting:
      return "postrouting";
  }
  return std::to_string(static_cast<std::uint32_t>(hook));
}

const TableId& TableOf(const Operation& operation) {
  return std::visit([](const auto& op) -> const TableId& { return op.table; }, operation);
}

}  // namespace natplan
