#include "tests/model/test_context.h"

#include <utility>

#include "core/text/nft_text.h"

namespace natplan {

TestContext::TestContext(ModelKernel& kernel, const char* owner, Scope scope, Inheritance inheritance)
    : executor_(kernel.Open()),
      owner_(Named(owner)),
      reconciler_(
          {.layout = {.hasher = HashInTest}, .scope = scope, .owner = owner_, .inheritance = inheritance}) {}

std::vector<Edit> TestContext::Edits(Edit::Kind kind, const std::vector<Intent>& intents) const {
  std::vector<Edit> edits;
  for (const Intent& intent : intents) edits.push_back({kind, owner_, intent});
  return edits;
}

Result TestContext::Adds(const std::vector<Intent>& intents) {
  return Run({.edits = Edits(Edit::Kind::kAdd, intents)});
}
Result TestContext::Removes(const std::vector<Intent>& intents) {
  return Run({.edits = Edits(Edit::Kind::kRemove, intents)});
}
Result TestContext::Replaces(const std::vector<Intent>& intents) {
  return Run({.replaced = owner_, .intents = intents});
}
Result TestContext::Plans(const std::vector<Intent>& intents) {
  return Run({.edits = Edits(Edit::Kind::kAdd, intents)}, Mode::kPlan);
}

Result TestContext::Run(Request request, Mode mode) {
  reads_ = drains_ = 0;
  sent_.clear();
  reconciler_.Start(std::move(request), mode, now_, now_ + std::chrono::seconds(5));
  for (;;) {
    const Step step = reconciler_.Poll(now_);
    if (const auto* read = std::get_if<ReadStep>(&step)) {
      ++reads_;
      reconciler_.OnSnapshot(executor_->Read(read->request, TimePoint::max()));
    } else if (const auto* commit = std::get_if<CommitStep>(&step)) {
      if (const auto event = std::exchange(before_commit_, nullptr)) event();
      sent_.push_back(ToText(*commit->transaction));
      reconciler_.OnOutcome(executor_->Commit(*commit->transaction, TimePoint::max()));
    } else if (const auto* drain = std::get_if<DrainStep>(&step)) {
      ++drains_;
      reconciler_.OnDrained(listens_ ? executor_->Drain(drain->tables, drain->since) : Drained{});
    } else if (const auto* wait = std::get_if<WaitStep>(&step)) {
      now_ = wait->until;
    } else {
      return *std::get<FinishedStep>(step).result;
    }
  }
}

std::set<std::string> Contents(ModelKernel& kernel) {
  std::set<std::string> out;
  const auto put = [&](const std::string& line) {
    if (!out.insert(line).second) out.insert(line + ", twice");
  };
  const auto name = [](const std::string& owner) { return owner.empty() ? "?" : owner; };
  for (const Family family : kFamilies) {
    const FamilyView view = ViewOf({.hasher = HashInTest}, family, kernel.Find(family));
    for (const AddressRange& range : view.ranges) {
      const auto prefix = ToPrefix(range);
      put("set " + (prefix ? prefix->ToString() : "from " + range.first.ToString()));
    }
    for (const LedgerEntry& entry : view.entries)
      put(view.names.at(entry.owner).name() + " wants " + entry.prefix.ToString());
    for (const auto& [key, held] : view.forwards.entries)
      put(name(held.owner) + " forwards " + ToString(key) + " to " + held.to.ToString());
    for (const auto& [key, held] : view.localhost.entries)
      put(name(held.owner) + " forwards " + ToString(key) + " to " + held.to.ToString() + " localhost");
    for (const DesiredState::OwnedMasquerade& owned : view.interface_masquerades) {
      put(owned.owner.name() + " masquerades " + owned.masquerade.source().ToString() + " out " +
          owned.masquerade.out_interface()->name());
    }
    if (!view.broken.empty()) put("broken");
    if (!view.forwards.others.empty() || !view.localhost.others.empty()) put("other elements");
    if (!view.junk.empty()) put("junk");
    for (const auto& [key, rival] : view.rivals)
      put(rival.owner.name() + " wants " + rival.entry.prefix.ToString() + ", a rival");
  }
  return out;
}

}  // namespace natplan
