// What the kernel does with whole batches (checklist 30 to 32, 37, 43, 74, 75).
#include <cerrno>

#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

constexpr std::uint32_t kAnonymous = 1;  // NFT_SET_ANONYMOUS

const Refused* ExpectRefused(World& world, const Outcome& outcome, std::size_t operation, int errno_value) {
  const auto* refused = std::get_if<Refused>(&outcome);
  world.Expect(refused != nullptr, "should be refused");
  if (refused == nullptr) return nullptr;
  world.Expect(refused->refusals.front().operation == operation, "the first refusal's operation");
  world.Expect(refused->refusals.front().errno_value == errno_value, "the first refusal's errno");
  return refused;
}

std::vector<Operation> MadeTable() {
  std::vector<Operation> operations = Skeleton(Ours());
  operations.push_back(Adds(Ours(), {"10.0.0.0/24", "240.0.0.0/4"}));
  operations.push_back(Adds(Ours(), To(80, "10.0.0.2:80")));
  return operations;
}

void AWholeBatchIsCommittedOnce(World& world) {
  const std::uint32_t before = world.generation();
  world.Act("make the table", MadeTable());
  world.Expect(world.generation() == before + 1, "should be one generation more");
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end", "240.0.0.0"}, {"tcp . 80 : 10.0.0.2 . 80 of nobody"},
                    {});
  world.Act("add what is there already",
            {Adds(Ours(), {"10.0.0.0/24"}), Adds(Ours(), To(80, "10.0.0.2:80"))});
  world.Expect(world.generation() == before + 1, "a batch that changes nothing should leave the generation");
}

void AFailedBatchLeavesEverythingAsItWas(World& world) {
  world.Act("make the table", MadeTable());
  const Snapshot before = world.snapshot();
  const Outcome outcome =
      world.Commit("the third of five fails",
                   {.operations = {Deletes(Ours(), {"10.0.0.0/24"}), FlushChain{Ours(), "output"},
                                   Deletes(Ours(), {"192.0.2.0/24"}), Adds(Ours(), {"198.51.100.0/24"}),
                                   DeleteTable{Ours()}}});
  ExpectRefused(world, outcome, 2, ENOENT);
  world.Expect(world.snapshot() == before, "the snapshot, generation included, should be equal");
}

void TheFirstOfTwoErrorsIsTold(World& world) {
  world.Act("make the table", MadeTable());
  const Outcome outcome =
      world.Commit("two operations fail",
                   {.operations = {Adds(Ours(), {"10.9.0.0/24"}), Adds(Ours(), To(80, "10.0.0.9:80")),
                                   Deletes(Ours(), {"192.0.2.0/24"})}});
  const Refused* refused = ExpectRefused(world, outcome, 1, EEXIST);
  world.Expect(refused != nullptr && refused->refusals.size() == 2, "both refusals should be told");
}

void ARefusalNamesTheElement(World& world) {
  world.Act("make the table", MadeTable());
  const Outcome outcome = world.Commit(
      "the third element overlaps",
      {.operations = {Adds(Ours(), {"10.1.0.0/24", "10.2.0.0/24", "10.0.0.64/26", "10.3.0.0/24"})}});
  const Refused* refused = ExpectRefused(world, outcome, 0, EEXIST);
  world.Expect(refused != nullptr && refused->refusals[0].element == 2u, "the element should be named");
}

// The kernel notices an anonymous set that no rule uses only when it commits.
void AFailedCommitLeavesEverythingAsItWas(World& world) {
  world.Act("make the table", MadeTable());
  const Snapshot before = world.snapshot();
  SetShape anonymous = MasqueradeShape(Family::kIp);
  anonymous.other_flags = kAnonymous;
  const Outcome outcome =
      world.Commit("an anonymous set that nobody uses",
                   {.operations = {Adds(Ours(), {"10.5.0.0/24"}), EnsureSet{Ours(), "__set%d", anonymous},
                                   Adds(Ours(), {"10.6.0.0/24"})}});
  const auto* refused = std::get_if<Refused>(&outcome);
  world.Expect(refused != nullptr && refused->refusals.front().errno_value == EINVAL,
               "should be refused with EINVAL");
  world.Expect(world.snapshot() == before, "the snapshot should be equal");
}

