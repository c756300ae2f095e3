#include "cli/sim_monitor.h"

#include <cstddef>
#include <sstream>

#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::uint32_t kNfTablesGroup = 7;  // NFNLGRP_NFTABLES
// Nothing is to be lost, however large the file: a gigabyte is more than 16 MiB of configuration can cause.
constexpr std::size_t kReceiveBuffer = std::size_t{1} << 30U;

}  // namespace

SimMonitor::SimMonitor(kernel_sim::Kernel& kernel)
    : kernel_(kernel), port_(kernel.Open({.process = {2, "nft"}, .receive_buffer = kReceiveBuffer}).value()) {
  kernel_.JoinGroup(port_, kNfTablesGroup).value();
}

SimMonitor::~SimMonitor() { kernel_.Close(port_); }

std::vector<std::string> SimMonitor::TakeLines() {
  std::vector<std::string> lines;
  for (;;) {
    const auto datagram = kernel_.Receive(port_);
    if (!datagram) return lines;
    const auto text = monitor_.Feed(datagram->bytes);
    if (!text) {
      lines.push_back(fmt::format("# a notification that cannot be read: {}", text.error()));
      continue;
    }
    std::istringstream stream(*text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
  }
}

}  // namespace natplan::cli
