// Operations and snapshots in nft syntax.
#ifndef NATPLAN_CORE_TEXT_NFT_TEXT_H_
#define NATPLAN_CORE_TEXT_NFT_TEXT_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/values/operation.h"
#include "core/values/snapshot.h"

namespace natplan {

// The operation as lines that nft takes, without newline; one line for each element.
std::vector<std::string> ToLines(const Operation& operation);

// Gives `take` each of these lines in turn; one line's memory is the next one's, too.
void ForEachLine(const Operation& operation, const std::function<void(std::string_view line)>& take);

// The line for one element of AddElements or DeleteElements; the operation's only line for others.
std::string ToLine(const Operation& operation, std::size_t element);

// All lines of a transaction, each with its newline: `nft -f` of this text does the same.
std::string ToText(const Transaction& transaction);

// What `nft list ruleset` (1.0.6) prints of these tables, byte for byte for what natplan writes.
std::string ListingText(const Snapshot& snapshot);

// "ip natplan"
std::string TableText(const TableId& table);

// "type nat hook prerouting priority dstnat + 1; policy accept;"
std::string HookText(const BaseChain& base);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_NFT_TEXT_H_
