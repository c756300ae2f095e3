#include "cli/difference.h"

#include <algorithm>
#include <set>
#include <utility>

#include "core/text/nft_text.h"
#include "core/text/rule_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::string Place(const TableId& table) { return fmt::format("{} {}", Name(table.family), table.name); }

class Writer {
 public:
  explicit Writer(const Snapshot& before) : before_(before) {}

  void operator()(const EnsureTable& op) {
    if (before_.Find(op.table) != nullptr) Is(fmt::format("table {} {{ flags dormant; }}", Place(op.table)));
    Shall(fmt::format("table {}", Place(op.table)));
  }
  void operator()(const DeleteTable& op) { Is(fmt::format("table {}", Place(op.table))); }
  void operator()(const EnsureChain& op) {
    const ChainSnapshot* chain = Find(op.table, op.chain);
    if (chain != nullptr && !gone_.contains({op.table, op.chain})) Is(ChainText(op.table, *chain));
    Shall(fmt::format("chain {} {} {{ {} }}", Place(op.table), op.chain, HookText(op.base)));
  }
  void operator()(const DeleteChain& op) {
    Empty(op.table, op.chain);
    const ChainSnapshot* chain = Find(op.table, op.chain);
    gone_.insert({op.table, op.chain});
    Is(chain != nullptr ? ChainText(op.table, *chain)
                        : fmt::format("chain {} {}", Place(op.table), op.chain));
  }
  void operator()(const FlushChain& op) { Empty(op.table, op.chain); }
  void operator()(const EnsureSet& op) { ShallAsWritten(op); }
  void operator()(const DeleteSet& op) {
    Is(fmt::format("{} {} {}", op.is_map ? "map" : "set", Place(op.table), op.set));
  }
  void operator()(const FlushSet& op) {
    Is(fmt::format("all elements of {} {} {}", op.is_map ? "map" : "set", Place(op.table), op.set));
  }
  void operator()(const AppendRule& op) { ShallAsWritten(op); }
  void operator()(const AddElements& op) { ShallAsWritten(op); }
  void operator()(const DeleteElements& op) {
    for (const std::string& line : ToLines(op)) Is(WithoutVerb(line));
  }

  std::vector<DifferenceLine> Take() { return std::move(lines_); }

 private:
  void Is(std::string text) { lines_.push_back({false, std::move(text)}); }
  void Shall(std::string text) { lines_.push_back({true, std::move(text)}); }
  void ShallAsWritten(const Operation& operation) {
    for (const std::string& line : ToLines(operation)) Shall(WithoutVerb(line));
  }

  static std::string WithoutVerb(const std::string& line) { return line.substr(line.find(' ') + 1); }

  static std::string ChainText(const TableId& table, const ChainSnapshot& chain) {
    std::string out = fmt::format("chain {} {}", Place(table), chain.name);
    if (chain.base) out += fmt::format(" {{ {} }}", HookText(*chain.base));
    return out;
  }

  const ChainSnapshot* Find(const TableId& id, const std::string& name) const {
    const TableSnapshot* table = before_.Find(id);
    if (table == nullptr) return nullptr;
    const auto found = std::ranges::find(table->chains, name, &ChainSnapshot::name);
    return found == table->chains.end() ? nullptr : &*found;
  }

  // A chain may be emptied before what its rules refer to is removed, and once more for its own sake.
  void Empty(const TableId& table, const std::string& name) {
    const ChainSnapshot* chain = Find(table, name);
    if (chain == nullptr || !emptied_.insert({table, name}).second) return;
    for (const RuleSnapshot& rule : chain->rules) {
      Is(fmt::format("rule {} {} {}", Place(table), name, RuleText(table.family, rule.expressions)));
    }
  }

  const Snapshot& before_;
  std::vector<DifferenceLine> lines_;
  std::set<std::pair<TableId, std::string>> emptied_;
  std::set<std::pair<TableId, std::string>> gone_;
};

}  // namespace

std::vector<DifferenceLine> Difference(const Transaction& transaction, const Snapshot& before) {
  Writer writer(before);
  for (const Operation& operation : transaction.operations) std::visit(writer, operation);
  return writer.Take();
}

}  // namespace natplan::cli
