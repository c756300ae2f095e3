#include "core/values/impossible.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace natplan {
namespace {

struct Kind {
  Prefix addresses;
  std::string_view what;
  bool no_source;
};

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = [] {
    constexpr std::string_view kUnspecified = "the unspecified address";
    constexpr std::string_view kLoopback = "a loopback address";
    constexpr std::string_view kMulticast = "a multicast address";
    struct Row {
      const char* addresses;
      std::string_view what;
      bool no_source;
    };
    constexpr auto kRows = std::to_array<Row>({{"0.0.0.0", kUnspecified, true},
                                               {"127.0.0.0/8", kLoopback, true},
                                               {"224.0.0.0/4", kMulticast, true},
                                               {"255.255.255.255", "the broadcast address", true},
                                               {"240.0.0.0/4", "an address of the reserved class E", false},
                                               {"::", kUnspecified, true},
                                               {"::1", kLoopback, true},
                                               {"::ffff:0:0/96", "an IPv4 address written as IPv6", true},
                                               {"fe80::/10", "a link-local address", true},
                                               {"ff00::/8", kMulticast, true}});
    std::vector<Kind> out;
    for (const Row& row : kRows) out.push_back({*Prefix::Parse(row.addresses), row.what, row.no_source});
    return out;
  }();
  return kinds;
}

// A look at one byte, for almost all addresses.
bool IsOrdinary(const Address& address) {
  const std::uint8_t first = address.bytes()[0];
  if (address.family() == Family::kIp) return first != 0 && first != 127 && first < 224;
  return first != 0 && first < 0xfe;
}

Error Invalid(std::string text) {
  return {.code = ErrorCode::kInvalidArgument, .errno_value = EINVAL, .text = std::move(text)};
}

std::string_view CureOfTarget(const Prefix& kind) {
  static const Prefix mapped = *Prefix::Parse("::ffff:0:0/96");
  static const Prefix link_local = *Prefix::Parse("fe80::/10");
  static const Prefix loopback = *Prefix::Parse("127.0.0.0/8");
  static const Prefix loopback6 = *Prefix::Parse("::1");
  if (kind == mapped) return "which is on no wire; write the IPv4 address";
  if (kind == link_local)
    return "which means nothing without an interface, and nf_tables has no place for one; write another "
           "address of "
           "the target";
  if (kind == loopback || kind == loopback6)
    return "to which the kernel sends nothing on that came from elsewhere (and may not: that would open to "
           "others what listens there alone); let the service listen on an address of the host, or write the "
           "container's address";
  return "to which no connection is made; write the target's own address";
}

std::optional<Error> WhyImpossibleTarget(const Address& to) {
  if (IsOrdinary(to)) return std::nullopt;
  const auto kind =
      std::ranges::find_if(Kinds(), [&](const Kind& one) { return one.addresses.Contains(to); });
  if (kind == Kinds().end()) return std::nullopt;
  return Invalid("a forward to " + to.ToString() + " cannot work: that is " + std::string(kind->what) + ", " +
                 std::string(CureOfTarget(kind->addresses)));
}

std::optional<Error> WhyImpossibleSource(const Prefix& source) {
  if (IsOrdinary(source.network())) return std::nullopt;
  const auto kind = std::ranges::find_if(
      Kinds(), [&](const Kind& one) { return one.no_source && one.addresses.Contains(source); });
  if (kind == Kinds().end()) return std::nullopt;
  return Invalid("a masquerade of " + source.ToString() +
                 " cannot work: a packet that is forwarded does not come from " + std::string(kind->what) +
                 "; name the containers' prefix");
}

}  // namespace

std::optional<Error> WhyImpossible(const Intent& intent) {
  if (const auto* forward = std::get_if<Forward>(&intent)) return WhyImpossibleTarget(forward->to.address);
  return WhyImpossibleSource(std::get<Masquerade>(intent).source());
}

}  // namespace natplan
