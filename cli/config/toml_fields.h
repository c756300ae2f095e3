// What a table of the file says, one field for each key, whoever read it.
#ifndef NATPLAN_CLI_CONFIG_TOML_FIELDS_H_
#define NATPLAN_CLI_CONFIG_TOML_FIELDS_H_

#include <cstddef>
#include <string_view>
#include <vector>

#include "cli/config/toml.h"

namespace natplan::cli {

// Views into the file's text, or into the tree that toml++ made of it. The places are zero where the reader
// keeps none.
struct TomlField {
  std::string_view key;
  toml::source_position key_place = {};
  toml::node_type type = toml::node_type::none;
  // What a string stands for; a boolean, or an integer as the file writes it; of other types nothing.
  std::string_view text = {};
  toml::source_position place = {};  // of the value
};

// Makes fields of toml++'s tables.
class TomlTree {
 public:
  // The text that the tables were parsed from. It must outlive the fields.
  explicit TomlTree(std::string_view text);

  std::vector<TomlField> Fields(const toml::table& table) const;

 private:
  std::string_view TextOf(const toml::node& node) const;
  std::string_view Literal(const toml::source_position& begin) const;

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_CONFIG_TOML_FIELDS_H_
