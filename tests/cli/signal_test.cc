// SIGINT, SIGTERM and SIGHUP while the command waits for something that does not come: it ends, says whether
// the change was made, and leaves nobody behind.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"
#include "tests/support/process.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kUnchanged = "natplan: interrupted: nothing was changed\n";
const std::vector<std::string> kByIptables = {"--backend", "iptables"};

std::vector<std::string> operator+(std::vector<std::string> some, const std::vector<std::string>& more) {
  some.insert(some.end(), more.begin(), more.end());
  return some;
}

// A folder of its own with programs that stand in for iptables', and natplan's lock.
class Folder {
 public:
  Folder() {
    std::string name = ::testing::TempDir() + "/signalXXXXXX";
    path_ = mkdtemp(name.data());
    for (const std::string program : {"iptables", "ip6tables"}) {
      Program(program + "-save", "exit 0");
      Program(program + "-restore", "cat > /dev/null");
    }
    if (mkfifo(Fifo().c_str(), 0600) != 0) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string Path(const std::string& name) const { return path_ + "/" + name; }
  std::string Fifo() const { return Path("fifo"); }

  void Program(const std::string& name, const std::string& script) const {
    std::ofstream(Path(name)) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(Path(name), std::filesystem::perms::owner_all);
  }
  // One that says its number and hangs, with a program of its own that hangs.
  void Hanging(const std::string& name) const {
    Program(name, "sleep 1000 & echo $$ $! > " + Fifo() + "\nwait");
  }
  // Once a program hangs: its number, and that of what it started.
  std::vector<pid_t> WhoHangs() const {
    std::ifstream fifo(Fifo());
    pid_t one = 0, other = 0;
    fifo >> one >> other;
    EXPECT_GT(other, 0);
    return {one, other};
  }

  std::vector<std::string> Natplan(const std::vector<std::string>& arguments) const {
    return std::vector<std::string>{"env",
                                    "--default-signal",
                                    "PATH=" + path_ + ":/usr/bin:/bin",
                                    "XDG_RUNTIME_DIR=" + path_,
                                    "XTABLES_LOCKFILE=" + path_ + "/xtables.lock",
                                    "cli/natplan"} +
           arguments;
  }

 private:
  std::string path_;
};

void EndsWith(Process& process, int exit_code, const std::string& error) {
  const Process::Ended ended = process.WaitForEnd();
  EXPECT_EQ(ended.exit_code, exit_code);
  EXPECT_THAT(ended.error, HasSubstr(error));
}

// More than a pipe holds, whatever is printed of it.
std::string ManyForwards(int count = 3000) {
  std::string out;
  for (int port = 1; port <= count; ++port) {
    out += "[[forward]]\nprotocol = \"tcp\"\nhost_port = " + std::to_string(port) +
           "\nto = \"192.0.2.1:" + std::to_string(port) + "\"\n";
  }
  return out;
}

TEST(SignalTest, EndsEveryVerbWhileItsFileIsAwaited) {
  const Folder folder;
  for (const std::string verb : {"plan", "simulate", "apply", "check", "watch", "doctor"}) {
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
      SCOPED_TRACE(verb + " " + std::to_string(number));
      Process natplan(folder.Natplan({verb, folder.Fifo()}));
      const int writer = open(folder.Fifo().c_str(), O_WRONLY | O_CLOEXEC);  // returns once natplan reads
      natplan.Signal(number);
      EndsWith(natplan, 128 + number, kUnchanged);
      close(writer);
    }
  }
}

TEST(SignalTest, EndsItWhileStandardInputIsAwaited) {
  Process natplan(Folder().Natplan({"plan", "-"}));
  natplan.Write("owner = \"web\"\n");
  ASSERT_TRUE(natplan.WaitUntilRead());
  natplan.Signal(SIGTERM);
  EndsWith(natplan, 143, kUnchanged);
}

TEST(SignalTest, EndsItWhileALargeFileIsParsed) {
  const Folder folder;
  Process natplan(folder.Natplan({"plan", folder.Fifo()}));
  std::ofstream fifo(folder.Fifo());
  for (int i = 0; i < 60; ++i) fifo << ManyForwards();
  fifo.close();
  natplan.Signal(SIGTERM);
  EndsWith(natplan, 143, kUnchanged);
}

