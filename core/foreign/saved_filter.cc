#include "core/foreign/saved_filter.h"

#include <utility>

namespace natplan::foreign {

std::expected<SavedFilter, Error> ReadSavedFilter(std::string_view text) {
  constexpr std::string_view kBegin = "*filter\n";
  constexpr std::string_view kEnd = "\nCOMMIT\n";
  std::size_t begin = text.starts_with(kBegin) ? 0 : text.find("\n*filter\n");
  if (begin == std::string_view::npos) return SavedFilter{};
  if (text[begin] == '\n') ++begin;
  const std::string_view table = text.substr(begin + kBegin.size());
  const std::size_t end = table.find(kEnd);
  const std::string_view filter =
      text.substr(begin, kBegin.size() + (end == std::string_view::npos ? table.size() : end + kEnd.size()));
  auto saved = ReadSavedTable(filter, "filter");
  if (!saved) return std::unexpected(std::move(saved.error()));
  return SavedFilter{.rules = std::move(saved->rules),
                     .forward_drops = filter.find("\n:FORWARD DROP") != std::string_view::npos};
}

}  // namespace natplan::foreign
