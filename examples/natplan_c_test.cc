// Runs the C example against the live kernel, as its reader would.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/namespace.h"

namespace natplan {
namespace {

// What the command prints, and its exit status behind it.
std::string OutputOf(const std::string& command) {
  std::string out;
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "popen failed";
  std::array<char, 4096> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) out += buffer.data();
  return out + "exit " + std::to_string(WEXITSTATUS(pclose(pipe)));
}

TEST(NatplanC, AddsIsRefusedAndTakesBack) {
  testing::RunInNamespaceOrSkip([] {
    const std::string out = OutputOf("examples/natplan_c");
    for (const char* const line :
         {"masquerade 192.168.50.0/24: done\n", "forward tcp 2222: done\n", "forward tcp 2222, IPv6: done\n",
          "forward tcp 2222 for another owner: File exists\n", "owner \"example\"",
          "remove forward tcp 2222: done\n", "remove masquerade 192.168.50.0/24: done\n", "exit 0"})
      EXPECT_NE(out.find(line), std::string::npos) << line << "is not in:\n" << out;
    const std::string left = OutputOf("nft list ruleset");
    EXPECT_NE(left.find("table ip natplan {"), std::string::npos) << left;
    EXPECT_EQ(left.find("elements"), std::string::npos) << left;
  });
}

TEST(NatplanC, SaysWhatToDoWithoutPermission) {
  testing::RunInNamespaceOrSkip([] {
    // A user namespace further in does not own this network namespace.
    const std::string out = OutputOf("unshare -U examples/natplan_c");
    EXPECT_NE(out.find("Operation not permitted"), std::string::npos) << out;
    EXPECT_NE(out.find("unshare -Urn"), std::string::npos) << out;
    EXPECT_NE(out.find("exit 1"), std::string::npos) << out;
  });
}

}  // namespace
}  // namespace natplan
