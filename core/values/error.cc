#include "core/values/error.h"

namespace natplan {

std::string_view Name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return "invalid argument";
    case ErrorCode::kConflict:
      return "conflict";
    case ErrorCode::kRefused:
      return "refused";
    case ErrorCode::kNotPermitted:
      return "not permitted";
    case ErrorCode::kNotSupported:
      return "not supported";
    case ErrorCode::kUnreadable:
      return "unreadable";
    case ErrorCode::kUnknownOutcome:
      return "unknown outcome";
    case ErrorCode::kNoMemory:
      return "no memory";
    case ErrorCode::kTooLarge:
      return "too large";
    case ErrorCode::kDeadline:
      return "deadline";
    case ErrorCode::kEnvironment:
      return "environment";
  }
  return "unknown";
}

std::string ToString(const Error& error) {
  std::string out = error.text.empty() ? std::string(Name(error.code)) : error.text;
  if (!error.operation.empty()) out += "\n  operation: " + error.operation;
  if (!error.ours.empty()) out += "\n  wanted: " + error.ours;
  if (!error.theirs.empty()) out += "\n  found: " + error.theirs;
  return out;
}

}  // namespace natplan
