// Runs part of a test against the live kernel, unprivileged, in a network namespace of its own.
#ifndef NATPLAN_TESTS_SUPPORT_NAMESPACE_H_
#define NATPLAN_TESTS_SUPPORT_NAMESPACE_H_

#include <functional>
#include <string>

namespace natplan::testing {

// Why a live test cannot run here. Each is printed as `SKIPPED[name]: text`, so that skips can be counted by
// kind.
enum class SkipReason {
  kNone,
  kNoUserNamespace,  // "no-user-namespace": the host forbids unshare(CLONE_NEWUSER | CLONE_NEWNET), or the
                     // mapping
  kNoNfTables,       // "no-nf-tables": the kernel has no nf_tables, or refuses it to root of the namespace
};

struct NamespaceResult {
  SkipReason skip = SkipReason::kNone;
  bool passed = false;    // the body ran, and no assertion of it failed
  std::string text = {};  // why it was skipped, or how the child ended
};

// Forks; the child becomes root of a fresh user and network namespace and runs `body`. The child's assertions
// print as usual. The parent's namespaces, and memory, stay as they were: nothing that `body` changes is seen
// by the caller. The caller must have no other thread that holds a lock which `body` needs.
NamespaceResult RunInNamespace(const std::function<void()>& body);

// The same as the body of a TEST: fails the current test if the child failed, skips it with a printed, typed
// reason if there is no namespace to be had.
void RunInNamespaceOrSkip(const std::function<void()>& body);

// Gives up all capabilities of the calling process, for good. For use in a child.
void DropCapabilities();

}  // namespace natplan::testing

#endif  // NATPLAN_TESTS_SUPPORT_NAMESPACE_H_
