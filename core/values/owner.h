// Who holds an intent.
#ifndef NATPLAN_CORE_VALUES_OWNER_H_
#define NATPLAN_CORE_VALUES_OWNER_H_

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "core/values/error.h"

namespace natplan {

// The name on whose behalf an intent is held: 1 to 64 bytes of printable ASCII without '"' and '\'.
class Owner {
 public:
  static std::expected<Owner, Error> Make(std::string_view name);
  static Owner Default();  // "default"
  const std::string& name() const { return name_; }
  // FNV-1a, 64 bits: the name in the ledger's keys, which have no room for the name itself. It is written
  // into kernels and never changes.
  std::uint64_t hash() const;
  friend auto operator<=>(const Owner&, const Owner&) = default;

 private:
  explicit Owner(std::string name) : name_(std::move(name)) {}
  std::string name_;
};

// Why `ours` cannot be used beside `theirs`, whose hash is the same.
Error SameHash(const Owner& ours, const Owner& theirs);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_OWNER_H_
