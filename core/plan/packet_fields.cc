#include "core/plan/packet_fields.h"

#include <array>
#include <cstring>

namespace natplan {
namespace {

constexpr std::uint32_t kNfprotoIpv4 = 2;
constexpr std::uint32_t kNfprotoIpv6 = 10;
constexpr std::uint32_t kDestinationPort = 2;  // offset in TCP, UDP and SCTP headers

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

}  // namespace natplan
