#include "core/plan/packet_fields.h"

#include <array>
#include <cstring>
#include <span>

namespace natplan {
namespace {

constexpr std::uint32_t kNfprotoIpv4 = 2;
constexpr std::uint32_t kNfprotoIpv6 = 10;
constexpr std::uint32_t kRouteLocal = 2;       // RTN_LOCAL
constexpr std::uint32_t kRouteBroadcast = 3;   // RTN_BROADCAST
constexpr std::uint32_t kRouteMulticast = 5;   // RTN_MULTICAST
constexpr std::uint32_t kStateNew = 8;         // NF_CT_STATE_BIT(IP_CT_NEW)
constexpr std::uint32_t kStatusDnat = 32;      // IPS_DST_NAT
constexpr std::uint32_t kDestinationPort = 2;  // offset in TCP, UDP and SCTP headers

void AppendAddressTypeIsNot(std::uint32_t address, std::uint32_t type, Register reg, Expressions& out) {
  out.push_back(FibExpression{address, FibResult::kAddressType, reg});
  out.push_back(CmpExpression{reg, CmpOperator::kNeq, HostOrder(type)});
}

// Whether any of these bits is set.
void AppendBits(CtKey key, const RegisterBytes& bits, Register reg, Expressions& out) {
  const std::array<std::uint8_t, 16> zero{};
  const RegisterBytes none{std::span(zero).first(bits.size())};
  out.push_back(CtExpression{key, reg});
  out.push_back(BitwiseExpression{reg, reg, bits, none});
  out.push_back(CmpExpression{reg, CmpOperator::kNeq, none});
}

// Bit 127, the last of those that the kernel has: connlabel.conf(5) gives them names from 0 on.
constexpr RegisterBytes kHairpinLabel = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80};

}  // namespace

RegisterBytes HostOrder(std::uint32_t value) {
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, bytes.size());
  return RegisterBytes(bytes);
}

AddressField SourceField(Family family) {
  return family == Family::kIp ? AddressField{12, 4} : AddressField{8, 16};
}
AddressField DestinationField(Family family) {
  return family == Family::kIp ? AddressField{16, 4} : AddressField{24, 16};
}

void AppendForward(Family family, const FieldRegisters& r, const char* map, Expressions& out) {
  const bool ip = family == Family::kIp;
  out.push_back(MetaExpression{MetaKey::kL4Proto, r.first});
  out.push_back(PayloadExpression{PayloadBase::kTransport, kDestinationPort, 2, r.key_port});
  out.push_back(LookupExpression{.set = map, .source = r.first, .destination = r.first});
  out.push_back(NatExpression{.type = NatType::kDestination,
                              .family = ip ? kNfprotoIpv4 : kNfprotoIpv6,
                              .address = r.first,
                              .port = ip ? r.data_port4 : r.data_port6});
}

void AppendOthersUnicast(Family family, Register reg, Expressions& out) {
  AppendAddressTypeIsNot(kFibSourceAddress, kRouteLocal, reg, out);
  if (family == Family::kIp) AppendAddressTypeIsNot(kFibDestinationAddress, kRouteBroadcast, reg, out);
  AppendAddressTypeIsNot(kFibDestinationAddress, kRouteMulticast, reg, out);
}

void AppendTranslated(Register reg, Expressions& out) {
  AppendBits(CtKey::kStatus, HostOrder(kStatusDnat), reg, out);
}

void AppendHairpin(Register reg, Expressions& out) { AppendBits(CtKey::kLabels, kHairpinLabel, reg, out); }

Expressions HairpinRule() {
  constexpr Register kReg1 = 1;
  Expressions out;
  AppendBits(CtKey::kState, HostOrder(kStateNew), kReg1, out);
  AppendTranslated(kReg1, out);
  // In the hook forward the route of the translated destination is looked for on the packet's own input
  // interface.
  out.push_back(
      FibExpression{kFibDestinationAddress | kFibInInterface | kFibPresent, FibResult::kOif, kReg1});
  out.push_back(CmpExpression{kReg1, CmpOperator::kEq, HostOrder(1)});
  out.push_back(ImmediateExpression{.destination = kReg1, .value = kHairpinLabel});
  out.push_back(CtExpression{.key = CtKey::kLabels, .reg = kReg1, .writes = true});
  return out;
}

}  // namespace natplan
