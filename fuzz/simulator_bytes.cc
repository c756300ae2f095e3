// Any bytes as what a program sends to the simulated kernel. It must neither crash, hang nor read beyond
// them, and whatever it took must be readable afterwards: a dump that our decoder understands, and a listing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  // NOLINT
  using natplan::kernel_sim::Kernel;
  Kernel kernel;
  natplan::kernel_sim::SocketOptions options;
  options.ext_ack = true;
  const auto port = kernel.Open(options);
  const auto listener = kernel.Open({});
  if (!port || !listener || !kernel.JoinGroup(*listener, 7)) std::abort();
  // Datagrams, each with its length in front (2 bytes, little endian); the last one takes what is left.
  std::span<const std::uint8_t> rest(data, size);
  while (rest.size() > 2) {
    const std::size_t wanted = static_cast<std::size_t>(rest[0]) | static_cast<std::size_t>(rest[1]) << 8U;
    rest = rest.subspan(2);
    const std::size_t length = wanted < rest.size() ? wanted : rest.size();
    const std::uint32_t before = kernel.generation();
    // A copy of its own, so that a read past the end is seen.
    const std::vector<std::uint8_t> datagram(rest.begin(),
                                             rest.begin() + static_cast<std::ptrdiff_t>(length));
    (void)kernel.Send(*port, datagram);
    rest = rest.subspan(length);
    if (kernel.generation() < before || kernel.generation() > before + 1) std::abort();
    int answers = 0;
    while (kernel.Receive(*port).has_value()) {
      if (++answers > 100000) std::abort();
    }
    while (kernel.Receive(*listener).has_value()) {
    }
  }
  const auto listing = natplan::kernel_sim::ListRuleset(kernel);
  if (!listing) {
    std::fprintf(stderr, "simulator_bytes: the listing fails with %d\n", listing.error());
    std::abort();
  }
  return 0;
}
