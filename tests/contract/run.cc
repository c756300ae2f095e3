#include "tests/contract/run.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "tests/contract/dead_kernels.h"
#include "tests/contract/live_kernel.h"
#include "tests/contract/sim_kernel.h"
#include "tests/support/namespace.h"

namespace natplan::contract {
namespace {

// Memory that a child process writes and its parent reads.
class SharedText {
 public:
  SharedText() : descriptor_(memfd_create("contract", MFD_CLOEXEC)) {
    if (descriptor_ < 0) std::abort();
  }
  ~SharedText() { close(descriptor_); }
  SharedText(const SharedText&) = delete;
  SharedText& operator=(const SharedText&) = delete;

  void Write(const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t size = write(descriptor_, text.data() + done, text.size() - done);
      if (size <= 0) std::abort();
      done += static_cast<std::size_t>(size);
    }
  }
  std::string Read() {
    std::string text;
    std::array<char, 4096> part;
    off_t at = 0;
    for (ssize_t size = 0; (size = pread(descriptor_, part.data(), part.size(), at)) > 0; at += size) {
      text.append(part.data(), static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  int descriptor_;
};

}  // namespace

Run RunOn(KernelUnderTest& kernel, const Scenario& scenario) {
  World world(kernel);
  scenario.run(world);
  Run run{.transcript = world.transcript(), .sent = world.sent()};
  for (const std::string& failure : world.failures()) run.failures += failure + '\n';
  return run;
}

Run RunOnSimulator(const Scenario& scenario) {
  SimKernel kernel(scenario.profile);
  return RunOn(kernel, scenario);
}

Run RunOnNullKernel(const Scenario& scenario) {
  NullKernel kernel;
  return RunOn(kernel, scenario);
}

Run RunOnRefusingKernel(const Scenario& scenario) {
  RefusingKernel kernel;
  return RunOn(kernel, scenario);
}

Run RunOnLiveKernel(const Scenario& scenario) {
  SharedText transcript;
  SharedText failures;
  testing::RunInNamespaceOrSkip([&] {
    LiveKernel kernel;
    const Run run = RunOn(kernel, scenario);
    transcript.Write(run.transcript);
    failures.Write(run.failures);
  });
  return {.transcript = transcript.Read(), .failures = failures.Read()};
}

}  // namespace natplan::contract
