#include "tests/contract/scenario.h"

namespace natplan::contract {

const std::vector<Scenario>& Scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> list;
    for (const auto part :
         {ArgumentScenarios, ElementScenarios, SkeletonScenarios, BatchScenarios, RestorationScenarios,
          RepairScenarios, ForeignScenarios, SharingScenarios, AloneScenarios, ProcessScenarios,
          LedgerScenarios, LawScenarios, FaultScenarios, ContextScenarios, ExpressionScenarios}) {
      for (Scenario& scenario : part()) list.push_back(std::move(scenario));
    }
    return list;
  }();
  return all;
}

}  // namespace natplan::contract
