#include "cli/fault.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <set>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

using kernel_sim::Profile;

// Happens at the transaction with a number.
struct Event {
  std::string_view name;
  std::set<std::uint64_t> Profile::* at;
  std::string_view help;
};
constexpr std::array<Event, 3> kEvents = {
    {{"flush-before", &Profile::flush_before, "`nft flush ruleset` runs just before transaction N"},
     {"lost-ack", &Profile::lost_ack, "transaction N is carried out, and no answer arrives"},
     {"enobufs", &Profile::enobufs, "the same, and the socket says that answers were lost"}}};

// Is so from the start.
struct Lack {
  std::string_view name;
  void (*apply)(Faults& faults);
  std::string_view help;
};
constexpr std::array<Lack, 4> kLacks = {
    {{"no-nat", [](Faults& faults) { faults.profile.nat = false; },
      "a kernel without chain type nat and its expressions"},
     {"no-ip6", [](Faults& faults) { faults.profile.ip6_family = false; },
      "a kernel without tables of family ip6"},
     {"no-nf-tables", [](Faults& faults) { faults.profile.nf_tables = false; }, "a kernel without nf_tables"},
     {"no-permission", [](Faults& faults) { faults.net_admin = false; },
      "natplan runs without CAP_NET_ADMIN"}}};

std::string Names() {
  std::string out;
  for (const Event& event : kEvents) out += fmt::format("{}@N, ", event.name);
  for (const Lack& lack : kLacks) out += fmt::format("{}, ", lack.name);
  return out.substr(0, out.size() - 2);
}

}  // namespace

std::expected<void, std::string> AddFault(std::string_view text, Faults& faults) {
  const std::size_t at = text.find('@');
  const std::string_view name = text.substr(0, at);
  if (const auto lack = std::ranges::find(kLacks, name, &Lack::name); lack != kLacks.end()) {
    if (at != std::string_view::npos) {
      return std::unexpected(fmt::format("fault {0} holds from the start; write {0} without @N", name));
    }
    lack->apply(faults);
    return {};
  }
  const auto event = std::ranges::find(kEvents, name, &Event::name);
  if (event == kEvents.end())
    return std::unexpected(fmt::format("unknown fault \"{}\"; there are: {}", text, Names()));
  std::uint64_t number = 1;
  if (at != std::string_view::npos) {
    const std::string_view digits = text.substr(at + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size() || number == 0) {
      return std::unexpected(
          fmt::format("\"{}\" is not the number of a transaction; write {}@1 or higher", digits, name));
    }
  }
  (faults.profile.*event->at).insert(number);
  return {};
}

std::string FaultHelp() {
  std::string out;
  for (const Event& event : kEvents)
    out += fmt::format("  {:<16}{}\n", fmt::format("{}@N", event.name), event.help);
  for (const Lack& lack : kLacks) out += fmt::format("  {:<16}{}\n", lack.name, lack.help);
  return out;
}

}  // namespace natplan::cli
