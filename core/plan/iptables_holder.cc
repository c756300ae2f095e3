#include "core/plan/iptables_holder.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace natplan {
namespace {

// The word behind the option; none if it is not there or negated.
std::optional<std::string_view> Value(const SavedRule& rule, std::string_view option) {
  const auto at = std::ranges::find(rule.words, option);
  if (at == rule.words.end() || at + 1 == rule.words.end()) return std::nullopt;
  if (at != rule.words.begin() && *(at - 1) == "!") return std::nullopt;
  return *(at + 1);
}

bool IsForTheHost(const SavedRule& rule) { return Value(rule, "--dst-type") == "LOCAL"; }

std::optional<std::uint16_t> ToNumber(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "80", "80:90", "80,443,8000:8080"; what cannot be read is left out.
std::vector<PortHolder::Range> ToRanges(std::string_view text) {
  std::vector<PortHolder::Range> ranges;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const std::size_t colon = part.find(':');
    const auto first = ToNumber(part.substr(0, colon));
    const auto last = colon == std::string_view::npos ? first : ToNumber(part.substr(colon + 1));
    if (first && last) ranges.push_back({*first, *last});
  }
  return ranges;
}

}  // namespace

bool PortHolder::Holds(Protocol wanted, Port port) const {
  return protocol == wanted && std::ranges::any_of(ports, [&](const Range& range) {
           return range.first <= port.number() && port.number() <= range.last;
         });
}

std::set<std::string> ChainsForTheHost(const std::vector<SavedRule>& rules) {
  std::set<std::string> chains;
  for (const SavedRule& rule : rules) {
    if (rule.chain != "PREROUTING" && rule.chain != "OUTPUT") continue;
    const auto target = Value(rule, "-j");
    if (target && IsForTheHost(rule)) chains.emplace(*target);
  }
  return chains;
}

std::optional<PortHolder> HolderIn(const SavedRule& rule, const std::set<std::string>& chains_for_the_host) {
  const auto target = Value(rule, "-j");
  if (target != "DNAT" && target != "REDIRECT") return std::nullopt;
  if (!IsForTheHost(rule) && !chains_for_the_host.contains(rule.chain)) return std::nullopt;
  const auto name = Value(rule, "-p");
  auto ports = Value(rule, "--dport");
  if (!ports) ports = Value(rule, "--dports");
  if (!name || !ports) return std::nullopt;
  const auto protocol = ParseProtocol(*name);
  if (!protocol) return std::nullopt;
  return PortHolder{*protocol, ToRanges(*ports)};
}

}  // namespace natplan
