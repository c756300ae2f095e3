// A host on which the same scenarios run by either backend: nf_tables or iptables, simulated or live.
#ifndef NATPLAN_TESTS_BACKENDS_HOST_H_
#define NATPLAN_TESTS_BACKENDS_HOST_H_

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "backends/nat.h"

namespace natplan::backends_test {

class Host {
 public:
  virtual ~Host() = default;
  // Another process's context; `options.backend` is the host's own.
  virtual Nat Open(NatOptions options) = 0;
  // What the kernel holds, read apart from any context: "OWNER masquerade PREFIX", "OWNER forward ...".
  virtual std::set<std::string> Mappings() = 0;
  // Somebody takes everything away, `nft flush ruleset` or `iptables -t nat -F`.
  virtual void Flush() = 0;

  Nat Open(std::string_view owner, Scope scope = Scope::kOwn, Inheritance inheritance = Inheritance::kAdopt) {
    return Open({.scope = scope, .owner = Owner::Make(owner).value(), .inheritance = inheritance});
  }
};

std::unique_ptr<Host> SimulatedNftables();
std::unique_ptr<Host> SimulatedIptables();
// In the calling process's network namespace.
std::unique_ptr<Host> LiveNftables();
std::unique_ptr<Host> LiveIptables();

}  // namespace natplan::backends_test

#endif  // NATPLAN_TESTS_BACKENDS_HOST_H_
