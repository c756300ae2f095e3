// Short ways to write intents and edits in tests.
#ifndef NATPLAN_CORE_PLAN_TEST_INTENTS_H_
#define NATPLAN_CORE_PLAN_TEST_INTENTS_H_

#include <string_view>

#include "core/values/desired_state.h"

namespace natplan {

// As natplan hashes them, but all names that begin with "same" alike: nobody knows two that really are.
inline OwnerHash HashInTest(std::string_view name) {
  return name.starts_with("same") ? OwnerHash{} : HashOwner(name);
}
inline Owner Named(const char* name) { return Owner::Make(name, HashInTest).value(); }

inline Masquerade Mask(const char* prefix) { return Masquerade::Make(Prefix::Parse(prefix).value()).value(); }
inline Masquerade MaskOut(const char* prefix, const char* interface) {
  return Masquerade::Make(Prefix::Parse(prefix).value(), InterfaceName::Make(interface).value()).value();
}
inline Forward To(int port, const char* to) {
  return {Protocol::kTcp, Port::Make(port).value(), Endpoint::Parse(to).value()};
}
inline Forward LocalTo(int port, const char* to) {
  Forward forward = To(port, to);
  forward.localhost = true;
  return forward;
}

inline Edit Add(const Intent& intent, const Owner& owner = Owner::Default()) {
  return {Edit::Kind::kAdd, owner, intent};
}
inline Edit Remove(const Intent& intent, const Owner& owner = Owner::Default()) {
  return {Edit::Kind::kRemove, owner, intent};
}

}  // namespace natplan

#endif  // NATPLAN_CORE_PLAN_TEST_INTENTS_H_
