// What whole processes cost: the natplan command beside nft and iptables-restore, which do the same, in turn
// and in one network namespace of their own. Prints the medians and their ratios; only the ratios can be
// compared between machines.
//
//   ./bazelw run --config=opt //tests/benchmarks:command -- [ROUNDS]
//
// As root it uses a network namespace only. Without, it makes a user namespace, in which nft cannot raise its
// send buffer: rows that need it are skipped.
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/benchmarks/timing.h"
#include "tests/benchmarks/workload.h"

namespace natplan::benchmarks {
namespace {

using Command = std::vector<std::string>;

const std::string kNatplan = "cli/natplan";  // `bazel run` starts in the folder of the runfiles

// Runs it with its output thrown away; what it says of errors is shown.
bool Run(const Command& command) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  return failed == 0 && waitpid(child, &status, 0) == child && status == 0;
}

void Must(const Command& command) {
  if (Run(command)) return;
  std::fprintf(stderr, "failed: ");
  for (const std::string& word : command) std::fprintf(stderr, "%s ", word.c_str());
  std::fprintf(stderr, "\n");
  std::exit(1);
}

// Something that is measured: what is run before it, and put right after it, is not.
struct Candidate {
  std::string name;
  Command measured;
  std::vector<Command> after = {};
};

// The first one is natplan; each of the others is held beside it.
void Compare(const std::string& what, int rounds, const std::vector<Candidate>& candidates) {
  std::vector<std::vector<double>> seconds(candidates.size());
  for (int round = 0; round <= rounds; ++round) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const double took = Seconds([&] { Must(candidates[i].measured); });
      for (const Command& command : candidates[i].after) Must(command);
      if (round > 0) seconds[i].push_back(took);  // the first round warms up
    }
  }
  const double ours = Median(seconds[0]);
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    const double theirs = Median(seconds[i]);
    std::printf("%-42s %9.2f ms   %-24s %9.2f ms   ratio %.2f\n", what.c_str(), ours * 1e3,
                candidates[i].name.c_str(), theirs * 1e3, ours / theirs);
  }
  std::fflush(stdout);
}

std::string Target(int port) { return "192.0.2." + std::to_string(1 + port % 250); }

class Files {
 public:
  Files() : folder_(std::filesystem::temp_directory_path() / ("natplan-" + std::to_string(getpid()))) {
    std::filesystem::create_directory(folder_);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::function<void(std::ostream&)>& fill) const {
    const std::string path = folder_ / name;
    std::ofstream out(path);
    fill(out);
    return path;
  }

 private:
  std::filesystem::path folder_;
};

void PutForwards(int count, std::ostream& out) {
  for (int port = 1; port <= count; ++port) {
    out << "[[forward]]\nprotocol = \"tcp\"\nhost_port = " << port << "\nto = \"" << Target(port) << ":"
        << port << "\"\n";
  }
}

void PutPrefixes(int count, std::ostream& out) {
  for (int i = 0; i < count; ++i) {
    const int at = i * 32;
    out << "[[masquerade]]\nsource = \"10." << at / 65536 << "." << at / 256 % 256 << "." << at % 256
        << "/28\"\n";
  }
}

// What natplan would send, in nft's words: the table as nft saves it.
void PutNftForwards(int count, std::ostream& out) {
  out << "table ip natplan {\n comment \"natplan layout 2\"\n"
         " set masq_saddr { type ipv4_addr; flags interval; }\n"
         " map map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service;\n"
         "  elements = {\n";
  for (int port = 1; port <= count; ++port) {
    out << "tcp . " << port << " comment \"default\" : " << Target(port) << " . " << port << ",\n";
  }
  out << "} }\n"
         " set owners { type ipv4_addr . inet_service . mark . mark . mark; }\n"
         " chain prerouting { type nat hook prerouting priority -99; policy accept;\n"
         "  fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport; }\n"
         " chain output { type nat hook output priority -99; policy accept;\n"
         "  ip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map @map_port_ipport; }\n"
         " chain postrouting { type nat hook postrouting priority 101; policy accept;\n"
         "  ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != "
         "multicast "
         "masquerade;\n  ct label 127 masquerade; }\n"
         " chain hairpin { type filter hook forward priority 1; policy accept;\n"
         "  ct state new ct status dnat fib daddr . iif oif exists ct label set 127; }\n"
         "}\n";
}

