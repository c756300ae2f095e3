// natplan simulate: carries files out on a simulated kernel, one after another, and shows what happens.
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/nat.h"
#include "backends/netlink/netlink_executor.h"
#include "backends/netlink/tracing_socket.h"
#include "backends/sim/sim_socket.h"
#include "cli/commands.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/report.h"
#include "cli/sim_monitor.h"
#include "cli/trace.h"
#include "core/text/nft_text.h"
#include "fmt/format.h"
#include "kernel_sim/kernel.h"
#include "kernel_sim/listing/kernel_listing.h"

namespace natplan::cli {
namespace {

struct FileWish {
  std::string file;
  Wish wish;
};

class Simulation {
 public:
  Simulation(const SimulateOptions& options, Console& console)
      : options_(options), console_(console), kernel_(options.faults.profile), monitor_(kernel_) {}

  ExitCode Run(const std::vector<FileWish>& wishes) {
    ExitCode code = ExitCode::kDone;
    for (const FileWish& wish : wishes) {
      const ExitCode one = RunOne(wish);
      if (one != ExitCode::kDone) code = one;
      if (failed_) break;
    }
    const auto listing = kernel_sim::ListRuleset(kernel_);
    // A kernel without nf_tables has nothing to list.
    const std::string ruleset = listing.value_or("");
    if (options_.json) {
      console_.PrintJson(Json{{"steps", steps_}, {"ruleset", ruleset}});
    } else {
      console_.Line("# the ruleset in the end, as nft list ruleset prints it", Style::kComment);
      console_.Print(ruleset);
    }
    return code;
  }

 private:
  std::unique_ptr<Executor> OpenExecutor() {
    std::unique_ptr<NetlinkSocket> socket = std::make_unique<SimSocket>(
        kernel_, SimSocketOptions{.process = {1, "natplan"}, .net_admin = options_.faults.net_admin});
    if (options_.trace) {
      socket = std::make_unique<TracingSocket>(std::move(socket), [this](const TracedDatagram& datagram) {
        if (tracing_) TraceTo(datagram, trace_);
      });
    }
    return std::make_unique<NetlinkExecutor>(std::move(socket));
  }

  // Each owner is a program of its own, which goes on running.
  Nat& NatOf(const Owner& owner) {
    const auto found = nats_.find(owner);
    if (found != nats_.end()) return found->second;
    Nat nat(OpenExecutor(), {.table = options_.table.table,
                             .scope = options_.table.scope(),
                             .owner = owner,
                             .force = options_.table.force});
    return nats_.emplace(owner, std::move(nat)).first->second;
  }

  ExitCode RunOne(const FileWish& wish) {
    Json step{{"file", wish.file}, {"owner", wish.wish.owner.name()}};
    Nat& nat = NatOf(wish.wish.owner);
    const Result preview = nat.Preview(wish.wish.intents);
    if (!preview) return SayFailure(preview.error(), std::move(step));
    Heading(wish.file, "the plan");
    if (options_.json) step["plan"] = ToJson(preview->transaction);
    if (!options_.json) PrintLines(preview->transaction, console_);
    if (!options_.json) PrintForeign(*preview, console_);

    tracing_ = true;
    const Result result = nat.Apply(wish.wish.intents);
    tracing_ = false;
    Show("trace", wish.file, "the messages", std::exchange(trace_, {}), step);
    Show("monitor", wish.file, "what nft monitor shows", monitor_.TakeLines(), step);
    if (!result) return SayFailure(result.error(), std::move(step));
    if (options_.json) step["result"] = ToJson(*result);
    steps_.push_back(std::move(step));
    return SayShortcomings(*result, console_);
  }

  void Show(const char* key, const std::string& file, const char* heading,
            const std::vector<std::string>& lines, Json& step) {
    if (options_.json) step[key] = lines;
    if (options_.json || (lines.empty() && !options_.trace)) return;
    Heading(file, heading);
    for (const std::string& line : lines)
      console_.Line(line, line.starts_with('#') ? Style::kComment : Style::kPlain);
  }

  ExitCode SayFailure(const Error& error, Json step) {
    failed_ = true;
    step["error"] = ToJson(error);
    steps_.push_back(std::move(step));
    return console_.Fail(error, false);
  }

  void Heading(const std::string& file, const char* what) {
    if (!options_.json) console_.Line(fmt::format("# {}: {}", file, what), Style::kComment);
  }

  const SimulateOptions& options_;
  Console& console_;
  kernel_sim::Kernel kernel_;
  SimMonitor monitor_;
  bool tracing_ = false;
  std::vector<std::string> trace_;
  std::map<Owner, Nat> nats_;
  Json steps_ = Json::array();
  bool failed_ = false;
};

}  // namespace

ExitCode Run(const SimulateOptions& options, Console& console) {
  std::vector<FileWish> wishes;
  for (const std::string& file : options.files) {
    auto wish = LoadWish(file, options.owner, kDefaultDeadline, options.json, console);
    if (!wish) return wish.error();
    wishes.push_back({file, std::move(*wish)});
  }
  return Simulation(options, console).Run(wishes);
}

}  // namespace natplan::cli
