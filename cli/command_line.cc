#include "cli/command_line.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "CLI/CLI.hpp"
#include "cli/edit_words.h"
#include "cli/option_values.h"
#include "cli/sysctl_options.h"
#include "cli/version.h"
#include "core/text/shown_text.h"
#include "core/values/error.h"
#include "core/values/table_name.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace natplan::cli {
namespace {

constexpr double kLongestDeadline = 3600;  // seconds
constexpr std::uint64_t kMostSteps = 1'000'000'000;

// Empty, or what is wrong.
std::string WhyNoSteps(const std::string& text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, failure] = std::from_chars(text.data(), end, number);
  if (failure == std::errc() && at == end && number > 0 && number <= kMostSteps) return "";
  return fmt::format("write a number from 1 to {}", kMostSteps);
}

class Parser {
 public:
  Parser() {
    app_.description(
        "Source masquerading and port forwarding for containers and networks, over nf_tables.\n"
        "Write a file of what you want (docs/configuration.md); plan and simulate need no root.");
    app_.footer(
        "Examples:\n"
        "  natplan simulate examples/two_containers.toml   without root, touching nothing\n"
        "  natplan plan FILE | nft -f -                    the same as apply, on an empty kernel\n"
        "  natplan apply FILE && natplan list\n"
        "  natplan add forward tcp 2222 192.168.50.121:22\n"
        "Exit codes: 0 done, 1 differs or refused, 2 wrong usage or file, 3 not permitted, 4 not supported "
        "here,\n"
        "  5 outcome unknown after all re-reads, 6 failure of the environment, 7 what is there cannot be "
        "read,\n"
        "  128 + N ended by signal N.");
    app_.set_version_flag("--version", kVersion, "Print the version and exit");
    app_.set_help_flag("-h,--help", "Print this and exit");
    app_.require_subcommand(1);
    AddPlan();
    AddSimulate();
    AddApply();
    AddCheck();
    AddAdd();
    AddDelete();
    AddList();
    AddRemove();
    AddForget();
    AddDoctor();
    AddWatch();
  }

  std::expected<Options, ExitCode> Parse(int argc, const char* const* argv, Console& console) {
    try {
      app_.parse(argc, argv);
      CheckAdopt();
      ReadEnvironment();
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream ignored;
      if (app_.exit(error, out, ignored) == 0) {
        console.Print(out.str());
        return std::unexpected(ExitCode::kDone);
      }
      return std::unexpected(
          console.Fail({.code = ErrorCode::kInvalidArgument,
                        .errno_value = EINVAL,
                        .text = fmt::format("{}\nSee {} --help.", ShownText(WhatIsWrong(error)), Called())},
                       AsksForJson(argc, argv)));
    }
    if (app_.got_subcommand("plan")) return plan_;
    if (app_.got_subcommand("simulate")) return simulate_;
    if (app_.got_subcommand("apply")) return apply_;
    if (app_.got_subcommand("check")) return check_;
    if (app_.got_subcommand("add")) return add_;
    if (app_.got_subcommand("delete")) return delete_;
    if (app_.got_subcommand("list")) return list_;
    if (app_.got_subcommand("forget")) return forget_;
    if (app_.got_subcommand("doctor")) return doctor_;
    if (app_.got_subcommand("watch")) return watch_;
    return remove_;
  }

