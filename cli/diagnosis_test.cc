#include "cli/diagnosis.h"

#include <cerrno>
#include <string>
#include <vector>

#include "backends/nat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr ProbeAnswer kYes = {Presence::kYes, 0};
constexpr ProbeAnswers kEverything = {kYes, kYes, kYes, kYes, kYes, kYes};
constexpr ProbeAnswers kNoFamily = {.nf_tables = {Presence::kNo, EOPNOTSUPP}, .permission = kYes};
constexpr ProbeAnswers kForbidden = {.permission = {Presence::kNo, EPERM}};

DoctorFacts Healthy() {
  DoctorFacts facts;
  facts.process = {"6.18.0", true, true};
  facts.nf_tables = {kEverything, kEverything};
  facts.variants = {true, true, "nft"};
  return facts;
}

std::vector<std::string> Texts(const Diagnosis& diagnosis) {
  std::vector<std::string> texts;
  for (const Problem& problem : diagnosis.problems) {
    EXPECT_FALSE(problem.cure.empty()) << problem.text;
    texts.push_back(problem.text);
  }
  return texts;
}

TEST(DiagnosisTest, NothingIsWrongWithAHealthyHost) {
  const Diagnosis diagnosis = Diagnose(Healthy());
  EXPECT_EQ(diagnosis.backend, ChosenBackend::kNftables);
  EXPECT_THAT(diagnosis.problems, IsEmpty());
}

TEST(DiagnosisTest, AMissingIp6DisqualifiesNothing) {
  DoctorFacts facts = Healthy();
  facts.nf_tables[Family::kIp6] = kNoFamily;
  const Diagnosis diagnosis = Diagnose(facts);
  EXPECT_EQ(diagnosis.backend, ChosenBackend::kNftables);
  EXPECT_THAT(diagnosis.reason, HasSubstr("family ip"));
  EXPECT_THAT(Texts(diagnosis), ElementsAre(HasSubstr("family ip6")));
}

TEST(DiagnosisTest, WithoutNatInBothFamiliesIptablesIsChosenAndSaysWhy) {
  DoctorFacts facts = Healthy();
  facts.nf_tables = {kNoFamily, kNoFamily};
  const Diagnosis diagnosis = Diagnose(facts);
  EXPECT_EQ(diagnosis.backend, ChosenBackend::kIptables);
  EXPECT_THAT(diagnosis.reason, HasSubstr("family ip, family ip6"));
  EXPECT_THAT(diagnosis.problems, SizeIs(2));
  facts.nf_tables[Family::kIp] = kEverything;
  facts.nf_tables[Family::kIp].masquerade = {Presence::kNo, ENOENT};
  EXPECT_THAT(Diagnose(facts).reason, HasSubstr("masq in family ip, family ip6"));
}

TEST(DiagnosisTest, WhatIsAskedForIsUsedIfItCanBe) {
  DoctorFacts facts = Healthy();
  facts.asked_for = Backend::kIptables;
  EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kIptables);
  EXPECT_THAT(Diagnose(facts).problems, IsEmpty());
  for (IptablesFacts& iptables : facts.iptables)
    iptables.used = std::unexpected(Error{.code = ErrorCode::kNotSupported, .text = "not there"});
  EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kNone);
  EXPECT_THAT(Texts(Diagnose(facts)), SizeIs(2)) << "both programs are missing";

  facts = Healthy();
  facts.asked_for = Backend::kNftables;
  EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kNftables);
  facts.nf_tables = {kNoFamily, kNoFamily};
  EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kNone);
  EXPECT_THAT(Diagnose(facts).reason, HasSubstr("nftables is asked for"));

  facts.nf_tables = {kForbidden, kForbidden};
  for (const Backend backend : {Backend::kNftables, Backend::kIptables}) {
    facts.asked_for = backend;
    EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kUnknown) << "nobody may say";
  }
}

TEST(DiagnosisTest, WithoutIptablesThereIsNoBackend) {
  DoctorFacts facts = Healthy();
  facts.nf_tables = {kNoFamily, kNoFamily};
  for (IptablesFacts& iptables : facts.iptables) {
    iptables.used =
        std::unexpected(Error{.code = ErrorCode::kNotSupported, .text = "iptables-save is not there"});
  }
  const Diagnosis diagnosis = Diagnose(facts);
  EXPECT_EQ(diagnosis.backend, ChosenBackend::kNone);
  EXPECT_THAT(Texts(diagnosis), ::testing::Contains(HasSubstr("iptables-save is not there")));
  // One family is enough.
  facts.iptables[Family::kIp] = IptablesFacts{};
  EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kIptables);
}

TEST(DiagnosisTest, IptablesOverNfTablesIsNoFallback) {
  DoctorFacts facts = Healthy();
  facts.nf_tables = {kNoFamily, kNoFamily};
  facts.variants.legacy = false;
  const Diagnosis diagnosis = Diagnose(facts);
  EXPECT_EQ(diagnosis.backend, ChosenBackend::kNone);
  EXPECT_THAT(Texts(diagnosis), ::testing::Contains(HasSubstr("stands on nf_tables")));
}

