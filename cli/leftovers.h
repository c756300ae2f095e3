// What a subcommand that takes things away, or replaces them, says of the kernel parameters that natplan
// switched on.
#ifndef NATPLAN_CLI_LEFTOVERS_H_
#define NATPLAN_CLI_LEFTOVERS_H_

#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/console.h"
#include "cli/exit_code.h"
#include "cli/holdings.h"
#include "cli/host/host_view.h"
#include "cli/options.h"
#include "cli/switched_on.h"
#include "core/values/error.h"
#include "core/values/intent.h"

namespace natplan::cli {

// Nothing is read but the record where natplan switched nothing on. One call of one subcommand; not
// thread-safe.
class Leftovers {
 public:
  // With --sysctl what nobody needs any more is put back, and otherwise named.
  Leftovers(std::string table, const CallOptions& call);

  // Before the change. The rule that protects 127.0.0.0/8 goes with the last forward that wants localhost, so
  // route_localnet is put back first: where no forward of those needs it that `stays` says of, nor of `wish`.
  void BeforeChange(const std::function<bool(const ForwardListing&)>& stays,
                    std::span<const Intent> wish = {});

  struct Result {
    std::vector<std::string> put_back = {};  // "net.ipv4.ip_forward = 0"
    std::vector<std::string> left_on = {};   // the names of those that are on, and nobody needs
    std::vector<std::string> notes = {};     // for people, with the command
    std::optional<Error> error = {};         // why the first of them could not be put back
  };
  // After a change that was made. What is needed after all is set again. `puts_back` is the command that puts
  // back what is named.
  Result AfterChange(std::string_view puts_back = "the same command with --sysctl");
  // After one that failed. A note says what was put back and is not needed after all.
  void AfterFailure(Console& console);

 private:
  // What the verb's table and natplan's own hold in nf_tables and iptables, of the verb's what `stays` says.
  // A verb may take from the backend that it does not use, too.
  std::expected<Held, Error> ReadHeld(const std::function<bool(const ForwardListing&)>& stays) const;
  bool PutBack(const StillOn& one);
  void SayIfInterrupted();
  // Whether somebody needs it after all, for whom it was set again.
  bool SetAgain(const StillOn& one, const Held& held) const;

  const std::string table_;
  const CallOptions call_;
  const HostView host_ = {};
  std::expected<SysctlRecord, Error> record_;
  std::vector<StillOn> early_ = {};  // put back before the change
  Result out_ = {};
};

void AddTo(const Leftovers::Result& result, Json& json);
// What was put back, as comments.
void Print(const Leftovers::Result& result, Console& console);
// Says why parameters could not be set or put back. The exit code is `code`, unless that is success.
ExitCode SayParameterError(const std::optional<Error>& error, ExitCode code, Console& console);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_LEFTOVERS_H_