void ACheckOnlyBatchChangesNothing(World& world) {
  world.Act("make the table", MadeTable());
  const Snapshot before = world.snapshot();
  const Outcome fine = world.Commit("check what would be taken",
                                    {.operations = {Adds(Ours(), {"10.9.0.0/24"})}, .check_only = true});
  world.Expect(std::holds_alternative<Committed>(fine), "should be taken");
  const Outcome wrong = world.Commit("check what would be refused",
                                     {.operations = {Adds(Ours(), {"10.0.0.0/25"})}, .check_only = true});
  ExpectRefused(world, wrong, 0, EEXIST);
  world.Expect(world.snapshot() == before, "the snapshot should be equal");
}

void ABatchOfAnotherGenerationIsRefused(World& world) {
  world.Act("make the table", MadeTable());
  const std::uint32_t old = world.generation() - 1;
  const Outcome outcome =
      world.Commit("a batch that requires the generation before",
                   {.operations = {Adds(Ours(), {"10.9.0.0/24"})}, .required_generation = old});
  const auto* refused = std::get_if<Refused>(&outcome);
  world.Expect(refused != nullptr && refused->refusals.size() == 1 && !refused->refusals[0].operation &&
                   refused->refusals[0].errno_value == ERESTART,
               "the batch itself should be refused with ERESTART");
  const Outcome now = world.Commit(
      "a batch that requires this one",
      {.operations = {Adds(Ours(), {"10.9.0.0/24"})}, .required_generation = world.generation()});
  world.Expect(std::holds_alternative<Committed>(now), "should be taken");
  const Outcome none =
      world.Commit("a batch that requires none", {.operations = {Adds(Ours(), {"10.8.0.0/24"})}});
  world.Expect(std::holds_alternative<Committed>(none), "should be taken");
  world.ExpectNodes(
      Ours(), kMasqueradeSet,
      {"10.0.0.0", "10.0.1.0 end", "10.8.0.0", "10.8.1.0 end", "10.9.0.0", "10.9.1.0 end", "240.0.0.0"});
}

void AKeyCanBeDeletedAndAddedInOneBatch(World& world) {
  world.Act("make the table", MadeTable());
  world.Act("another target", {Deletes(Ours(), To(80, "10.0.0.2:80")), Adds(Ours(), To(80, "10.0.0.3:81"))});
  world.ExpectNodes(Ours(), kForwardMap, {"tcp . 80 : 10.0.0.3 . 81 of nobody"});
  world.Act("a range for a wider one", {Deletes(Ours(), {"10.0.0.0/24"}), Adds(Ours(), {"10.0.0.0/16"})});
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.1.0.0 end", "240.0.0.0"});
  world.Act("a range for itself", {Deletes(Ours(), {"10.0.0.0/16"}), Adds(Ours(), {"10.0.0.0/16"})});
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.1.0.0 end", "240.0.0.0"});
  world.Act("the same entry twice",
            {Adds(Ours(), To(81, "10.0.0.4:81")), Adds(Ours(), To(81, "10.0.0.4:81"))});
  world.ExpectNodes(Ours(), kForwardMap,
                    {"tcp . 80 : 10.0.0.3 . 81 of nobody", "tcp . 81 : 10.0.0.4 . 81 of nobody"});
  ExpectRefused(world,
                world.Commit("add before delete", {.operations = {Adds(Ours(), To(80, "10.0.0.9:80")),
                                                                  Deletes(Ours(), To(80, "10.0.0.3:81"))}}),
                0, EEXIST);
}

struct Overlap {
  const char* what;
  const char* prefix;
  int without_exclusive;  // errno, 0 for success
  int exclusive;
};

