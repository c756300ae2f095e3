#include "core/plan/extra_rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>

#include "core/plan/kernel_view.h"
#include "core/plan/packet_fields.h"

namespace natplan {
namespace {

constexpr Register kReg1 = 1;
constexpr std::size_t kInterfaceNameBytes = 16;  // IFNAMSIZ

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

std::vector<RulePlan> MakeLocalhostRules(Family family) {
  RulePlan output{.chain = "output", .expressions = {}};
  AppendPrefixMatch(DestinationField(family), Loopback(family), output.expressions);
  output.expressions.push_back(MetaExpression{MetaKey::kOif, kReg1});
  output.expressions.push_back(CmpExpression{kReg1, CmpOperator::kEq, HostOrder(kLoopbackIndex)});
  AppendForward(family, kNftRegisters, kLocalhostMap, output.expressions);

  RulePlan postrouting{.chain = "postrouting", .expressions = {}};
  AppendPrefixMatch(SourceField(family), Loopback(family), postrouting.expressions);
  postrouting.expressions.push_back(MetaExpression{MetaKey::kOif, kReg1});
  postrouting.expressions.push_back(CmpExpression{kReg1, CmpOperator::kNeq, HostOrder(kLoopbackIndex)});
  postrouting.expressions.push_back(MasqueradeExpression{});
  return {std::move(output), std::move(postrouting)};
}

// The prefix that the rule compares the source with, if it is one that AppendPrefixMatch() wrote.
std::optional<Prefix> PrefixOf(Family family, const Expressions& rule) {
  if (rule.size() == 3) return Prefix::Make(ToAddress(family, {}), 0).value();  // no source at all
  const auto* cmp = std::get_if<CmpExpression>(&rule[rule.size() - 4]);
  if (cmp == nullptr || cmp->data.size() > AddressBytes(family)) return {};
  int length = static_cast<int>(cmp->data.size()) * 8;
  if (const auto* bitwise = std::get_if<BitwiseExpression>(&rule[rule.size() - 5])) {
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

RulePlan ToRule(const DesiredState::OwnedMasquerade& owned) {
  RulePlan plan{.chain = "postrouting", .expressions = {}, .comment = owned.owner.name()};
  const Prefix& source = owned.masquerade.source();
  AppendPrefixMatch(SourceField(source.family()), source, plan.expressions);
  std::array<std::uint8_t, kInterfaceNameBytes> name{};
  std::ranges::copy(owned.masquerade.out_interface()->name(), name.begin());
  plan.expressions.push_back(MetaExpression{MetaKey::kOifName, kReg1});
  plan.expressions.push_back(CmpExpression{kReg1, CmpOperator::kEq, RegisterBytes(name)});
  plan.expressions.push_back(MasqueradeExpression{});
  return plan;
}

std::optional<DesiredState::OwnedMasquerade> ToOwnedMasquerade(Family family, const RuleSnapshot& rule) {
  const Expressions& all = rule.expressions;
  const auto owner = Owner::Make(rule.comment);
  if (!owner || (all.size() != 3 && all.size() != 5 && all.size() != 6)) return {};
  const auto* name = std::get_if<CmpExpression>(&all[all.size() - 2]);
  if (name == nullptr || name->data.size() != kInterfaceNameBytes) return {};
  std::string text(name->data.span().begin(), name->data.span().end());
  text.erase(std::min(text.find('\0'), text.size()));
  const auto interface = InterfaceName::Make(text);
  const auto prefix = PrefixOf(family, all);
  if (!interface || !prefix) return {};
  const auto masquerade = Masquerade::Make(*prefix, *interface);
  if (!masquerade) return {};
  DesiredState::OwnedMasquerade owned{*owner, *masquerade};
  return ToRule(owned).Is(rule) ? std::optional(std::move(owned)) : std::nullopt;
}

}  // namespace natplan
