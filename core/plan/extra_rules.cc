#include "core/plan/extra_rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <iterator>
#include <span>
#include <utility>

#include "core/plan/address_range.h"
#include "core/plan/packet_fields.h"

namespace natplan {
namespace {

constexpr Register kReg1 = 1;
constexpr std::size_t kInterfaceNameBytes = 16;  // IFNAMSIZ
constexpr std::int32_t kRawPriority = -300;      // before connections are tracked, and before any translation

// Whether the address in a header lies in the prefix: whole bytes are compared as they are, others through a
// mask, as nft does it.
void AppendPrefixMatch(const AddressField& field, const Prefix& prefix, Expressions& out) {
  if (prefix.length() == 0) return;
  const std::span<const std::uint8_t> network = prefix.network().bytes();
  const auto length = static_cast<std::uint32_t>(prefix.length());
  if (length % 8 == 0) {
    out.push_back(PayloadExpression{PayloadBase::kNetwork, field.offset, length / 8, kReg1});
    out.push_back(CmpExpression{kReg1, CmpOperator::kEq, RegisterBytes(network.first(length / 8))});
    return;
  }
  std::array<std::uint8_t, 16> mask{};
  for (std::uint32_t bit = 0; bit < length; ++bit) {
    mask[bit / 8] = static_cast<std::uint8_t>(mask[bit / 8] | 0x80U >> bit % 8);
  }
  const std::array<std::uint8_t, 16> zero{};
  out.push_back(PayloadExpression{PayloadBase::kNetwork, field.offset, field.length, kReg1});
  out.push_back(BitwiseExpression{kReg1, kReg1, RegisterBytes(std::span(mask).first(field.length)),
                                  RegisterBytes(std::span(zero).first(field.length))});
  out.push_back(CmpExpression{kReg1, CmpOperator::kEq, RegisterBytes(network)});
}

Prefix Loopback(Family family) { return *Prefix::Parse(family == Family::kIp ? "127.0.0.0/8" : "::1"); }

// ADDRESS 127.0.0.0/8 iif != "lo" drop
Expressions FromElsewhere(const AddressField& address) {
  Expressions out;
  AppendPrefixMatch(address, Loopback(Family::kIp), out);
  out.push_back(MetaExpression{MetaKey::kIif, kReg1});
  out.push_back(CmpExpression{kReg1, CmpOperator::kNeq, HostOrder(kLoopbackIndex)});
  out.push_back(ImmediateExpression{.verdict = 0});
  return out;
}

// Packets from there that leave the host; of layout 1 whether or not they were translated.
RulePlan FromLoopback(Family family, bool old) {
  RulePlan out{.chain = "postrouting", .expressions = {}};
  AppendPrefixMatch(SourceField(family), Loopback(family), out.expressions);
  out.expressions.push_back(MetaExpression{MetaKey::kOif, kReg1});
  out.expressions.push_back(CmpExpression{kReg1, CmpOperator::kNeq, HostOrder(kLoopbackIndex)});
  if (!old) AppendTranslated(kReg1, out.expressions);
  out.expressions.push_back(MasqueradeExpression{});
  return out;
}

std::vector<RulePlan> MakeLocalhostRules(Family family) {
  RulePlan output{.chain = "output", .expressions = {}};
  AppendPrefixMatch(DestinationField(family), Loopback(family), output.expressions);
  output.expressions.push_back(MetaExpression{MetaKey::kOif, kReg1});
  output.expressions.push_back(CmpExpression{kReg1, CmpOperator::kEq, HostOrder(kLoopbackIndex)});
  AppendForward(family, kNftRegisters, kLocalhostMap, output.expressions);

  std::vector<RulePlan> out = {std::move(output), FromLoopback(family, false)};
  if (family == Family::kIp) out.push_back({kLoopbackChain, FromElsewhere(SourceField(family))});
  return out;
}

// The prefix with which a rule compares the source before anything else, in so many expressions, if it is one
// that AppendPrefixMatch() wrote.
std::optional<Prefix> PrefixOf(Family family, std::span<const Expression> match) {
  if (match.empty()) return Prefix::Make(ToAddress(family, {}), 0).value();  // no source at all
  const auto* cmp = std::get_if<CmpExpression>(&match.back());
  if (match.size() == 1 || cmp == nullptr || cmp->data.size() > AddressBytes(family)) return {};
  int length = static_cast<int>(cmp->data.size()) * 8;
  if (const auto* bitwise = std::get_if<BitwiseExpression>(&match[match.size() - 2])) {
    length = 0;
    for (const std::uint8_t byte : bitwise->mask.span()) length += std::popcount(byte);
  }
  const auto prefix = Prefix::Make(ToAddress(family, ElementKey(cmp->data.span())), length);
  return prefix ? std::optional(*prefix) : std::nullopt;
}

}  // namespace

const std::vector<RulePlan>& LocalhostRules(Family family) {
  static const std::vector<RulePlan> ip = MakeLocalhostRules(Family::kIp);
  static const std::vector<RulePlan> ip6 = MakeLocalhostRules(Family::kIp6);
  return family == Family::kIp ? ip : ip6;
}

bool IsOldLocalhostRule(Family family, const std::string& chain, const RuleSnapshot& rule) {
  const RulePlan old = FromLoopback(family, true);
  return chain == old.chain && old.Is(rule);
}

const ChainPlan* LoopbackGuard(Family family) {
  static const ChainPlan guard{kLoopbackChain,
                               {"filter", Hook::kPrerouting, kRawPriority, Policy::kAccept},
                               {FromElsewhere(DestinationField(Family::kIp))}};
  return family == Family::kIp ? &guard : nullptr;
}

namespace {

// Of layout 1 without what leaves the host's own packets alone.
Expressions InterfaceRule(const Masquerade& masquerade, bool old) {
  Expressions out;
  const Prefix& source = masquerade.source();
  AppendPrefixMatch(SourceField(source.family()), source, out);
  std::array<std::uint8_t, kInterfaceNameBytes> name{};
  std::ranges::copy(masquerade.out_interface()->name(), name.begin());
  out.push_back(MetaExpression{MetaKey::kOifName, kReg1});
  out.push_back(CmpExpression{kReg1, CmpOperator::kEq, RegisterBytes(name)});
  if (!old) AppendOthersUnicast(source.family(), kReg1, out);
  out.push_back(MasqueradeExpression{});
  return out;
}

}  // namespace

RulePlan ToRule(const DesiredState::OwnedMasquerade& owned) {
  return {"postrouting", InterfaceRule(owned.masquerade, false), owned.owner.name()};
}

std::optional<Masquerade> ToInterfaceMasquerade(Family family, const Expressions& rule) {
  const auto names = std::ranges::find_if(rule, [](const Expression& expression) {
    const auto* meta = std::get_if<MetaExpression>(&expression);
    return meta != nullptr && meta->key == MetaKey::kOifName;
  });
  if (rule.end() - names < 2) return {};
  const auto* name = std::get_if<CmpExpression>(&*std::next(names));
  if (name == nullptr || name->data.size() != kInterfaceNameBytes) return {};
  std::string text(name->data.span().begin(), name->data.span().end());
  text.erase(std::min(text.find('\0'), text.size()));
  const auto interface = InterfaceName::Make(text);
  const auto prefix = PrefixOf(family, std::span(rule.begin(), names));
  if (!interface || !prefix) return {};
  const auto masquerade = Masquerade::Make(*prefix, *interface);
  if (!masquerade) return {};
  const bool ours = rule == InterfaceRule(*masquerade, false) || rule == InterfaceRule(*masquerade, true);
  return ours ? std::optional(*masquerade) : std::nullopt;
}

std::optional<DesiredState::OwnedMasquerade> ToOwnedMasquerade(Family family, const RuleSnapshot& rule) {
  if (!Owner::IsName(rule.comment)) return {};
  const auto masquerade = ToInterfaceMasquerade(family, rule.expressions);
  if (!masquerade) return {};
  return DesiredState::OwnedMasquerade{Owner::Make(rule.comment).value(), *masquerade};
}

}  // namespace natplan
