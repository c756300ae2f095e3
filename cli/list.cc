// natplan list: what a table of natplan's layout holds.
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.h"
#include "cli/kernel_access.h"
#include "core/plan/kernel_view.h"
#include "core/plan/planner.h"
#include "core/plan/skeleton_plan.h"
#include "core/text/element_text.h"
#include "core/text/nft_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

struct FamilyListing {
  Family family;
  std::vector<std::string> masquerade = {};  // prefixes, and ranges that are none
  std::vector<MapEntry> forward = {};
  std::vector<std::string> foreign = {};  // what natplan did not write
  std::vector<std::string> repair =
      {};  // what `apply` would do about chains and rules that are wrong or missing
};

FamilyListing ListingOf(const TableSnapshot& table) {
  const Family family = table.id.family;
  const FamilyView view = ViewOf(family, &table);
  FamilyListing out{.family = family};
  for (const auto& [first, end] : view.ranges) {
    const std::span<const std::uint8_t> no_end;
    out.masquerade.push_back(RangeText(first.bytes(), end ? end->bytes() : no_end));
  }
  for (const auto& [host_port, to] : view.forwards) out.forward.push_back({host_port, to});

  SkeletonPlan skeleton = PlanSkeleton(table.id, &table, Scope::kOwn);
  out.foreign = std::move(skeleton.foreign);
  for (const Element& element : view.other_entries) {
    out.foreign.push_back(
        fmt::format("element of {}: {}", kForwardMap, ElementText(ForwardShape(family), element)));
  }
  for (const SetSnapshot& set : table.sets) {
    if (set.other_elements)
      out.foreign.push_back(fmt::format("elements of {} that natplan does not know", set.name));
  }
  if (skeleton.obstacle) out.repair.push_back(skeleton.obstacle->text);
  for (const BrokenRange& broken : view.broken) {
    out.repair.push_back(fmt::format("half of an interval in {}: {}", kMasqueradeSet,
                                     ElementText(MasqueradeShape(family), ToElement(broken.covers))));
  }
  for (const Operation& operation : skeleton.operations) {
    for (std::string& line : ToLines(operation)) out.repair.push_back(std::move(line));
  }
  return out;
}

Json ToJson(const FamilyListing& listing) {
  Json forward = Json::array();
  for (const MapEntry& entry : listing.forward) {
    forward.push_back({{"protocol", Name(entry.host_port.protocol)},
                       {"host_port", entry.host_port.port.number()},
                       {"to", entry.to.ToString()}});
  }
  return {{"family", Name(listing.family)},
          {"masquerade", listing.masquerade},
          {"forward", std::move(forward)},
          {"foreign", listing.foreign},
          {"repair", listing.repair}};
}

void PrintSection(const char* heading, const std::vector<std::string>& lines, Console& console) {
  if (lines.empty()) return;
  console.Line(fmt::format("  {}", heading));
  for (const std::string& line : lines) console.Line(fmt::format("    {}", line));
}

void Print(const FamilyListing& listing, const std::string& table, Console& console) {
  std::vector<std::string> forward;
  for (const MapEntry& entry : listing.forward) {
    forward.push_back(fmt::format("{} {} -> {}", Name(entry.host_port.protocol),
                                  entry.host_port.port.number(), entry.to.ToString()));
  }
  console.Line(fmt::format("table {} {}", Name(listing.family), table));
  PrintSection("masquerade", listing.masquerade, console);
  PrintSection("forward", forward, console);
  PrintSection("foreign", listing.foreign, console);
  PrintSection("wrong or missing, natplan apply repairs it", listing.repair, console);
}

}  // namespace

ExitCode Run(const ListOptions& options, Console& console) {
  auto kernel = OpenKernel();
  if (!kernel) return console.Fail(kernel.error(), options.json);
  const auto snapshot = ReadUntil(std::chrono::steady_clock::now() + options.deadline, **kernel,
                                  RequestFor(Layout{options.table}));
  if (!snapshot) return console.Fail(snapshot.error(), options.json);
  std::vector<FamilyListing> families;
  for (const TableSnapshot& table : snapshot->tables) families.push_back(ListingOf(table));
  if (options.json) {
    Json all = Json::array();
    for (const FamilyListing& family : families) all.push_back(ToJson(family));
    console.PrintJson(
        Json{{"table", options.table}, {"generation", snapshot->generation}, {"families", std::move(all)}});
    return ExitCode::kDone;
  }
  for (const FamilyListing& family : families) Print(family, options.table, console);
  if (families.empty()) {
    console.Line(fmt::format("# there is no table {}", options.table), Style::kComment);
  }
  return ExitCode::kDone;
}

}  // namespace natplan::cli
