#include "core/plan/recovery.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "core/text/nft_text.h"

namespace natplan {
namespace {

// Behind what is true of a call that carried nothing out before.
constexpr std::string_view kNothingChanged = "; nothing was changed";
constexpr const char* kRootHint = "run as root, or inside `unshare -Urn`";
constexpr const char* kNoNfTables =
    "this kernel has no nf_tables; load it (modprobe nf_tables) or use a kernel built with CONFIG_NF_TABLES";

std::string ErrnoText(int errno_value) {
  return std::string(strerrordesc_np(errno_value) != nullptr ? strerrordesc_np(errno_value)
                                                             : "unknown error");
}

std::string LineOf(const Transaction& transaction, const Refusal& refusal) {
  if (!refusal.operation) return "";
  const Operation& operation = transaction.operations[*refusal.operation];
  if (refusal.element) return ToLine(operation, *refusal.element);
  const auto lines = ToLines(operation);
  if (lines.size() > 1)
    return lines.front() + " (or one of the " + std::to_string(lines.size() - 1) + " behind it)";
  return lines.empty() ? "" : lines.front();
}

Error NoPermission(int errno_value) {
  return {.code = ErrorCode::kNotPermitted,
          .errno_value = errno_value,
          .text = std::string("CAP_NET_ADMIN over the network namespace is missing; ") + kRootHint};
}

Error NoMemory(int errno_value) {
  return {.code = ErrorCode::kNoMemory,
          .errno_value = errno_value,
          .text = "out of memory, here or in the kernel" + std::string(kNothingChanged) +
                  ", try again when there is more"};
}

Error OtherRefusal(const Transaction& transaction, const Refusal& refusal) {
  std::string text = "the kernel refused: " + ErrnoText(refusal.errno_value);
  if (!refusal.message.empty()) text += " (" + refusal.message + ")";
  if (refusal.errno_value == ENFILE)
    text = "the set is full: it was created with a size; remove the table and apply again";
  return {.code = ErrorCode::kRefused,
          .errno_value = refusal.errno_value,
          .operation = LineOf(transaction, refusal),
          .text = text.append(kNothingChanged)};
}

Recovery OfBatch(const Transaction& transaction, const Refusal& refusal) {
  switch (refusal.errno_value) {
    case EPERM:
      return {.error = NoPermission(EPERM)};
    case EOPNOTSUPP:
      return {.error =
                  Error{.code = ErrorCode::kNotSupported, .errno_value = EOPNOTSUPP, .text = kNoNfTables}};
    case ERESTART:
      return {.committed = true};
    case ENOMEM:
      return {.error = NoMemory(ENOMEM)};
    default:
      return {.error = OtherRefusal(transaction, refusal)};
  }
}

bool UsesLabels(const Expressions& rule) {
  return std::ranges::any_of(rule, [](const Expression& expression) {
    const auto* ct = std::get_if<CtExpression>(&expression);
    return ct != nullptr && ct->key == CtKey::kLabels;
  });
}

// The piece that a kernel lacks, where the refusal says that it lacks one.
std::optional<std::string> MissingPiece(const Operation& operation, const Refusal& refusal) {
  const std::string family(Name(TableOf(operation).family));
  if (std::holds_alternative<EnsureTable>(operation) &&
      (refusal.errno_value == EOPNOTSUPP || refusal.errno_value == EAFNOSUPPORT)) {
    return "nf_tables tables of family " + family;
  }
  if (const auto* append = std::get_if<AppendRule>(&operation);
      append != nullptr && refusal.errno_value == EOPNOTSUPP && UsesLabels(append->expressions)) {
    return "labels of connections (CONFIG_NF_CONNTRACK_LABELS)";
  }
  if (refusal.errno_value != ENOENT || refusal.missing_name.empty()) return std::nullopt;
  if (std::holds_alternative<EnsureChain>(operation)) {
    return "chains of type \"" + refusal.missing_name + "\" in family " + family;
  }
  // A lookup that fails names a set that is gone; any other name is an expression that is not built.
  if (std::holds_alternative<AppendRule>(operation) && refusal.missing_name != "lookup") {
    return "the expression \"" + refusal.missing_name + "\" in family " + family;
  }
  return std::nullopt;
}

Error Unsupported(const Transaction& transaction, const Refusal& refusal, const std::string& piece) {
  const bool table = std::holds_alternative<EnsureTable>(transaction.operations[*refusal.operation]);
  return {
      .code = ErrorCode::kNotSupported,
      .errno_value = refusal.errno_value,
      .operation = LineOf(transaction, refusal),
      .text =
          "this kernel does not have " + piece + "; " +
          (table ? "build it with CONFIG_NF_TABLES_IPV4 and CONFIG_NF_TABLES_IPV6, or want nothing of that "
                   "family"
           : refusal.errno_value == EOPNOTSUPP
               ? "build it with that, or use the backend iptables"
               : "load or build its nf_tables NAT (modules nft_chain_nat, nft_nat, nft_masq, nft_fib)")};
}

Recovery OfOperation(const Transaction& transaction, const Refusal& refusal) {
  const Operation& operation = transaction.operations[*refusal.operation];
  if (const auto piece = MissingPiece(operation, refusal)) {
    return {.unsupported = {{TableOf(operation).family, Unsupported(transaction, refusal, *piece)}}};
  }
  Error error = OtherRefusal(transaction, refusal);
  switch (refusal.errno_value) {
    case ENOENT:
    case EEXIST:
    case EBUSY:
    case EOPNOTSUPP:
      // Somebody changed what we read: a table gone, an element or a chain taken. The next reading shows it.
      if (refusal.errno_value != ENOENT) {
        error.code = ErrorCode::kConflict;
        error.text = "another program holds what stands in the way (" + ErrnoText(refusal.errno_value) +
                     "); look at `nft list table " + TableText(TableOf(operation)) + "`";
        error.text += kNothingChanged;
      }
      return {.if_repeated = error};
    case EPERM:
      error.code = ErrorCode::kNotPermitted;
      error.text = OwnedByASocket(TableOf(operation));
      return {.error = error};
    case ENOMEM:
      return {.error = NoMemory(ENOMEM)};
    default:
      return {.error = error};
  }
}

}  // namespace

Recovery Classify(const Transaction& transaction, const Refused& refused) {
  Recovery result;
  for (const Refusal& refusal : refused.refusals) {
    if (!refusal.operation) return OfBatch(transaction, refusal);
    // What follows in a family whose first piece is missing fails because of that.
    const Family family = TableOf(transaction.operations[*refusal.operation]).family;
    if (result.unsupported.contains(family)) continue;
    Recovery one = OfOperation(transaction, refusal);
    if (one.error) return one;
    result.unsupported.merge(one.unsupported);
    if (!result.if_repeated) result.if_repeated = one.if_repeated;
  }
  return result;
}

Error Classify(const NotSent& not_sent) {
  Error error{.code = ErrorCode::kEnvironment, .errno_value = not_sent.errno_value, .text = not_sent.text};
  switch (not_sent.errno_value) {
    case EMSGSIZE:
      error.code = ErrorCode::kTooLarge;
      break;
    case EPERM:
      return NoPermission(EPERM);
    case ENOMEM:
    case ENOBUFS:
      error = NoMemory(not_sent.errno_value);
      break;
    default:
      break;
  }
  if (error.text.empty())
    error.text = "the transaction could not be sent: " + ErrnoText(not_sent.errno_value);
  return error;
}

Error Classify(const ReadFailure& failure) {
  Error error{.code = ErrorCode::kEnvironment, .errno_value = failure.errno_value, .text = failure.text};
  switch (failure.errno_value) {
    case EPERM:
      return NoPermission(EPERM);
    case EOPNOTSUPP:
      return {.code = ErrorCode::kNotSupported, .errno_value = EOPNOTSUPP, .text = kNoNfTables};
    case ENOMEM:
      return NoMemory(ENOMEM);
    case ETIMEDOUT:
      error.code = ErrorCode::kDeadline;
      break;
    default:
      break;
  }
  if (error.text.empty()) error.text = "the ruleset could not be read: " + ErrnoText(failure.errno_value);
  return error;
}

std::string OwnedByASocket(const TableId& table) {
  return "table " + TableText(table) +
         " is owned by another program's socket; stop that program, or choose another table";
}

void SayPart(std::string_view done, Error& error) {
  std::string cause = error.text;
  if (const auto at = cause.find(kNothingChanged); at != std::string::npos)
    cause.erase(at, kNothingChanged.size());
  error.text = std::string(done) + "; what stopped the rest: " + cause +
               "; once that is out of the way, the same call does the rest";
  error.code = ErrorCode::kUnknownOutcome;
}

}  // namespace natplan
