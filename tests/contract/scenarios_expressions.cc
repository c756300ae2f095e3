// Which expressions the kernel takes, and with which errno it refuses others.
#include <array>
#include <cerrno>
#include <string>

#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

struct Key {
  std::uint32_t number;  // NFT_CT_*
  int read;              // the errno of reading it, without a direction
  int read_original;     // of the original direction
  int write;
};

constexpr std::array<Key, 26> kKeys = {{{0, 0, EINVAL, EOPNOTSUPP},
                                        {1, 0, EINVAL, EOPNOTSUPP},
                                        {2, 0, EINVAL, EOPNOTSUPP},
                                        {3, 0, EINVAL, 0},
                                        {4, 0, EINVAL, 0},
                                        {5, 0, EINVAL, EOPNOTSUPP},
                                        {6, 0, EINVAL, EOPNOTSUPP},
                                        {7, 0, 0, EOPNOTSUPP},
                                        {8, EINVAL, 0, EOPNOTSUPP},
                                        {9, EINVAL, 0, EOPNOTSUPP},
                                        {10, 0, 0, EOPNOTSUPP},
                                        {11, EINVAL, 0, EOPNOTSUPP},
                                        {12, EINVAL, 0, EOPNOTSUPP},
                                        {13, 0, EINVAL, 0},
                                        {14, 0, 0, EOPNOTSUPP},
                                        {15, 0, 0, EOPNOTSUPP},
                                        {16, 0, 0, EOPNOTSUPP},
                                        {17, 0, 0, 0},
                                        {18, EOPNOTSUPP, EOPNOTSUPP, 0},
                                        {19, EINVAL, 0, EOPNOTSUPP},
                                        {20, EINVAL, 0, EOPNOTSUPP},
                                        {21, EINVAL, 0, EOPNOTSUPP},
                                        {22, EINVAL, 0, EOPNOTSUPP},
                                        {23, 0, EINVAL, EOPNOTSUPP},
                                        {24, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP},
                                        {99, EOPNOTSUPP, EOPNOTSUPP, EOPNOTSUPP}}};

// NFTA_CT_DREG 1, NFTA_CT_KEY, NFTA_CT_DIRECTION 0
UnknownExpression OfTheOriginalDirection(std::uint32_t key) {
  return {.name = "ct",
          .detail = {8, 0, 1, 0, 0, 0, 0, 1, 8, 0, 2, 0, 0, 0, 0, static_cast<std::uint8_t>(key),
                     5, 0, 3, 0, 0, 0, 0, 0}};
}

void TheKeysOfAConnectionAreReadAndWrittenAsFarAsTheyCanBe(World& world) {
  world.LeaveListingTextOut();
  world.Act("make the table", Skeleton(Ours()));
  const auto expect = [&](const std::string& what, Expressions rule, int errno_value) {
    const Outcome outcome = world.Commit(
        what, {.operations = {AppendRule{Ours(), kHairpinChain, std::move(rule)}}, .check_only = true});
    const auto* refused = std::get_if<Refused>(&outcome);
    const int got =
        refused == nullptr || refused->refusals.empty() ? 0 : refused->refusals.front().errno_value;
    world.Expect(got == errno_value,
                 what + ": errno " + std::to_string(got) + " instead of " + std::to_string(errno_value));
  };
  for (const Key& key : kKeys) {
    const std::string name = "key " + std::to_string(key.number);
    const CtKey number{key.number};
    expect("read " + name, {CtExpression{number, 1}}, key.read);
    expect("read the original " + name, {OfTheOriginalDirection(key.number)}, key.read_original);
    const std::array<std::uint8_t, 16> zero{};
    expect("write " + name,
           {ImmediateExpression{.destination = 1, .value = RegisterBytes(zero)},
            CtExpression{.key = number, .reg = 1, .writes = true}},
           key.write);
  }
  expect("write from a register that nobody filled", {CtExpression{CtKey::kLabels, 1, true}}, ENODATA);
}

}  // namespace

std::vector<Scenario> ExpressionScenarios() {
  return {{"TheKeysOfAConnectionAreReadAndWrittenAsFarAsTheyCanBe",
           TheKeysOfAConnectionAreReadAndWrittenAsFarAsTheyCanBe}};
}

}  // namespace natplan::contract
