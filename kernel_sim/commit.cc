#include "kernel_sim/commit.h"

#include <algorithm>
#include <utility>

#include "kernel_sim/describe.h"
#include "kernel_sim/handlers.h"
#include "kernel_sim/numbers.h"
#include "kernel_sim/validate.h"

namespace natplan::kernel_sim {
namespace {

bool SomethingIsUnbound(const NfTables& state) {
  return std::ranges::any_of(state.log, [](const Transaction& entry) {
    if (entry.bound) return false;
    if (entry.change == Change::kNewSet) return entry.set->is_anonymous();
    return entry.change == Change::kNewChain && (entry.chain->flags & NFT_CHAIN_BINDING) != 0;
  });
}

// Carries out the entries of the log, one after the other, and writes what they tell.
class Committer {
 public:
  Committer(NfTables& state, const Sender& sender, bool listeners, std::vector<Notification>& out)
      : state_(state), sender_(sender), listeners_(listeners), out_(out) {}

  void CarryOut(Transaction& entry) {
    switch (entry.change) {
      case Change::kUpdateTable:
        entry.table->flags_changed = false;
        [[fallthrough]];
      case Change::kNewTable:
        Tell(entry, NFT_MSG_NEWTABLE, WriteTable, *entry.table);
        break;
      case Change::kDeleteTable:
        Tell(entry, NFT_MSG_DELTABLE, WriteTable, *entry.table);
        Bury(state_, *entry.table);
        break;
      case Change::kUpdateChain:
        ApplyChainUpdate(*entry.chain, *entry.update);
        [[fallthrough]];
      case Change::kNewChain:
        Tell(entry, NFT_MSG_NEWCHAIN, WriteChain, *entry.chain);
        break;
      case Change::kDeleteChain:
        Tell(entry, NFT_MSG_DELCHAIN, WriteChain, *entry.chain);
        Bury(state_, *entry.chain);
        break;
      case Change::kNewRule:
        Tell(entry, NFT_MSG_NEWRULE, WriteRule, *entry.rule, PositionOf(*entry.rule));
        break;
      case Change::kDeleteRule:
        CommitRuleDeletion(entry);
        break;
      case Change::kUpdateSet:
        entry.set->size = entry.update->set_size;
        Tell(entry, NFT_MSG_NEWSET, WriteSet, *entry.set);
        break;
      case Change::kNewSet:
        // From here on the set counts with its rule, so that the table can be deleted.
        if (entry.set->is_anonymous() && !entry.set->bindings.empty()) --entry.table->use;
        Tell(entry, NFT_MSG_NEWSET, WriteSet, *entry.set);
        break;
      case Change::kDeleteSet:
        Tell(entry, NFT_MSG_DELSET, WriteSet, *entry.set);
        Bury(state_, *entry.set);
        break;
      case Change::kNewElement:
        Tell(entry, NFT_MSG_NEWSETELEM, WriteOneElement, *entry.set, *entry.element);
        break;
      case Change::kDeleteElement:
        Tell(entry, NFT_MSG_DELSETELEM, WriteOneElement, *entry.set, *entry.element);
        CommitElementDeletion(entry);
        break;
    }
  }

 private:
  static std::uint16_t NotificationFlags(const Transaction& entry) {
    std::uint16_t flags = entry.flags & (NLM_F_CREATE | NLM_F_EXCL);
    const bool is_rule = entry.change == Change::kNewRule || entry.change == Change::kDeleteRule;
    if (is_rule && (entry.flags & (NLM_F_APPEND | NLM_F_REPLACE)) != 0) flags |= NLM_F_APPEND;
    return flags;
  }

  template <typename Writer, typename... Arguments>
  void Tell(const Transaction& entry, std::uint8_t number, Writer write, const Arguments&... arguments) {
    if (!listeners_ && !entry.echo) return;
    const bool is_element = number == NFT_MSG_NEWSETELEM || number == NFT_MSG_DELSETELEM;
    const Heading heading{number, NotificationFlags(entry), is_element ? 0 : entry.sequence, sender_.port,
                          state_.generation};
    MessageWriter writer(kNotificationLimit);
    write(writer, heading, arguments...);
    if (writer.full()) writer.Rewind(0);
    out_.push_back({writer.Take(), entry.echo});
  }

  static void ApplyChainUpdate(Chain& chain, const Update& update) {
    if (!update.new_name.empty()) chain.name = update.new_name;
    if (update.policy && chain.base != nullptr) chain.base->policy = *update.policy;
  }

  void CommitRuleDeletion(Transaction& entry) {
    Tell(entry, NFT_MSG_DELRULE, WriteRule, *entry.rule, std::uint64_t{0});
    const std::size_t before = state_.graveyard.sets.size();
    DeactivateExpressions(state_, *entry.rule, ReleasePhase::kCommit);
    for (std::size_t i = before; i < state_.graveyard.sets.size(); ++i) {
      Tell(entry, NFT_MSG_DELSET, WriteSet, *state_.graveyard.sets[i]);
    }
    Bury(state_, *entry.rule);
  }

  void CommitElementDeletion(const Transaction& entry) {
    Set& set = *entry.set;
    if (entry.element->is_catch_all()) {
      std::erase_if(set.catch_all,
                    [&](const ElementPointer& element) { return element.get() == entry.element; });
      return;
    }
    --set.element_count;
    --set.deactivated_count;
    state_.graveyard.elements.push_back(set.elements->Remove(entry.element));
  }

  NfTables& state_;
  const Sender& sender_;
  bool listeners_;
  std::vector<Notification>& out_;
};

}  // namespace

Transaction& Record(NfTables& state, const Request& request, Change change, Table& table) {
  Transaction& entry = state.log.emplace_back();
  entry.change = change;
  entry.flags = request.flags();
  entry.echo = (request.flags() & NLM_F_ECHO) != 0;
  entry.sequence = request.sequence();
  entry.table = &table;
  return entry;
}

CommitOutcome Commit(NfTables& state, const Sender& sender, bool listeners, std::vector<Notification>& out) {
  if (state.log.empty()) return CommitOutcome::kNothingToDo;
  if (SomethingIsUnbound(state)) return CommitOutcome::kRefused;
  if (!ValidateTables(state)) {
    state.validate = ValidateState::kDo;
    return CommitOutcome::kReplay;
  }
  if (++state.generation == 0) state.generation = 1;
  ++state.changes;
  Committer committer(state, sender, listeners, out);
  for (Transaction& entry : state.log) committer.CarryOut(entry);
  state.log.clear();
  state.graveyard = {};
  return CommitOutcome::kCommitted;
}

}  // namespace natplan::kernel_sim