// natplan's lock, held by somebody else.
class HeldLock {
 public:
  explicit HeldLock(const Folder& folder) {
    for (const std::string& path : {std::string("/run/natplan.lock"), folder.Path("natplan.lock")}) {
      held_.push_back(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
      EXPECT_TRUE(held_.back() < 0 || flock(held_.back(), LOCK_EX | LOCK_NB) == 0);
    }
  }
  ~HeldLock() {
    for (const int one : held_) close(one);
  }
  HeldLock(const HeldLock&) = delete;
  HeldLock& operator=(const HeldLock&) = delete;

 private:
  std::vector<int> held_;
};

bool WaitUntilItWantsTheLock(const Process& natplan) {
  const std::string process = "/proc/" + std::to_string(natplan.pid());
  return WaitUntil([&] {
    std::error_code gone;
    // Until then it has the files of this process.
    if (!std::filesystem::read_symlink(process + "/exe", gone).string().ends_with("natplan")) return false;
    for (std::filesystem::directory_iterator file(process + "/fd", gone), end; file != end;
         file.increment(gone)) {
      if (std::filesystem::read_symlink(*file, gone).string().ends_with("natplan.lock")) return true;
    }
    return false;
  });
}

TEST(SignalTest, EndsEveryVerbWhileAnotherProcessHoldsTheLock) {
  RunInNamespaceOrSkip([] {
    const Folder folder;
    const HeldLock lock(folder);
    const std::vector<std::vector<std::string>> verbs = {{"apply", "examples/stopped.toml"},
                                                         {"add", "masquerade", "10.0.0.0/8"},
                                                         {"delete", "masquerade", "10.0.0.0/8"},
                                                         {"forget", "--owner", "a"},
                                                         {"remove", "--owner", "a"},
                                                         {"remove"}};
    for (const auto& verb : verbs) {
      SCOPED_TRACE(verb.front());
      Process natplan(folder.Natplan(verb + kByIptables));
      ASSERT_TRUE(WaitUntilItWantsTheLock(natplan));
      natplan.Signal(SIGTERM);
      EndsWith(natplan, 143, kUnchanged);
    }
  });
}

TEST(SignalTest, SaysWhichParameterWasPutBackBeforeTheLockWasAwaited) {
  RunInNamespaceOrSkip([] {
    const Folder folder;
    ASSERT_EQ(Sh("set -e; ip link add con0 type veth peer name in0; ip addr add 10.1.0.1/24 dev con0\n"
                 "ip link set con0 up; ip link set in0 up\n"
                 "natplan apply - --sysctl <<'END'\n[[forward]]\nprotocol = \"tcp\"\nhost_port = 80\n"
                 "to = \"10.1.0.2:80\"\nlocalhost = true\nEND\nnft flush ruleset")
                  .exit_code,
              0);
    const HeldLock lock(folder);
    const std::vector<std::string> verb = {"delete", "forward", "tcp", "80", "--sysctl"};
    Process natplan(folder.Natplan(verb + kByIptables));
    ASSERT_TRUE(WaitUntilItWantsTheLock(natplan));
    natplan.Signal(SIGTERM);
    EndsWith(
        natplan, 143,
        "natplan: interrupted: the table is unchanged, but net.ipv4.conf.con0.route_localnet = 0 was put "
        "back");
  });
}

TEST(SignalTest, EndsEveryVerbWhileIptablesSaveHangsAndTheProgramToo) {
  const std::vector<std::vector<std::string>> verbs = {{"apply", "examples/stopped.toml"},
                                                       {"check", "examples/stopped.toml"},
                                                       {"plan", "examples/stopped.toml", "--against", "live"},
                                                       {"add", "masquerade", "10.0.0.0/8"},
                                                       {"list"},
                                                       {"remove"},
                                                       {"doctor"}};
  for (const auto& verb : verbs) {
    RunInNamespaceOrSkip([&] {
      SCOPED_TRACE(verb.front());
      const Folder folder;
      folder.Hanging("iptables-save");
      Process natplan(folder.Natplan(verb + kByIptables));
      const std::vector<pid_t> hanging = folder.WhoHangs();
      natplan.Signal(SIGINT);
      EndsWith(natplan, 130, kUnchanged);
      for (const pid_t process : hanging) EXPECT_TRUE(WaitUntil([&] { return !Runs(process); }));
    });
  }
}

// `restore` is the script of an iptables-restore, beside the iptables-save of this host; it hangs in the end.
void StopsRestore(const std::string& restore, const std::string& error) {
  RunInNamespaceOrSkip([&] {
    if (Sh("command -v iptables-restore").exit_code != 0)
      GTEST_SKIP() << "SKIPPED[no-iptables]: not installed";
    const Folder folder;
    for (const char* save : {"iptables-save", "ip6tables-save"}) unlink(folder.Path(save).c_str());
    folder.Program("iptables-restore", restore + "\nsleep 1000 & echo $$ $! > " + folder.Fifo() + "\nwait");
    Process natplan(
        folder.Natplan({"add", "masquerade", "10.0.0.0/8", "--deadline", "600", "--backend", "iptables"}));
    const std::vector<pid_t> hanging = folder.WhoHangs();
    natplan.Signal(SIGTERM);
    EndsWith(natplan, 143, error);
    for (const pid_t process : hanging) EXPECT_TRUE(WaitUntil([&] { return !Runs(process); }));
    const bool made = error.contains("was made");
    EXPECT_EQ(Sh("PATH=$PATH:/usr/sbin iptables-save | grep -c natplan:").out, made ? "1\n" : "0\n");
  });
}

TEST(SignalTest, StopsAnIptablesRestoreThatHangsAndLooksWhatCameOfIt) {
  StopsRestore("", kUnchanged);
  StopsRestore("PATH=/usr/sbin:/sbin:$PATH iptables-restore \"$@\"",
               "natplan: interrupted: the change was made");
}

TEST(SignalTest, ASecondSignalEndsItWhileIptablesRestoreHangs) {
  RunInNamespaceOrSkip([] {
    const Folder folder;
    folder.Hanging("iptables-restore");
    Process natplan(folder.Natplan(std::vector<std::string>{"apply", "examples/stopped.toml"} + kByIptables));
    const std::vector<pid_t> hanging = folder.WhoHangs();
    ASSERT_TRUE(natplan.SignalTaken(SIGTERM));
    natplan.Signal(SIGTERM);
    EndsWith(natplan, 143, "natplan: interrupted: it is not known whether the change was made");
    for (const pid_t process : hanging) EXPECT_TRUE(WaitUntil([&] { return !Runs(process); }));
  });
}

TEST(SignalTest, EndsItWhileNobodyReadsItsOutput) {
  const Folder folder;
  std::ofstream(folder.Path("many.toml")) << ManyForwards();
  for (const std::string verb : {"plan", "simulate"}) {
    SCOPED_TRACE(verb);
    Process natplan(folder.Natplan({verb, folder.Path("many.toml")}));
    ASSERT_TRUE(natplan.WaitUntilBlocked());
    natplan.Signal(SIGTERM);
    EndsWith(natplan, 143, kUnchanged);
  }
}

TEST(SignalTest, SaysThatTheChangeWasMadeWhileNobodyReadsItsOutput) {
  RunInNamespaceOrSkip([] {
    const Folder folder;
    std::ofstream(folder.Path("many.toml")) << ManyForwards();
    const auto blocked = [&](const std::vector<std::string>& arguments, const std::string& error) {
      SCOPED_TRACE(arguments.front());
      Process natplan(folder.Natplan(arguments));
      ASSERT_TRUE(natplan.WaitUntilBlocked());
      natplan.Signal(SIGTERM);
      EndsWith(natplan, 143, error);
    };
    const std::string made = "natplan: interrupted: the change was made";
    blocked({"check", folder.Path("many.toml")}, kUnchanged);
    blocked({"watch", folder.Path("many.toml")}, "natplan: interrupted: the watch has ended");
    blocked({"apply", folder.Path("many.toml")}, made);
    EXPECT_EQ(Sh("natplan check " + folder.Path("many.toml")).exit_code, 0);
    blocked({"list"}, kUnchanged);
    blocked({"forget", "--owner", "default"}, made);
    EXPECT_THAT(Sh("natplan list").out, Not(HasSubstr("tcp")));
  });
}

TEST(SignalTest, AWatchSaysWhatItHeardBeforeItEnds) {
  RunInNamespaceOrSkip([] {
    const Folder folder;
    Process watch(folder.Natplan({"watch", "examples/stopped.toml", "--restore"}));
    ASSERT_TRUE(watch.ReadUntil([](const std::string& out) { return out.contains("restored: "); }));
    watch.Stop();
    ASSERT_EQ(Sh("nft delete table ip natplan").exit_code, 0);
    // The first to be heard is the kernel's word, which is there when it goes on.
    watch.Signal(SIGCONT);
    ASSERT_TRUE(watch.ReadUntil([](const std::string& out) { return out.contains("changed by nft"); }));
    watch.Signal(SIGTERM);
    EndsWith(watch, 143, "natplan: interrupted: the watch has ended, and the table stays as it is\n");
    EXPECT_THAT(watch.out(), ::testing::EndsWith("\n"));
  });
}

TEST(SignalTest, EndsItBetweenTwoStepsAndSaysThatAPartWasMade) {
  RunInNamespaceOrSkip([] {
    constexpr int kAll = 20000;
    const Folder folder;
    std::ofstream(folder.Path("many.toml")) << ManyForwards(kAll);
    const auto forwards = [] {
      return std::stoi(Sh("nft list map ip natplan map_port_ipport | grep -o 'tcp [.]' | wc -l").out);
    };
    Process natplan(folder.Natplan({"apply", folder.Path("many.toml"), "--steps=1", "--deadline", "600"}));
    // It stands still while nft reads: a table that changes meanwhile makes nft begin again.
    ASSERT_TRUE(WaitUntil([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      natplan.Stop();
      if (forwards() > 0) return true;
      natplan.Signal(SIGCONT);
      return false;
    }));
    natplan.Signal(SIGTERM);
    natplan.Signal(SIGCONT);
    const auto since = std::chrono::steady_clock::now();
    EndsWith(natplan, 143, "natplan: interrupted: a part of the change was made");
    EXPECT_LT(std::chrono::steady_clock::now() - since, std::chrono::seconds(2));
    const int made = forwards();
    EXPECT_GE(made, 1);
    EXPECT_LT(made, kAll);
  });
}

}  // namespace
}  // namespace natplan::testing
