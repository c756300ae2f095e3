#include "cli/sysctl_need.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::uint32_t kRouteUp = 1;          // RTF_UP
constexpr std::uint32_t kRouteReject = 0x200;  // RTF_REJECT

std::optional<std::uint32_t> Hex(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// procfs prints an address as the number that its four bytes are in memory.
std::uint32_t AsWord(const Address& address) {
  std::uint32_t word = 0;
  std::memcpy(&word, address.bytes().data(), sizeof(word));
  return word;
}

SysctlNeed NeedOf(const std::filesystem::path& proc, const Sysctl& sysctl, std::string otherwise) {
  SysctlNeed need{.sysctl = sysctl, .value = sysctl.Read(proc), .otherwise = std::move(otherwise)};
  need.met = need.value.has_value() && *need.value != 0;
  return need;
}

SysctlNeed RouteLocalnetNeed(const std::filesystem::path& proc, const Address& target) {
  const auto interface = InterfaceTowards(proc, target);
  if (!interface) {
    return NeedOf(proc, Sysctl::RouteLocalnetOfAll(),
                  fmt::format("a forward with `localhost` to {} drops what comes from 127.0.0.1, by whatever "
                              "interface it leaves: there is no route yet",
                              target.ToString()));
  }
  SysctlNeed need =
      NeedOf(proc, Sysctl::RouteLocalnet(*interface),
             fmt::format("a forward with `localhost` drops what comes from 127.0.0.1 and leaves by {}",
                         interface->name()));
  const auto of_all = Sysctl::RouteLocalnetOfAll().Read(proc);
  need.met = need.met || (of_all && *of_all != 0);
  return need;
}

void Add(std::vector<SysctlNeed>& needs, SysctlNeed need) {
  for (const SysctlNeed& known : needs) {
    if (known.sysctl == need.sysctl) return;
  }
  needs.push_back(std::move(need));
}

}  // namespace

std::string SysctlNeed::Cure() const {
  if (!value) return value.error().text;
  std::string cure = fmt::format("set it: sysctl -w {}=1, or natplan apply FILE --sysctl", sysctl.name());
  if (sysctl == Sysctl::Forwarding(Family::kIp6)) {
    cure += "; an interface that takes its address from router advertisements then needs accept_ra=2";
  }
  return cure;
}

std::optional<InterfaceName> InterfaceTowards(const std::filesystem::path& proc, const Address& address) {
  if (address.family() != Family::kIp) return std::nullopt;
  const std::uint32_t target = AsWord(address);
  std::optional<InterfaceName> found;
  int best_length = -1;
  std::ifstream file(proc / "net/route");
  std::string line;
  while (std::getline(file, line)) {
    // Iface Destination Gateway Flags RefCnt Use Metric Mask ...; the first line is these words.
    std::istringstream stream(line);
    const std::vector<std::string> words{std::istream_iterator<std::string>(stream),
                                         std::istream_iterator<std::string>()};
    if (words.size() < 8) continue;
    const auto destination = Hex(words[1]);
    const auto flags = Hex(words[3]);
    const auto mask = Hex(words[7]);
    if (!destination || !flags || !mask || (*flags & kRouteUp) == 0) continue;
    // A mask has its ones in front: more of them are a longer prefix. Routes of one length stand in the order
    // of their metric, and the first counts.
    if ((target & *mask) != *destination || std::popcount(*mask) <= best_length) continue;
    best_length = std::popcount(*mask);
    found.reset();
    if ((*flags & kRouteReject) != 0) continue;
    if (auto name = InterfaceName::Make(words[0])) found = std::move(*name);
  }
  return found;
}

std::vector<SysctlNeed> ForwardingNeeds(const std::filesystem::path& proc, const std::set<Family>& families) {
  std::vector<SysctlNeed> needs;
  for (const Family family : families) {
    needs.push_back(NeedOf(proc, Sysctl::Forwarding(family),
                           fmt::format("the host does not pass {} packets on between its interfaces",
                                       family == Family::kIp ? "IPv4" : "IPv6")));
  }
  return needs;
}

std::vector<SysctlNeed> SysctlNeeds(const std::filesystem::path& proc, std::span<const Intent> intents) {
  std::set<Family> families;
  for (const Intent& intent : intents) families.insert(FamilyOf(intent));
  std::vector<SysctlNeed> needs = ForwardingNeeds(proc, families);
  for (const Intent& intent : intents) {
    const auto* forward = std::get_if<Forward>(&intent);
    if (forward == nullptr || !forward->localhost || forward->family() != Family::kIp) continue;
    Add(needs, RouteLocalnetNeed(proc, forward->to.address));
  }
  return needs;
}

}  // namespace natplan::cli
