#include "cli/heap.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/sanitizer.h"

namespace natplan::cli {
namespace {

// Of the heap, in bytes: how much of it may have huge pages ("hg"), and how much of it is there.
struct Heap {
  std::size_t huge = 0;
  std::size_t resident = 0;
};

// proc_pid_smaps(5)
Heap ReadHeap() {
  Heap heap;
  bool inside = false;
  std::size_t size = 0;
  std::ifstream maps("/proc/self/smaps");
  for (std::string line; std::getline(maps, line);) {
    const std::string key = line.substr(0, line.find(' '));
    if (!key.ends_with(':')) inside = line.ends_with("[heap]");
    if (!inside) continue;
    const auto kilobytes = [&] { return std::stoul(line.substr(key.size())) * 1024; };
    if (key == "Size:") size = kilobytes();
    if (key == "Rss:") heap.resident += kilobytes();
    if (key == "VmFlags:" && line.contains(" hg")) heap.huge += size;
  }
  return heap;
}

TEST(HeapTest, WhatIsExpectedIsAsLongAsItIsInHugePagesAndTakesNothingUntilItIsUsed) {
  if (testing::kAddressSanitizer) GTEST_SKIP() << "SKIPPED[address-sanitizer]: its memory is not the heap's";
  if (access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) != 0)
    GTEST_SKIP() << "SKIPPED[no-huge-pages]: this kernel has no transparent huge pages";
  constexpr std::size_t kMegabyte = 1 << 20;
  KeepFreedMemory();
  const Heap before = ReadHeap();
  ExpectToAllocate(12 * kMegabyte);
  const Heap expected = ReadHeap();
  EXPECT_GE(expected.huge, 10 * kMegabyte);
  EXPECT_LT(expected.resident, before.resident + kMegabyte);
  // It is what the heap gives next.
  const auto used = std::make_unique<std::string>(8 * kMegabyte, 'x');
  const Heap after = ReadHeap();
  EXPECT_GE(after.resident, before.resident + 8 * kMegabyte);
  EXPECT_EQ(after.huge, expected.huge);
}

TEST(HeapTest, LittleIsNothingToPrepareFor) {
  const Heap before = ReadHeap();
  ExpectToAllocate(1 << 20);
  EXPECT_EQ(ReadHeap().huge, before.huge);
}

TEST(HeapTest, MoreThanThereIsIsNoError) { ExpectToAllocate(SIZE_MAX); }

}  // namespace
}  // namespace natplan::cli