// Against 10.0.0.128/25, one at a time.
void OverlapsAreRefusedAsTheKernelRefusesThem(World& world) {
  const Overlap overlaps[] = {{"identical", "10.0.0.128/25", 0, EEXIST},
                              {"below it", "10.0.0.0/25", 0, 0},
                              {"above it", "10.0.1.0/25", 0, 0},
                              {"inside, at its start", "10.0.0.128/26", EEXIST, EEXIST},
                              {"inside", "10.0.0.160/28", EEXIST, EEXIST},
                              {"inside, at its end", "10.0.0.192/26", EEXIST, EEXIST},
                              {"around it, with its end", "10.0.0.0/24", 0, EEXIST},
                              {"around it, with a later end", "10.0.0.0/23", EEXIST, EEXIST},
                              {"around it, to the top", "0.0.0.0/0", 0, 0},
                              {"far away, to the top", "240.0.0.0/4", 0, 0}};
  for (const Overlap& overlap : overlaps) {
    for (const bool exclusive : {false, true}) {
      std::vector<Operation> operations = Skeleton(Ours());
      operations.push_back(Adds(Ours(), {"10.0.0.128/25"}));
      world.Act("make the table", operations);
      AddElements add = Adds(Ours(), {overlap.prefix});
      add.exclusive = exclusive;
      const Outcome outcome =
          world.Commit(std::string("add what is ") + overlap.what + (exclusive ? ", exclusively" : ""),
                       {.operations = {add}});
      const int wanted = exclusive ? overlap.exclusive : overlap.without_exclusive;
      if (wanted == 0) {
        world.Expect(std::holds_alternative<Committed>(outcome), "should be taken");
      } else {
        ExpectRefused(world, outcome, 0, wanted);
        world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.128", "10.0.1.0 end"});
      }
      world.FlushRuleset();
    }
  }
}

// Its start is that of the lower one and its end that of the upper one: neither is new, and yet it is another
// range.
void ARangeOverTwoNeighboursIsRefused(World& world) {
  std::vector<Operation> operations = Skeleton(Ours());
  operations.push_back(Adds(Ours(), {"10.0.0.0/25", "10.0.0.128/25"}));
  world.Act("make the table", operations);
  ExpectRefused(world, world.Commit("add 10.0.0.0/24", {.operations = {Adds(Ours(), {"10.0.0.0/24"})}}), 0,
                EEXIST);
  world.Act("add both again", {Adds(Ours(), {"10.0.0.0/25", "10.0.0.128/25"})});
  world.Act("in one batch",
            {Deletes(Ours(), {"10.0.0.0/25", "10.0.0.128/25"}), Adds(Ours(), {"10.0.0.0/24"})});
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.0.0", "10.0.1.0 end"});
}

void DeletesNeedTheExactRange(World& world) {
  world.Act("make the table", MadeTable());
  world.Act("add its neighbour", {Adds(Ours(), {"10.0.1.0/24"})});
  for (const char* prefix : {"10.0.0.0/25", "10.0.0.0/23", "10.0.0.128/25", "172.16.0.0/12"}) {
    const Outcome outcome =
        world.Commit(std::string("delete ") + prefix, {.operations = {Deletes(Ours(), {prefix})}});
    ExpectRefused(world, outcome, 0, ENOENT);
  }
  world.Act("delete the range", {Deletes(Ours(), {"10.0.0.0/24"})});
  world.ExpectNodes(Ours(), kMasqueradeSet, {"10.0.1.0", "10.0.2.0 end", "240.0.0.0"});
}

}  // namespace

std::vector<Scenario> BatchScenarios() {
  return {{"AWholeBatchIsCommittedOnce", AWholeBatchIsCommittedOnce},
          {"AFailedBatchLeavesEverythingAsItWas", AFailedBatchLeavesEverythingAsItWas},
          {"TheFirstOfTwoErrorsIsTold", TheFirstOfTwoErrorsIsTold},
          {"ARefusalNamesTheElement", ARefusalNamesTheElement},
          {"AFailedCommitLeavesEverythingAsItWas", AFailedCommitLeavesEverythingAsItWas},
          {"ACheckOnlyBatchChangesNothing", ACheckOnlyBatchChangesNothing},
          {"ABatchOfAnotherGenerationIsRefused", ABatchOfAnotherGenerationIsRefused},
          {"AKeyCanBeDeletedAndAddedInOneBatch", AKeyCanBeDeletedAndAddedInOneBatch},
          {"OverlapsAreRefusedAsTheKernelRefusesThem", OverlapsAreRefusedAsTheKernelRefusesThem},
          {"ARangeOverTwoNeighboursIsRefused", ARangeOverTwoNeighboursIsRefused},
          {"DeletesNeedTheExactRange", DeletesNeedTheExactRange}};
}

}  // namespace natplan::contract
