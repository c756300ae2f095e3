#include "tests/uml/machine.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace natplan::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* kKernel = "/usr/bin/linux.uml";
constexpr const char* kModules = "/usr/lib/uml/modules";
constexpr const char* kModprobe = "/sbin/modprobe";
constexpr const char* kLegacyTool = "/usr/sbin/iptables-legacy";

std::string Contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteProgram(const fs::path& path, const std::string& text) {
  std::ofstream(path) << "#!/bin/sh\n" << text;
  fs::permissions(path, fs::perms::owner_all);
}

// A folder that goes with everything in it.
class Folder {
 public:
  Folder() {
    const char* base = std::getenv("TEST_TMPDIR");
    std::string name = std::string(base != nullptr ? base : "/tmp") + "/uml-XXXXXX";
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

// What the machine needs in the folder: its init, the loader of modules, the script.
void WriteFiles(const fs::path& folder, const std::string& script) {
  const std::string here = fs::current_path();
  const std::string at = folder.string();
  // modprobe looks for lib/modules/VERSION under what -d names.
  fs::create_directories(folder / "lib");
  fs::create_directory_symlink(kModules, folder / "lib/modules");
  WriteProgram(folder / "modprobe", std::string("exec ") + kModprobe + " -d '" + at + "' \"$@\"\n");
  WriteProgram(folder / "script", script + "\n");
  WriteProgram(folder / "init",
               "export HOME=/run PATH='" + here +
                   "/cli:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'\n"
                   "mount -t proc proc /proc\n"
                   "mount -t sysfs sysfs /sys\n"
                   "mount -t tmpfs tmpfs /run\n"
                   "cd '" +
                   here + "'\nat='" + at +
                   "'\n"
                   "echo \"$at/modprobe\" > /proc/sys/kernel/modprobe\n"
                   "sh \"$at/script\" > \"$at/out\" 2> \"$at/err\" < /dev/null\n"
                   "echo $? > \"$at/exit_code\"\n"
                   "sync\n"
                   "echo o > /proc/sysrq-trigger\n"
                   // The kernel panics when init ends; it must not end before the power is off.
                   "while :; do sleep 1; done\n");
}

pid_t g_machine = 0;  // of the supervising process, for its signal handler

// The machine is several processes, which trace one another. The first makes itself leader of their group.
void KillMachine(int) {
  kill(-g_machine, SIGKILL);
  kill(g_machine, SIGKILL);
}

[[noreturn]] void Boot(const fs::path& folder) {
  const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int console = open((folder / "console").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (input < 0 || console < 0 || dup2(input, 0) < 0 || dup2(console, 1) < 0 || dup2(console, 2) < 0)
    _exit(127);
  const std::string uml_dir = "uml_dir=" + folder.string();
  const std::string init = "init=" + (folder / "init").string();
  // The machine keeps its memory in a deleted file of TMPDIR, and finds sockets and its pid in uml_dir.
  const std::string home = "HOME=" + folder.string();
  const std::string memory = "TMPDIR=" + folder.string();
  const std::array<const char*, 12> arguments = {
      kKernel,        "mem=256M",      "root=none", "rootfstype=hostfs", "rootflags=/", "rw",
      "umid=natplan", uml_dir.c_str(), "con=null",  "con0=null,fd:1",    init.c_str(),  nullptr};
  const std::array<const char*, 5> environment = {home.c_str(), memory.c_str(), "LC_ALL=C.UTF-8",
                                                  "NO_COLOR=1", nullptr};
  execve(kKernel, const_cast<char* const*>(arguments.data()), const_cast<char* const*>(environment.data()));
  _exit(127);
}

// A process that lives as long as the machine. It kills the machine at `limit`, and when the test itself
// dies.
[[noreturn]] void Supervise(const fs::path& folder, std::chrono::seconds limit) {
  g_machine = fork();
  if (g_machine < 0) _exit(127);
  if (g_machine == 0) Boot(folder);
  std::signal(SIGTERM, KillMachine);
  std::signal(SIGALRM, KillMachine);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  alarm(static_cast<unsigned>(limit.count()));
  while (waitpid(g_machine, nullptr, 0) < 0 && errno == EINTR) {
  }
  kill(-g_machine, SIGKILL);  // Whatever a kernel that panicked left behind.
  _exit(0);
}

}  // namespace

std::ostream& operator<<(std::ostream& stream, const UmlRan& ran) {
  return stream << "exit " << ran.exit_code << "\n--- stdout\n" << ran.out << "--- stderr\n" << ran.err;
}

std::string WhyNoUml() {
  if (access(kKernel, X_OK) != 0) {
    return std::string("SKIPPED[no-user-mode-linux]: there is no ") + kKernel +
           " here; apt-get install user-mode-linux";
  }
  if (access(kModprobe, X_OK) != 0) {
    return std::string("SKIPPED[no-modprobe]: there is no ") + kModprobe + " here; apt-get install kmod";
  }
  if (access(kLegacyTool, X_OK) != 0) {
    return std::string("SKIPPED[no-iptables]: there is no ") + kLegacyTool +
           " here; apt-get install iptables";
  }
  return "";
}

std::expected<UmlRan, std::string> RunInUml(const std::string& script, std::chrono::seconds limit) {
  const Folder folder;
  if (folder.path().empty()) return std::unexpected(std::string("mkdtemp: ") + std::strerror(errno));
  WriteFiles(folder.path(), script);
  const pid_t supervisor = fork();
  if (supervisor < 0) return std::unexpected(std::string("fork: ") + std::strerror(errno));
  if (supervisor == 0) Supervise(folder.path(), limit);
  while (waitpid(supervisor, nullptr, 0) < 0 && errno == EINTR) {
  }
  const std::string exit_code = Contents(folder.path() / "exit_code");
  if (exit_code.empty()) {
    return std::unexpected("the machine did not get to the script's end within " +
                           std::to_string(limit.count()) + " s; the script said\n" +
                           Contents(folder.path() / "out") + Contents(folder.path() / "err") +
                           "and the console\n" + Contents(folder.path() / "console"));
  }
  return UmlRan{.exit_code = std::stoi(exit_code),
                .out = Contents(folder.path() / "out"),
                .err = Contents(folder.path() / "err")};
}

}  // namespace natplan::testing
