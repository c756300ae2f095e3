// The smallest program that links natplan: masquerades a prefix, forwards a port, and takes both back.
//
//   bazel run //examples:link_natplan            (as root; changes the firewall of this network namespace)
//   unshare -Urn bazel-bin/examples/link_natplan (without root, in a namespace of its own)
#include <cstdio>
#include <string>

#include "backends/nat.h"

int main() {
  const auto source = natplan::Prefix::Parse("192.168.50.0/24");
  const auto port = natplan::Port::Make(2222);
  const auto target = natplan::Endpoint::Parse("192.168.50.121:22");
  if (!source || !port || !target) return 2;
  const auto masquerade = natplan::Masquerade::Make(*source);
  if (!masquerade) return 2;

  auto nat = natplan::Nat::Open();
  if (!nat) {
    std::fprintf(stderr, "%s\n", natplan::ToString(nat.error()).c_str());
    return 1;
  }
  const std::vector<natplan::Intent> wanted = {*masquerade,
                                               natplan::Forward{natplan::Protocol::kTcp, *port, *target}};
  const natplan::Result applied = nat->Apply(wanted);
  if (!applied) {
    std::fprintf(stderr, "%s\n", natplan::ToString(applied.error()).c_str());
    return 1;
  }
  std::printf("in place since generation %u\n", applied->generation);

  const natplan::Result removed = nat->Apply({});  // this owner wants nothing any more
  if (!removed) {
    std::fprintf(stderr, "%s\n", natplan::ToString(removed.error()).c_str());
    return 1;
  }
  std::printf("taken back in generation %u\n", removed->generation);
  return 0;
}