void PutIptablesForwards(int count, std::ostream& out) {
  out << "*nat\n";
  for (const char* chain : {"PREROUTING", "OUTPUT"}) {
    for (int port = 1; port <= count; ++port) {
      out << "-A " << chain << " -p tcp -m tcp --dport " << port
          << " -m addrtype --dst-type LOCAL -j DNAT --to-destination " << Target(port) << ":" << port << "\n";
    }
  }
  out << "COMMIT\n";
}

// One element added and deleted, beside `nft add element` and `nft delete element` of another one.
void OneElement(const std::string& held, int rounds, const Command& words, const std::string& set,
                const std::string& element, const std::string& value) {
  const auto natplan = [&](const char* verb) {
    Command command = {kNatplan, verb};
    command.insert(command.end(), words.begin(), words.end());
    return command;
  };
  const auto nft = [&](const char* verb, const std::string& what) {
    return Command{"nft", verb, "element", "ip", "natplan", set, "{", what, "}"};
  };
  const std::string& kind = words.front();
  Compare("add " + kind + ", " + held, rounds,
          {{"natplan", natplan("add"), {natplan("delete")}},
           {"nft add element", nft("add", element + value), {nft("delete", element)}}});
  Must(natplan("add"));
  Must(nft("add", element + value));
  Compare("delete " + kind + ", " + held, rounds,
          {{"natplan", natplan("delete"), {natplan("add")}},
           {"nft delete element", nft("delete", element), {nft("add", element + value)}}});
  Must(natplan("delete"));
  Must(nft("delete", element));
}

void Forward(const std::string& held, int rounds) {
  OneElement(held, rounds, {"forward", "udp", "7", "192.0.2.1:7"}, "map_port_ipport", "udp . 8",
             " : 192.0.2.1 . 8");
}

void Masquerade(const std::string& held, int rounds) {
  OneElement(held, rounds, {"masquerade", "192.168.77.0/24"}, "masq_saddr", "192.168.78.0/24", "");
}

// So that natplan has nothing to say of it.
void SwitchForwardingOn() { std::ofstream("/proc/sys/net/ipv4/ip_forward") << 1; }

int Main(int rounds) {
  const bool root = unshare(CLONE_NEWNET) == 0;
  if (!root && !EnterNamespace()) return 1;
  SwitchForwardingOn();
  const Files files;
  const auto toml = [&](const char* name, int forwards, int prefixes) {
    return files.Write(name, [&](std::ostream& out) {
      PutForwards(forwards, out);
      PutPrefixes(prefixes, out);
    });
  };
  constexpr int kForwards = 10000;
  const std::string plan = toml("plan.toml", kForwards, 0);
  const std::string nft = files.Write("plan.nft", [](std::ostream& out) { PutNftForwards(kForwards, out); });
  const std::string rules =
      files.Write("rules", [](std::ostream& out) { PutIptablesForwards(kForwards, out); });
  const Command drop = {"nft", "delete", "table", "ip", "natplan"};
  const std::string flush = files.Write("flush", [](std::ostream& out) { out << "*nat\nCOMMIT\n"; });

  std::vector<Candidate> restore = {{"natplan", {kNatplan, "apply", plan}, {drop}}};
  if (root) {
    restore.push_back({"nft -f", {"nft", "-f", nft}, {drop}});
  } else {
    std::printf("SKIPPED[no-root] nft -f: it cannot send so much in a user namespace\n");
  }
  for (const char* variant : {"iptables-legacy-restore", "iptables-nft-restore"}) {
    if (Run({variant, flush})) {
      restore.push_back({variant, {variant, rules}, {{variant, flush}}});
    } else {
      std::printf("SKIPPED[no-iptables] %s\n", variant);
    }
  }
  Compare("apply 10,000 forwards", rounds, restore);

  // One without iptables' tables: iptables-legacy-save would run for what other programs have there.
  if (unshare(CLONE_NEWNET) != 0) return 1;
  SwitchForwardingOn();
  Must({kNatplan, "apply", plan});
  Forward("10,000 forwards held", rounds * 2);
  Masquerade("10,000 forwards held", rounds * 2);
  Must({kNatplan, "apply", toml("full.toml", 65535, 0)});
  Forward("65,535 forwards held", rounds * 2);
  Must({kNatplan, "apply", toml("prefixes.toml", 0, 100000)});
  Forward("100,000 prefixes held", rounds * 2);
  Masquerade("100,000 prefixes held", rounds);
  return 0;
}

}  // namespace
}  // namespace natplan::benchmarks

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 7;
  return natplan::benchmarks::Main(rounds > 0 ? rounds : 1);
}
