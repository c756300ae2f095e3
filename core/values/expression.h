// The expressions that rules are made of, as a closed set: whoever visits them must treat each one.
//
// Numbers are those of linux/netfilter/nf_tables.h (NFT_*); values that the kernel takes from a packet or
// keeps in a register stand here as the bytes of that register, first byte first.
#ifndef NATPLAN_CORE_VALUES_EXPRESSION_H_
#define NATPLAN_CORE_VALUES_EXPRESSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/values/inline_bytes.h"

namespace natplan {

// A register as netlink names it: 0 the verdict, 1 to 4 of 16 bytes, 8 to 23 of 4 bytes (8 + 4k starts k +
// 1).
using Register = std::uint32_t;
using RegisterBytes = InlineBytes<16>;

enum class FibResult : std::uint32_t { kOif = 1, kOifName = 2, kAddressType = 3 };
enum class CmpOperator : std::uint32_t { kEq = 0, kNeq = 1, kLt = 2, kLte = 3, kGt = 4, kGte = 5 };
// Others keep their number.
enum class MetaKey : std::uint32_t { kIif = 4, kOif = 5, kOifName = 7, kL4Proto = 16 };
enum class CtKey : std::uint32_t { kState = 0, kStatus = 2, kLabels = 13 };
enum class PayloadBase : std::uint32_t { kLink = 0, kNetwork = 1, kTransport = 2, kInner = 3 };
enum class NatType : std::uint32_t { kSource = 0, kDestination = 1 };

inline constexpr std::uint32_t kFibSourceAddress = 1;       // NFTA_FIB_F_SADDR
inline constexpr std::uint32_t kFibDestinationAddress = 2;  // NFTA_FIB_F_DADDR
inline constexpr std::uint32_t kFibInInterface = 8;         // NFTA_FIB_F_IIF
inline constexpr std::uint32_t kFibPresent = 32;   // NFTA_FIB_F_PRESENT: 1 if there is a result, else 0
inline constexpr std::uint32_t kLookupInvert = 1;  // NFT_LOOKUP_F_INV

struct FibExpression {
  std::uint32_t flags = 0;  // NFTA_FIB_F_*
  FibResult result = FibResult::kAddressType;
  Register destination = 0;
  friend bool operator==(const FibExpression&, const FibExpression&) = default;
};

struct CmpExpression {
  Register source = 0;
  CmpOperator op = CmpOperator::kEq;
  RegisterBytes data = {};
  friend bool operator==(const CmpExpression&, const CmpExpression&) = default;
};

struct MetaExpression {  // reads a key into a register
  MetaKey key = MetaKey::kL4Proto;
  Register destination = 0;
  friend bool operator==(const MetaExpression&, const MetaExpression&) = default;
};

struct CtExpression {  // reads a key of the packet's connection into a register, or writes it from there
  CtKey key = CtKey::kState;
  Register reg = 0;
  bool writes = false;
  friend bool operator==(const CtExpression&, const CtExpression&) = default;
};

struct PayloadExpression {  // reads `length` bytes at `offset` of a header into a register
  PayloadBase base = PayloadBase::kNetwork;
  std::uint32_t offset = 0;  // bytes
  std::uint32_t length = 0;  // bytes
  Register destination = 0;
  friend bool operator==(const PayloadExpression&, const PayloadExpression&) = default;
};

struct BitwiseExpression {  // destination = (source & mask) ^ xor_with
  Register source = 0;
  Register destination = 0;
  RegisterBytes mask = {};
  RegisterBytes xor_with = {};
  friend bool operator==(const BitwiseExpression&, const BitwiseExpression&) = default;
};

struct LookupExpression {
  std::string set = {};
  Register source = 0;
  std::optional<Register> destination = {};  // for a map: where the data goes
  std::uint32_t flags = 0;                   // NFT_LOOKUP_F_*
  friend bool operator==(const LookupExpression&, const LookupExpression&) = default;
};

// Only minima: what the kernel fills in when it is asked again (maxima equal to the minima, and the flags
// that follow from them) is left out by the decoder; anything else there is an UnknownExpression.
struct NatExpression {
  NatType type = NatType::kDestination;
  std::uint32_t family = 0;  // NFPROTO_IPV4 2, NFPROTO_IPV6 10
  std::optional<Register> address = {};
  std::optional<Register> port = {};
  friend bool operator==(const NatExpression&, const NatExpression&) = default;
};

struct MasqueradeExpression {
  friend bool operator==(const MasqueradeExpression&, const MasqueradeExpression&) = default;
};

struct CounterExpression {
  friend bool operator==(const CounterExpression&, const CounterExpression&) = default;
};

struct ImmediateExpression {  // a verdict, or a value into a register
  Register destination = 0;
  std::optional<std::int32_t> verdict =
      {};                  // accept 1, drop 0, continue -1, break -2, jump -3, goto -4, return -5
  std::string chain = {};  // of jump and goto
  RegisterBytes value = {};
  friend bool operator==(const ImmediateExpression&, const ImmediateExpression&) = default;
};

// An expression that natplan neither writes nor understands; `detail` keeps its attributes so that two of
// them compare equal only if they are the same.
struct UnknownExpression {
  std::string name = {};
  std::vector<std::uint8_t> detail = {};
  friend bool operator==(const UnknownExpression&, const UnknownExpression&) = default;
};

using Expression = std::variant<FibExpression, CmpExpression, MetaExpression, CtExpression, PayloadExpression,
                                BitwiseExpression, LookupExpression, NatExpression, MasqueradeExpression,
                                CounterExpression, ImmediateExpression, UnknownExpression>;

using Expressions = std::vector<Expression>;

// nf_tables' name of the expression ("fib", "masq", ...), which the kernel looks up.
std::string NameOf(const Expression& expression);

}  // namespace natplan

#endif  // NATPLAN_CORE_VALUES_EXPRESSION_H_
