// natplan on a real kernel without nf_tables NAT: iptables takes over.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/uml/machine.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kLimit{120};

// The origin's rules for this file are below; the comments in which natplan keeps table and owner are
// removed.
constexpr const char* kWanted = R"(
cat > /run/wanted.toml <<'END'
[[masquerade]]
source = "10.0.2.0/28"
[[masquerade]]
source = "fd00:2::/64"
[[forward]]
protocol = "tcp"
host_port = 4711
to = "1.2.3.4:815"
[[forward]]
protocol = "tcp"
host_port = 4711
to = "[fd00:2::4]:815"
END
wanted=/run/wanted.toml
rules() {
  for save in iptables-legacy-save ip6tables-legacy-save; do
    "$save" -t nat | grep ^-A | sed 's/ -m comment --comment \("[^"]*"\|[^ ]*\)//'
  done
}
say() { echo "== $*"; "$@"; echo "== $?"; }
)";

constexpr const char* kOriginsRules =
    "-A PREROUTING -p tcp -m tcp --dport 4711 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
    "1.2.3.4:815\n"
    "-A OUTPUT ! -d 127.0.0.0/8 -p tcp -m tcp --dport 4711 -m addrtype --dst-type LOCAL -j DNAT "
    "--to-destination 1.2.3.4:815\n"
    "-A POSTROUTING -s 10.0.2.0/28 -j MASQUERADE\n"
    "-A PREROUTING -p tcp -m tcp --dport 4711 -m addrtype --dst-type LOCAL -j DNAT --to-destination "
    "[fd00:2::4]:815\n"
    "-A OUTPUT ! -d ::1/128 -p tcp -m tcp --dport 4711 -m addrtype --dst-type LOCAL -j DNAT "
    "--to-destination [fd00:2::4]:815\n"
    "-A POSTROUTING -s fd00:2::/64 -j MASQUERADE\n";

class UmlFallbackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string why = WhyNoUml(); !why.empty()) GTEST_SKIP() << why;
  }

  static UmlRan Run(const std::string& script) {
    const auto ran = RunInUml(kWanted + script, kLimit);
    if (ran) return *ran;
    ADD_FAILURE() << ran.error();
    return {};
  }
};

// What the other tests stand on. nf_tables itself is there: it answers, and an inet table can be listed.
TEST_F(UmlFallbackTest, ThisKernelHasNatInLegacyIptablesAndNoneInNfTables) {
  const UmlRan ran = Run(R"(
say iptables-legacy -t nat -S
say ip6tables-legacy -t nat -S
say nft list ruleset
say nft add table ip t
say nft add table ip6 t
)");
  EXPECT_EQ(ran.out,
            "== iptables-legacy -t nat -S\n-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n"
            "-P POSTROUTING ACCEPT\n== 0\n"
            "== ip6tables-legacy -t nat -S\n-P PREROUTING ACCEPT\n-P INPUT ACCEPT\n-P OUTPUT ACCEPT\n"
            "-P POSTROUTING ACCEPT\n== 0\n"
            "== nft list ruleset\n== 0\n== nft add table ip t\n== 1\n== nft add table ip6 t\n== 1\n")
      << ran;
  EXPECT_THAT(ran.err, HasSubstr("Operation not supported"));
}

}  // namespace
}  // namespace natplan::testing
