#include "core/values/interface_name.h"

#include <algorithm>
#include <cerrno>

namespace natplan {

std::expected<InterfaceName, Error> InterfaceName::Make(std::string_view name) {
  constexpr std::string_view kRefused = "/:\"\\*";
  const bool usable = std::all_of(name.begin(), name.end(), [&](char c) {
    return c > ' ' && c <= '~' && kRefused.find(c) == std::string_view::npos;
  });
  if (name.empty() || name.size() > 15 || name == "." || name == ".." || !usable || name.back() == '+') {
    return std::unexpected(Error{.code = ErrorCode::kInvalidArgument,
                                 .errno_value = EINVAL,
                                 .text = "an interface's name is 1 to 15 bytes of printable ASCII without "
                                         "spaces and / : * \" \\, and without + at its end"});
  }
  return InterfaceName(std::string(name));
}

}  // namespace natplan
