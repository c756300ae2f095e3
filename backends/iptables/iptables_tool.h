// iptables-save and iptables-restore of this host.
#ifndef NATPLAN_BACKENDS_IPTABLES_IPTABLES_TOOL_H_
#define NATPLAN_BACKENDS_IPTABLES_IPTABLES_TOOL_H_

#include <sys/types.h>

#include <atomic>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/fork_mark.h"
#include "backends/iptables/iptables_runner.h"
#include "backends/iptables/kernel_rules.h"
#include "backends/iptables/process.h"
#include "backends/iptables/program_search.h"
#include "backends/network_namespace.h"

namespace natplan {

// Of a program of iptables, by the file behind all symbolic links ("/usr/sbin/xtables-nft-multi"); none of
// one of another name.
std::optional<IptablesVariant> VariantOf(const std::string& path);

struct IptablesToolOptions {
  // A kernel without nf_tables NAT: iptables-legacy-save and -restore are used where they are installed, the
  // plain names otherwise. With nf_tables NAT the plain names are used, which are what the administrator
  // chose.
  bool prefer_legacy = false;
  // The folders of ProgramSearch.
  std::string search_path = {};
  // Empty: /run/natplan.lock, and where that cannot be opened natplan.lock in XDG_RUNTIME_DIR.
  std::vector<std::string> lock_files = {};
  std::atomic<pid_t>* running = nullptr;  // as in ProcessRequest
};

// Runs the programs without a shell, with an environment of PATH, LC_ALL=C and, where the caller has it and
// is not setuid, XTABLES_LOCKFILE: without root iptables-legacy cannot open its own lock file. Which programs
// they are is looked up with each call; one variant serves both reading and changing, and where the plain
// names are two, that is kEnvironment. They run in the network namespace that the thread was in that made
// this value, wherever the calling thread is now; where that cannot be had, the call fails
// (NetworkNamespace). In a child of that process every call gives ECHILD.
class IptablesTool final : public IptablesRunner {
 public:
  explicit IptablesTool(IptablesToolOptions options = {});

  std::expected<std::string, Error> Save(IptablesSide side, Family family, TimePoint deadline) override;
  std::expected<void, Error> Restore(IptablesSide side, Family family, const std::string& input,
                                     bool check_only, TimePoint deadline) override;
  std::expected<bool, Error> Holds(IptablesSide side, Family family, std::string_view table,
                                   std::string_view comment, TimePoint deadline) override;
  std::expected<FileLock, Error> Lock(TimePoint deadline) override;

 private:
  std::expected<std::string, Error> Program(IptablesSide side, Family family, std::string_view verb) const;
  std::expected<std::string, Error> Used(Family family, std::string_view verb) const;
  // Why the iptables that belongs to this iptables-restore cannot list table nat; none if it can.
  std::optional<Error> ListingError(std::string_view restore, TimePoint deadline) const;
  ProcessRequest Request(const std::string& program, TimePoint deadline) const;
  std::expected<NamespaceStay, Error> Begin() const;

  IptablesToolOptions options_;
  std::unique_ptr<ForkMark> mark_ = std::make_unique<ForkMark>();
  NetworkNamespace namespace_;
  ProgramSearch programs_;
  std::vector<std::string> environment_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_IPTABLES_TOOL_H_
