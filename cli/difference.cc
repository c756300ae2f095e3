#include "cli/difference.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/plan/element_changes.h"
#include "core/plan/kernel_view.h"
#include "core/text/comment_text.h"
#include "core/text/nft_text.h"
#include "core/text/rule_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

std::string Place(const TableId& table) { return fmt::format("{} {}", Name(table.family), table.name); }

std::string WithoutVerb(const std::string& line) { return line.substr(line.find(' ') + 1); }

std::string LineOf(const TableId& table, const std::string& chain, const RuleSnapshot& rule) {
  return fmt::format("rule {} {} {}{}", Place(table), chain, RuleText(table.family, rule.expressions),
                     CommentText(rule.comment));
}

std::string LineOf(const TableId& table, const ChainSnapshot& chain) {
  std::string out = fmt::format("chain {} {}", Place(table), chain.name);
  if (chain.base) out += fmt::format(" {{ {} }}", HookText(*chain.base));
  return out;
}

// The lines of a table, so that what it was can be held against what it shall be. The order counts among the
// rules of a chain, and nowhere else.
struct TableLines {
  std::vector<std::string> lines = {};
  std::map<std::string, std::vector<std::string>> rules = {};  // by chain

  void Add(const Operation& operation) {
    for (const std::string& line : ToLines(operation)) {
      const auto* rule = std::get_if<AppendRule>(&operation);
      (rule == nullptr ? lines : rules[rule->chain]).push_back(WithoutVerb(line));
    }
  }
};

TableLines LinesOf(const TableSnapshot& table) {
  TableLines out;
  if (table.dormant) {
    out.lines.push_back(fmt::format("table {} {{ flags dormant; }}", Place(table.id)));
  } else {
    out.Add(EnsureTable{table.id, table.comment});
  }
  for (const ChainSnapshot& chain : table.chains) {
    out.lines.push_back(LineOf(table.id, chain));
    for (const RuleSnapshot& rule : chain.rules)
      out.rules[chain.name].push_back(LineOf(table.id, chain.name, rule));
  }
  for (const SetSnapshot& set : table.sets) out.Add(EnsureSet{table.id, set.name, set.shape});
  const FamilyView view = ViewOf(Layout{table.id.name}, table.id.family, &table);
  for (const Operation& operation : ContentOf(table.id, view)) out.Add(operation);
  return out;
}

class Writer {
 public:
  Writer(const Transaction& transaction, const Snapshot& before) : before_(before) {
    for (const Operation& operation : transaction.operations) {
      if (const auto* gone = std::get_if<DeleteTable>(&operation)) deleted_.insert(gone->table);
    }
    for (const Operation& operation : transaction.operations) {
      const auto* made = std::get_if<EnsureTable>(&operation);
      if (made != nullptr && deleted_.contains(made->table)) remade_.try_emplace(made->table);
    }
  }

  void Write(const Operation& operation) {
    const auto remade = remade_.find(TableOf(operation));
    if (remade == remade_.end()) {
      std::visit(*this, operation);
    } else if (!std::holds_alternative<DeleteTable>(operation)) {
      remade->second.Add(operation);
    }
  }

  void operator()(const EnsureTable& op) {
    if (before_.Find(op.table) == nullptr) return ShallAsWritten(op);
    Is(fmt::format("table {} {{ flags dormant; }}", Place(op.table)));
    Shall(fmt::format("table {}", Place(op.table)));
  }
  void operator()(const DeleteTable& op) { Is(fmt::format("table {}", Place(op.table))); }
  void operator()(const EnsureChain& op) {
    const ChainSnapshot* chain = Find(op.table, op.chain);
    if (chain != nullptr && !gone_.contains({op.table, op.chain})) Is(LineOf(op.table, *chain));
    Shall(fmt::format("chain {} {} {{ {} }}", Place(op.table), op.chain, HookText(op.base)));
  }
  void operator()(const DeleteChain& op) {
    Empty(op.table, op.chain);
    const ChainSnapshot* chain = Find(op.table, op.chain);
    gone_.insert({op.table, op.chain});
    Is(chain != nullptr ? LineOf(op.table, *chain) : fmt::format("chain {} {}", Place(op.table), op.chain));
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
  void operator()(const DeleteRule& op) {
    const ChainSnapshot* chain = Find(op.table, op.chain);
    if (chain == nullptr) return;
    const auto rule = std::ranges::find(chain->rules, op.handle, &RuleSnapshot::handle);
    if (rule != chain->rules.end()) Is(LineOf(op.table, op.chain, *rule));
  }
  void operator()(const AddElements& op) { ShallAsWritten(op); }
  void operator()(const DeleteElements& op) {
    for (const std::string& line : ToLines(op)) Is(WithoutVerb(line));
  }

  std::vector<DifferenceLine> Take() {
    for (const auto& [id, shall] : remade_) {
      const TableSnapshot* table = before_.Find(id);
      const TableLines is = table == nullptr ? TableLines() : LinesOf(*table);
      Compare(is.lines, shall.lines);
      std::set<std::string> chains;
      for (const auto* rules : {&is.rules, &shall.rules}) {
        for (const auto& [chain, lines] : *rules) chains.insert(chain);
      }
      for (const std::string& chain : chains) CompareRules(is.rules, shall.rules, chain);
    }
    return std::move(lines_);
  }

 private:
  void Is(std::string text) { lines_.push_back({false, std::move(text)}); }
  void Shall(std::string text) { lines_.push_back({true, std::move(text)}); }
  void ShallAsWritten(const Operation& operation) {
    for (const std::string& line : ToLines(operation)) Shall(WithoutVerb(line));
  }

  // What one has and the other has not.
  void Compare(const std::vector<std::string>& is, const std::vector<std::string>& shall) {
    const auto lacks = [](const std::vector<std::string>& lines, const std::string& line) {
      return std::ranges::find(lines, line) == lines.end();
    };
    for (const std::string& line : is) {
      if (lacks(shall, line)) Is(line);
    }
    for (const std::string& line : shall) {
      if (lacks(is, line)) Shall(line);
    }
  }

  using RulesByChain = std::map<std::string, std::vector<std::string>>;
  void CompareRules(const RulesByChain& is, const RulesByChain& shall, const std::string& chain) {
    const auto before = is.find(chain);
    const auto after = shall.find(chain);
    if (before != is.end() && after != shall.end() && before->second == after->second) return;
    if (before != is.end()) std::ranges::for_each(before->second, [&](const auto& line) { Is(line); });
    if (after != shall.end()) std::ranges::for_each(after->second, [&](const auto& line) { Shall(line); });
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
    for (const RuleSnapshot& rule : chain->rules) Is(LineOf(table, name, rule));
  }

  const Snapshot& before_;
  std::set<TableId> deleted_;
  std::map<TableId, TableLines> remade_;  // deleted and made again: what each shall be
  std::vector<DifferenceLine> lines_;
  std::set<std::pair<TableId, std::string>> emptied_;
  std::set<std::pair<TableId, std::string>> gone_;
};

}  // namespace

std::vector<DifferenceLine> Difference(const Transaction& transaction, const Snapshot& before) {
  Writer writer(transaction, before);
  for (const Operation& operation : transaction.operations) writer.Write(operation);
  return writer.Take();
}

}  // namespace natplan::cli
