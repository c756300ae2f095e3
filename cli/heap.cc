#include "cli/heap.h"

#include <malloc.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace natplan::cli {
namespace {

// Larger blocks would not come from the heap. No larger value is taken: mallopt(3).
constexpr int kLargestBlock = 32 << 20;
// Of x86-64, and of arm64 with pages of 4 KiB.
constexpr std::uintptr_t kHugePage = 2 << 20;

}  // namespace

void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, kLargestBlock);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
}

void ExpectToAllocate(std::size_t bytes) {
  bytes = std::min<std::size_t>(bytes, kLargestBlock - 1);
  void* const block = std::malloc(bytes);  // NOLINT(cppcoreguidelines-no-malloc)
  if (block == nullptr) return;
  const auto begin = (reinterpret_cast<std::uintptr_t>(block) + kHugePage - 1) / kHugePage * kHugePage;
  const auto end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / kHugePage * kHugePage;
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  std::free(block);  // NOLINT(cppcoreguidelines-no-malloc)
}

}  // namespace natplan::cli
