// Which network namespace the calling thread is in.
#ifndef NATPLAN_CLI_HOST_NAMESPACE_ID_H_
#define NATPLAN_CLI_HOST_NAMESPACE_ID_H_

#include <expected>
#include <filesystem>
#include <string>

#include "core/values/error.h"

namespace natplan::cli {

// A name that no other network namespace has or gets: the boot's ID and the kernel's cookie for the
// namespace. Before Linux 5.14 there is no cookie, and the number of its inode stands in its place; another
// namespace may get that after this one is gone. Of letters, digits and '-'. `proc` is where procfs is
// mounted: "/proc".
std::expected<std::string, Error> NamespaceId(const std::filesystem::path& proc);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_HOST_NAMESPACE_ID_H_
