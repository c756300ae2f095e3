#include "tests/backends/host.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <utility>

#include "backends/iptables/fake_iptables.h"
#include "backends/iptables/iptables_context.h"
#include "backends/iptables/iptables_tool.h"
#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "backends/sim/sim_executor.h"
#include "core/plan/kernel_view.h"
#include "core/plan/planner.h"
#include "kernel_sim/kernel.h"

namespace natplan::backends_test {
namespace {

TimePoint Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(10); }

std::string Line(const Owner& owner, const Intent& intent) {
  return owner.name() + " " + std::visit([](const auto& one) { return ToString(one); }, intent);
}

class Nftables : public Host {
 public:
  Nat Open(NatOptions options) override {
    options.backend = Backend::kNftables;
    return Nat(MakeExecutor(), std::move(options));
  }
  std::set<std::string> Mappings() override {
    std::set<std::string> out;
    const Layout layout;
    for (const TableSnapshot& table : Read().tables) {
      const FamilyView view = ViewOf(layout, table.id.family, &table);
      std::set<std::string> owners;
      for (const LedgerEntry& entry : view.entries) owners.insert(view.names.Find(entry.owner)->name());
      for (const auto& [key, held] : view.forwards.entries) owners.insert(held.owner);
      for (const auto& owned : view.interface_masquerades) owners.insert(owned.owner.name());
      for (const std::string& name : owners) {
        const auto owner = Owner::Make(name);
        EXPECT_TRUE(owner) << "an element of nobody: \"" << name << '"';
        if (!owner) continue;
        for (const Intent& intent : IntentsOf(view, *owner)) out.insert(Line(*owner, intent));
      }
    }
    return out;
  }
  void Flush() override {
    Transaction all;
    for (const TableSnapshot& table : Read().tables) all.operations.push_back(DeleteTable{table.id});
    if (all.operations.empty()) return;
    EXPECT_TRUE(std::holds_alternative<Committed>(MakeExecutor()->Commit(all, Soon())));
  }

 protected:
  virtual std::unique_ptr<Executor> MakeExecutor() = 0;

 private:
  Snapshot Read() {
    const auto snapshot = MakeExecutor()->Read(RequestFor({}), Soon());
    EXPECT_TRUE(snapshot);
    return snapshot.value_or(Snapshot());
  }
};

class SimNftables final : public Nftables {
  std::unique_ptr<Executor> MakeExecutor() override { return MakeSimExecutor(kernel_); }
  kernel_sim::Kernel kernel_;
};

class RealNftables final : public Nftables {
  std::unique_ptr<Executor> MakeExecutor() override {
    return std::make_unique<NetlinkExecutor>(LinuxSocket::Open().value());
  }
};

class Iptables : public Host {
 public:
  Nat Open(NatOptions options) override {
    options.backend = Backend::kIptables;
    return Nat({.iptables = MakeRunner()}, std::move(options));
  }
  std::set<std::string> Mappings() override {
    std::set<std::string> out;
    auto context = IptablesContext::Make(MakeRunner(), {});
    EXPECT_TRUE(context);
    const auto intents = context->Intents(Soon());
    EXPECT_TRUE(intents) << ToString(intents.error());
    for (const OwnedIntent& owned : *intents) out.insert(Line(owned.owner, owned.intent));
    return out;
  }

 protected:
  virtual std::unique_ptr<IptablesRunner> MakeRunner() = 0;
};

class FakeHost final : public Iptables {
 public:
  void Flush() override { fake_.rules = {}; }

 private:
  std::unique_ptr<IptablesRunner> MakeRunner() override {
    return std::make_unique<FakeIptablesRunner>(&fake_);
  }
  FakeIptables fake_;
};

class RealIptables final : public Iptables {
 public:
  void Flush() override {
    EXPECT_EQ(std::system("iptables -t nat -F && ip6tables -t nat -F"), 0);  // NOLINT(concurrency-mt-unsafe)
  }

 private:
  std::unique_ptr<IptablesRunner> MakeRunner() override { return std::make_unique<IptablesTool>(); }
};

}  // namespace

std::unique_ptr<Host> SimulatedNftables() { return std::make_unique<SimNftables>(); }
std::unique_ptr<Host> SimulatedIptables() { return std::make_unique<FakeHost>(); }
std::unique_ptr<Host> LiveNftables() { return std::make_unique<RealNftables>(); }
std::unique_ptr<Host> LiveIptables() { return std::make_unique<RealIptables>(); }

}  // namespace natplan::backends_test
