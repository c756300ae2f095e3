// Who holds an intent.
#ifndef NATPLAN_CORE_VALUES_OWNER_H_
#define NATPLAN_CORE_VALUES_OWNER_H_

#include <array>
#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "core/values/error.h"

namespace natplan {

// An owner's name in the ledger's keys, which have no room for the name itself: 96 bits, as many as fit. It
// is written into kernels: what HashOwner() makes of a name never changes.
struct OwnerHash {
  std::array<std::uint8_t, 12> bytes = {};
  friend auto operator<=>(const OwnerHash&, const OwnerHash&) = default;
};
// The first bytes of the name's SHA-256.
OwnerHash HashOwner(std::string_view name);
// HashOwner, or in tests one that gives two names the same hash.
using OwnerHasher = OwnerHash (*)(std::string_view name);

// The name on whose behalf an intent is held: 1 to 64 bytes of printable ASCII without '"' and '\'.
class Owner {
 public:
  static std::expected<Owner, Error> Make(std::string_view name, OwnerHasher hasher = HashOwner);
  static bool IsName(std::string_view text);  // Whether Make() takes it.
  static Owner Default();                     // "default"
  const std::string& name() const { return name_; }
  const OwnerHash& hash() const { return hash_; }
  friend auto operator<=>(const Owner&, const Owner&) = default;

 private:
  Owner(std::string name, const OwnerHash& hash) : name_(std::move(name)), hash_(hash) {}
  std::string name_;
  OwnerHash hash_;
};

// Why `ours` cannot be used beside `theirs`, whose hash is the same.
Error SameHash(const Owner& ours, const Owner& theirs);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_OWNER_H_
