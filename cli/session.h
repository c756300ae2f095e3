// A context on the running kernel, as the subcommands use it.
#ifndef NATPLAN_CLI_SESSION_H_
#define NATPLAN_CLI_SESSION_H_

#include <expected>
#include <functional>
#include <string>
#include <utility>

#include "backends/nat.h"
#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/kernel_access.h"
#include "cli/load.h"
#include "cli/options.h"
#include "cli/report.h"

namespace natplan::cli {

// Nat::Open(), with a witness of what the kernel said. Not thread-safe.
class Session {
 public:
  static std::expected<Session, Error> Open(NatOptions options);

  Nat& nat() { return nat_; }
  // What was read last; nothing where iptables was used.
  const Snapshot& last_read() const;
  // The transaction whose answer was lost, if there is one.
  const Transaction* unanswered() const;

  using Begin = std::function<std::expected<void, Error>(Nat&)>;
  // Begins a call and waits for its result. SIGINT and SIGTERM give it up, with a line that says which state
  // holds. Failures are printed; `json`: as Console::Fail does. What a report lacks is SayShortcomings()'s.
  std::expected<Report, ExitCode> Run(const Begin& begin, bool json, Console& console);

  BackendUse Used(const Report& report) const;

 private:
  Session(const Witness* kernel, Nat nat) : kernel_(kernel), nat_(std::move(nat)) {}

  const Witness* kernel_;  // of nat_; null: this kernel has no netlink socket for it
  Nat nat_;
};

struct OpenFile {
  Wish wish;
  Session session;
};
// The file, and a session for its owner. What is wrong is printed.
std::expected<OpenFile, ExitCode> Open(const FileOptions& options, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SESSION_H_