TEST(DiagnosisTest, AMissingPermissionNeverChoosesIptablesAndIsSaidOnce) {
  DoctorFacts facts = Healthy();
  facts.nf_tables = {kForbidden, kForbidden};
  const Diagnosis diagnosis = Diagnose(facts);
  EXPECT_EQ(diagnosis.backend, ChosenBackend::kUnknown);
  EXPECT_THAT(Texts(diagnosis), ElementsAre(HasSubstr("CAP_NET_ADMIN")));
  facts.process = {"6.18.0", false, true};
  EXPECT_THAT(Texts(Diagnose(facts)), ElementsAre(HasSubstr("user namespace")));
}

TEST(DiagnosisTest, NoAnswerNeverChoosesIptables) {
  DoctorFacts facts = Healthy();
  const ProbeAnswer unclear = {Presence::kUnknown, ENOMEM};
  facts.nf_tables[Family::kIp] = {unclear, unclear, unclear, unclear, unclear, unclear};
  facts.nf_tables[Family::kIp6] = facts.nf_tables[Family::kIp];
  EXPECT_EQ(Diagnose(facts).backend, ChosenBackend::kUnknown);
  // Nor does one that is missing for want of another piece make a problem of its own.
  facts.nf_tables = {kNoFamily, kEverything};
  EXPECT_THAT(Diagnose(facts).problems, SizeIs(1));
}

TEST(DiagnosisTest, RulesInTheOtherVariantAreReported) {
  DoctorFacts facts = Healthy();
  facts.iptables[Family::kIp].other = NatRules{.count = 3};
  EXPECT_THAT(Diagnose(facts).problems,
              ElementsAre(::testing::Field(&Problem::cure, HasSubstr("iptables-legacy"))));
  facts.iptables[Family::kIp].other->ours = {"iptables -t nat -A POSTROUTING -s 10.0.0.0/8"};
  EXPECT_THAT(Texts(Diagnose(facts)), ElementsAre(HasSubstr("-s 10.0.0.0/8")));
  facts.variants.plain = "legacy";
  EXPECT_THAT(Diagnose(facts).problems,
              ElementsAre(::testing::Field(&Problem::cure, HasSubstr("iptables-nft"))));
}

TEST(DiagnosisTest, RulesOfAFormerFallbackAreReported) {
  DoctorFacts facts = Healthy();
  facts.iptables[Family::kIp6].used =
      NatRules{.count = 1, .ours = {"ip6tables -t nat -A POSTROUTING -s fd00::/64"}};
  EXPECT_THAT(Texts(Diagnose(facts)), ElementsAre(HasSubstr("-s fd00::/64")));
  facts.nf_tables = {kNoFamily, kNoFamily};
  EXPECT_THAT(Diagnose(facts).problems, SizeIs(2)) << "where iptables is used they are no problem";
}

TEST(DiagnosisTest, ASysctlThatIsNotSetIsAProblem) {
  DoctorFacts facts = Healthy();
  facts.sysctls.push_back({.name = "net.ipv4.ip_forward", .value = 0, .otherwise = "nothing is passed on"});
  EXPECT_THAT(Texts(Diagnose(facts)), ElementsAre("net.ipv4.ip_forward is 0: nothing is passed on"));
  facts.sysctls.front().met = true;
  EXPECT_THAT(Diagnose(facts).problems, IsEmpty());
}

TEST(DiagnosisTest, WhatCannotBeReadIsUnknownAndNoProblem) {
  DoctorFacts facts = Healthy();
  facts.sysctls.push_back({.name = "net.ipv4.ip_forward",
                           .sysctl = Sysctl::Forwarding(Family::kIp),
                           .value = std::unexpected(Error{.text = "procfs is not mounted"})});
  facts.iptables[Family::kIp].used =
      std::unexpected(Error{.code = ErrorCode::kEnvironment, .text = "it printed junk"});
  facts.iptables[Family::kIp6].other =
      std::unexpected(Error{.code = ErrorCode::kNotSupported, .text = "not installed"});
  facts.switched_on.unknown = {"what is on"};
  facts.findings.unknown = {"which sockets there are"};
  const Diagnosis diagnosis = Diagnose(facts);
  EXPECT_THAT(diagnosis.problems, IsEmpty());
  EXPECT_THAT(diagnosis.unknown,
              ElementsAre("which rules iptables has: it printed junk", "procfs is not mounted", "what is on",
                          "which sockets there are"));
}

TEST(DiagnosisTest, ARouteThatIsMissingIsAProblem) {
  DoctorFacts facts = Healthy();
  facts.routes.push_back(
      {.target = *Address::Parse("fd00:50::1"), .interface = *InterfaceName::Make("ve-web")});
  EXPECT_THAT(
      Diagnose(facts).problems,
      ElementsAre(::testing::Field(&Problem::cure, "ip -6 route add local ::1/128 dev ve-web table local")));
  EXPECT_THAT(Texts(Diagnose(facts)), ElementsAre(HasSubstr("fd00:50::1")));
  facts.routes.front().met = true;
  EXPECT_THAT(Diagnose(facts).problems, IsEmpty());
}

}  // namespace
}  // namespace natplan::cli
