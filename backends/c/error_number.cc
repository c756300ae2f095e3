#include "backends/c/error_number.h"

#include <cerrno>

namespace natplan {
namespace {

int Or(int errno_value, int otherwise) { return errno_value > 0 ? errno_value : otherwise; }

}  // namespace

int ErrorNumber(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
      return Or(error.errno_value, EINVAL);
    case ErrorCode::kConflict:
      return EEXIST;
    case ErrorCode::kNotPermitted:
      return EPERM;
    case ErrorCode::kNotSupported:
      return EOPNOTSUPP;
    case ErrorCode::kUnreadable:
      return EBADMSG;
    case ErrorCode::kNoMemory:
      return ENOMEM;
    case ErrorCode::kTooLarge:
      return EMSGSIZE;
    case ErrorCode::kDeadline:
      return ETIMEDOUT;
    case ErrorCode::kUnknownOutcome:
      return error.errno_value == ENOBUFS ? ENOBUFS : ETIMEDOUT;
    case ErrorCode::kRefused:
    case ErrorCode::kEnvironment:
      break;
  }
  return Or(error.errno_value, EIO);
}

}  // namespace natplan
