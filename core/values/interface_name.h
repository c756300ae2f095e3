// The name of a network interface.
#ifndef NATPLAN_CORE_VALUES_INTERFACE_NAME_H_
#define NATPLAN_CORE_VALUES_INTERFACE_NAME_H_

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "core/values/error.h"

namespace natplan {

// 1 to 15 bytes (IFNAMSIZ) of printable ASCII, and not "." or ".."; without '/', ':' and white space
// (dev_valid_name()); without '"', '\' and '*', which nft reads as something else, and without '+' at its
// end, which iptables reads as "any interface whose name begins so".
class InterfaceName {
 public:
  static std::expected<InterfaceName, Error> Make(std::string_view name);
  const std::string& name() const { return name_; }
  friend auto operator<=>(const InterfaceName&, const InterfaceName&) = default;

 private:
  explicit InterfaceName(std::string name) : name_(std::move(name)) {}
  std::string name_;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_INTERFACE_NAME_H_
