#include <array>
#include <memory>

#include "kernel_sim/expressions/makers.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_COUNTER_MAX + 1> kPolicy = {{
    {},
    {AttributeKind::kU64},  // NFTA_COUNTER_BYTES
    {AttributeKind::kU64},  // NFTA_COUNTER_PACKETS
}};

// Kernel: net/netfilter/nft_counter.c nft_counter_do_init() (6.18)
class Counter : public Expression {
 public:
  std::string_view name() const override { return "counter"; }
  std::size_t size() const override { return 16; }
  void Dump(MessageWriter& writer) const override {
    writer.U64(NFTA_COUNTER_BYTES, bytes);
    writer.U64(NFTA_COUNTER_PACKETS, packets);
  }

  std::uint64_t bytes = 0;
  std::uint64_t packets = 0;
};

}  // namespace

int CheckCounter(const Attribute& data) {
  AttributeTable<NFTA_COUNTER_MAX + 1> attributes;
  return attributes.Parse(data, kPolicy);
}

ExpressionResult MakeCounter(ExpressionContext&, const Attribute& data) {
  AttributeTable<NFTA_COUNTER_MAX + 1> attributes;
  if (const int error = attributes.Parse(data, kPolicy)) return std::unexpected(error);
  auto counter = std::make_unique<Counter>();
  if (attributes[NFTA_COUNTER_BYTES]) counter->bytes = ReadU64(attributes[NFTA_COUNTER_BYTES]);
  if (attributes[NFTA_COUNTER_PACKETS]) counter->packets = ReadU64(attributes[NFTA_COUNTER_PACKETS]);
  return counter;
}

}  // namespace natplan::kernel_sim
