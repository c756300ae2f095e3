// What an intent comes to in iptables' tables, and the way back.
#ifndef NATPLAN_CORE_PLAN_IPTABLES_RULE_H_
#define NATPLAN_CORE_PLAN_IPTABLES_RULE_H_

#include <compare>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text/iptables_text.h"
#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan {

// How rules say whose they are: the comment "natplan:TABLE:OWNER". Rules of natplan in all other tables'
// names are foreign to it.
class RuleTag {
 public:
  // `table` is the name that the nf_tables table would have; bytes other than letters, digits, '_', '-' and
  // '.' stand as %XX. Refuses (kInvalidArgument) one that leaves no room for an owner of 64 bytes: a comment
  // has at most 255 (XT_MAX_COMMENT_LEN).
  static std::expected<RuleTag, Error> Make(std::string_view table);

  std::string CommentFor(const Owner& owner) const { return begin_ + owner.name(); }
  // "natplan:TABLE:"
  const std::string& begin() const { return begin_; }
  // None if the comment is not of this table.
  std::optional<Owner> OwnerIn(std::string_view comment) const;

 private:
  explicit RuleTag(std::string begin) : begin_(std::move(begin)) {}
  std::string begin_;
};

// A rule as words, which iptables-save prints in this order. A comment goes between the two parts.
struct IptablesRule {
  std::string table = "nat";
  std::string chain = {};  // PREROUTING, OUTPUT, POSTROUTING
  std::vector<std::string> match = {};
  std::vector<std::string> target = {};
  friend auto operator<=>(const IptablesRule&, const IptablesRule&) = default;
};

// What follows "-A CHAIN ".
std::string Spec(const IptablesRule& rule, const std::string& comment);

// Masquerade: one rule of POSTROUTING. Forward: one of PREROUTING for what comes from outside, one of OUTPUT
// for what the host itself sends to an address of its own; with `localhost` the one of OUTPUT takes
// 127.0.0.0/8 or ::1 as well, and one of POSTROUTING gives such packets an address that the target can answer
// to. In IPv4 it has the guard of loopback beside it, which does what core/plan/extra_rules.h has a chain
// for: two rules of table raw, the same for all forwards of an owner.
std::vector<IptablesRule> Lower(const Intent& intent);

// A rule as iptables-save printed it, taken apart.
struct TaggedRule {
  std::optional<Owner> owner = {};  // none: not of the tag's table
  IptablesRule rule = {};           // without the comment; all words in `match`
};
TaggedRule TakeApart(const SavedRule& saved, const RuleTag& tag);

// A rule that Lower() makes.
struct RaisedRule {
  // A Forward from its rule of PREROUTING has no `localhost`: that is in its rule of OUTPUT. None: the rule
  // of POSTROUTING that a forward with `localhost` has, and the guard, which do not say of which host port
  // they are.
  std::optional<Intent> intent = {};
};
// None if Lower() makes no such rule.
std::optional<RaisedRule> Raise(Family family, const IptablesRule& rule);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_IPTABLES_RULE_H_
