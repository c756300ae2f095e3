// natplan on a real kernel without nf_tables NAT: iptables takes over.
#include <chrono>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/sanitizer.h"
#include "tests/uml/machine.h"

namespace natplan::testing {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

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

// Runs natplan as well.
class UmlNatplanTest : public UmlFallbackTest {
 protected:
  void SetUp() override {
    UmlFallbackTest::SetUp();
    // The shadow memory of AddressSanitizer lies beyond the addresses that a process has there.
    if (kAddressSanitizer)
      GTEST_SKIP() << "SKIPPED[address-sanitizer]: its programs do not start in user-mode Linux";
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

TEST_F(UmlNatplanTest, TheDoctorSaysThatIptablesIsChosenAndWhy) {
  const UmlRan ran = Run("natplan doctor $wanted; natplan doctor --json");
  EXPECT_EQ(ran.exit_code, 1) << ran;
  EXPECT_THAT(ran.out, HasSubstr("family ip: nf_tables no, permission yes, nat unknown")) << ran;
  EXPECT_THAT(ran.out, HasSubstr("family ip6: nf_tables no, permission yes, nat unknown"));
  EXPECT_THAT(ran.out, HasSubstr("backend: iptables: nf_tables lacks family ip, family ip6"));
  EXPECT_THAT(ran.out, HasSubstr("problem: net.ipv4.ip_forward is 0"));
  EXPECT_THAT(ran.out, HasSubstr("\"backend\": \"iptables\""));
}

TEST_F(UmlNatplanTest, TheDoctorSeesRulesOfNatplanInTheVariantThatIsNotInUse) {
  const UmlRan ran = Run(
      "iptables-legacy -t nat -A POSTROUTING -s 10.9.0.0/16 -m comment --comment natplan:natplan:default -j "
      "MASQUERADE; natplan doctor");
  EXPECT_THAT(ran.out, HasSubstr("iptables NAT rules of family ip: 1 (1 of natplan)")) << ran;
}

TEST_F(UmlNatplanTest, ApplyFallsBackAndWritesTheOriginsRules) {
  const UmlRan ran = Run(R"(
say natplan apply $wanted
say rules
)");
  // What was chosen, and why.
  EXPECT_THAT(ran.out + ran.err, ContainsRegex("iptables.*nf_tables|nf_tables.*iptables")) << ran;
  EXPECT_THAT(ran.out, HasSubstr(std::string("== rules\n") + kOriginsRules + "== 0\n")) << ran;
}

TEST_F(UmlNatplanTest, ApplyAsJsonNamesTheBackend) {
  const UmlRan ran = Run("natplan apply $wanted --json");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  EXPECT_THAT(ran.out, HasSubstr("\"backend\": \"iptables\"")) << ran;
}

TEST_F(UmlNatplanTest, CheckListReapplyAndRemoveWorkAndForeignRulesStay) {
  const UmlRan ran = Run(R"(
iptables-legacy -t nat -A POSTROUTING -s 172.16.0.0/12 -j MASQUERADE
rules > /run/foreign
natplan check $wanted > /dev/null; echo "check before: $?"
natplan apply $wanted > /dev/null; echo "apply: $?"
iptables-legacy-save -t nat | grep ^-A > /run/applied
natplan check $wanted > /dev/null; echo "check: $?"
natplan list > /run/list; echo "list: $?"
for word in 10.0.2.0/28 fd00:2::/64 1.2.3.4:815 '[fd00:2::4]:815'; do
  grep -qF "$word" /run/list || echo "not listed: $word"
done
natplan apply $wanted > /dev/null; echo "again: $?"
iptables-legacy-save -t nat | grep ^-A | cmp - /run/applied && echo unchanged
natplan remove > /dev/null; echo "remove: $?"
rules | cmp - /run/foreign && echo "only the foreign rule is left"
natplan remove > /dev/null; echo "remove again: $?"
)");
  EXPECT_EQ(ran.out,
            "check before: 1\napply: 0\ncheck: 0\nlist: 0\nagain: 0\nunchanged\nremove: 0\n"
            "only the foreign rule is left\nremove again: 0\n")
      << ran;
}

}  // namespace
}  // namespace natplan::testing
