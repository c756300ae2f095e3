// What went wrong, for a caller that reacts and for a person who reads.
#ifndef NATPLAN_CORE_VALUES_ERROR_H_
#define NATPLAN_CORE_VALUES_ERROR_H_

#include <string>
#include <string_view>

namespace natplan {

// A code exists if somebody reacts to it differently.
enum class ErrorCode {
  kInvalidArgument,  // The caller's value or file is wrong; nothing was sent.
  kConflict,         // Somebody else holds what was asked for; nothing was changed.
  kRefused,          // The kernel refused for a reason of its own; nothing was changed.
  kNotPermitted,     // CAP_NET_ADMIN is missing, or the table belongs to another socket.
  kNotSupported,     // The kernel lacks a piece that the text names.
  kUnreadable,       // What is there could not be read, so nothing is said of it; nothing was changed.
  kUnknownOutcome,   // The change may or may not have been carried out.
  kNoMemory,         // Out of memory, here or in the kernel; nothing was changed.
  kTooLarge,         // The transaction does not fit into one message; nothing was sent.
  kDeadline,         // The call's time is over; the old state holds.
  kEnvironment,      // Anything else outside of natplan (socket, fork, file).
};

std::string_view Name(ErrorCode code);  // "conflict", "not permitted", ...

struct Error {
  ErrorCode code = ErrorCode::kEnvironment;
  int errno_value = 0;         // errno(3) of the kernel or libc; 0 if there is none
  std::string operation = {};  // the operation that failed, in nft syntax; empty if no single one did
  std::string ours = {};       // on a conflict: what was asked for
  std::string theirs = {};     // on a conflict: what is there
  std::string text = {};       // what happened and what to do, one or more sentences; no test matches it

  friend bool operator==(const Error&, const Error&) = default;
};

// One paragraph for a person: text, then the operation and the two sides where there are any.
std::string ToString(const Error& error);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_ERROR_H_
