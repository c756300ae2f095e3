#include "tests/model/test_old_layout.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace natplan {
namespace {

// Of the types ipv4_addr or ipv6_addr, inet_service, mark and mark.
SetShape OwnersOfLayout1(Family family) {
  return family == Family::kIp
             ? SetShape{.key_type = ((7U << 6U | 13U) << 6U | 19U) << 6U | 19U, .key_length = 16}
             : SetShape{.key_type = ((8U << 6U | 13U) << 6U | 19U) << 6U | 19U, .key_length = 28};
}

// Network and length as they are, then FNV-1a of the comment, the higher half first.
Element EntryOfLayout1(const Element& element) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : element.comment) {
    hash ^= static_cast<std::uint8_t>(c);
    hash *= 1099511628211U;
  }
  const std::size_t marks = 12;
  const std::span<const std::uint8_t> bytes = element.key.span();
  std::vector<std::uint8_t> key(bytes.begin(), bytes.end() - marks);
  for (const auto half : {static_cast<std::uint32_t>(hash >> 32U), static_cast<std::uint32_t>(hash)}) {
    std::uint8_t word[4];
    std::memcpy(word, &half, sizeof(word));
    key.insert(key.end(), word, word + sizeof(word));
  }
  Element out = element;
  out.key = ElementKey(key);
  return out;
}

// Without the expressions from the first one of this name on, but for the last.
void Cut(const char* name, Expressions& rule) {
  const auto from = std::ranges::find_if(rule, [&](const Expression& one) { return NameOf(one) == name; });
  if (from != rule.end()) rule.erase(from, rule.end() - 1);
}

}  // namespace

void ToLayout1(TableSnapshot& table) {
  table.comment = "natplan layout 1";
  std::erase_if(table.chains, [](const ChainSnapshot& chain) {
    return chain.name == "hairpin" || chain.name == "loopback";
  });
  for (ChainSnapshot& chain : table.chains) {
    if (chain.name != "postrouting") continue;
    std::erase_if(chain.rules,
                  [](const RuleSnapshot& rule) { return NameOf(rule.expressions.front()) == "ct"; });
    for (RuleSnapshot& rule : chain.rules) {
      Cut("fib", rule.expressions);
      Cut("ct", rule.expressions);
    }
  }
  for (SetSnapshot& set : table.sets) {
    if (set.name != "owners") continue;
    set.shape = OwnersOfLayout1(table.id.family);
    for (Element& element : set.elements) element = EntryOfLayout1(element);
  }
}

}  // namespace natplan