 private:
  std::string Called() const {
    std::string out = "natplan";
    const CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) {
      app = app->get_subcommands().front();
      out += " " + app->get_name();
    }
    return out;
  }

  // CLI11 does not say which subcommands there are.
  std::string WhatIsWrong(const CLI::ParseError& error) const {
    const CLI::App* app = &app_;
    while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
    if (app->get_require_subcommand_min() == 0 || error.get_name() != "RequiredError") return error.what();
    std::vector<std::string> names;
    for (const CLI::App* sub : app->get_subcommands({})) names.push_back(sub->get_name());
    const std::vector<std::string> words = app->remaining();
    return fmt::format("{}, one of: {}",
                       words.empty()
                           ? "a command is missing here"
                           : fmt::format("\"{}\" stands where a command is expected", words.front()),
                       fmt::join(names, ", "));
  }

  // Only there an owner is recorded, and what has none can be told from what has one.
  void CheckAdopt() const {
    for (const TableOptions* table : {&plan_.wanted.table, &simulate_.table, &apply_.wanted.table,
                                      &check_.wanted.table, &watch_.wanted.table}) {
      if (!table->adopt || table->layout().own()) continue;
      throw CLI::ValidationError(
          "--adopt",
          fmt::format("table {} records no owners, natplan's own does; leave out --table, or write "
                      "--exclusive to have what the file says and nothing else",
                      table->table));
    }
  }

  void ReadEnvironment() const {
    for (const BackendOption& one : backends_) {
      if (!one.sub->parsed() || one.option->count() > 0) continue;
      const auto backend = BackendFromEnvironment();
      if (!backend) throw CLI::ValidationError(backend.error());
      *one.backend = *backend;
    }
  }

  CLI::App* Add(const char* name, const char* description, const char* footer) {
    CLI::App* sub = app_.add_subcommand(name, description);
    sub->footer(footer);
    sub->set_version_flag("--version", kVersion, "Print the version and exit");
    return sub;
  }

  static void AddFile(CLI::App* sub, std::string& file) {
    sub->add_option("FILE", file, "What is wanted (TOML); - is standard input")->required();
  }
  static void AddTable(CLI::App* sub, std::string& table) {
    sub->add_option("--table", table, "The table's name")
        ->type_name("NAME")
        ->capture_default_str()
        ->check(CLI::Validator(
            [](const std::string& name) { return WhyNoTableName(name).value_or(std::string()); }, ""));
  }
  static void AddTable(CLI::App* sub, TableOptions& options) {
    AddTable(sub, options.table);
    CLI::Option* exclusive = sub->add_flag(
        "--exclusive", options.exclusive,
        "Remove all elements, rules, chains and sets that the table holds beyond the file, whoever wants "
        "them. Without this only what the file's owner had is removed; and all of it in a table of natplan's "
        "own from before there were owners");
    sub->add_flag("--force", options.force,
                  "With --exclusive, also in a table that is another program's as a whole")
        ->needs(exclusive);
    sub->add_flag("--adopt", options.adopt,
                  "Take over what natplan's own table holds without an owner: keep of it what the file "
                  "wants, remove the rest")
        ->excludes(exclusive);
  }
  static void AddOwner(CLI::App* sub, std::optional<Owner>& owner, const std::string& description) {
    const auto set = [&owner](const std::string& name) {
      auto made = Owner::Make(name);
      if (!made) throw CLI::ValidationError("--owner", made.error().text);
      owner = *std::move(made);
    };
    sub->add_option_function<std::string>("--owner", set, description)->type_name("NAME");
  }
  static void AddJson(CLI::App* sub, bool& json) {
    sub->add_flag("--json", json, "Print JSON (docs/cli.md) instead of text")->disable_flag_override();
  }
  static void AddDeadline(CLI::App* sub, std::chrono::milliseconds& deadline) {
    const auto set = [&deadline](const double& seconds) {
      if (!(seconds > 0) || seconds > kLongestDeadline) {
        throw CLI::ValidationError("--deadline",
                                   fmt::format("write more than 0 and at most {} seconds", kLongestDeadline));
      }
      deadline = std::chrono::milliseconds(std::llround(std::ceil(seconds * 1000)));
    };
    sub->add_option_function<double>("--deadline", set, "Bounds waiting and retries; 5 if not given")
        ->type_name("SECONDS");
  }

  void AddBackend(CLI::App* sub, Backend& backend) {
    const auto set = [&backend](const std::string& name) {
      const auto parsed = ParseBackend(name);
      if (!parsed) throw CLI::ValidationError("--backend", parsed.error());
      backend = *parsed;
    };
    CLI::Option* option = sub->add_option_function<std::string>(
        "--backend", set,
        "auto, nftables or iptables; NATPLAN_BACKEND if not given, else auto: iptables where the kernel has "
        "no nf_tables NAT");
    option->type_name("NAME");
    backends_.push_back({sub, option, &backend});
  }

  void AddCall(CLI::App* sub, CallOptions& call) {
    AddBackend(sub, call.backend);
    AddJson(sub, call.json);
    AddDeadline(sub, call.deadline);
  }

  void AddFileOptions(CLI::App* sub, FileOptions& wanted) {
    AddFile(sub, wanted.file);
    AddTable(sub, wanted.table);
    AddOwner(sub, wanted.owner, "Who wants this; the file's owner if not given, else \"default\"");
    AddCall(sub, wanted.call);
  }

  void AddPlan() {
    CLI::App* sub =
        Add("plan", "Print what would be done, as nft text",
            "Examples:\n"
            "  natplan plan FILE                      on a kernel that holds nothing; no root needed\n"
            "  natplan plan FILE --against live       on the running kernel\n"
            "  natplan plan FILE --bytes              the netlink messages, field by field\n"
            "  natplan plan FILE --backend iptables   as iptables-restore --noflush takes it");
    AddFileOptions(sub, plan_.wanted);
    const auto set = [this](const std::string& kernel) { plan_.against_live = kernel == "live"; };
    sub->add_option_function<std::string>("--against", set,
                                          "empty (the default), or live: read the running kernel first")
        ->check(CLI::IsMember({"empty", "live"}))
        ->type_name("KERNEL");
    CLI::Option* bytes = sub->add_flag("--bytes", plan_.bytes, "Print the netlink messages, field by field");
    sub->get_option("--json")->excludes(bytes);
  }

  void AddSimulate() {
    static const std::string footer =
        "Each file is what is wanted next, by a program that goes on running in between; files of several\n"
        "owners are several programs.\n"
        "Examples:\n"
        "  natplan simulate examples/two_containers.toml examples/stopped.toml examples/restarted.toml\n"
        "  natplan simulate FILE --trace                    each message and each answer\n"
        "  natplan simulate FILE FILE --fault flush-before@2\n"
        "Faults (N counts the transactions sent, from 1):\n" +
        FaultHelp();
    CLI::App* sub =
        Add("simulate", "Carry files out on a simulated kernel and show what happens; no root needed",
            footer.c_str());
    sub->add_option("FILE", simulate_.files, "What is wanted (TOML), one after another")->required();
    AddTable(sub, simulate_.table);
    AddOwner(sub, simulate_.owner, "Who wants all of this; each file's owner if not given");
    sub->add_flag("--trace", simulate_.trace, "Print each message and each answer");
    const auto add = [this](const std::vector<std::string>& names) {
      for (const std::string& name : names) {
        const auto added = AddFault(name, simulate_.faults);
        if (!added) throw CLI::ValidationError("--fault", added.error());
      }
    };
    sub->add_option_function<std::vector<std::string>>("--fault", add,
                                                       "Put a fault into the kernel; may be repeated")
        ->type_name("NAME[@N]")
        ->allow_extra_args(false);
    AddJson(sub, simulate_.json);
  }

  void AddApply() {
    CLI::App* sub = Add(
        "apply", "Make the running kernel hold what the file's owner wants, in one transaction",
        "Prints the lines that changed and the new generation. A second apply changes and sends nothing.\n"
        "What other owners want stays.\n"
        "Examples:\n"
        "  natplan apply FILE\n"
        "  natplan apply FILE --owner web --adopt      with what the table holds without an owner\n"
        "  natplan apply FILE --table io.systemd.nat   in another program's table, beside what is there");
    AddFileOptions(sub, apply_.wanted);
    AddSysctlOptions(*sub, apply_);
    sub->add_flag("--steps{1000}", apply_.wanted.steps,
                  "Carry a large change out in transactions of at most N elements, --steps=N, 1000 if not "
                  "given, each of which leaves a state between the old and the new")
        ->check(CLI::Validator(WhyNoSteps, ""));
  }

  void AddCheck() {
    CLI::App* sub =
        Add("check", "Compare the running kernel with the file; change nothing",
            "Prints what is missing with +, what is too much with -. What other owners want is neither.\n"
            "Exit code 0: equal, 1: differs.\n"
            "Example:\n"
            "  natplan check FILE || natplan apply FILE");
    AddFileOptions(sub, check_.wanted);
  }

  void AddAdd() {
    add_.kind = Edit::Kind::kAdd;
    CLI::App* sub = Add("add", "Want one masquerade or one forward more, in one transaction",
                        "What is there already is success.\n"
                        "Examples:\n"
                        "  natplan add masquerade 192.168.50.0/24\n"
                        "  natplan add forward tcp 2222 192.168.50.121:22 --owner web");
    AddEdits(sub, add_);
  }

  void AddDelete() {
    delete_.kind = Edit::Kind::kRemove;
    CLI::App* sub = Add("delete", "Want one masquerade or one forward less, in one transaction",
                        "What is not there is success, with a note. What other owners want stays.\n"
                        "Examples:\n"
                        "  natplan delete masquerade 192.168.50.0/24\n"
                        "  natplan delete forward tcp 2222 --owner web");
    AddEdits(sub, delete_);
  }

  void AddEdits(CLI::App* sub, EditOptions& edit) {
    sub->require_subcommand(1);
    AddEditOptions(AddMasqueradeWords(*sub, edit), edit);
    AddEditOptions(AddForwardWords(*sub, edit), edit);
  }

  void AddEditOptions(CLI::App* sub, EditOptions& edit) {
    AddTable(sub, edit.table);
    AddOwner(sub, edit.owner, "Who wants it; \"default\" if not given");
    AddCall(sub, edit.call);
    if (edit.kind == Edit::Kind::kRemove) AddPutBackOption(*sub, edit.call);
  }

  void AddList() {
    CLI::App* sub = Add("list", "Print what natplan's table holds, and who wants it",
                        "Examples:\n"
                        "  natplan list\n"
                        "  natplan list --owner web\n"
                        "  natplan list --table io.systemd.nat --json");
    AddTable(sub, list_.table);
    AddOwner(sub, list_.owner, "Only what this owner wants");
    AddCall(sub, list_.call);
  }

  void AddRemove() {
    CLI::App* sub = Add("remove", "Delete natplan's tables, with everything in them, in one transaction",
                        "Without --owner everything of all owners goes. Nothing there is success.\n"
                        "Examples:\n"
                        "  natplan remove\n"
                        "  natplan remove --owner web   only what this owner wants");
    AddTable(sub, remove_.table);
    AddOwner(sub, remove_.owner, "Only what this owner wants, and nobody else");
    sub->add_flag("--force", remove_.force, "Also a table that is another program's as a whole");
    AddCall(sub, remove_.call);
    AddPutBackOption(*sub, remove_.call);
  }

  void AddForget() {
    CLI::App* sub = Add("forget", "Take back what an owner wants who is gone for good",
                        "A name under which nothing is recorded is an error that lists those there are.\n"
                        "Example:\n"
                        "  natplan forget --owner web");
    AddTable(sub, forget_.table);
    AddOwner(sub, forget_.owner, "Whose");
    sub->get_option("--owner")->required();
    AddCall(sub, forget_.call);
    AddPutBackOption(*sub, forget_.call);
  }

  void AddDoctor() {
    CLI::App* sub = Add("doctor", "Print what this host can do, which backend is used, and what is wrong",
                        "Changes nothing; the kernel may load modules to answer.\n"
                        "Examples:\n"
                        "  natplan doctor\n"
                        "  natplan doctor FILE --json    with the kernel parameters that FILE needs\n"
                        "  natplan doctor --backend iptables   whether that one would do");
    sub->add_option("FILE", doctor_.file, "What is wanted (TOML); - is standard input");
    AddBackend(sub, doctor_.backend);
    AddJson(sub, doctor_.json);
    AddDeadline(sub, doctor_.deadline);
  }

  void AddWatch() {
    CLI::App* sub =
        Add("watch", "Say who changes what the file wants, and put it right; until it is interrupted",
            "Runs until SIGINT, SIGTERM or SIGHUP, and then leaves the table as it is. Over nf_tables only.\n"
            "Examples:\n"
            "  natplan watch FILE             say what is changed, and what would put it right\n"
            "  natplan watch FILE --restore   apply FILE, and put right what others undo");
    AddFileOptions(sub, watch_.wanted);
    CLI::Option* restore =
        sub->add_flag("--restore", watch_.restore, "Put right what is missing or wrong, at once and later");
    sub->add_flag("--report")->description("Only say it (the default)")->excludes(restore);
  }

  struct BackendOption {
    const CLI::App* sub;
    const CLI::Option* option;
    Backend* backend;
  };

  CLI::App app_{"", "natplan"};
  std::vector<BackendOption> backends_;
  PlanOptions plan_;
  SimulateOptions simulate_;
  ApplyOptions apply_;
  CheckOptions check_;
  ListOptions list_;
  EditOptions add_;
  EditOptions delete_;
  RemoveOptions remove_;
  ForgetOptions forget_;
  DoctorOptions doctor_;
  WatchOptions watch_;
};

}  // namespace

std::expected<Options, ExitCode> ParseCommandLine(int argc, const char* const* argv, Console& console) {
  return Parser().Parse(argc, argv, console);
}

bool AsksForJson(int argc, const char* const* argv) {
  return std::any_of(argv, argv + argc,
                     [](std::string_view word) { return word == "--json" || word.starts_with("--json="); });
}

}  // namespace natplan::cli
