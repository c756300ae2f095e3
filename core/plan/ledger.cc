#include "core/plan/ledger.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "core/plan/kernel_view.h"

namespace natplan {
namespace {

constexpr std::uint32_t kTypeIpv4Address = 7;
constexpr std::uint32_t kTypeIpv6Address = 8;
constexpr std::uint32_t kTypeService = 13;
constexpr std::uint32_t kTypeMark = 19;

// Each part of a key takes whole words of 4 bytes.
constexpr std::size_t kWord = 4;

SetShape MakeShape(Family family) {
  const std::uint32_t address = family == Family::kIp ? kTypeIpv4Address : kTypeIpv6Address;
  return {.key_type = ((address << 6U | kTypeService) << 6U | kTypeMark) << 6U | kTypeMark,
          .key_length = static_cast<std::uint32_t>(AddressBytes(family) + 3 * kWord)};
}

// nft takes a mark for a number of the host.
void PutMark(std::uint32_t mark, std::span<std::uint8_t> out) {
  std::memcpy(out.data(), &mark, sizeof(mark));
}

std::uint64_t GetMark(std::span<const std::uint8_t> bytes) {
  std::uint32_t mark = 0;
  std::memcpy(&mark, bytes.data(), sizeof(mark));
  return mark;
}

}  // namespace

const SetShape& OwnersShape(Family family) {
  static const SetShape ip = MakeShape(Family::kIp);
  static const SetShape ip6 = MakeShape(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

Element ToElement(const LedgerEntry& entry, const Owner& owner) {
  std::array<std::uint8_t, 28> key{};
  const std::span<const std::uint8_t> network = entry.prefix.network().bytes();
  const std::size_t size = network.size();
  std::ranges::copy(network, key.begin());
  key[size + 1] = static_cast<std::uint8_t>(entry.prefix.length());
  PutMark(static_cast<std::uint32_t>(entry.owner >> 32U), std::span(key).subspan(size + kWord, kWord));
  PutMark(static_cast<std::uint32_t>(entry.owner), std::span(key).subspan(size + 2 * kWord, kWord));
  return {.kind = ElementKind::kSingle,
          .key = ElementKey(std::span(key).first(size + 3 * kWord)),
          .comment = owner.name()};
}

std::expected<OwnedEntry, std::string> ToLedgerEntry(Family family, const Element& element) {
  const std::size_t size = AddressBytes(family);
  if (element.kind != ElementKind::kSingle || element.key.size() != size + 3 * kWord) {
    return std::unexpected("its key has another length than the ledger's");
  }
  const auto owner = Owner::Make(element.comment);
  if (!owner) return std::unexpected("it names no owner in its comment");
  const std::span<const std::uint8_t> key = element.key.span();
  const int length = key[size] << 8 | key[size + 1];
  const auto prefix = Prefix::Make(ToAddress(family, ElementKey(key.first(size))), length);
  if (!prefix) return std::unexpected("it is not a prefix: " + prefix.error());
  if (!Masquerade::Make(*prefix)) return std::unexpected("no owner can want as much as it stands for");
  const std::uint64_t hash =
      GetMark(key.subspan(size + kWord)) << 32U | GetMark(key.subspan(size + 2 * kWord));
  if (hash != owner->hash()) {
    return std::unexpected("its comment \"" + owner->name() + "\" is not the owner that its marks stand for");
  }
  const LedgerEntry entry{*prefix, hash};
  // Host bits, or anything in the padding.
  if (ToElement(entry, *owner) != element) return std::unexpected("it is not one that natplan writes");
  return OwnedEntry{entry, *owner};
}

}  // namespace natplan
