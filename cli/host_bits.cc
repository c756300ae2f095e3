#include "cli/host_bits.h"

#include "core/values/address.h"
#include "fmt/format.h"

namespace natplan::cli {

std::string HostBitsNote(std::string_view text, const Prefix& prefix) {
  const auto address = Address::Parse(text.substr(0, text.find('/')));
  if (!address || *address == prefix.network()) return "";
  return fmt::format("\"{}\" has host bits set; the prefix is {}", text, prefix.ToString());
}

}  // namespace natplan::cli
