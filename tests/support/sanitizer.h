// Which sanitizer a test, and the programs that it runs, are built with.
#ifndef NATPLAN_TESTS_SUPPORT_SANITIZER_H_
#define NATPLAN_TESTS_SUPPORT_SANITIZER_H_

namespace natplan::testing {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kAddressSanitizer = true;
#elif defined(__has_feature)
inline constexpr bool kAddressSanitizer = __has_feature(address_sanitizer);
#else
inline constexpr bool kAddressSanitizer = false;
#endif

}  // namespace natplan::testing

#endif  // NATPLAN_TESTS_SUPPORT_SANITIZER_H_
