// Tables in the syntax of iptables-save and iptables-restore.
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

// One rule, as iptables-save printed it.
struct SavedRule {
  std::string table = "nat";
  std::string chain = {};
  std::string spec = {};                // the text behind "-A CHAIN ", byte for byte: a "-D" needs just that
  std::vector<std::string> words = {};  // of `spec`, without quotes and escapes
  // The word behind "--comment", if it is in quotes. What natplan writes there always is, and what somebody
  // else wrote cannot leave its own quotes.
  std::string comment = {};
  friend auto operator<=>(const SavedRule&, const SavedRule&) = default;
};

// A table of one address family.
struct SavedTable {
  std::vector<SavedRule> rules = {};       // in order, of all chains
  std::vector<std::string> dropping = {};  // its base chains with policy DROP
  // The name of a table that is there, but has what iptables cannot show, and whose rules were left out.
  std::string incompatible = {};
  friend bool operator==(const SavedTable&, const SavedTable&) = default;
};

// What the comments of all rules of natplan begin with.
inline constexpr std::string_view kNatplanComment = "natplan:";

// Reads what iptables-save printed: of `table` the rules and policies, of other tables only where they end.
// No such table is an empty one, which is how a kernel answers in which nobody has used it yet.
//
// iptables-save quotes strings of its matches, newlines in them included, and prints names of interfaces and
// chains as they are, whatever they hold. So a quote begins at a word's beginning and ends in front of a
// blank. All chains stand in front of a table's first rule, and behind a rule each line that is neither a
// rule nor COMMIT goes on with it: such rules are other programs', which need not be understood. Text that
// iptables-save does not print, that was cut off, or that tears a rule with natplan's comment, is an error
// (kUnreadable) that names the line.
std::expected<SavedTable, Error> ReadSavedTable(std::string_view text, std::string_view table = "nat");

// Why nothing is known of the rules of a table that is `incompatible` (kUnreadable), and what to do.
Error CannotShow(Family family, const std::string& incompatible);

// In quotes, with escapes, as iptables-save prints a comment.
std::string Quoted(std::string_view word);
// A word as a rule's spec has it: the same where it must be.
std::string QuoteWord(std::string_view word);

// What a line begins with that is of table raw.
inline constexpr std::string_view kInRaw = "-t raw ";

// What iptables-restore --noflush reads: these lines ("-I CHAIN 1 SPEC", "-D CHAIN SPEC") of table nat, taken
// together or not at all. Lines with kInRaw are of that table, and transactions of their own: one in front
// for what comes there, one behind for what goes.
std::string RestoreInput(const std::vector<std::string>& lines);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_IPTABLES_TEXT_H_
