// What a C caller hands over, looked at in the order of natplan's origin: the first argument that is wrong is
// the error.
#ifndef NATPLAN_BACKENDS_C_ARGUMENTS_H_
#define NATPLAN_BACKENDS_C_ARGUMENTS_H_

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <expected>

#include "backends/c/natplan.h"
#include "core/values/error.h"
#include "core/values/intent.h"
#include "core/values/owner.h"

namespace natplan {

// The family, the source, its length, then the interface, which may be null.
std::expected<Masquerade, Error> ToMasquerade(int family, const void* source, unsigned int prefix_length,
                                              const char* out_interface);

// The family, the protocol, the port, the target, then its port.
std::expected<Forward, Error> ToForward(int family, int protocol, unsigned int host_port, const void* target,
                                        unsigned int target_port, bool localhost);

// Null: `otherwise`.
std::expected<Owner, Error> ToOwner(const char* name, const Owner& otherwise);

Error InvalidArgument(int errno_value, const char* text);

// The sizes that an options struct had in earlier versions of natplan.h.
template <typename Options>
inline constexpr std::array<std::size_t, 0> kEarlierSizes = {};
template <>
inline constexpr std::array kEarlierSizes<natplan_options> = {offsetof(natplan_options, steps)};

// A copy of an options struct, whose `size` says which fields it has; the others are 0, their default. Null:
// all defaults. What a caller of a later version adds behind the fields that are known here must be 0
// (E2BIG).
template <typename Options>
std::expected<Options, Error> ToOptions(const Options* given) {
  Options options = {};
  if (given != nullptr) {
    if (given->size < sizeof(Options) &&
        std::ranges::find(kEarlierSizes<Options>, given->size) == kEarlierSizes<Options>.end())
      return std::unexpected(InvalidArgument(EINVAL, "the size of the options is not that of their struct"));
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    for (std::size_t i = sizeof(Options); i < given->size; ++i) {
      if (bytes[i] != 0)
        return std::unexpected(InvalidArgument(E2BIG, "the options have a field that this version lacks"));
    }
    std::memcpy(&options, given, std::min(given->size, sizeof(Options)));
  }
  options.size = sizeof(Options);
  return options;
}

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_C_ARGUMENTS_H_
