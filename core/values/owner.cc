#include "core/values/owner.h"

#include <algorithm>
#include <cerrno>

#include "core/values/sha256.h"

namespace natplan {

OwnerHash HashOwner(std::string_view name) {
  OwnerHash hash;
  std::copy_n(Sha256(name).begin(), hash.bytes.size(), hash.bytes.begin());
  return hash;
}

std::expected<Owner, Error> Owner::Make(std::string_view name, OwnerHasher hasher) {
  if (!IsName(name)) {
    return std::unexpected(
        Error{.code = ErrorCode::kInvalidArgument,
              .errno_value = EINVAL,
              .text = "an owner's name is 1 to 64 bytes of printable ASCII without \" and \\"});
  }
  return Owner(std::string(name), hasher(name));
}

bool Owner::IsName(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
}

Owner Owner::Default() {
  constexpr std::string_view kName = "default";
  static const OwnerHash kHash = HashOwner(kName);
  return Owner(std::string(kName), kHash);
}

Error SameHash(const Owner& ours, const Owner& theirs) {
  return {.code = ErrorCode::kConflict,
          .errno_value = EEXIST,
          .ours = "owner \"" + ours.name() + "\"",
          .theirs = "owner \"" + theirs.name() + "\"",
          .text = "owner \"" + ours.name() + "\" cannot be told from owner \"" + theirs.name() +
                  "\", who was there first: their names have the same hash; choose another name"};
}

}  // namespace natplan
