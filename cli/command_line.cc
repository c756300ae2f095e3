#include "cli/command_line.h"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "cli/version.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr double kLongestDeadline = 3600;  // seconds
constexpr std::size_t kLongestName = 255;  // bytes of a table's name (NFT_NAME_MAXLEN - 1)

// What nft takes as a name without quotes (its scanner's "string"), so that a plan is always text for nft.
std::string CheckTable(const std::string& name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto first = [&](char c) { return letter(c) || c == '_' || c == '.'; };
  const auto further = [&](char c) { return first(c) || (c >= '0' && c <= '9') || c == '-' || c == '/'; };
  if (!name.empty() && name.size() <= kLongestName && first(name.front()) &&
      std::ranges::all_of(name, further))
    return "";
  return fmt::format(
      "\"{}\" is no table name; write 1 to {} letters, digits and _ . - /, beginning with a letter, _ or .",
      name, kLongestName);
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
        "Exit codes: 0 done, 1 differs or refused, 2 wrong usage or file, 3 not permitted, 4 not supported "
        "here,\n"
        "  5 outcome unknown after all re-reads, 6 failure of the environment, 130 interrupted.");
    app_.set_version_flag("--version", kVersion, "Print the version and exit");
    app_.set_help_flag("-h,--help", "Print this and exit");
    app_.require_subcommand(1);
    AddPlan();
    AddSimulate();
    AddApply();
    AddCheck();
    AddList();
    AddRemove();
    AddDoctor();
  }

  std::expected<Options, ExitCode> Parse(int argc, const char* const* argv, Console& console) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      std::ostringstream ignored;
      if (app_.exit(error, out, ignored) == 0) {
        console.Print(out.str());
        return std::unexpected(ExitCode::kDone);
      }
      console.Error(fmt::format("{}\nSee {} --help.", error.what(), Called()));
      return std::unexpected(ExitCode::kUsage);
    }
    if (app_.got_subcommand("plan")) return plan_;
    if (app_.got_subcommand("simulate")) return simulate_;
    if (app_.got_subcommand("apply")) return apply_;
    if (app_.got_subcommand("check")) return check_;
    if (app_.got_subcommand("list")) return list_;
    if (app_.got_subcommand("doctor")) return doctor_;
    return remove_;
  }

 private:
  std::string Called() const {
    const auto subcommands = app_.get_subcommands();
    return subcommands.empty() ? "natplan" : "natplan " + subcommands.front()->get_name();
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
        ->check(CLI::Validator(std::function<std::string(std::string&)>(CheckTable), ""));
  }
  static void AddTable(CLI::App* sub, TableOptions& options) {
    AddTable(sub, options.table);
    sub->add_flag(
        "--exclusive", options.exclusive,
        "Remove what the table holds beyond the file. Always so in natplan's own table; in another program's "
        "it is left alone without this");
  }
  static void AddJson(CLI::App* sub, bool& json) {
    sub->add_flag("--json", json, "Print JSON (docs/cli.md) instead of text");
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

  void AddPlan() {
    CLI::App* sub =
        Add("plan", "Print what would be done, as nft text",
            "Examples:\n"
            "  natplan plan FILE                  on a kernel that holds nothing; no root needed\n"
            "  natplan plan FILE --against live   on the running kernel\n"
            "  natplan plan FILE --bytes          the netlink messages, field by field");
    AddFile(sub, plan_.file);
    AddTable(sub, plan_.table);
    const auto set = [this](const std::string& kernel) { plan_.against_live = kernel == "live"; };
    sub->add_option_function<std::string>("--against", set,
                                          "empty (the default), or live: read the running kernel first")
        ->check(CLI::IsMember({"empty", "live"}))
        ->type_name("KERNEL");
    CLI::Option* bytes = sub->add_flag("--bytes", plan_.bytes, "Print the netlink messages, field by field");
    AddJson(sub, plan_.json);
    sub->get_option("--json")->excludes(bytes);
    AddDeadline(sub, plan_.deadline);
  }

  void AddSimulate() {
    static const std::string footer =
        "Each file is what is wanted next, by a program that goes on running in between.\n"
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
        "apply", "Make the running kernel hold what the file wants, in one transaction",
        "Prints the lines that changed and the new generation. A second apply changes and sends nothing.\n"
        "Examples:\n"
        "  natplan apply FILE\n"
        "  natplan apply FILE --table io.systemd.nat   in another program's table, beside what is there");
    AddFile(sub, apply_.file);
    AddTable(sub, apply_.table);
    AddJson(sub, apply_.json);
    AddDeadline(sub, apply_.deadline);
  }

  void AddCheck() {
    CLI::App* sub =
        Add("check", "Compare the running kernel with the file; change nothing",
            "Prints what is missing with +, what is too much with -. Exit code 0: equal, 1: differs.\n"
            "Example:\n"
            "  natplan check FILE || natplan apply FILE");
    AddFile(sub, check_.file);
    AddTable(sub, check_.table);
    AddJson(sub, check_.json);
    AddDeadline(sub, check_.deadline);
  }

  void AddList() {
    CLI::App* sub = Add("list", "Print what natplan's table holds",
                        "Examples:\n"
                        "  natplan list\n"
                        "  natplan list --table io.systemd.nat --json");
    AddTable(sub, list_.table);
    AddJson(sub, list_.json);
    AddDeadline(sub, list_.deadline);
  }

  void AddRemove() {
    CLI::App* sub = Add("remove", "Delete natplan's tables, with everything in them, in one transaction",
                        "Nothing there is success.\n"
                        "Example:\n"
                        "  natplan remove");
    AddTable(sub, remove_.table);
    AddJson(sub, remove_.json);
    AddDeadline(sub, remove_.deadline);
  }
  void AddDoctor() {
    CLI::App* sub = Add("doctor", "Print what this host can do, which backend is used, and what is wrong",
                        "Changes nothing; the kernel may load modules to answer.\n"
                        "Examples:\n"
                        "  natplan doctor\n"
                        "  natplan doctor FILE --json    with the kernel parameters that FILE needs");
    sub->add_option("FILE", doctor_.file, "What is wanted (TOML); - is standard input");
    AddJson(sub, doctor_.json);
    AddDeadline(sub, doctor_.deadline);
  }

  CLI::App app_{"", "natplan"};
  PlanOptions plan_;
  SimulateOptions simulate_;
  ApplyOptions apply_;
  CheckOptions check_;
  ListOptions list_;
  RemoveOptions remove_;
  DoctorOptions doctor_;
};

}  // namespace

std::expected<Options, ExitCode> ParseCommandLine(int argc, const char* const* argv, Console& console) {
  return Parser().Parse(argc, argv, console);
}

}  // namespace natplan::cli
