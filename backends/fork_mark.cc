#include "backends/fork_mark.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>

namespace natplan {
namespace {

// The kernel takes a whole page for any part of one.
constexpr std::size_t kBytes = 1;

unsigned char* WipedOnFork() {
  void* page = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return nullptr;
  if (madvise(page, static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), MADV_WIPEONFORK) != 0) {
    munmap(page, kBytes);
    return nullptr;
  }
  auto* byte = static_cast<unsigned char*>(page);
  *byte = 1;
  return byte;
}

}  // namespace

ForkMark::ForkMark() : process_(getpid()), page_(WipedOnFork()) {}

ForkMark::~ForkMark() {
  if (page_ != nullptr) munmap(page_, kBytes);
}

bool ForkMark::InCopy() const { return (page_ != nullptr && *page_ == 0) || getpid() != process_; }

}  // namespace natplan
