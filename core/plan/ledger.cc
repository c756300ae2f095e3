#include "core/plan/ledger.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/plan/address_range.h"

namespace natplan {
namespace {

constexpr std::uint32_t kTypeIpv4Address = 7;
constexpr std::uint32_t kTypeIpv6Address = 8;
constexpr std::uint32_t kTypeService = 13;
constexpr std::uint32_t kTypeMark = 19;

// Each part of a key takes whole words of 4 bytes.
constexpr std::size_t kWord = 4;
constexpr std::size_t kMarks = 3;
static_assert(sizeof(OwnerHash) == kMarks * kWord);

SetShape MakeShape(Family family) {
  std::uint32_t type = family == Family::kIp ? kTypeIpv4Address : kTypeIpv6Address;
  for (const std::uint32_t part : {kTypeService, kTypeMark, kTypeMark, kTypeMark}) type = type << 6U | part;
  return {.key_type = type,
          .key_length = static_cast<std::uint32_t>(AddressBytes(family) + (1 + kMarks) * kWord)};
}

// nft takes a mark for a number of the host. The other way round it is the same.
OwnerHash InHostOrder(const OwnerHash& hash) {
  OwnerHash out;
  for (std::size_t i = 0; i < kMarks; ++i) {
    std::uint32_t mark = 0;
    for (std::size_t j = 0; j < kWord; ++j) mark = mark << 8U | hash.bytes[i * kWord + j];
    std::memcpy(&out.bytes[i * kWord], &mark, sizeof(mark));
  }
  return out;
}

OwnerHash HashInLedger(Family family, const ElementKey& key) {
  OwnerHash hash;
  std::ranges::copy(key.span().subspan(AddressBytes(family) + kWord), hash.bytes.begin());
  return InHostOrder(hash);
}

}  // namespace

const SetShape& OwnersShape(Family family) {
  static const SetShape ip = MakeShape(Family::kIp);
  static const SetShape ip6 = MakeShape(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

Element ToElement(const LedgerEntry& entry, const Owner& owner) {
  std::array<std::uint8_t, 32> key{};
  const std::span<const std::uint8_t> network = entry.prefix.network().bytes();
  const std::size_t size = network.size();
  std::ranges::copy(network, key.begin());
  key[size + 1] = static_cast<std::uint8_t>(entry.prefix.length());
  std::ranges::copy(InHostOrder(entry.owner).bytes, std::span(key).subspan(size + kWord).begin());
  return {.kind = ElementKind::kSingle,
          .key = ElementKey(std::span(key).first(size + (1 + kMarks) * kWord)),
          .comment = owner.name()};
}

std::expected<Prefix, std::string> PrefixInLedger(Family family, const ElementKey& key) {
  const std::size_t size = AddressBytes(family);
  const int length = key[size] << 8 | key[size + 1];
  const auto prefix = Prefix::Make(ToAddress(family, ElementKey(key.span().first(size))), length);
  if (!prefix) return std::unexpected("it is not a prefix: " + prefix.error());
  if (!Masquerade::Make(*prefix)) return std::unexpected("no owner can want as much as it stands for");
  return *prefix;
}

std::expected<OwnedEntry, std::string> ToLedgerEntry(Family family, const Element& element,
                                                     OwnerHasher hasher, const OwnerNames& known) {
  if (!HasShape(element, OwnersShape(family)))
    return std::unexpected("its key has another length than the ledger's");
  const OwnerHash hash = HashInLedger(family, element.key);
  const Owner* named = known.Find(hash);
  const bool is_known = named != nullptr && named->name() == element.comment;
  const std::expected<Owner, Error> owner = is_known ? *named : Owner::Make(element.comment, hasher);
  if (!owner) return std::unexpected("it names no owner in its comment");
  const auto prefix = PrefixInLedger(family, element.key);
  if (!prefix) return std::unexpected(prefix.error());
  if (hash != owner->hash()) {
    return std::unexpected("its comment \"" + owner->name() + "\" is not the owner that its marks stand for");
  }
  const LedgerEntry entry{*prefix, hash};
  // Host bits, or anything in the padding.
  if (ToElement(entry, *owner) != element) return std::unexpected("it is not one that natplan writes");
  return OwnedEntry{entry, *owner};
}

}  // namespace natplan
