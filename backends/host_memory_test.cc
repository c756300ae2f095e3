#include "backends/host_memory.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace natplan {
namespace {

// Files that stand for those of a host.
class AvailableMemoryTest : public testing::Test {
 protected:
  AvailableMemoryTest() {
    Write("/proc/meminfo", "MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:    5000 kB\n");
  }
  void Write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::optional<std::uint64_t> Available() { return AvailableMemory(root_); }

  const std::string root_ =
      testing::TempDir() + "/host_memory_" + testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(AvailableMemoryTest, IsWhatTheHostHasWhereNoGroupLimitsIt) {
  EXPECT_EQ(Available(), 5000U * 1024);
  Write("/proc/self/cgroup", "0::/\n");
  EXPECT_EQ(Available(), 5000U * 1024);
  Write("/proc/self/cgroup", "0::/a\n");
  Write("/sys/fs/cgroup/a/memory.max", "max\n");
  Write("/sys/fs/cgroup/a/memory.current", "1000\n");
  EXPECT_EQ(Available(), 5000U * 1024);
}

TEST_F(AvailableMemoryTest, IsWhatTheTightestGroupAboveLeaves) {
  Write("/proc/self/cgroup", "0::/a/b/c\n");
  Write("/sys/fs/cgroup/a/b/c/memory.max", "4000000\n");
  Write("/sys/fs/cgroup/a/b/c/memory.current", "1000000\n");
  EXPECT_EQ(Available(), 3000000U);
  Write("/sys/fs/cgroup/a/memory.max", "2000000\n");
  Write("/sys/fs/cgroup/a/memory.current", "1500000\n");
  EXPECT_EQ(Available(), 500000U);
  Write("/sys/fs/cgroup/a/memory.stat", "anon 900\nfile 300000\ninactive_file 200000\nactive_file 100000\n");
  EXPECT_EQ(Available(), 800000U) << "the page cache can be had";
}

TEST_F(AvailableMemoryTest, AGroupThatIsOverItsLimitLeavesNothing) {
  Write("/proc/self/cgroup", "0::/a\n");
  Write("/sys/fs/cgroup/a/memory.max", "1000\n");
  Write("/sys/fs/cgroup/a/memory.current", "2000\n");
  EXPECT_EQ(Available(), 0U);
}

TEST_F(AvailableMemoryTest, TheFirstVersionOfControlGroupsCountsToo) {
  Write("/proc/self/cgroup", "5:cpu,cpuacct:/x\n4:hugetlb,memory:/a/b\n0::/\n");
  Write("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/a/b/memory.usage_in_bytes", "70000\n");
  EXPECT_EQ(Available(), 5000U * 1024);
  Write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "100000\n");
  Write("/sys/fs/cgroup/memory/a/memory.usage_in_bytes", "70000\n");
  Write("/sys/fs/cgroup/memory/a/memory.stat", "inactive_file 1\ntotal_inactive_file 20000\n");
  EXPECT_EQ(Available(), 50000U);
}

TEST_F(AvailableMemoryTest, WhereNoFileTellsNothingIsSaid) {
  EXPECT_FALSE(AvailableMemory(root_ + "/nowhere"));
  Write("/proc/meminfo", "MemTotal: 9000 kB\nMemAvailable: many\n");
  EXPECT_FALSE(Available());
}

TEST(AvailableMemoryLiveTest, ThisHostHasSome) { EXPECT_GT(AvailableMemory(), 0U); }

}  // namespace
}  // namespace natplan
