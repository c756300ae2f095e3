// Any bytes as a configuration file: an answer, and every complaint with a text and a place that exists. What
// the reader of plain files accepts, toml++ reads alike.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "cli/config/config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  // NOLINT
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(text, '\n')) + 1;
  const auto config = natplan::cli::ParseConfig(text);
  if (config) {
    // Nothing beyond ASCII is plain.
    const auto other = natplan::cli::ParseConfig(std::string(text) + "\n# \u00fc");
    if (!other || other->owner != config->owner || other->intents != config->intents) std::abort();
    return 0;
  }
  if (config.error().empty()) std::abort();
  for (const auto& diagnostic : config.error()) {
    if (diagnostic.text.empty() || diagnostic.line > lines) std::abort();
  }
  return 0;
}
