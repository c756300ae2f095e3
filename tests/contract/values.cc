#include "tests/contract/values.h"

#include <utility>

#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"

namespace natplan::contract {

Masquerade Source(std::string_view prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }

Forward To(std::uint16_t host_port, std::string_view endpoint, natplan::Protocol protocol) {
  return {protocol, Port::Make(host_port).value(), Endpoint::Parse(endpoint).value()};
}

Owner Named(std::string_view name) { return Owner::Make(name).value(); }

TableId Ours(Family family) { return {family, kDefaultTable}; }
TableId Origin(Family family) { return {family, kOriginTable}; }

AddElements Adds(const TableId& table, std::initializer_list<std::string_view> prefixes) {
  AddElements operation{
      .table = table, .set = kMasqueradeSet, .shape = MasqueradeShape(table.family), .elements = {}};
  for (const std::string_view prefix : prefixes) {
    operation.elements.push_back(ToElement(Prefix::Parse(prefix).value()));
  }
  return operation;
}

DeleteElements Deletes(const TableId& table, std::initializer_list<std::string_view> prefixes) {
  AddElements adds = Adds(table, prefixes);
  return {adds.table, adds.set, adds.shape, std::move(adds.elements)};
}

AddElements Adds(const TableId& table, const Forward& forward) {
  return {.table = table,
          .set = kForwardMap,
          .shape = ForwardShape(table.family),
          .elements = {ToElement(MapEntry{forward.key(), forward.to})}};
}

DeleteElements Deletes(const TableId& table, const Forward& forward) {
  AddElements adds = Adds(table, forward);
  return {adds.table, adds.set, adds.shape, std::move(adds.elements)};
}

}  // namespace natplan::contract
