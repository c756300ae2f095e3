#include "tests/stress/neighbours.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include "core/plan/executor.h"
#include "core/plan/layout.h"
#include "core/values/operation.h"
#include "core/values/prefix.h"
#include "tests/stress/worker.h"

namespace natplan::stress {
namespace {

bool RunNft(const char* commands) {
  const pid_t child = fork();
  if (child < 0) std::abort();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("nft", "nft", commands, static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
    std::fprintf(stderr, "nft cannot be run\n");
    _exit(1);
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

void RunNftForEver(std::atomic<std::uint64_t>& runs) {
  for (bool add = true;; add = !add) {
    if (RunNft(add ? "add table ip other; add set ip other addresses { type ipv4_addr; elements = { "
                     "192.0.2.1 } }"
                   : "delete table ip other"))
      ++runs;
  }
}

void CommitForEver(std::atomic<std::uint64_t>& commits, std::chrono::microseconds pause) {
  const std::unique_ptr<Executor> executor = MakeLiveExecutor(/*listens=*/false);
  const TableId table{Family::kIp, "another"};
  const SetShape shape = MasqueradeShape(Family::kIp);
  const std::vector<Element> elements = {ToElement(Prefix::Parse("192.0.2.0/24").value())};
  const auto commit = [&](const Transaction& transaction) {
    if (std::holds_alternative<Committed>(
            executor->Commit(transaction, std::chrono::steady_clock::now() + std::chrono::seconds(1))))
      ++commits;
    std::this_thread::sleep_for(pause);
  };
  commit({.operations = {EnsureTable{table}, EnsureSet{table, "addresses", shape}}});
  for (;;) {
    commit({.operations = {AddElements{table, "addresses", shape, false, elements}}});
    commit({.operations = {DeleteElements{table, "addresses", shape, elements}}});
  }
}

}  // namespace natplan::stress
