// Any bytes as a configuration file: an answer, and every complaint with a text and a place that exists.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  // NOLINT
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
  const auto config = natplan::cli::ParseConfig(text);
  if (config) return 0;
  if (config.error().empty()) std::abort();
  for (const auto& diagnostic : config.error()) {
    if (diagnostic.text.empty() || diagnostic.line > lines) std::abort();
  }
  return 0;
}
