#include "kernel_sim/expression_kinds.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

// Which families an expression exists in, and what the build must have.
enum class Families : std::uint8_t { kAll, kNat, kFib };

struct Kind {
  std::string_view name;
  ExpressionChecker check;
  ExpressionMaker make;
  Families families = Families::kAll;
};

constexpr std::array<Kind, 12> kKinds = {{
    {"bitwise", CheckBitwise, MakeBitwise},
    {"cmp", CheckCmp, MakeCmp},
    {"counter", CheckCounter, MakeCounter},
    {"ct", CheckCt, MakeCt},
    {"fib", CheckFib, MakeFib, Families::kFib},
    {"immediate", CheckImmediate, MakeImmediate},
    {"lookup", CheckLookup, MakeLookup},
    {"masq", CheckMasq, MakeMasq, Families::kNat},
    {"meta", CheckMeta, MakeMeta},
    {"nat", CheckNat, MakeNat},
    {"payload", CheckPayload, MakePayload},
    {"redir", CheckRedir, MakeRedir, Families::kNat},
}};

constexpr std::array<AttributeRule, NFTA_EXPR_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kString, kModuleNameLimit},  // NFTA_EXPR_NAME
    {AttributeKind::kNested},                    // NFTA_EXPR_DATA
}};

bool IsNatName(std::string_view name) { return name == "nat" || name == "masq" || name == "redir"; }

bool Exists(const Kind& kind, const ExpressionContext& context) {
  const std::uint8_t family = context.table.family;
  const bool inet = family == NFPROTO_IPV4 || family == NFPROTO_IPV6 || family == NFPROTO_INET;
  const Profile& profile = context.state.profile;
  if (IsNatName(kind.name) && !profile.nat) return false;
  if (kind.families == Families::kNat) return inet;
  if (kind.families == Families::kFib) return profile.fib && (inet || family == NFPROTO_NETDEV);
  return true;
}

const Kind* FindKind(const ExpressionContext& context, std::string_view name) {
  const auto kind = std::ranges::find(kKinds, name, &Kind::name);
  return kind != kKinds.end() && Exists(*kind, context) ? &*kind : nullptr;
}

}  // namespace

int CheckExpression(const ExpressionContext& context, const Attribute& element) {
  AttributeTable<NFTA_EXPR_MAX + 1> attributes;
  if (const int error = attributes.Parse(element, kPolicy)) return error;
  const Attribute& name = attributes[NFTA_EXPR_NAME];
  if (!name) return EINVAL;
  const Kind* kind = FindKind(context, ReadString(name));
  return kind != nullptr ? kind->check(attributes[NFTA_EXPR_DATA]) : ENOENT;
}

ExpressionResult MakeExpression(ExpressionContext& context, const Attribute& element) {
  AttributeTable<NFTA_EXPR_MAX + 1> attributes;
  if (const int error = attributes.Parse(element, kPolicy)) return std::unexpected(error);
  const Attribute& name = attributes[NFTA_EXPR_NAME];
  const Kind* kind = FindKind(context, ReadString(name));
  return kind->make(context, attributes[NFTA_EXPR_DATA]);
}

}  // namespace natplan::kernel_sim
