#include "tests/contract/sim_kernel.h"

#include <utility>

#include "backends/sim/sim_socket.h"
#include "kernel_sim/listing/kernel_listing.h"
#include "tests/contract/recording_executor.h"

namespace natplan::contract {

std::unique_ptr<NetlinkSocket> SimKernel::MakeSocket() { return std::make_unique<SimSocket>(kernel_); }

std::unique_ptr<Executor> SimKernel::MakeExecutor(std::vector<Sent>& sent) {
  return MakeRecordingExecutor(MakeSocket(), [this] { return SimSocket::Listen(kernel_); }, sent);
}

std::expected<Nat, Error> SimKernel::Adopt(NatOptions options, std::vector<Sent>& sent) {
  return Nat(MakeExecutor(sent), std::move(options));
}

std::string SimKernel::ListRuleset() {
  const auto text = kernel_sim::ListRuleset(kernel_);
  return text ? *text : "cannot be listed: errno " + std::to_string(text.error()) + "\n";
}

}  // namespace natplan::contract
