#include "core/foreign/saved_filter.h"

#include <string>
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
  // What one table looks like, all do: the reader of table nat reads it under that name.
  std::string as_nat = "*nat\n";
  as_nat += table.substr(0, end == std::string_view::npos ? end : end + kEnd.size());
  auto saved = ReadSavedNat(as_nat);
  if (!saved) return std::unexpected(std::move(saved.error()));
  return SavedFilter{.rules = std::move(saved->rules),
                     .forward_drops = as_nat.find("\n:FORWARD DROP") != std::string::npos};
}

}  // namespace natplan::foreign
