#include "cli/owner_removal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>
#include <set>

#include "cli/holdings.h"
#include "cli/json.h"
#include "cli/leftovers.h"
#include "cli/listing.h"
#include "cli/report.h"
#include "cli/session.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

Error NoOwners(const std::string& table) {
  return {.code = ErrorCode::kInvalidArgument,
          .errno_value = EINVAL,
          .text = fmt::format("table {} records no owners, natplan's own does; leave out --table", table)};
}

Error Unknown(const Owner& owner, const std::set<std::string>& known) {
  Error error{.code = ErrorCode::kInvalidArgument, .errno_value = ENOENT};
  error.text = fmt::format("nothing is recorded for owner \"{}\"; ", owner.name());
  error.text += known.empty() ? std::string("no owner is recorded at all")
                              : fmt::format("recorded are: {}", fmt::join(known, ", "));
  return error;
}

}  // namespace

ExitCode RemoveOwner(const std::string& table, const Owner& owner, const CallOptions& call,
                     bool must_be_known, Console& console) {
  // Rules of iptables name their owner whatever the table is called.
  if (!Layout{table}.own() && call.backend != Backend::kIptables)
    return console.Fail(NoOwners(table), call.json);
  auto session =
      Session::Open({.table = table, .owner = owner, .deadline = call.deadline, .backend = call.backend});
  if (!session) return console.Fail(session.error(), call.json);
  Leftovers leftovers(table, call);
  leftovers.BeforeChange([&](const ForwardListing& one) { return one.owner != owner.name(); });
  auto report = session->Run([](Nat& nat) { return nat.Apply({}); }, call.json, console);
  if (!report) {
    leftovers.AfterFailure(console);
    return report.error();
  }
  const bool nothing = !report->changed && session->unanswered() == nullptr;
  if (nothing && must_be_known) {
    const auto holdings = ReadBoth(table, std::chrono::steady_clock::now() + call.deadline);
    leftovers.AfterFailure(console);
    return console.Fail(holdings ? Unknown(owner, OwnersIn(*holdings)) : holdings.error(), call.json);
  }
  const BackendUse backend = session->Used(*report);
  const Leftovers::Result left = leftovers.AfterChange();
  std::ranges::copy(left.notes, std::back_inserter(report->notes));
  if (call.json) {
    Json out = ToJson(*report, backend);
    AddTo(left, out);
    console.PrintJson(out);
  } else if (nothing) {
    PrintBackend(backend, console);
    console.Line(fmt::format("# nothing to do: nothing is recorded for owner \"{}\"", owner.name()),
                 Style::kComment);
  } else {
    PrintChange(*report, backend, session->unanswered(), console);
  }
  if (!call.json) Print(left, console);
  return SayParameterError(left.error, SayShortcomings(*report, console), console);
}

}  // namespace natplan::cli
