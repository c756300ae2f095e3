// What every expression of a rule is, and how a rule's expressions are read.
#ifndef NATPLAN_KERNEL_SIM_EXPRESSION_H_
#define NATPLAN_KERNEL_SIM_EXPRESSION_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string_view>
#include <vector>

#include "kernel_sim/attributes.h"
#include "kernel_sim/message_writer.h"
#include "kernel_sim/registers.h"

namespace natplan::kernel_sim {

struct Chain;
struct NfTables;
struct Table;

// One walk of the graph from a base chain. Kernel: struct nft_ctx (6.18)
struct ValidationContext {
  std::uint8_t family = 0;
  const Chain* base = nullptr;
  unsigned level = 0;
  std::uint64_t run = 0;
};

// Why an expression lets go of what it refers to. Kernel: enum nft_trans_phase (6.18)
enum class ReleasePhase : std::uint8_t {
  kPrepareError,  // its rule could not be made
  kPrepare,       // its rule is deleted in this batch
  kAbort,         // its rule was made in a batch that failed
  kCommit,        // its rule was deleted in a batch that is committed
  kRelease,       // its table goes with the socket that owns it
};

class Expression {
 public:
  virtual ~Expression() = default;
  virtual std::string_view name() const = 0;
  // Bytes in the kernel's rule, header included: rules are limited to 4095 of them.
  virtual std::size_t size() const = 0;
  // Writes the attributes inside NFTA_EXPR_DATA.
  virtual void Dump(MessageWriter& writer) const = 0;
  // Whether Validate asks for anything of the chain: then the table is validated before the commit.
  virtual bool needs_validation() const { return false; }
  // 0 or an errno for this expression on a path from `context.base`.
  virtual int Validate(ValidationContext&) const { return 0; }
  virtual void Activate(NfTables&) {}
  virtual void Deactivate(NfTables&, ReleasePhase) {}
};

// Writes the list element around the expression.
void DumpExpression(MessageWriter& writer, std::uint16_t type, const Expression& expression);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_EXPRESSION_H_
