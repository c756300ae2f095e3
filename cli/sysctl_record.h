// What `--sysctl` switched on in a network namespace, and what it had found there.
#ifndef NATPLAN_CLI_SYSCTL_RECORD_H_
#define NATPLAN_CLI_SYSCTL_RECORD_H_

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/sysctl.h"
#include "core/values/error.h"

namespace natplan::cli {

struct SwitchedOn {
  Sysctl sysctl;
  unsigned index = 0;  // its interface's, if it is one's
  int before = 0;
  int after = 1;

  friend bool operator==(const SwitchedOn&, const SwitchedOn&) = default;
};

struct Recorded {
  // What was added and not taken away, in the order in which it was added; of one parameter the last.
  std::vector<SwitchedOn> switched_on = {};
  std::vector<std::string> damage = {};  // why that may not be all, a sentence each
};

// A file of the network namespace, to which lines are appended. It is no state of the ruleset's and does not
// belong into it: `nft flush ruleset` takes rules and comments away and leaves the parameters as they are,
// which is when the record is wanted; and what lives in /run ends where they end, with the boot. A line is
// written before its parameter is, so that a process that dies in between leaves a record of what is not set,
// which is told from one that is by the parameter's value.
//
// Not thread-safe; any number of processes may use one file.
class SysctlRecord {
 public:
  // The file has the name `name` in one of the folders. A folder counts if nobody else may write to it: it is
  // root's or the caller's own, and no symbolic link. New lines go to the first that can be had.
  SysctlRecord(std::string name, std::vector<std::filesystem::path> folders);

  // Of the calling thread's network namespace: in /run/natplan, or where that cannot be written (root of an
  // unprivileged namespace is none there) in a folder of /tmp. `proc` is where procfs is mounted: "/proc".
  static std::expected<SysctlRecord, Error> OfThisNamespace(const std::filesystem::path& proc);

  // A line that was torn (the file system was full) is left out, as whatever else natplan does not write.
  std::expected<Recorded, Error> Read() const;

  std::expected<void, Error> Add(const SwitchedOn& one);
  std::expected<void, Error> TakeAway(const SwitchedOn& one);

 private:
  std::expected<void, Error> Append(const std::string& line);

  std::string name_;
  std::vector<std::filesystem::path> folders_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_SYSCTL_RECORD_H_
