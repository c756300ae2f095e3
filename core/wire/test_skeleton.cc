#include "core/wire/test_skeleton.h"

#include <bit>
#include <cstdint>

namespace natplan::wire {
namespace {

// A register that the kernel fills with a number of its own has it in host byte order.
RegisterBytes HostNumber(std::uint8_t number) {
  return std::endian::native == std::endian::little ? RegisterBytes{number, 0, 0, 0}
                                                    : RegisterBytes{0, 0, 0, number};
}

void AppendTranslation(const TableId& table, Expressions& rule) {
  const bool is_v4 = table.family == Family::kIp;
  rule.push_back(MetaExpression{.key = MetaKey::kL4Proto, .destination = 9});
  rule.push_back(
      PayloadExpression{.base = PayloadBase::kTransport, .offset = 2, .length = 2, .destination = 10});
  rule.push_back(LookupExpression{.set = "map_port_ipport", .source = 9, .destination = 9});
  rule.push_back(NatExpression{
      .type = NatType::kDestination, .family = is_v4 ? 2u : 10u, .address = 9u, .port = is_v4 ? 10u : 13u});
}

Expressions PreroutingRule(const TableId& table) {
  Expressions rule = {
      FibExpression{.flags = kFibDestinationAddress, .result = FibResult::kAddressType, .destination = 9},
      CmpExpression{.source = 9, .op = CmpOperator::kEq, .data = HostNumber(2)},
  };
  AppendTranslation(table, rule);
  return rule;
}

Expressions OutputRule(const TableId& table) {
  Expressions rule;
  if (table.family == Family::kIp) {
    rule = {
        PayloadExpression{.base = PayloadBase::kNetwork, .offset = 16, .length = 4, .destination = 9},
        BitwiseExpression{.source = 9, .destination = 9, .mask = {0xff, 0, 0, 0}, .xor_with = {0, 0, 0, 0}},
        CmpExpression{.source = 9, .op = CmpOperator::kNeq, .data = {127, 0, 0, 0}}};
  } else {
    rule = {
        PayloadExpression{.base = PayloadBase::kNetwork, .offset = 24, .length = 16, .destination = 9},
        CmpExpression{
            .source = 9, .op = CmpOperator::kNeq, .data = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
  }
  rule.push_back(MetaExpression{.key = MetaKey::kOif, .destination = 9});
  rule.push_back(CmpExpression{.source = 9, .op = CmpOperator::kEq, .data = HostNumber(1)});
  AppendTranslation(table, rule);
  return rule;
}

Expressions PostroutingRule(const TableId& table) {
  const bool is_v4 = table.family == Family::kIp;
  return {PayloadExpression{.base = PayloadBase::kNetwork,
                            .offset = is_v4 ? 12u : 8u,
                            .length = is_v4 ? 4u : 16u,
                            .destination = 9},
          LookupExpression{.set = "masq_saddr", .source = 9}, MasqueradeExpression{}};
}

}  // namespace

std::vector<Operation> Skeleton(const TableId& table) {
  const bool is_v4 = table.family == Family::kIp;
  return {EnsureTable{table},
          EnsureChain{table, "prerouting", {.type = "nat", .hook = Hook::kPrerouting, .priority = -99}},
          EnsureChain{table, "output", {.type = "nat", .hook = Hook::kOutput, .priority = -99}},
          EnsureChain{table, "postrouting", {.type = "nat", .hook = Hook::kPostrouting, .priority = 101}},
          EnsureSet{table, "masq_saddr", is_v4 ? kPrefixShape4 : kPrefixShape6},
          EnsureSet{table, "map_port_ipport", is_v4 ? kPortShape4 : kPortShape6},
          AppendRule{table, "prerouting", PreroutingRule(table)},
          AppendRule{table, "output", OutputRule(table)},
          AppendRule{table, "postrouting", PostroutingRule(table)}};
}

AddElements Prefixes(const TableId& table) {
  AddElements add = {.table = table, .set = "masq_saddr", .shape = {}, .exclusive = true, .elements = {}};
  if (table.family == Family::kIp) {
    add.shape = kPrefixShape4;
    add.elements = {{.kind = ElementKind::kRange, .key = {10, 0, 2, 0}, .end = {10, 0, 2, 16}},
                    {.kind = ElementKind::kRange, .key = {240, 0, 0, 0}}};
  } else {
    add.shape = kPrefixShape6;
    add.elements = {
        {.kind = ElementKind::kRange,
         .key = {0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
         .end = {0xfe, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
        {.kind = ElementKind::kRange, .key = {0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}};
  }
  return add;
}

AddElements Forwards(const TableId& table) {
  const bool is_v4 = table.family == Family::kIp;
  const ElementData data =
      is_v4 ? ElementData{1, 2, 3, 4, 0x03, 0x2f, 0, 0}
            : ElementData{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0x03, 0x2f, 0, 0};
  return {.table = table,
          .set = "map_port_ipport",
          .shape = is_v4 ? kPortShape4 : kPortShape6,
          .exclusive = false,
          .elements = {{.key = {6, 0, 0, 0, 0x12, 0x67, 0, 0}, .data = data}}};
}

}  // namespace natplan::wire
