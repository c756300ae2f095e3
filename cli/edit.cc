// natplan add and natplan delete: one intent more or less, in one transaction.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <expected>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/host_rules.h"
#include "cli/intent_words.h"
#include "cli/iptables_access.h"
#include "cli/json.h"
#include "cli/kernel_parameters.h"
#include "cli/leftovers.h"
#include "cli/listing.h"
#include "cli/report.h"
#include "cli/session.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

std::string TextOf(const Intent& intent) {
  if (const auto* forward = std::get_if<Forward>(&intent))
    return fmt::format("forward {} {}", Name(forward->protocol), forward->host_port.number());
  return ToString(std::get<Masquerade>(intent));
}

// Who holds it in what was read: "" where nobody is recorded.
std::vector<std::string> HoldersIn(const FamilyListing& listing, const Intent& intent) {
  if (const auto* forward = std::get_if<Forward>(&intent)) {
    for (const ForwardListing& one : listing.forwards) {
      if (one.host_port == forward->key()) return {one.owner};
    }
    return {};
  }
  const auto& masquerade = std::get<Masquerade>(intent);
  const std::string out_interface = masquerade.out_interface() ? masquerade.out_interface()->name() : "";
  for (const MasqueradeListing& one : listing.masquerades) {
    if (one.source != masquerade.source().ToString() || one.out_interface != out_interface) continue;
    return one.owners.empty() ? std::vector<std::string>{""} : one.owners;
  }
  return {};
}

struct Deleted {
  std::set<std::string> others = {};  // who else holds it
  bool was_there = false;
};

Deleted LookBack(const std::vector<FamilyListing>& before, const std::vector<Edit>& edits) {
  Deleted out;
  for (const Edit& edit : edits) {
    for (const FamilyListing& listing : before) {
      if (listing.family != FamilyOf(edit.intent)) continue;
      for (std::string& holder : HoldersIn(listing, edit.intent)) {
        if (holder == edit.owner.name()) {
          out.was_there = true;
        } else {
          out.others.insert(std::move(holder));
        }
      }
    }
  }
  return out;
}

// What iptables has beside nf_tables, from before that was used: a delete takes of it, too. Where nobody can
// tell, the call itself says so.
std::vector<FamilyListing> Beside(const EditOptions& options) {
  if (options.kind != Edit::Kind::kRemove || options.call.backend == Backend::kIptables) return {};
  const auto held =
      ReadIptables(options.table, Backend::kAuto, std::chrono::steady_clock::now() + options.call.deadline);
  return held ? ListingsOf(held->intents) : std::vector<FamilyListing>();
}

// What there is to say of a delete that deleted nothing: a note, or the error that natplan cannot tell
// whether it may delete what is there. Empty if there was something.
std::expected<std::string, Error> NoteNotThere(const EditOptions& options, const std::vector<Edit>& edits,
                                               const Report& report, const Session& session,
                                               std::vector<FamilyListing> before) {
  const Layout layout{options.table};
  Deleted deleted{.was_there = report.changed || session.unanswered() != nullptr};
  if (!report.by_iptables && session.unanswered() == nullptr) {
    for (const TableSnapshot& table : session.last_read().tables) before.push_back(ListingOf(layout, table));
    deleted = LookBack(before, edits);
  }
  if (deleted.was_there) return "";
  const std::string what = TextOf(edits.front().intent);
  const std::string& owner = edits.front().owner.name();
  if (deleted.others.empty())
    return fmt::format("there was nothing to delete: owner \"{}\" has no {}", owner, what);
  if (deleted.others.contains("")) {
    return std::unexpected(
        Error{.code = ErrorCode::kRefused,
              .errno_value = EPERM,
              .text = fmt::format("table {} has {}, but no place to record that natplan added it; if nobody "
                                  "needs it any more, delete the element with nft",
                                  options.table, what)});
  }
  return fmt::format("there was nothing to delete: {} is not of owner \"{}\" but of {}", what, owner,
                     fmt::join(deleted.others, ", "));
}

// Whether it is there still when the edits have been made.
bool Stays(const ForwardListing& one, const std::vector<Edit>& edits) {
  return std::ranges::none_of(edits, [&](const Edit& edit) {
    const auto* forward = std::get_if<Forward>(&edit.intent);
    return forward != nullptr && forward->key() == one.host_port && edit.owner.name() == one.owner;
  });
}

}  // namespace

ExitCode Run(const EditOptions& options, Console& console) {
  const bool json = options.call.json;
  const Owner owner = options.owner.value_or(Owner::Default());
  const auto edits = ToEdits(options.kind, owner, options.words);
  if (!edits) return console.Fail(edits.error(), json);
  auto session = Session::Open({.table = options.table,
                                .owner = owner,
                                .deadline = options.call.deadline,
                                .backend = options.call.backend});
  if (!session) return console.Fail(session.error(), json);
  Leftovers leftovers(options.table, options.call);
  leftovers.BeforeChange([&](const ForwardListing& one) { return Stays(one, *edits); });
  std::vector<FamilyListing> beside = Beside(options);
  Request request{.edits = *edits, .alone = true};
  auto report =
      session->Run([&](Nat& nat) { return nat.Do(std::move(request), Mode::kApply); }, json, console);
  if (!report) {
    leftovers.AfterFailure(console);
    return report.error();
  }
  std::vector<std::string>& notes = report->notes;
  Parameters parameters;
  Leftovers::Result left;
  if (std::string note = NoteOf(options.words); !note.empty()) notes.push_back(std::move(note));
  if (options.kind == Edit::Kind::kRemove) {
    auto note = NoteNotThere(options, *edits, *report, *session, std::move(beside));
    if (!note) {
      leftovers.AfterFailure(console);
      return console.Fail(note.error(), json);
    }
    if (!note->empty()) notes.push_back(*std::move(note));
    left = leftovers.AfterChange();
  } else {
    std::vector<Intent> intents;
    for (const Edit& edit : *edits) intents.push_back(edit.intent);
    parameters = NameParameters(intents);
    std::ranges::copy(parameters.notes, std::back_inserter(notes));
    std::ranges::move(RivalNotes(intents, PlaceOf(options.table, report->by_iptables)),
                      std::back_inserter(notes));
    // A forward may have been replaced that wanted localhost.
    left = leftovers.AfterChange("natplan apply FILE --sysctl");
  }
  std::ranges::copy(left.notes, std::back_inserter(notes));
  const BackendUse backend = session->Used(*report);
  if (json) {
    Json out = ToJson(*report, backend);
    if (options.kind == Edit::Kind::kAdd) {
      out["sysctls_missing"] = parameters.missing;
      out["sysctls_left_on"] = left.left_on;
    } else {
      AddTo(left, out);
    }
    console.PrintJson(out);
  } else {
    PrintChange(*report, backend, session->unanswered(), console);
    Print(left, console);
  }
  if (!report->by_iptables) NoteOwnerIsNotKept(options.table, options.owner, console);
  return SayParameterError(left.error, SayShortcomings(*report, console), console);
}

}  // namespace natplan::cli
