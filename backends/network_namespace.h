// The network namespace in which something was made, and the way back into it.
#ifndef NATPLAN_BACKENDS_NETWORK_NAMESPACE_H_
#define NATPLAN_BACKENDS_NETWORK_NAMESPACE_H_

#include <cstdint>
#include <expected>
#include <optional>
#include <utility>

#include "backends/descriptor.h"
#include "core/values/error.h"

namespace natplan {

// A thread's stay in a network namespace; it is back in its own at the end of this value.
class NamespaceStay {
 public:
  NamespaceStay() = default;  // it did not go anywhere
  explicit NamespaceStay(Descriptor own) : own_(std::move(own)) {}
  NamespaceStay(NamespaceStay&&) = default;
  NamespaceStay& operator=(NamespaceStay&&) = delete;
  ~NamespaceStay();

 private:
  Descriptor own_;
};

class NetworkNamespace {
 public:
  // That of the calling thread.
  NetworkNamespace();

  // Brings the calling thread into it, for what is opened and started there, if it is in another one now.
  // That needs CAP_SYS_ADMIN over both (kNotPermitted), and /proc at both times (kEnvironment): nothing is
  // done in another namespace instead.
  std::expected<NamespaceStay, Error> Enter() const;

 private:
  Descriptor file_;                      // of /proc; not open: there is none
  std::optional<std::uint64_t> cookie_;  // the kernel's number of it; none before Linux 5.14
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_NETWORK_NAMESPACE_H_
