#include "backends/iptables/iptables_wishes.h"

#include <optional>

namespace natplan {
namespace {

std::vector<OwnedIntent> IntentsOf(const DesiredState& state) {
  std::vector<OwnedIntent> out;
  for (const LedgerEntry& entry : state.masquerades()) {
    if (const auto masquerade = Masquerade::Make(entry.prefix))
      out.push_back({state.OwnerOf(entry), *masquerade});
  }
  for (const DesiredState::OwnedMasquerade& owned : state.interface_masquerades())
    out.push_back({owned.owner, owned.masquerade});
  for (const auto& [key, forward] : state.forwards())
    out.push_back({forward.owner, Forward{key.protocol, key.port, forward.to, forward.localhost}});
  return out;
}

}  // namespace

// Made anew from each reading: what the rules say of an owner that this context did not use before counts.
IptablesWish IptablesWishes::WishOf(const Request& request, const std::vector<OwnedIntent>& have,
                                    State& state, std::optional<Error>& refused) const {
  state = state_;
  refused.reset();
  DesiredState::Touched touched;
  std::vector<Edit> undo;
  for (const Owner& owner : OwnersOf(request, options_.owner)) {
    if (!state.mine.insert(owner).second || options_.inheritance != Inheritance::kAdopt) continue;
    for (const OwnedIntent& owned : have) {
      if (owned.owner != owner) continue;
      // What another owner of this context holds already stays with that one; the plan shows the conflict.
      (void)state.desired.Apply({Edit::Kind::kAdd, owner, owned.intent}, touched, undo);
    }
  }
  touched = {};
  ForEachEdit(request, state.desired, [&](const Edit& edit) {
    auto applied = state.desired.Apply(edit, touched, undo);
    if (!applied && !refused) refused = std::move(applied.error());
    return true;
  });
  const bool exclusive = options_.scope == Scope::kExclusive;
  return {.intents = IntentsOf(state.desired),
          .mine = state.mine,
          .scope = exclusive ? Scope::kExclusive : Scope::kOwn,
          .edited = request.lenient ? SortedSet<HostPort>() : touched.ports};
}

Result IptablesWishes::Run(const Request& request, Mode mode, TimePoint deadline) {
  State state;
  std::optional<Error> refused;
  // A request that contradicts itself, or what this context holds, is refused before anything is done.
  (void)WishOf(request, {}, state, refused);
  if (refused) return std::unexpected(*std::move(refused));
  auto report = context_.Apply(
      [&](const std::vector<OwnedIntent>& have) {
        IptablesWish wish = WishOf(request, have, state, refused);
        return refused ? IptablesWish() : wish;  // which changes nothing
      },
      mode, deadline);
  if (refused) return std::unexpected(*std::move(refused));
  if (!report) return std::unexpected(std::move(report.error()));
  if (mode == Mode::kApply) state_ = std::move(state);
  return Report{.changed = report->changed,
                .foreign = std::move(report->foreign),
                .lost = std::move(report->lost),
                .unsupported = std::move(report->unsupported),
                .by_iptables = true,
                .iptables = std::move(report->lines),
                .notes = std::move(report->notes)};
}

}  // namespace natplan
