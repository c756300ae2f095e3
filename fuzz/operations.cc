// Bytes become a sequence of verbs on a context over the simulated kernel, with foreign flushes and lost
// answers between them. After each call the kernel must hold exactly what a plain map of intents says, ledger
// and owners included.
//
// The pools are tiny, so that prefixes nest, meet and repeat, and owners want the same ports. The oracle
// shares nothing with the planner: an address is masqueraded if any owner's prefix contains it.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "backends/nat.h"
#include "backends/sim/sim_executor.h"
#include "core/plan/layout.h"
#include "core/plan/ledger.h"
#include "core/values/intent.h"
#include "core/values/snapshot.h"
#include "kernel_sim/kernel.h"

namespace natplan {
namespace {

void Check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "operations: %s\n", what);
  std::abort();
}

constexpr std::array<const char*, 12> kPrefixes = {
    "10.0.0.0/8",  "10.0.0.0/16",        "10.0.0.0/24", "10.0.0.128/25", "10.0.1.0/24", "10.1.0.0/16",
    "240.0.0.0/4", "255.255.255.254/31", "0.0.0.0/1",   "fd00::/8",      "fd00::/64",   "fe00::/8"};
constexpr std::array<std::int64_t, 3> kPorts = {80, 443, 65535};
constexpr std::array<const char*, 4> kTargets = {"192.0.2.1:80", "192.0.2.1:81", "192.0.2.2:80",
                                                 "[fd00::2]:80"};
constexpr std::array<const char*, 3> kOwners = {"a", "b", "c"};
constexpr std::array<const char*, 22> kProbes = {
    "0.0.0.0",  "9.255.255.255",   "10.0.0.0",        "10.0.0.127",      "10.0.0.128", "10.0.0.255",
    "10.0.1.0", "10.0.1.255",      "10.0.2.0",        "10.0.255.255",    "10.1.0.0",   "10.1.255.255",
    "10.2.0.0", "11.0.0.0",        "127.255.255.255", "239.255.255.255", "240.0.0.0",  "255.255.255.255",
    "fd00::",   "fd00::1:0:0:0:0", "fe00::",          "ff00::1"};

template <typename T, std::size_t kSize>
const T& Pick(const std::array<T, kSize>& pool, std::uint8_t byte) {
  return pool[byte % kSize];
}

Masquerade PickMasquerade(std::uint8_t byte) {
  return *Masquerade::Make(*Prefix::Parse(Pick(kPrefixes, byte)));
}

Forward PickForward(std::uint8_t a, std::uint8_t b) {
  return {Pick(kProtocols, a), *Port::Make(Pick(kPorts, static_cast<std::uint8_t>(a / 3))),
          *Endpoint::Parse(Pick(kTargets, b))};
}

// Who wants what, and nothing else.
struct Oracle {
  std::set<std::pair<std::string, Prefix>> masquerades;
  std::map<HostPort, std::pair<std::string, Endpoint>> forwards;

  bool Masquerades(const Address& address) const {
    return std::ranges::any_of(masquerades, [&](const auto& held) { return held.second.Contains(address); });
  }
  // False: refused, because somebody else holds the port.
  bool Do(const Edit& edit) {
    const std::string& owner = edit.owner.name();
    const bool add = edit.kind == Edit::Kind::kAdd;
    if (const auto* masquerade = std::get_if<Masquerade>(&edit.intent)) {
      if (add) masquerades.emplace(owner, masquerade->source());
      if (!add) masquerades.erase({owner, masquerade->source()});
      return true;
    }
    const auto& forward = std::get<Forward>(edit.intent);
    const auto held = forwards.find(forward.key());
    if (held != forwards.end() && held->second.first != owner) return !add;
    if (add) forwards.insert_or_assign(forward.key(), std::pair(owner, forward.to));
    if (!add) forwards.erase(forward.key());
    return true;
  }
};

// The kernel's own rule: an address is in an interval set if the nearest node at or below it is a start.
bool InSet(const std::vector<Element>& nodes, const Address& address) {
  const ElementKey key(address.bytes());
  const Element* nearest = nullptr;
  for (const Element& node : nodes) {
    if (node.key > key) continue;
    const bool closer = nearest == nullptr || nearest->key < node.key ||
                        (nearest->key == node.key && node.kind == ElementKind::kStart);
    if (closer) nearest = &node;
  }
  return nearest != nullptr && nearest->kind == ElementKind::kStart;
}

// Each chain holds what its place in the table says, and nothing more.
bool HasRules(Family family, const TableSnapshot& table) {
  return std::ranges::all_of(Chains(Layout{}, family), [&](const ChainPlan& plan) {
    std::vector<Expressions> expected = {plan.forms.front()};
    expected.insert(expected.end(), plan.behind.begin(), plan.behind.end());
    const auto chain = std::ranges::find(table.chains, plan.name, &ChainSnapshot::name);
    return chain != table.chains.end() &&
           std::ranges::equal(chain->rules, expected, {}, &RuleSnapshot::expressions);
  });
}

class World {
 public:
  World(std::uint8_t lost_ack, std::uint8_t flush_before, std::uint8_t enobufs)
      : kernel_({.flush_before = {flush_before}, .lost_ack = {lost_ack}, .enobufs = {enobufs}}),
        nat_(MakeSimExecutor(kernel_), {.jitter_seed = 1}),
        witness_(MakeSimExecutor(kernel_, {.process = {2, "witness"}})) {}

