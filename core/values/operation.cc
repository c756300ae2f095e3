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

bool HasShape(const Element& element, const SetShape& shape) {
  const bool ends = element.kind == ElementKind::kEnd;
  return shape.interval == (element.kind != ElementKind::kSingle) && element.key.size() == shape.key_length &&
         (element.end.empty() ||
          (element.kind == ElementKind::kRange && element.end.size() == shape.key_length)) &&
         element.data.size() == (shape.is_map && !ends ? shape.data_length : 0);
}

const TableId& TableOf(const Operation& operation) {
  return std::visit([](const auto& op) -> const TableId& { return op.table; }, operation);
}

}  // namespace natplan
