#include "tests/model/model_kernel.h"

#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>
#include <variant>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/tracing_socket.h"
#include "core/plan/planner.h"
#include "tests/contract/live_kernel.h"
#include "tests/contract/recording_executor.h"
#include "tests/contract/sim_kernel.h"

namespace natplan {
namespace {

constexpr TimePoint kNoDeadline = TimePoint::max();

// One of several that a process has: each socket is made in the one that it is to be of.
class LiveNamespace final : public contract::LiveKernel {
 public:
  LiveNamespace() {
    if (unshare(CLONE_NEWNET) != 0) std::abort();
    descriptor_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) std::abort();
  }
  ~LiveNamespace() override { close(descriptor_); }
  LiveNamespace(const LiveNamespace&) = delete;
  LiveNamespace& operator=(const LiveNamespace&) = delete;

  std::unique_ptr<Executor> MakeExecutor(std::vector<contract::Sent>& sent) override {
    const auto listen = [this] {
      Enter();
      return LinuxSocket::Listen();
    };
    return contract::MakeRecordingExecutor(MakeSocket(), listen, sent);
  }
  std::unique_ptr<NetlinkSocket> MakeSocket() override {
    Enter();
    return LiveKernel::MakeSocket();
  }

 private:
  void Enter() const {
    if (setns(descriptor_, CLONE_NEWNET) != 0) std::abort();
  }

  int descriptor_ = -1;
};

bool Before(const Element& a, const Element& b) {
  return a.key != b.key ? a.key < b.key : a.kind == ElementKind::kEnd && b.kind != ElementKind::kEnd;
}

// The operations that make the table where there is none.
std::vector<Operation> MakingOf(const TableSnapshot& table) {
  std::vector<Operation> out = {EnsureTable{table.id, table.comment}};
  for (const ChainSnapshot& chain : table.chains) {
    if (chain.base) out.push_back(EnsureChain{table.id, chain.name, *chain.base});
  }
  for (const SetSnapshot& set : table.sets) {
    out.push_back(EnsureSet{table.id, set.name, set.shape});
    if (!set.elements.empty()) out.push_back(AddElements{table.id, set.name, set.shape, true, set.elements});
  }
  for (const ChainSnapshot& chain : table.chains) {
    for (const RuleSnapshot& rule : chain.rules)
      out.push_back(AppendRule{table.id, chain.name, rule.expressions, rule.comment});
  }
  return out;
}

}  // namespace

KernelMaker Simulated(const kernel_sim::Profile& profile) {
  return [profile] { return std::make_unique<contract::SimKernel>(profile); };
}
KernelMaker Running() {
  return [] { return std::make_unique<LiveNamespace>(); };
}

ModelKernel::ModelKernel(KernelMaker make)
    : make_(std::move(make)), kernel_(make_()), foreign_(kernel_->MakeExecutor(sent_)) {}

std::unique_ptr<Executor> ModelKernel::Open() {
  std::unique_ptr<Executor> executor = kernel_->MakeExecutor(sent_);
  (void)executor->Drain(RequestFor({}).tables, 0);
  return executor;
}

bool ModelKernel::Foreign(std::vector<Operation> operations) {
  return std::holds_alternative<Committed>(
      foreign_->Commit({.operations = std::move(operations)}, kNoDeadline));
}

contract::RawProgram ModelKernel::Raw() {
  return contract::RawProgram(
      std::make_unique<TracingSocket>(kernel_->MakeSocket(), [this](const TracedDatagram& datagram) {
        if (datagram.direction == TracedDatagram::Direction::kSent)
          sent_.push_back({.bytes = {datagram.bytes.begin(), datagram.bytes.end()}});
      }));
}

void ModelKernel::FlushRuleset() { Raw().FlushRuleset(); }

bool ModelKernel::MakeDormant(const TableId& table) { return Raw().MakeTable(table, NFT_TABLE_F_DORMANT); }

bool ModelKernel::Rewrite(Family family, const std::function<void(TableSnapshot&)>& change) {
  TableSnapshot table = *Find(family);
  change(table);
  std::vector<Operation> operations = MakingOf(table);
  operations.insert(operations.begin(), DeleteTable{table.id});
  bool taken = Foreign(std::move(operations));
  for (const ChainSnapshot& chain : table.chains) {
    if (!chain.base) taken = taken && Raw().MakeRegularChain(table.id, chain.name);
  }
  for (const SetSnapshot& set : table.sets) {
    if (set.other_elements) taken = taken && Raw().AddCatchAll(table.id, set.name, set.shape);
  }
  return taken && (!table.dormant || MakeDormant(table.id));
}

const Snapshot& ModelKernel::state() {
  if (foreign_->Read({}, kNoDeadline).value().generation == state_.generation) return state_;
  state_ = foreign_->Read(RequestFor({}), kNoDeadline).value();
  for (TableSnapshot& table : state_.tables) {
    for (SetSnapshot& set : table.sets) std::ranges::sort(set.elements, Before);
  }
  return state_;
}

std::unique_ptr<ModelKernel> ModelKernel::Copy() const {
  auto copy = std::make_unique<ModelKernel>(make_);
  const std::unique_ptr<NetlinkSocket> socket = copy->kernel_->MakeSocket();
  std::array<std::uint8_t, 65536> answer;
  for (const contract::Sent& sent : sent_) {
    if (sent.bytes.empty() || !socket->Send(sent.bytes)) continue;
    while (socket->Receive(answer)) {
    }
  }
  copy->sent_ = sent_;
  return copy;
}

}  // namespace natplan
