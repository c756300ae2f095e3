// What a scenario acts on and judges: contexts of natplan, other programs, and what the kernel holds.
#ifndef NATPLAN_TESTS_CONTRACT_WORLD_H_
#define NATPLAN_TESTS_CONTRACT_WORLD_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/nat.h"
#include "core/plan/executor.h"
#include "core/plan/layout.h"
#include "core/values/operation.h"
#include "core/values/outcome.h"
#include "core/values/snapshot.h"
#include "tests/contract/kernel_under_test.h"
#include "tests/contract/raw_program.h"
#include "tests/contract/values.h"

namespace natplan::contract {

// Every step is written into a transcript: what was done, what came back, the generation and the ruleset
// afterwards. Two kernels that behave alike give equal transcripts. What is not as it should be is collected
// in failures().
//
// The expected text of a set's nodes has one line a node, ascending: "10.0.0.0" for a start and "10.0.1.0
// end" for an end. For an entry of the map it has nft's text of it, with " of OWNER" behind it in natplan's
// own table unless that is the default owner, or " of nobody"; for an entry of the ledger prefix and owner.
class World {
 public:
  explicit World(KernelUnderTest& kernel);

  // --- natplan ---
  // A context of a program of its own; lives as long as this.
  Nat& Open(NatOptions options = {});
  using Wrap = std::function<std::unique_ptr<Executor>(std::unique_ptr<Executor>)>;
  Nat& OpenBehind(const Wrap& wrap, NatOptions options = {});
  // A context over a descriptor; null, and a failure, if it cannot be had.
  Nat* Adopt(NatOptions options = {});

  // Each takes the result of a call that was just made; what it returns is valid until the next step.
  // It succeeded and changed the kernel: one generation more.
  const Report* Changes(std::string_view what, const Result& result);
  // It succeeded and nothing changed: generation and ruleset are what they were.
  const Report* Keeps(std::string_view what, const Result& result);
  // It failed with this code and errno, and the kernel holds what it held.
  const Error* Fails(std::string_view what, const Result& result, ErrorCode code, int errno_value);
  // It failed so; other programs did things meanwhile, and the scenario judges what is there.
  const Error* FailsMeanwhile(std::string_view what, const Result& result, ErrorCode code, int errno_value);
  // It succeeded, with other programs acting meanwhile.
  const Report* Succeeds(std::string_view what, const Result& result);

  // --- other programs ---
  // Operations that another program carries out; the kernel must take them.
  void Act(std::string_view what, std::vector<Operation> operations);
  // The same, unrecorded: in the midst of a call.
  bool ActMeanwhile(std::vector<Operation> operations);
  // Any transaction; records the outcome and gives it back.
  Outcome Commit(std::string_view what, const Transaction& transaction);
  // `nft flush ruleset`
  void FlushRuleset();
  bool FlushRulesetMeanwhile();
  // `nft add table FAMILY NAME { flags dormant; }`
  void MakeDormant(const TableId& table);
  // `nft add table FAMILY NAME { flags owner; }`: it belongs to that program's socket.
  void MakeOwned(const TableId& table);
  // `nft add set ... { size SIZE; }`
  void MakeSetOfSize(const TableId& table, const std::string& set, const SetShape& shape, std::uint32_t size);
  // Lists everything with nft, removes it, and loads it again.
  void SaveAndReload();
  // `nft get element`: whether the interval set matches the address.
  bool Matches(const TableId& table, const std::string& set, const Address& address);

  // --- what is there ---
  const Snapshot& snapshot() const { return snapshot_; }
  const std::string& listing() const { return listing_; }
  std::uint32_t generation() const { return snapshot_.generation; }
  void ExpectNodes(const TableId& table, const std::string& set, const std::vector<std::string>& nodes);
  // The table is as the skeleton makes it, with these prefixes and forwards in it and nothing else. Without
  // `ledger`, the default owner wants each of the prefixes.
  void ExpectTable(const TableId& table, const std::vector<std::string>& nodes,
                   const std::vector<std::string>& forwards);
  void ExpectTable(const TableId& table, const std::vector<std::string>& nodes,
                   const std::vector<std::string>& forwards, const std::vector<std::string>& ledger);
  void ExpectNoTable(const TableId& table);
  void ExpectEmptyRuleset();
  void Expect(bool condition, std::string_view what);
  void ExpectEqual(std::string_view what, std::string_view got, std::string_view wanted);

  // What contexts and other programs sent so far, in order.
  const std::vector<Sent>& sent() const { return sent_; }

  // Generations depend on time in this scenario: they are not recorded.
  void LeaveGenerationsOut() { generations_ = false; }
  // core/text does not claim to print what another program made here as nft does.
  void LeaveListingTextOut() { listing_text_ = false; }

  const std::string& transcript() const { return transcript_; }
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  void Read();
  // `nft add table FAMILY NAME { flags ...; }`
  void MakeTable(std::string_view what, const TableId& table, std::uint32_t flags);
  // Reads again and writes the step down.
  void Record(std::string_view what, std::string_view outcome);
  const Error* CheckError(ErrorCode code, int errno_value);
  void CheckUnchanged();

  KernelUnderTest& kernel_;
  std::vector<Sent> sent_;
  std::unique_ptr<Executor> other_;   // another program
  std::unique_ptr<Executor> reader_;  // the judge
  RawProgram raw_;
  std::list<Nat> contexts_;
  Snapshot snapshot_;
  std::string listing_;
  Snapshot before_;  // before the last step
  std::string listing_before_;
  Result result_ = Report{};  // of the last step that was a call
  bool generations_ = true;
  bool listing_text_ = true;
  std::string transcript_;
  std::vector<std::string> failures_;
  std::string step_;
};

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_WORLD_H_
