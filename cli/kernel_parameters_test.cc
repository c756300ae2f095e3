#include "cli/kernel_parameters.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kForwarding = "sys/net/ipv4/ip_forward";
constexpr const char* kRouteLocalnet = "sys/net/ipv4/conf/all/route_localnet";

// A tree of files in place of procfs, in which nothing is set and no route is known.
class KernelParametersTest : public ::testing::Test {
 protected:
  KernelParametersTest()
      : proc_(fs::path(::testing::TempDir()) / ("parameters-" + std::to_string(getpid()))) {
    fs::remove_all(proc_);
    Put(kForwarding, "0\n");
    Put(kRouteLocalnet, "0\n");
    Put("sys/net/ipv6/conf/all/forwarding", "0\n");
  }
  ~KernelParametersTest() override { fs::remove_all(proc_); }

  void Put(const std::string& path, const std::string& text) {
    const fs::path file = proc_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  std::string Get(const std::string& path) const {
    std::ifstream file(proc_ / path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  const fs::path proc_;
};

Intent ForwardTo(const char* endpoint, bool localhost) {
  return Forward{Protocol::kTcp, Port::Make(2222).value(), Endpoint::Parse(endpoint).value(), localhost};
}

TEST_F(KernelParametersTest, WithoutLocalhostNothingIsSaid) {
  const std::vector<Intent> intents = {ForwardTo("192.0.2.1:22", false),
                                       ForwardTo("[2001:db8::1]:22", false)};
  const Parameters parameters = CareForParameters(intents, false, proc_);
  EXPECT_THAT(parameters.notes, IsEmpty());
  EXPECT_THAT(parameters.missing, IsEmpty());
  EXPECT_EQ(Get(kForwarding), "0\n");
}

TEST_F(KernelParametersTest, WhatLocalhostLacksIsNamedWithTheCommandAndNotSet) {
  const Parameters parameters = CareForParameters(std::vector{ForwardTo("192.0.2.1:22", true)}, false, proc_);
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.conf.all.route_localnet"));
  EXPECT_THAT(parameters.notes, ElementsAre(HasSubstr("sysctl -w net.ipv4.conf.all.route_localnet=1")));
  EXPECT_EQ(Get(kRouteLocalnet), "0\n");
}

TEST_F(KernelParametersTest, WhatIsSetAlreadyIsNotNamed) {
  Put(kRouteLocalnet, "1\n");
  EXPECT_THAT(CareForParameters(std::vector{ForwardTo("192.0.2.1:22", true)}, false, proc_).notes, IsEmpty());
}

TEST_F(KernelParametersTest, AllThatIsNeededIsSetWhereThatIsAskedFor) {
  const Parameters parameters = CareForParameters(std::vector{ForwardTo("192.0.2.1:22", true)}, true, proc_);
  EXPECT_THAT(parameters.set, ElementsAre("net.ipv4.ip_forward = 1", "net.ipv4.conf.all.route_localnet = 1"));
  EXPECT_THAT(parameters.missing, IsEmpty());
  EXPECT_FALSE(parameters.error);
  EXPECT_EQ(Get(kForwarding)[0], '1');
  EXPECT_EQ(Get(kRouteLocalnet)[0], '1');
  EXPECT_EQ(Get("sys/net/ipv6/conf/all/forwarding"), "0\n");
}

TEST_F(KernelParametersTest, WhatCannotBeSetIsAnErrorAndTheRestIsSet) {
  fs::remove(proc_ / kForwarding);
  const Parameters parameters = CareForParameters(std::vector{ForwardTo("192.0.2.1:22", true)}, true, proc_);
  EXPECT_THAT(parameters.missing, ElementsAre("net.ipv4.ip_forward"));
  EXPECT_THAT(parameters.set, ElementsAre("net.ipv4.conf.all.route_localnet = 1"));
  ASSERT_TRUE(parameters.error);
  EXPECT_THAT(parameters.error->text, HasSubstr("ip_forward"));
}

TEST_F(KernelParametersTest, InIpv6LocalhostNeedsARouteThatIsOnlyNamed) {
  for (const bool set : {false, true}) {
    EXPECT_THAT(CareForParameters(std::vector{ForwardTo("[2001:db8::1]:22", true)}, set, proc_).notes,
                ElementsAre(AllOf(HasSubstr("ip -6 route add local ::1/128 dev IFACE table local"),
                                  HasSubstr("2001:db8::1"))));
  }
}

TEST_F(KernelParametersTest, ARouteThatIsThereIsNotNamed) {
  const std::string rest =
      " 00000000000000000000000000000000 00 00000000000000000000000000000000 00000400 00000001 00000000 ";
  Put("net/ipv6_route", "20010db8000000000000000000000000 20" + rest + "00000001 eth0\n" +
                            "00000000000000000000000000000001 80" + rest + "80000001 eth0\n");
  EXPECT_THAT(CareForParameters(std::vector{ForwardTo("[2001:db8::1]:22", true)}, false, proc_).notes,
              IsEmpty());
}

}  // namespace
}  // namespace natplan::cli
