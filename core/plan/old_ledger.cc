#include "core/plan/old_ledger.h"

#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace natplan {
namespace {

constexpr std::uint32_t kTypeIpv4Address = 7;
constexpr std::uint32_t kTypeIpv6Address = 8;
constexpr std::uint32_t kTypeService = 13;
constexpr std::uint32_t kTypeMark = 19;
constexpr std::size_t kWord = 4;

SetShape MakeShape(Family family) {
  const std::uint32_t address = family == Family::kIp ? kTypeIpv4Address : kTypeIpv6Address;
  return {.key_type = ((address << 6U | kTypeService) << 6U | kTypeMark) << 6U | kTypeMark,
          .key_length = static_cast<std::uint32_t>(AddressBytes(family) + 3 * kWord)};
}

// http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t Fnv1a(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

// The key that layout 1 had for it: the marks are numbers of the host, the higher one first.
ElementKey OldKey(const Prefix& prefix, const Owner& owner) {
  const std::uint64_t hash = Fnv1a(owner.name());
  const std::array<std::uint32_t, 2> marks = {static_cast<std::uint32_t>(hash >> 32U),
                                              static_cast<std::uint32_t>(hash)};
  std::array<std::uint8_t, sizeof(marks)> bytes{};
  std::memcpy(bytes.data(), marks.data(), bytes.size());
  const std::span<const std::uint8_t> network = prefix.network().bytes();
  std::vector<std::uint8_t> key(network.begin(), network.end());
  key.insert(key.end(), {0, static_cast<std::uint8_t>(prefix.length()), 0, 0});
  key.insert(key.end(), bytes.begin(), bytes.end());
  return ElementKey(key);
}

}  // namespace

const SetShape& OldOwnersShape(Family family) {
  static const SetShape ip = MakeShape(Family::kIp);
  static const SetShape ip6 = MakeShape(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

std::expected<OwnedEntry, std::string> OldToLedgerEntry(Family family, const Element& element,
                                                        OwnerHasher hasher) {
  if (!HasShape(element, OldOwnersShape(family)))
    return std::unexpected("its key has another length than the ledger's");
  const auto owner = Owner::Make(element.comment, hasher);
  if (!owner) return std::unexpected("it names no owner in its comment");
  const auto prefix = PrefixInLedger(family, element.key);
  if (!prefix) return std::unexpected(prefix.error());
  if (OldKey(*prefix, *owner) != element.key) {
    return std::unexpected("its comment \"" + owner->name() +
                           "\" is not the owner that its marks stand for, or it is not one that natplan "
                           "writes");
  }
  return OwnedEntry{{*prefix, owner->hash()}, *owner};
}

}  // namespace natplan