  void Step(std::uint8_t verb, std::uint8_t a, std::uint8_t b) {
    const Owner owner = *Owner::Make(Pick(kOwners, static_cast<std::uint8_t>(verb / 8)));
    switch (verb % 8) {
      case 0:
      case 1:
        return Change({{Edit::Kind::kAdd, owner, PickMasquerade(a)}});
      case 2:
        return Change({{Edit::Kind::kRemove, owner, PickMasquerade(a)}});
      case 3:
        return Change({{Edit::Kind::kAdd, owner, PickForward(a, b)}});
      case 4:
        return Change({{Edit::Kind::kRemove, owner, PickForward(a, b)}});
      case 5:
        return Change(
            {{Edit::Kind::kAdd, owner, PickMasquerade(a)}, {Edit::Kind::kAdd, owner, PickForward(b, a)}});
      case 6: {
        const Result verified = nat_.Verify();
        Check(verified.has_value(), "Verify fails");
        return;
      }
      default:
        return Foreign(a);
    }
  }

 private:
  void Change(const std::vector<Edit>& edits) {
    Oracle after = oracle_;
    const bool accepted = std::ranges::all_of(edits, [&](const Edit& edit) { return after.Do(edit); });
    const Result result = nat_.Change(edits);
    Check(result.has_value() == accepted, "a call succeeds where it must not, or the other way round");
    if (accepted) {
      oracle_ = std::move(after);
      Compare();
    } else {
      Check(result.error().code == ErrorCode::kConflict, "a port of another owner is not a conflict");
    }
  }

  // Another program takes something away. What it takes comes back with the next successful call.
  void Foreign(std::uint8_t what) {
    const TableId table{what % 2 == 0 ? Family::kIp : Family::kIp6, kDefaultTable};
    const TableId other{what % 2 == 0 ? Family::kIp6 : Family::kIp, kDefaultTable};
    switch (what / 2 % 6) {
      case 0:
        (void)witness_->Commit({.operations = {DeleteTable{table}}}, TimePoint::max());
        (void)witness_->Commit({.operations = {DeleteTable{other}}}, TimePoint::max());
        return;
      case 1:
        (void)witness_->Commit({.operations = {FlushSet{table, kMasqueradeSet}}}, TimePoint::max());
        return;
      case 2:
        (void)witness_->Commit(
            {.operations = {FlushChain{table, "prerouting"}, FlushSet{table, kForwardMap}}},
            TimePoint::max());
        return;
      case 3:
        (void)witness_->Commit({.operations = {FlushSet{table, kOwnersSet}}}, TimePoint::max());
        return;
      case 4:
        (void)witness_->Commit({.operations = {DeleteTable{table}, EnsureTable{table}}}, TimePoint::max());
        return;
      default:
        (void)witness_->Commit(
            {.operations = {FlushChain{table, "postrouting"}, DeleteSet{table, kMasqueradeSet}}},
            TimePoint::max());
    }
  }

  void Compare() {
    const ReadRequest request{.tables = {{Family::kIp, kDefaultTable}, {Family::kIp6, kDefaultTable}},
                              .sets = {kMasqueradeSet, kForwardMap, kOwnersSet}};
    const auto snapshot = witness_->Read(request, TimePoint::max());
    Check(snapshot.has_value(), "the kernel cannot be read");
    for (const Family family : kFamilies) CompareFamily(family, snapshot->Find({family, kDefaultTable}));
  }

  void CompareFamily(Family family, const TableSnapshot* table) {
    static const std::vector<Element> kNothing;
    const std::vector<Element>* nodes = &kNothing;
    std::vector<Element> entries;
    std::vector<Element> ledger;
    bool rules = table != nullptr;
    if (table != nullptr) {
      for (const SetSnapshot& set : table->sets) {
        if (set.name == kMasqueradeSet) nodes = &set.elements;
        if (set.name == kForwardMap) entries = set.elements;
        if (set.name == kOwnersSet) ledger = set.elements;
      }
      rules = HasRules(family, *table);
    }
    bool wanted = false;
    for (const char* text : kProbes) {
      const Address address = *Address::Parse(text);
      if (address.family() != family) continue;
      Check(InSet(*nodes, address) == oracle_.Masquerades(address), text);
    }
    std::vector<Element> expected;
    for (const auto& [key, held] : oracle_.forwards) {
      if (key.family == family) expected.push_back(ToElement(MapEntry{key, held.second, held.first}));
    }
    std::vector<Element> recorded;
    for (const auto& [name, prefix] : oracle_.masquerades) {
      const Owner owner = *Owner::Make(name);
      if (prefix.family() == family) recorded.push_back(ToElement(LedgerEntry{prefix, owner.hash()}, owner));
    }
    wanted = !expected.empty() || std::ranges::any_of(oracle_.masquerades, [&](const auto& held) {
      return held.second.family() == family;
    });
    std::ranges::sort(expected);
    std::ranges::sort(entries);
    Check(entries == expected, "the map does not hold the forwards");
    std::ranges::sort(recorded);
    std::ranges::sort(ledger);
    Check(ledger == recorded, "the ledger does not hold who wants what");
    Check(rules || !wanted, "the rules are not all there");
  }

  kernel_sim::Kernel kernel_;
  Nat nat_;
  std::unique_ptr<Executor> witness_;
  Oracle oracle_;
};

}  // namespace
}  // namespace natplan

// More steps find nothing that these do not, and take longer.
constexpr std::size_t kMostSteps = 24;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {  // NOLINT
  if (size < 3) return 0;
  natplan::World world(data[0], data[1], data[2]);
  const std::span<const std::uint8_t> bytes(data + 3, std::min<std::size_t>(size - 3, kMostSteps * 3));
  for (std::size_t i = 0; i + 3 <= bytes.size(); i += 3) world.Step(bytes[i], bytes[i + 1], bytes[i + 2]);
  return 0;
}
