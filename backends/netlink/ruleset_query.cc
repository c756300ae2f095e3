#include "backends/netlink/ruleset_query.h"

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "core/foreign/ruleset_reader.h"
#include "core/wire/message_reader.h"

namespace natplan {
namespace {

using foreign::RulesetReader;
using foreign::SetContents;
using foreign::Table;

constexpr int kTries = 3;

std::string NameOf(const Table& table) {
  return "table " + std::string(Name(table.family)) + " " + table.name;
}

std::set<std::string> SetsInRules(const Table& table) {
  std::set<std::string> names;
  for (const ChainSnapshot& chain : table.chains) {
    for (const RuleSnapshot& rule : chain.rules) {
      for (const Expression& expression : rule.expressions) {
        if (const auto* lookup = std::get_if<LookupExpression>(&expression)) names.insert(lookup->set);
      }
    }
  }
  return names;
}

// One reading from the beginning.
class Reading {
 public:
  Reading(NetlinkQuery& query, const RulesetWish& wish, TimePoint deadline)
      : query_(query), wish_(wish), deadline_(deadline) {}

  int Read() {
    if (const int error = Ask(foreign::DumpAllTables)) return error;
    if (const int error = Ask(foreign::DumpAllChains)) return error;
    for (Table& table : ruleset().tables) {
      if (!IsWanted(table)) continue;
      if (const int error = ReadContents(table)) return error;
    }
    return 0;
  }

  foreign::Ruleset& ruleset() { return reader_.ruleset(); }

 private:
  template <typename Encode>
  int Ask(const Encode& encode) {
    return query_.Ask(
        encode, [this](const wire::Message& message) { return reader_.Add(message), true; }, deadline_);
  }

  bool IsWanted(const Table& table) const {
    return !table.dormant && std::ranges::any_of(table.chains, [&](const ChainSnapshot& chain) {
      return chain.base && wish_.wanted(table, chain);
    });
  }

  int ReadContents(Table& table) {
    const std::size_t before = reader_.rule_count();
    const int error = query_.Ask([&](std::uint32_t sequence) { return DumpRulesOf(table, sequence); },
                                 [&](const wire::Message& message) {
                                   reader_.Add(message);
                                   return reader_.rule_count() - before < wish_.most_rules;
                                 },
                                 deadline_);
    if (error == ECANCELED) {
      ruleset().gaps.push_back(NameOf(table) + " has more than " + std::to_string(wish_.most_rules) +
                               " rules, of which the first were looked at");
    } else if (error != 0) {
      return error;
    }
    const std::set<std::string> names = SetsInRules(table);
    if (names.empty()) return 0;
    if (const int failed = Ask([&](std::uint32_t sequence) { return DumpSetsOf(table, sequence); }))
      return failed;
    for (SetContents& set : table.sets) {
      if (!names.contains(set.name)) continue;
      if (const int failed = ReadElements(table, set)) return failed;
    }
    return 0;
  }

  int ReadElements(const Table& table, SetContents& set) {
    const std::size_t before = reader_.element_count();
    const int error =
        query_.Ask([&](std::uint32_t sequence) { return DumpElementsOf(table, set.name, sequence); },
                   [&](const wire::Message& message) {
                     reader_.Add(message);
                     return reader_.element_count() - before <= wish_.most_elements;
                   },
                   deadline_);
    if (error == ECANCELED) {
      ruleset().gaps.push_back((set.is_map ? "map " : "set ") + set.name + " of " + NameOf(table) +
                               " has more than " + std::to_string(wish_.most_elements) +
                               " elements, of which the first were looked at");
      return 0;
    }
    set.complete = error == 0;
    return error;
  }

  NetlinkQuery& query_;
  const RulesetWish& wish_;
  TimePoint deadline_;
  RulesetReader reader_;
};

Error ErrorOf(int errno_value, const NetlinkQuery& query) {
  if (query.socket_error().errno_value == errno_value) return query.socket_error();
  Error error{.code = ErrorCode::kEnvironment,
              .errno_value = errno_value,
              .text = "cannot read the ruleset: " + std::generic_category().message(errno_value)};
  if (errno_value == EPERM) error.code = ErrorCode::kNotPermitted;
  if (errno_value == ETIMEDOUT) error.code = ErrorCode::kDeadline;
  // A kernel with nfnetlink and without nf_tables.
  if (errno_value == EINVAL || errno_value == EOPNOTSUPP || errno_value == ECONNREFUSED) {
    error.code = ErrorCode::kNotSupported;
    error.text = "this kernel has no nf_tables";
  }
  return error;
}

}  // namespace

std::expected<foreign::Ruleset, Error> ReadRuleset(NetlinkQuery& query, const RulesetWish& wish,
                                                   TimePoint deadline) {
  int error = EINTR;
  for (int i = 0; i < kTries; ++i) {
    Reading reading(query, wish, deadline);
    error = reading.Read();
    if (error == 0) return std::move(reading.ruleset());
    // Something that was listed is gone, or was changed while it was read.
    if (error != EINTR && error != ENOENT) break;
  }
  if (error == EINTR || error == ENOENT) {
    return std::unexpected(Error{.code = ErrorCode::kEnvironment,
                                 .errno_value = EAGAIN,
                                 .text = "other programs changed the ruleset during each reading"});
  }
  return std::unexpected(ErrorOf(error, query));
}

}  // namespace natplan
