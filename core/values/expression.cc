#include "core/values/expression.h"

namespace natplan {
namespace {

struct NameVisitor {
  std::string operator()(const FibExpression&) const { return "fib"; }
  std::string operator()(const CmpExpression&) const { return "cmp"; }
  std::string operator()(const MetaExpression&) const { return "meta"; }
  std::string operator()(const CtExpression&) const { return "ct"; }
  std::string operator()(const PayloadExpression&) const { return "payload"; }
  std::string operator()(const BitwiseExpression&) const { return "bitwise"; }
  std::string operator()(const LookupExpression&) const { return "lookup"; }
  std::string operator()(const NatExpression&) const { return "nat"; }
  std::string operator()(const MasqueradeExpression&) const { return "masq"; }
  std::string operator()(const CounterExpression&) const { return "counter"; }
  std::string operator()(const ImmediateExpression&) const { return "immediate"; }
  std::string operator()(const UnknownExpression& unknown) const { return unknown.name; }
};

}  // namespace

std::string NameOf(const Expression& expression) { return std::visit(NameVisitor{}, expression); }

}  // namespace natplan
