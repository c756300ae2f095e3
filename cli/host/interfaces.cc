#include "cli/host/interfaces.h"

#include <net/if.h>

#include <array>
#include <utility>

namespace natplan::cli {

unsigned InterfaceIndex(const InterfaceName& name) { return if_nametoindex(name.name().c_str()); }

std::optional<InterfaceName> InterfaceOf(unsigned index) {
  std::array<char, IF_NAMESIZE> text{};
  if (if_indextoname(index, text.data()) == nullptr) return std::nullopt;
  auto name = InterfaceName::Make(text.data());
  if (!name) return std::nullopt;
  return *std::move(name);
}

}  // namespace natplan::cli
