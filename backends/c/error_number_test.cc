#include "backends/c/error_number.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace natplan {
namespace {

TEST(ErrorNumberTest, WhatACallerReactsToHasOneNumber) {
  for (const int of_kernel : {0, ENOENT, EBUSY, EOPNOTSUPP}) {
    EXPECT_EQ(ErrorNumber({.code = ErrorCode::kConflict, .errno_value = of_kernel}), EEXIST);
    EXPECT_EQ(ErrorNumber({.code = ErrorCode::kNotSupported, .errno_value = of_kernel}), EOPNOTSUPP);
    EXPECT_EQ(ErrorNumber({.code = ErrorCode::kNotPermitted, .errno_value = of_kernel}), EPERM);
    EXPECT_EQ(ErrorNumber({.code = ErrorCode::kDeadline, .errno_value = of_kernel}), ETIMEDOUT);
    EXPECT_EQ(ErrorNumber({.code = ErrorCode::kUnknownOutcome, .errno_value = of_kernel}), ETIMEDOUT);
  }
  EXPECT_EQ(ErrorNumber({.code = ErrorCode::kUnknownOutcome, .errno_value = ENOBUFS}), ENOBUFS);
}

TEST(ErrorNumberTest, OtherErrorsKeepTheirNumber) {
  for (const ErrorCode code : {ErrorCode::kInvalidArgument, ErrorCode::kRefused, ErrorCode::kEnvironment})
    EXPECT_EQ(ErrorNumber({.code = code, .errno_value = EMFILE}), EMFILE);
}

TEST(ErrorNumberTest, NoErrorIsZero) {
  EXPECT_EQ(ErrorNumber({.code = ErrorCode::kInvalidArgument}), EINVAL);
  EXPECT_EQ(ErrorNumber({.code = ErrorCode::kRefused}), EIO);
  EXPECT_EQ(ErrorNumber({.code = ErrorCode::kEnvironment}), EIO);
  EXPECT_EQ(ErrorNumber({.code = ErrorCode::kNoMemory}), ENOMEM);
  EXPECT_EQ(ErrorNumber({.code = ErrorCode::kTooLarge}), EMSGSIZE);
}

}  // namespace
}  // namespace natplan
