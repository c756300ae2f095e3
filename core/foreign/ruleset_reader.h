// Requests for the rulesets of all programs, and the tables that are made of the answers.
#ifndef NATPLAN_CORE_FOREIGN_RULESET_READER_H_
#define NATPLAN_CORE_FOREIGN_RULESET_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/foreign/ruleset.h"
#include "core/wire/message_reader.h"

namespace natplan::foreign {

// Dumps (NLM_F_DUMP) of all families, or of one table or set.
std::vector<std::uint8_t> DumpAllTables(std::uint32_t sequence);
std::vector<std::uint8_t> DumpAllChains(std::uint32_t sequence);
std::vector<std::uint8_t> DumpRulesOf(const Table& table, std::uint32_t sequence);
std::vector<std::uint8_t> DumpSetsOf(const Table& table, std::uint32_t sequence);
std::vector<std::uint8_t> DumpElementsOf(const Table& table, const std::string& set, std::uint32_t sequence);

// Puts what the answers say into a ruleset: tables, then their chains, then rules and sets, then elements.
// What belongs to something that is not there is passed over, and so are other families. Accepts any bytes.
class RulesetReader {
 public:
  void Add(const wire::Message& message);

  Ruleset& ruleset() { return ruleset_; }
  // How many came so far.
  std::size_t rule_count() const { return rule_count_; }
  std::size_t element_count() const { return element_count_; }

 private:
  Table* Find(std::uint8_t protocol, std::string_view name);

  Ruleset ruleset_;
  std::size_t rule_count_ = 0;
  std::size_t element_count_ = 0;
  std::size_t last_chain_ = 0;
};

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_RULESET_READER_H_
