#include "core/plan/iptables_rule.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <span>
#include <variant>

#include "core/values/address.h"
#include "core/values/port.h"
#include "core/values/prefix.h"

namespace natplan {
namespace {

constexpr std::size_t kMostCommentBytes = 255;
constexpr std::size_t kMostOwnerBytes = 64;

const char* LoopbackOf(Family family) { return family == Family::kIp ? "127.0.0.0/8" : "::1/128"; }

// iptables prints the length of a single address too.
std::string Cidr(const Prefix& prefix) {
  return prefix.network().ToString() + "/" + std::to_string(prefix.length());
}
std::string Cidr(const Address& address) {
  return address.ToString() + "/" + std::to_string(AddressBits(address.family()));
}

void Append(std::vector<std::string>& words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
}

std::vector<std::string> PortMatch(Protocol protocol, Port port) {
  const std::string name(Name(protocol));
  return {"-p", name, "-m", name, "--dport", std::to_string(port.number())};
}

std::vector<IptablesRule> LowerOne(const Masquerade& masquerade) {
  IptablesRule rule{.chain = "POSTROUTING", .match = {}, .target = {"-j", "MASQUERADE"}};
  if (masquerade.source().length() != 0) Append(rule.match, {"-s", Cidr(masquerade.source())});
  if (masquerade.out_interface()) Append(rule.match, {"-o", masquerade.out_interface()->name()});
  return {rule};
}

// The packets of a localhost forward leave the host with 127.0.0.1 or ::1 as their source otherwise.
IptablesRule LoopbackMasquerade(Protocol protocol, const Endpoint& to) {
  IptablesRule rule{.chain = "POSTROUTING",
                    .match = {"-s", LoopbackOf(to.address.family()), "-d", Cidr(to.address)},
                    .target = {"-j", "MASQUERADE"}};
  Append(rule.match, PortMatch(protocol, to.port));
  return rule;
}

// What comes from a neighbour with a loopback address is nothing that a host sends: route_localnet would let
// it in.
std::vector<IptablesRule> LoopbackGuardRules() {
  std::vector<IptablesRule> rules;
  for (const char* address : {"-d", "-s"}) {
    rules.push_back({.table = "raw",
                     .chain = "PREROUTING",
                     .match = {address, LoopbackOf(Family::kIp), "!", "-i", "lo"},
                     .target = {"-j", "DROP"}});
  }
  return rules;
}

std::vector<IptablesRule> LowerOne(const Forward& forward) {
  std::vector<std::string> match = PortMatch(forward.protocol, forward.host_port);
  Append(match, {"-m", "addrtype", "--dst-type", "LOCAL"});
  const std::vector<std::string> target = {"-j", "DNAT", "--to-destination", forward.to.ToString()};
  std::vector<std::string> output_match;
  if (!forward.localhost) output_match = {"!", "-d", LoopbackOf(forward.family())};
  Append(output_match, match);
  std::vector<IptablesRule> rules = {{.chain = "PREROUTING", .match = match, .target = target},
                                     {.chain = "OUTPUT", .match = output_match, .target = target}};
  if (!forward.localhost) return rules;
  rules.push_back(LoopbackMasquerade(forward.protocol, forward.to));
  if (forward.family() == Family::kIp) std::ranges::move(LoopbackGuardRules(), std::back_inserter(rules));
  return rules;
}

// The word behind the option; empty if it is not there.
std::string_view Value(const std::vector<std::string>& words, std::string_view option) {
  const auto at = std::ranges::find(words, option);
  return at == words.end() || at + 1 == words.end() ? std::string_view() : std::string_view(*(at + 1));
}

std::optional<Port> ToPort(std::string_view text) {
  // As an endpoint's port is read: digits only, and nothing behind them.
  const auto endpoint = Endpoint::Parse("0.0.0.0:" + std::string(text));
  if (!endpoint) return std::nullopt;
  return endpoint->port;
}

// The intent that the rule can come from if it comes from one; a loopback rule's with a host port of its own.
std::optional<Intent> Guess(Family family, const IptablesRule& rule) {
  if (rule.table == "raw")
    return Forward{Protocol::kTcp, Port::Make(1).value(), Endpoint::Parse("192.0.2.1:1").value(), true};
  const auto protocol = ParseProtocol(Value(rule.match, "-p"));
  const auto port = ToPort(Value(rule.match, "--dport"));
  if (rule.chain != "POSTROUTING") {
    const auto to = Endpoint::Parse(Value(rule.match, "--to-destination"));
    if (!protocol || !port || !to) return std::nullopt;
    const bool excluded = std::ranges::find(rule.match, "!") != rule.match.end();
    return Forward{*protocol, *port, *to, rule.chain == "OUTPUT" && !excluded};
  }
  if (protocol && port) {
    const auto to = Prefix::Parse(Value(rule.match, "-d"));
    if (!to) return std::nullopt;
    return Forward{*protocol, *port, {to->network(), *port}, true};
  }
  const std::string_view source = Value(rule.match, "-s");
  const auto prefix = Prefix::Parse(!source.empty() ? source : family == Family::kIp ? "0.0.0.0/0" : "::/0");
  if (!prefix) return std::nullopt;
  std::optional<InterfaceName> out_interface;
  if (const std::string_view name = Value(rule.match, "-o"); !name.empty()) {
    const auto made = InterfaceName::Make(name);
    if (!made) return std::nullopt;
    out_interface = *made;
  }
  const auto masquerade = Masquerade::Make(*prefix, out_interface);
  if (!masquerade) return std::nullopt;
  return *masquerade;
}

bool SameWords(const IptablesRule& saved, const IptablesRule& made) {
  return saved.table == made.table && saved.chain == made.chain &&
         saved.match.size() == made.match.size() + made.target.size() &&
         std::ranges::equal(made.match, std::span(saved.match).first(made.match.size())) &&
         std::ranges::equal(made.target, std::span(saved.match).subspan(made.match.size()));
}

}  // namespace

std::expected<RuleTag, Error> RuleTag::Make(std::string_view table) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string begin(kNatplanComment);
  for (const char c : table) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || c == '.';
    if (plain) {
      begin += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    begin += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
  }
  begin += ':';
  if (begin.size() + kMostOwnerBytes > kMostCommentBytes) {
    return std::unexpected(Error{.code = ErrorCode::kInvalidArgument,
                                 .errno_value = ENAMETOOLONG,
                                 .text =
                                     "the table's name is too long for a comment of iptables, which has to "
                                     "hold it beside the owner's; choose a shorter one"});
  }
  return RuleTag(std::move(begin));
}

