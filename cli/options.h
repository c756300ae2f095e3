// What the command line said, one struct a subcommand.
#ifndef NATPLAN_CLI_OPTIONS_H_
#define NATPLAN_CLI_OPTIONS_H_

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include "cli/fault.h"
#include "core/plan/element_plan.h"
#include "core/plan/layout.h"

namespace natplan::cli {

// Which table, and what in it may be removed.
struct TableOptions {
  std::string table = kDefaultTable;
  bool exclusive = false;

  Layout layout() const { return {table}; }
  // natplan's own table holds what the file says and nothing else; another program's is shared.
  Scope scope() const { return exclusive || layout().own() ? Scope::kExclusive : Scope::kOwn; }
};

inline constexpr std::chrono::milliseconds kDefaultDeadline{5000};

struct PlanOptions {
  std::string file;
  TableOptions table;
  bool against_live = false;
  bool bytes = false;
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

struct SimulateOptions {
  std::vector<std::string> files;
  TableOptions table;
  Faults faults;
  bool trace = false;
  bool json = false;
};

struct ApplyOptions {
  std::string file;
  TableOptions table;
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

struct CheckOptions {
  std::string file;
  TableOptions table;
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

struct ListOptions {
  std::string table = kDefaultTable;
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

struct RemoveOptions {
  std::string table = kDefaultTable;
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

struct DoctorOptions {
  std::string file;  // empty: what NAT needs at all
  bool json = false;
  std::chrono::milliseconds deadline = kDefaultDeadline;
};

using Options = std::variant<PlanOptions, SimulateOptions, ApplyOptions, CheckOptions, ListOptions,
                             RemoveOptions, DoctorOptions>;

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_OPTIONS_H_
