#include "core/plan/recovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <variant>
#include <vector>

#include "core/plan/layout.h"

namespace natplan {
namespace {

const TableId kIp{Family::kIp, "natplan"};

// The skeleton of ip, elements, the skeleton of ip6.
Transaction BothFamilies() {
  Transaction out;
  const TableId& ip = kIp;
  out.operations = Skeleton(ip);
  out.operations.push_back(AddElements{
      ip,
      kMasqueradeSet,
      MasqueradeShape(Family::kIp),
      true,
      {ToElement(Prefix::Parse("10.0.0.0/8").value()), ToElement(Prefix::Parse("11.0.0.0/8").value())}});
  for (Operation& operation : Skeleton({Family::kIp6, "natplan"}))
    out.operations.push_back(std::move(operation));
  return out;
}
// Indices of operations.
std::size_t TheElements() { return Skeleton(kIp).size(); }
std::size_t TheTableOfIp6() { return TheElements() + 1; }
std::size_t TheFirstRule() {
  const std::vector<Operation> skeleton = Skeleton(kIp);
  const auto is_rule = [](const Operation& one) { return std::holds_alternative<AppendRule>(one); };
  return static_cast<std::size_t>(std::ranges::find_if(skeleton, is_rule) - skeleton.begin());
}

Recovery Of(std::vector<Refusal> refusals) { return Classify(BothFamilies(), Refused{std::move(refusals)}); }

TEST(RecoveryTest, AStaleReadingIsReadAgain) {
  EXPECT_FALSE(Of({{.errno_value = ERESTART}}).error.has_value());
  for (const int errno_value : {ENOENT, EEXIST, EBUSY, EOPNOTSUPP}) {
    const Recovery recovery = Of({{.operation = TheElements(), .element = 1, .errno_value = errno_value}});
    EXPECT_FALSE(recovery.error.has_value()) << errno_value;
    EXPECT_TRUE(recovery.unsupported.empty());
    ASSERT_TRUE(recovery.if_repeated.has_value());
    EXPECT_EQ(recovery.if_repeated->operation, "add element ip natplan masq_saddr { 11.0.0.0/8 }");
    EXPECT_EQ(recovery.if_repeated->errno_value, errno_value);
  }
}

TEST(RecoveryTest, AMissingPieceIsNamedForItsFamilyAlone) {
  const Recovery table = Of({{.operation = TheTableOfIp6(), .errno_value = EOPNOTSUPP},
                             {.operation = TheTableOfIp6() + 1, .errno_value = ENOENT}});
  EXPECT_FALSE(table.error.has_value());
  ASSERT_TRUE(table.unsupported.contains(Family::kIp6));
  EXPECT_FALSE(table.unsupported.contains(Family::kIp));
  EXPECT_FALSE(table.if_repeated.has_value()) << "what follows fails because of the first";
  const Recovery fib = Of({{.operation = TheFirstRule(), .errno_value = ENOENT, .missing_name = "fib"}});
  ASSERT_TRUE(fib.unsupported.contains(Family::kIp));
  EXPECT_NE(fib.unsupported.at(Family::kIp).text.find("fib"), std::string::npos);
}

TEST(RecoveryTest, AKernelWithoutLabelsOfConnectionsLacksAPiece) {
  const Transaction transaction = BothFamilies();
  const auto uses_labels = [](const Operation& one) {
    const auto* rule = std::get_if<AppendRule>(&one);
    return rule != nullptr && rule->chain == kHairpinChain;
  };
  const auto at = std::ranges::find_if(transaction.operations, uses_labels) - transaction.operations.begin();
  const Recovery recovery = Of({{.operation = static_cast<std::size_t>(at), .errno_value = EOPNOTSUPP}});
  ASSERT_TRUE(recovery.unsupported.contains(Family::kIp));
  EXPECT_NE(recovery.unsupported.at(Family::kIp).text.find("CONFIG_NF_CONNTRACK_LABELS"), std::string::npos);
  // Another rule that is not supported stands in a chain that somebody changed.
  EXPECT_TRUE(Of({{.operation = TheFirstRule(), .errno_value = EOPNOTSUPP}}).unsupported.empty());
}

TEST(RecoveryTest, ALookupThatFindsNoSetIsNoMissingPiece) {
  const Recovery recovery =
      Of({{.operation = TheFirstRule(), .errno_value = ENOENT, .missing_name = "lookup"}});
  EXPECT_TRUE(recovery.unsupported.empty());
  EXPECT_TRUE(recovery.if_repeated.has_value());
}

TEST(RecoveryTest, PermissionIsOfTheCallerOnTheBatchAndOfTheTableOnAnOperation) {
  const Recovery batch = Of({{.errno_value = EPERM}});
  const Recovery table = Of({{.operation = 0, .errno_value = EPERM}});
  ASSERT_TRUE(batch.error && table.error);
  EXPECT_EQ(batch.error->code, ErrorCode::kNotPermitted);
  EXPECT_EQ(table.error->code, ErrorCode::kNotPermitted);
  EXPECT_NE(table.error->operation, "");
  EXPECT_EQ(batch.error->operation, "");
}

TEST(RecoveryTest, AHardErrorWinsOverOneThatCouldBeRepeated) {
  const Recovery recovery = Of({{.operation = TheElements(), .errno_value = EEXIST},
                                {.operation = TheTableOfIp6() + 2, .errno_value = ENOMEM}});
  ASSERT_TRUE(recovery.error.has_value());
  EXPECT_EQ(recovery.error->code, ErrorCode::kNoMemory);
}

TEST(RecoveryTest, BehindAPartNothingIsSaidToBeUnchangedAndTheCauseIsKept) {
  for (const Refusal& refusal : {Refusal{.errno_value = EINVAL}, Refusal{.errno_value = ENOMEM}}) {
    Error error = Of({refusal}).error.value();
    ASSERT_NE(error.text.find("nothing was changed"), std::string::npos) << error.text;
    SayPart("a part was carried out", error);
    EXPECT_EQ(error.code, ErrorCode::kUnknownOutcome);
    EXPECT_EQ(error.errno_value, refusal.errno_value);
    EXPECT_TRUE(error.text.starts_with("a part was carried out; what stopped the rest: ")) << error.text;
    EXPECT_EQ(error.text.find("nothing was changed"), std::string::npos) << error.text;
  }
  Error taken = Of({{.operation = TheElements(), .errno_value = EEXIST}}).if_repeated.value();
  SayPart("a part was carried out", taken);
  EXPECT_EQ(taken.text.find("nothing was changed"), std::string::npos) << taken.text;
  EXPECT_NE(taken.text.find("another program holds"), std::string::npos) << taken.text;
}

TEST(RecoveryTest, AFailedReadSaysWhy) {
  EXPECT_EQ(Classify(ReadFailure{.errno_value = EPERM}).code, ErrorCode::kNotPermitted);
  EXPECT_EQ(Classify(ReadFailure{.errno_value = EOPNOTSUPP}).code, ErrorCode::kNotSupported);
  EXPECT_EQ(Classify(ReadFailure{.errno_value = ENOMEM}).code, ErrorCode::kNoMemory);
  EXPECT_EQ(Classify(ReadFailure{.errno_value = ETIMEDOUT}).code, ErrorCode::kDeadline);
  EXPECT_EQ(Classify(ReadFailure{.errno_value = EBADF}).code, ErrorCode::kEnvironment);
  EXPECT_NE(Classify(ReadFailure{.errno_value = EBADF}).text, "");
}

}  // namespace
}  // namespace natplan
