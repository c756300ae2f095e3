#include "cli/json.h"

#include <string>
#include <string_view>

#include "core/text/nft_text.h"

namespace natplan::cli {
namespace {

// What an operation does, to what, and to which one.
struct Parts {
  std::string_view verb;
  std::string_view object;
  std::string name;
};

std::string_view SetWord(bool is_map) { return is_map ? "map" : "set"; }

struct PartsVisitor {
  Parts operator()(const EnsureTable& op) const { return {"add", "table", op.table.name}; }
  Parts operator()(const DeleteTable& op) const { return {"delete", "table", op.table.name}; }
  Parts operator()(const EnsureChain& op) const { return {"add", "chain", op.chain}; }
  Parts operator()(const DeleteChain& op) const { return {"delete", "chain", op.chain}; }
  Parts operator()(const FlushChain& op) const { return {"flush", "chain", op.chain}; }
  Parts operator()(const EnsureSet& op) const { return {"add", SetWord(op.shape.is_map), op.set}; }
  Parts operator()(const DeleteSet& op) const { return {"delete", SetWord(op.is_map), op.set}; }
  Parts operator()(const FlushSet& op) const { return {"flush", SetWord(op.is_map), op.set}; }
  Parts operator()(const AppendRule& op) const { return {"add", "rule", op.chain}; }
  Parts operator()(const DeleteRule& op) const { return {"delete", "rule", op.chain}; }
  Parts operator()(const AddElements& op) const { return {"add", "element", op.set}; }
  Parts operator()(const DeleteElements& op) const { return {"delete", "element", op.set}; }
};

}  // namespace

Json ToJson(const Error& error) {
  return {{"code", Name(error.code)}, {"errno", error.errno_value}, {"operation", error.operation},
          {"ours", error.ours},       {"theirs", error.theirs},     {"text", error.text}};
}

Json ToJson(const std::vector<Error>& errors) {
  Json out = Json::array();
  for (const Error& error : errors) out.push_back(ToJson(error));
  return out;
}

Json ToJson(const Transaction& transaction) {
  Json out = Json::array();
  for (const Operation& operation : transaction.operations) {
    const Parts parts = std::visit(PartsVisitor{}, operation);
    const TableId& table = TableOf(operation);
    for (const std::string& line : ToLines(operation)) {
      out.push_back({{"verb", parts.verb},
                     {"object", parts.object},
                     {"family", Name(table.family)},
                     {"table", table.name},
                     {"name", parts.name},
                     {"text", line}});
    }
  }
  return out;
}

Json ToJson(const Report& report, const BackendUse& backend) {
  return {{"changed", report.changed},
          {"generation", report.generation},
          {"first_step", ToJson(report.first_step)},
          {"operations", ToJson(report.transaction)},
          {"foreign", report.foreign},
          {"lost", ToJson(report.lost)},
          {"unsupported", ToJson(report.unsupported)},
          {"backend", backend.name},
          {"reason", backend.reason},
          {"iptables", IptablesLines(report)},
          {"notes", report.notes},
          {"retries", report.retries}};
}

}  // namespace natplan::cli
