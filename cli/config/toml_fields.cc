#include "cli/config/toml_fields.h"

#include <string>

namespace natplan::cli {

TomlTree::TomlTree(std::string_view text) : text_(text) {
  line_starts_.push_back(0);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos;)
    line_starts_.push_back(++at);
}

std::vector<TomlField> TomlTree::Fields(const toml::table& table) const {
  std::vector<TomlField> fields;
  fields.reserve(table.size());
  for (const auto& [key, value] : table) {
    fields.push_back({.key = key.str(),
                      .key_place = key.source().begin,
                      .type = value.type(),
                      .text = TextOf(value),
                      .place = value.source().begin});
  }
  return fields;
}

std::string_view TomlTree::TextOf(const toml::node& node) const {
  if (const auto* string = node.as_string()) return string->get();
  if (const auto* boolean = node.as_boolean()) return boolean->get() ? "true" : "false";
  if (node.is_integer()) return Literal(node.source().begin);
  return "";
}

// TOML has more ways to write a number than natplan takes.
std::string_view TomlTree::Literal(const toml::source_position& begin) const {
  constexpr std::string_view kOfNumbers = "+-_0123456789abcdefABCDEFxo";
  const std::string_view rest = text_.substr(line_starts_.at(begin.line - 1) + begin.column - 1);
  return rest.substr(0, rest.find_first_not_of(kOfNumbers));
}

}  // namespace natplan::cli
