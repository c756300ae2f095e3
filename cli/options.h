// What the command line said, one struct a subcommand.
#ifndef NATPLAN_CLI_OPTIONS_H_
#define NATPLAN_CLI_OPTIONS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "backends/nat.h"
#include "cli/fault.h"
#include "cli/intent_words.h"
#include "core/plan/element_plan.h"
#include "core/plan/layout.h"
#include "core/values/owner.h"

namespace natplan::cli {

// Which table, and what in it may be removed.
struct TableOptions {
  std::string table = kDefaultTable;
  bool exclusive = false;
  bool force = false;  // exclusive in another program's table, too
  bool adopt = false;  // natplan's own table only

  Layout layout() const { return {table}; }
  Scope scope() const {
    if (exclusive) return Scope::kExclusive;
    if (adopt) return Scope::kAdopt;
    return layout().own() ? Scope::kApply : Scope::kOwn;
  }
};

inline constexpr std::chrono::milliseconds kDefaultDeadline{5000};

// How the kernel is called, and how the answer is printed.
struct CallOptions {
  Backend backend = Backend::kAuto;
  std::chrono::milliseconds deadline = kDefaultDeadline;
  bool json = false;
  // Kernel parameters: set what is needed, and put back what natplan set and nobody needs any more.
  bool sysctl = false;
};

// Of the subcommands that hold the running kernel against a file.
struct FileOptions {
  std::string file;
  TableOptions table;
  std::optional<Owner> owner;  // none: the file's
  CallOptions call;
  std::uint64_t steps = 0;  // NatOptions::steps
};

struct PlanOptions {
  FileOptions wanted;
  bool against_live = false;
  bool bytes = false;
};

struct SimulateOptions {
  std::vector<std::string> files;
  TableOptions table;
  std::optional<Owner> owner;  // none: each file's
  Faults faults;
  bool trace = false;
  bool json = false;
};

struct ApplyOptions {
  FileOptions wanted;
  bool accept_ra = false;  // with wanted.call.sysctl: accept_ra may become 2
};

struct CheckOptions {
  FileOptions wanted;
};

// add and delete
struct EditOptions {
  Edit::Kind kind = Edit::Kind::kAdd;
  IntentWords words;
  std::string table = kDefaultTable;
  std::optional<Owner> owner;  // none: "default"
  CallOptions call;
};

struct ListOptions {
  std::string table = kDefaultTable;
  std::optional<Owner> owner;  // none: all
  CallOptions call;
};

struct RemoveOptions {
  std::string table = kDefaultTable;
  std::optional<Owner> owner;  // none: the table, with everything in it
  bool force = false;          // another program's, too
  CallOptions call;
};

struct ForgetOptions {
  std::string table = kDefaultTable;
  std::optional<Owner> owner;  // the command line is refused without one
  CallOptions call;
};

struct DoctorOptions {
  std::string file;  // empty: what NAT needs at all
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
  Backend backend = Backend::kAuto;
};

struct WatchOptions {
  FileOptions wanted;
  bool restore = false;
};

using Options = std::variant<PlanOptions, SimulateOptions, ApplyOptions, CheckOptions, EditOptions,
                             ListOptions, RemoveOptions, ForgetOptions, DoctorOptions, WatchOptions>;

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_OPTIONS_H_
