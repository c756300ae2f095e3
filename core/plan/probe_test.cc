#include "core/plan/probe.h"

#include <cerrno>
#include <string>
#include <variant>

#include "gtest/gtest.h"

namespace natplan {
namespace {

constexpr ProbeAnswer kYes = {Presence::kYes, 0};
constexpr ProbeAnswer kNotAsked = {Presence::kUnknown, 0};
constexpr ProbeAnswer No(int errno_value) { return {Presence::kNo, errno_value}; }
constexpr ProbeAnswer Unclear(int errno_value) { return {Presence::kUnknown, errno_value}; }

const Transaction kProbe = ProbeOf(Family::kIp);

// The place of the `n`-th operation of a kind.
template <typename Kind>
std::size_t IndexOf(std::size_t n = 0) {
  for (std::size_t i = 0; i < kProbe.operations.size(); ++i) {
    if (std::holds_alternative<Kind>(kProbe.operations[i]) && n-- == 0) return i;
  }
  ADD_FAILURE() << "the probe has no such operation";
  return 0;
}
const std::size_t kTable = IndexOf<EnsureTable>();
const std::size_t kFibRule = IndexOf<AppendRule>(0);
const std::size_t kForwardChain = IndexOf<EnsureChain>(1);
const std::size_t kMasqueradeChain = IndexOf<EnsureChain>(2);
const std::size_t kForwardRule = IndexOf<AppendRule>(1);
const std::size_t kMasqueradeRule = IndexOf<AppendRule>(2);

Refusal On(std::size_t operation, int errno_value, const std::string& missing_name = "") {
  return {.operation = operation, .errno_value = errno_value, .missing_name = missing_name};
}

TEST(ProbeTest, TheProbeChangesNothing) {
  for (const Family family : {Family::kIp, Family::kIp6}) {
    EXPECT_TRUE(ProbeOf(family).check_only);
    for (const Operation& operation : ProbeOf(family).operations)
      EXPECT_EQ(TableOf(operation).family, family);
  }
}

TEST(ProbeTest, WhatTheKernelWouldTakeIsAllThere) {
  const ProbeAnswers answers = Interpret(kProbe, Committed{});
  EXPECT_EQ(answers, (ProbeAnswers{kYes, kYes, kYes, kYes, kYes, kYes}));
  EXPECT_TRUE(answers.CanNat());
  EXPECT_FALSE(answers.LacksNat());
}

TEST(ProbeTest, WithoutPermissionNothingElseIsKnown) {
  for (const Outcome& outcome :
       {Outcome(Refused{{Refusal{.errno_value = EPERM}}}), Outcome(NotSent{EPERM})}) {
    const ProbeAnswers answers = Interpret(kProbe, outcome);
    EXPECT_EQ(answers, (ProbeAnswers{.permission = No(EPERM)}));
    EXPECT_FALSE(answers.CanNat());
    EXPECT_FALSE(answers.LacksNat());
  }
}

TEST(ProbeTest, AKernelWithoutNfTablesAnswersForThePermission) {
  const ProbeAnswers answers = Interpret(kProbe, Refused{{Refusal{.errno_value = EOPNOTSUPP}}});
  EXPECT_EQ(answers, (ProbeAnswers{.nf_tables = No(EOPNOTSUPP), .permission = kYes}));
  EXPECT_TRUE(answers.LacksNat());
}

TEST(ProbeTest, AKernelWithoutItsSocketLacksNfTables) {
  const ProbeAnswers answers = Interpret(kProbe, NotSent{EPROTONOSUPPORT});
  EXPECT_EQ(answers, (ProbeAnswers{.nf_tables = No(EPROTONOSUPPORT)}));
  EXPECT_TRUE(answers.LacksNat());
}

TEST(ProbeTest, AKernelWithoutTheFamilyLacksNfTablesForIt) {
  const ProbeAnswers answers = Interpret(
      kProbe, Refused{{On(kTable, EOPNOTSUPP), On(kTable + 1, ENOENT), On(kMasqueradeRule, ENOENT)}});
  EXPECT_EQ(answers, (ProbeAnswers{.nf_tables = No(EOPNOTSUPP), .permission = kYes}));
}

TEST(ProbeTest, AKernelWithoutNatSaysNothingOfTheRulesInItsChains) {
  const ProbeAnswers answers =
      Interpret(kProbe, Refused{{On(kForwardChain, ENOENT, "nat"), On(kMasqueradeChain, ENOENT, "nat"),
                                 On(kForwardRule, ENOENT), On(kMasqueradeRule, ENOENT)}});
  EXPECT_EQ(answers, (ProbeAnswers{kYes, kYes, No(ENOENT), kNotAsked, kYes, kNotAsked}));
  EXPECT_TRUE(answers.LacksNat());
}

TEST(ProbeTest, EachExpressionIsAnsweredForByItsName) {
  EXPECT_EQ(Interpret(kProbe, Refused{{On(kFibRule, ENOENT, "fib")}}),
            (ProbeAnswers{kYes, kYes, kYes, kYes, No(ENOENT), kYes}));
  EXPECT_EQ(Interpret(kProbe, Refused{{On(kMasqueradeRule, ENOENT, "masq")}}),
            (ProbeAnswers{kYes, kYes, kYes, No(ENOENT), kYes, kYes}));
  EXPECT_EQ(Interpret(kProbe, Refused{{On(kForwardRule, ENOENT, "nat")}}),
            (ProbeAnswers{kYes, kYes, No(ENOENT), kYes, kYes, kNotAsked}));
}

TEST(ProbeTest, AMapValueThatDoesNotFitIsAMissingPiece) {
  const ProbeAnswers answers = Interpret(kProbe, Refused{{On(kForwardRule, EOVERFLOW)}});
  EXPECT_EQ(answers, (ProbeAnswers{kYes, kYes, kYes, kYes, kYes, No(EOVERFLOW)}));
  EXPECT_TRUE(answers.LacksNat());
}

TEST(ProbeTest, AnyOtherErrnoIsNoAnswer) {
  EXPECT_EQ(Interpret(kProbe, Refused{{On(kMasqueradeRule, ENOMEM)}}),
            (ProbeAnswers{kYes, kYes, kYes, Unclear(ENOMEM), kYes, kYes}));
  for (const Outcome& outcome : {Outcome(Unknown{ENOBUFS}), Outcome(NotSent{ENOBUFS}),
                                 Outcome(Refused{{Refusal{.errno_value = ENOBUFS}}})}) {
    const ProbeAnswers answers = Interpret(kProbe, outcome);
    const ProbeAnswer unclear = Unclear(ENOBUFS);
    EXPECT_EQ(answers, (ProbeAnswers{unclear, unclear, unclear, unclear, unclear, unclear}));
    EXPECT_FALSE(answers.CanNat());
    EXPECT_FALSE(answers.LacksNat());
  }
}

}  // namespace
}  // namespace natplan
