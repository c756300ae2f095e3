#include "core/plan/element_conflict.h"

#include <cerrno>

#include "core/plan/layout.h"
#include "core/text/element_text.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

std::string NobodyRecorded(bool own) {
  return own ? " (no owner is recorded for them; `natplan apply --adopt` takes such elements over)" : "";
}

}  // namespace

std::string ElementLine(const TableId& table, const char* set, const SetShape& shape,
                        const Element& element) {
  return "element " + TableText(table) + " " + set + " { " + ElementText(shape, element) + " }";
}

Error LedgerConflict(const TableId& table, const std::string& element, const std::string& reason) {
  return {.code = ErrorCode::kConflict,
          .errno_value = EEXIST,
          .theirs = element,
          .text = "set " + TableText(table) + " " + kOwnersSet +
                  ", where natplan keeps who wants what, is one of layout 1 and has an element that is " +
                  "not one of natplan's: " + reason + "; remove it with: " +
                  (element.empty() ? "natplan apply --exclusive FILE" : "nft delete " + element)};
}

Error RangeConflict(const TableId& table, bool own, const Prefix& ours, const AddressRange& theirs) {
  const SetShape& shape = MasqueradeShape(table.family);
  const std::string there = ElementLine(table, kMasqueradeSet, shape, ToElement(theirs));
  return {.operation = ElementLine(table, kMasqueradeSet, shape, ToElement(ours)),
          .theirs = there,
          .text = "another program holds addresses of " + ours.ToString() + NobodyRecorded(own) +
                  "; if nobody needs that any more, remove it with: nft delete " + there};
}

Error PortConflict(const TableId& table, bool own, const char* map, const MapEntry& ours,
                   const HeldTarget& theirs) {
  const SetShape& shape = ForwardShape(table.family);
  const std::string port = ToString(ours.host_port);
  const std::string there = ElementLine(table, map, shape, ToElement(EntryOf(ours.host_port, theirs)));
  Error error{.operation = ElementLine(table, map, shape, ToElement(ours)), .theirs = there};
  if (theirs.owner.empty()) {
    error.text = "another program forwards " + port + " already" + NobodyRecorded(own) +
                 "; if nobody needs that any more, remove it with: nft delete " + there;
  } else {
    error.text = "owner \"" + theirs.owner + "\" forwards " + port + " to " + theirs.to.ToString() +
                 " already" + (theirs.to == ours.to ? "" : ", and not to " + ours.to.ToString()) +
                 "; choose another host port, or if that owner is gone: natplan forget --owner \"" +
                 theirs.owner + "\"";
  }
  return error;
}

}  // namespace natplan
