#include "tests/golden/origin.h"

#include <cstdint>
#include <sstream>
#include <string_view>
#include <vector>

namespace natplan::golden {
namespace {

Masquerade Source(std::string_view prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }

Forward To(std::uint16_t host_port, std::string_view endpoint, Protocol protocol = Protocol::kTcp) {
  return {protocol, Port::Make(host_port).value(), Endpoint::Parse(endpoint).value()};
}

}  // namespace

std::string CarryOutOriginsOperations(Nat& nat, const std::function<void()>& after) {
  using Call = std::function<Result()>;
  for (const Call& call : std::vector<Call>{
           [&] { return nat.AddMasquerade(Source("10.1.2.3/32")); },
           [&] { return nat.AddMasquerade(Source("10.0.2.0/28")); },
           [&] { return nat.RemoveMasquerade(Source("10.0.2.0/28")); },
           [&] { return nat.RemoveMasquerade(Source("10.1.2.3/32")); },
           [&] { return nat.AddForward(To(4711, "1.2.3.4:815")); },
           // The origin names 1.2.3.4 as the previous target; natplan knows it.
           [&] { return nat.AddForward(To(4711, "1.2.3.5:815")); },
           [&] { return nat.RemoveForward(To(4711, "1.2.3.5:815")); },
       }) {
    const Result result = call();
    if (!result) return ToString(result.error());
    after();
  }
  return "";
}

std::string FillOriginsTables(Nat& nat) {
  const Result result =
      nat.Apply({Source("10.0.2.0/28"), Source("10.1.2.3/32"), Source("240.0.0.0/4"), To(4711, "1.2.3.5:815"),
                 To(53, "10.0.2.4:53", Protocol::kUdp), Source("fd00:1::/64"), Source("2001:db8::5/128"),
                 To(4711, "[fd00:1::5]:815"), To(9899, "[fd00:1::6]:9899", Protocol::kSctp)});
  return result ? "" : ToString(result.error());
}

std::string WithoutGenerations(const std::string& text) {
  std::istringstream lines(text);
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# new generation ")) kept += line + '\n';
  }
  return kept;
}

}  // namespace natplan::golden
