#include "core/values/owner.h"

#include <algorithm>
#include <cerrno>

namespace natplan {

std::expected<Owner, Error> Owner::Make(std::string_view name) {
  const bool printable = std::all_of(name.begin(), name.end(),
                                     [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (name.empty() || name.size() > 64 || !printable) {
    return std::unexpected(
        Error{.code = ErrorCode::kInvalidArgument,
              .errno_value = EINVAL,
              .text = "an owner's name is 1 to 64 bytes of printable ASCII without \" and \\"});
  }
  return Owner(std::string(name));
}

Owner Owner::Default() { return Owner("default"); }

// http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t Owner::hash() const {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name_) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

Error SameHash(const Owner& ours, const Owner& theirs) {
  return {.code = ErrorCode::kConflict,
          .errno_value = EEXIST,
          .ours = "owner \"" + ours.name() + "\"",
          .theirs = "owner \"" + theirs.name() + "\"",
          .text = "the names of two owners have the same hash; choose another name"};
}

}  // namespace natplan
