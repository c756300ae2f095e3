// The ledger: who wants which prefix, kept in the kernel beside the prefixes themselves.
//
// It is a set of natplan's own table, of type `ipv4_addr . inet_service . mark . mark . mark` (ip6:
// `ipv6_addr
// ...`): network, prefix length, and the hash of the owner's name in three parts of 32 bits, which print in
// the order in which sha256sum prints them. nft's numbers of types have room for five parts. The name is the
// element's comment: a key has no room for it. nft lists, saves and loads all of this. Forwards and rules
// carry their owner as their own comment and are not in it.
#ifndef NATPLAN_CORE_PLAN_LEDGER_H_
#define NATPLAN_CORE_PLAN_LEDGER_H_

#include <expected>
#include <string>

#include "core/values/desired_state.h"
#include "core/values/element.h"
#include "core/values/operation.h"

namespace natplan {

inline constexpr const char* kOwnersSet = "owners";

const SetShape& OwnersShape(Family family);

Element ToElement(const LedgerEntry& entry, const Owner& owner);

struct OwnedEntry {
  LedgerEntry entry;
  Owner owner;
};
// The reverse, of an element that has the set's shape. Of one that natplan does not write it says what is
// wrong with it, in one sentence. Names that are `known` already need not be hashed again.
std::expected<OwnedEntry, std::string> ToLedgerEntry(Family family, const Element& element,
                                                     OwnerHasher hasher = HashOwner,
                                                     const OwnerNames& known = {});

// The prefix at the beginning of an entry's key.
std::expected<Prefix, std::string> PrefixInLedger(Family family, const ElementKey& key);

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_LEDGER_H_