std::optional<Owner> RuleTag::OwnerIn(std::string_view comment) const {
  if (!comment.starts_with(begin_)) return std::nullopt;
  auto owner = Owner::Make(comment.substr(begin_.size()));
  if (!owner) return std::nullopt;
  return *std::move(owner);
}

std::string Spec(const IptablesRule& rule, const std::string& comment) {
  std::string out;
  for (const std::string& word : rule.match) out += QuoteWord(word) + ' ';
  out += "-m comment --comment " + Quoted(comment);
  for (const std::string& word : rule.target) out += ' ' + QuoteWord(word);
  return out;
}

std::vector<IptablesRule> Lower(const Intent& intent) {
  return std::visit([](const auto& one) { return LowerOne(one); }, intent);
}

TaggedRule TakeApart(const SavedRule& saved, const RuleTag& tag) {
  TaggedRule out{.rule = {.table = saved.table, .chain = saved.chain, .match = saved.words, .target = {}}};
  out.owner = tag.OwnerIn(saved.comment);
  if (!out.owner) return out;
  const std::vector<std::string> match = {"-m", "comment", "--comment", saved.comment};
  std::vector<std::string>& words = out.rule.match;
  const auto at = std::search(words.begin(), words.end(), match.begin(), match.end());
  if (at != words.end()) words.erase(at, at + 4);
  return out;
}

std::optional<RaisedRule> Raise(Family family, const IptablesRule& rule) {
  auto guess = Guess(family, rule);
  if (!guess || FamilyOf(*guess) != family) return std::nullopt;
  const std::vector<IptablesRule> made = Lower(*guess);
  if (std::ranges::none_of(made, [&](const IptablesRule& one) { return SameWords(rule, one); }))
    return std::nullopt;
  const bool is_beside = rule.table == "raw" || rule.chain == "POSTROUTING";
  if (is_beside && std::holds_alternative<Forward>(*guess)) return RaisedRule{};
  return RaisedRule{std::move(guess)};
}

}  // namespace natplan
