#include "core/plan/foreign_table.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "core/plan/layout.h"
#include "core/text/comment_text.h"
#include "core/text/nft_text.h"

namespace natplan {
namespace {

bool IsOfLayout(const TableId& id, const SetSnapshot& set) {
  return std::ranges::any_of(Sets(Layout{id.name}, id.family), [&](const SetPlan& plan) {
    return plan.name == set.name && plan.shape == set.shape;
  });
}

// One of another hook or type only has the name.
bool IsOfLayout(const TableId& id, const ChainSnapshot& chain) {
  return std::ranges::any_of(Chains(Layout{id.name}, id.family), [&](const ChainPlan& plan) {
    return plan.name == chain.name && chain.base && chain.base->hook == plan.base.hook &&
           chain.base->type == plan.base.type;
  });
}

std::string Counted(std::size_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// Names of at most a few things: a table may have thousands.
std::string Listed(const std::vector<std::string>& things) {
  constexpr std::size_t kMost = 8;
  std::string out;
  for (std::size_t i = 0; i < std::min(things.size(), kMost); ++i) out += (i == 0 ? "" : ", ") + things[i];
  if (things.size() > kMost) out += " and " + std::to_string(things.size() - kMost) + " more";
  return out;
}

}  // namespace

std::optional<Error> WhyForeign(const TableSnapshot& table) {
  if (Layout{table.id.name}.own()) return std::nullopt;
  bool of_layout = false;
  bool acts = false;
  std::size_t rules = 0;
  std::vector<std::string> found;
  for (const ChainSnapshot& chain : table.chains) {
    rules += chain.rules.size();
    if (IsOfLayout(table.id, chain)) continue;
    const bool drops = chain.base && chain.base->policy == Policy::kDrop;
    acts = acts || drops || !chain.rules.empty();
    found.push_back("chain " + NameText(chain.name) + " with " + (drops ? "policy drop and " : "") +
                    Counted(chain.rules.size(), "rule"));
  }
  for (const SetSnapshot& set : table.sets) {
    if (IsOfLayout(table.id, set)) {
      of_layout = true;
    } else {
      found.push_back((set.shape.is_map ? "map " : "set ") + NameText(set.name));
    }
  }
  for (const std::string& other : table.others) found.push_back(NameText(other));
  if (of_layout ? !acts : found.empty() && rules == 0) return std::nullopt;
  if (found.empty()) found.push_back(Counted(rules, "rule"));
  return Error{
      .code = ErrorCode::kConflict,
      .errno_value = EEXIST,
      .theirs = Listed(found),
      .text = "table " + TableText(table.id) +
              " is another program's: it is not natplan's and has not the layout of systemd's, and nothing "
              "of it was removed; if all that it holds may go, add --force"};
}

}  // namespace natplan
