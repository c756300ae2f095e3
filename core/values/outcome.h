// What came back for a transaction or a read.
#ifndef NATPLAN_CORE_VALUES_OUTCOME_H_
#define NATPLAN_CORE_VALUES_OUTCOME_H_

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace natplan {

// The kernel took the whole transaction (check-only: would have taken it).
struct Committed {
  friend bool operator==(const Committed&, const Committed&) = default;
};

// What the kernel found wrong with one operation.
struct Refusal {
  // Index in Transaction::operations; none: the batch itself (NFNL_MSG_BATCH_BEGIN, or the commit).
  std::optional<std::size_t> operation = {};
  std::optional<std::size_t> element = {};  // index in the operation's elements, where the kernel named one
  int errno_value = 0;                      // positive
  // With ENOENT: the chain type, or the name of the expression, that NLMSGERR_ATTR_OFFS points at. The kernel
  // does not have it, or does not have what it names (the set of a "lookup", the chain of an "immediate").
  std::string missing_name = {};
  std::string message = {};  // NLMSGERR_ATTR_MSG, the kernel's own words
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// The kernel refused; nothing was changed. In the order of the operations, at least one.
struct Refused {
  std::vector<Refusal> refusals = {};
  friend bool operator==(const Refused&, const Refused&) = default;
};

// Nothing was sent.
struct NotSent {
  int errno_value = 0;
  std::string text = {};  // what to do about it, where more can be said than errno says
  friend bool operator==(const NotSent&, const NotSent&) = default;
};

// Sent, and the answer did not arrive: it may or may not have been carried out.
struct Unknown {
  int errno_value = 0;  // ENOBUFS, ETIMEDOUT, ...
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

using Outcome = std::variant<Committed, Refused, NotSent, Unknown>;

// Why a read gave no snapshot.
struct ReadFailure {
  bool torn = false;  // another program committed while we read: ask again
  int errno_value = 0;
  std::string text = {};
  friend bool operator==(const ReadFailure&, const ReadFailure&) = default;
};

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_OUTCOME_H_
