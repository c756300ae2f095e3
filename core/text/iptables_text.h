// The nat table in the syntax of iptables-save and iptables-restore.
#ifndef NATPLAN_CORE_TEXT_IPTABLES_TEXT_H_
#define NATPLAN_CORE_TEXT_IPTABLES_TEXT_H_

#include <compare>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "core/values/address.h"
#include "core/values/error.h"

namespace natplan {

// Whose programs serve the family: "iptables" or "ip6tables".
std::string_view IptablesName(Family family);

// One rule of the nat table, as iptables-save printed it.
struct SavedRule {
  std::string chain;
  std::string spec;                // the text behind "-A CHAIN ", byte for byte: a "-D" needs just that
  std::vector<std::string> words;  // of `spec`, without quotes and escapes
  friend auto operator<=>(const SavedRule&, const SavedRule&) = default;
};

// The nat table of one address family.
struct SavedNat {
  std::vector<SavedRule> rules = {};  // in order, of all chains
  // The table is there, but not of iptables' making, and its rules were left out.
  bool incompatible = false;
  friend bool operator==(const SavedNat&, const SavedNat&) = default;
};

// Reads what iptables-save printed: of table nat the rules, of other tables only that they are well-formed.
// No table nat is an empty one, which is how a kernel answers in which nobody has used it yet. Text that
// iptables-save does not print, or that was cut off, is an error (kEnvironment) that names the line.
std::expected<SavedNat, Error> ReadSavedNat(std::string_view text);

// A word as a rule's spec has it: in quotes, with escapes, where it must be.
std::string QuoteWord(std::string_view word);

// What iptables-restore --noflush reads: these lines ("-I CHAIN 1 SPEC", "-D CHAIN SPEC"), taken together or
// not at all.
std::string RestoreInput(const std::vector<std::string>& lines);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_IPTABLES_TEXT_H_
