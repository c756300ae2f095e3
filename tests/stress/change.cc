#include "tests/stress/change.h"

#include "core/values/port.h"
#include "core/values/prefix.h"

namespace natplan::stress {
namespace {

// Takes the number apart, digit by digit.
class Digits {
 public:
  explicit Digits(std::uint32_t number) : rest_(number) {}
  std::uint32_t Next(std::uint32_t base) {
    const std::uint32_t digit = rest_ % base;
    rest_ /= base;
    return digit;
  }

 private:
  std::uint32_t rest_;
};

// One in eight lies at the top of the address space, where ranges have no end: in IPv4, and /24 at the
// longest, since the broadcast address and all of ff00::/8 are nobody's source.
Prefix ToPrefix(Digits& digits) {
  constexpr std::array<int, 8> kLengths = {8, 10, 12, 14, 16, 20, 24, 32};
  const bool top = digits.Next(8) == 0;
  const bool ip6 = digits.Next(4) == 0 && !top;
  const int length = kLengths[digits.Next(kLengths.size())];
  std::array<std::uint8_t, 4> head = {static_cast<std::uint8_t>(ip6 ? 0xfd : 10), 0, 0, 0};
  if (top) {
    head = {0xff, 0xff, 0xff, 0xff};
  } else {
    head[1] = static_cast<std::uint8_t>(digits.Next(8) << 4U);
    head[2] = static_cast<std::uint8_t>(digits.Next(2) << 6U);
    head[3] = static_cast<std::uint8_t>(digits.Next(2));
  }
  if (!ip6) return Prefix::Make(Address(head), top ? std::min(length, 24) : length).value();
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < head.size(); ++i) bytes[i] = head[i];
  return Prefix::Make(Address(bytes), length == 32 ? 128 : length).value();
}

Forward ToForward(Digits& digits) {
  const Protocol protocol = kProtocols[digits.Next(kProtocols.size())];
  const bool ip6 = digits.Next(4) == 0;
  const Port host_port = Port::Make(1 + digits.Next(12)).value();
  const auto last = static_cast<std::uint8_t>(1 + digits.Next(3));
  const Port port = Port::Make(1 + digits.Next(3)).value();
  const bool localhost = digits.Next(16) == 0;
  const Address address =
      ip6 ? Address(std::array<std::uint8_t, 16>{0xfd, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last})
          : Address(std::array<std::uint8_t, 4>{192, 0, 2, last});
  return {protocol, host_port, {address, port}, localhost};
}

}  // namespace

Intent ToIntent(const IntentCode& code) {
  Digits digits(code.number);
  switch (code.kind) {
    case Kind::kMasquerade:
      return Masquerade::Make(ToPrefix(digits)).value();
    case Kind::kInterfaceMasquerade: {
      const auto name = InterfaceName::Make(digits.Next(2) == 0 ? "wan0" : "wan1").value();
      return Masquerade::Make(ToPrefix(digits), name).value();
    }
    case Kind::kForward:
      break;
  }
  return ToForward(digits);
}

}  // namespace natplan::stress
