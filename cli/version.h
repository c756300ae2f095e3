#ifndef NATPLAN_CLI_VERSION_H_
#define NATPLAN_CLI_VERSION_H_

namespace natplan::cli {

inline constexpr const char* kVersion = "natplan 0.1.0";

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_VERSION_H_
