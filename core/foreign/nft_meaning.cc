#include "core/foreign/nft_meaning.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "core/foreign/lookup.h"
#include "core/foreign/registers.h"
#include "core/foreign/xt_meaning.h"
#include "core/wire/message_reader.h"

namespace natplan::foreign {
namespace {

using wire::AttributeTable;

// A number as a register holds it in the machine's byte order.
AbstractBytes KnownNumber(std::uint32_t number) {
  std::array<std::uint8_t, sizeof(number)> bytes;
  std::memcpy(bytes.data(), &number, sizeof(number));
  return Known(bytes);
}

// A name as a register holds it, IFNAMSIZ bytes.
AbstractBytes InterfaceBytes(const std::string& name) {
  if (name.empty()) return Unknown(16);
  std::array<std::uint8_t, 16> bytes = {};
  std::memcpy(bytes.data(), name.data(), std::min(name.size(), bytes.size() - 1));
  return Known(bytes);
}

class Reader {
 public:
  Reader(const Table& table, const Packets& packets)
      : table_(table), packets_(packets), registers_(packets) {}

  Meaning Read(const RuleSnapshot& rule) {
    for (const Expression& expression : rule.expressions) {
      std::visit([this](const auto& one) { Take(one); }, expression);
      if (ended_ || meets_.may.empty()) break;
    }
    return std::move(meaning_);
  }

 private:
  void Take(const FibExpression& fib) {
    // With an interface beside it the answer is about that one alone.
    const bool plain = fib.flags == kFibDestinationAddress && fib.result == FibResult::kAddressType;
    registers_.Set(fib.destination,
                   plain && packets_.address_type ? KnownNumber(*packets_.address_type) : Unknown(16));
  }

  void Take(const CmpExpression& cmp) {
    const Bytes wanted = cmp.data.span();
    const std::vector<std::uint8_t> lowest(wanted.size(), 0);
    const std::vector<std::uint8_t> highest(wanted.size(), 0xff);
    const Condition equal = registers_.IsEqual(cmp.source, wanted).ToCondition();
    switch (cmp.op) {
      case CmpOperator::kEq:
        return Require(equal);
      case CmpOperator::kNeq:
        return Require(!equal);
      case CmpOperator::kLt:
        return Require(registers_.IsBetween(cmp.source, lowest, wanted).ToCondition() & !equal);
      case CmpOperator::kLte:
        return Require(registers_.IsBetween(cmp.source, lowest, wanted).ToCondition());
      case CmpOperator::kGt:
        return Require(registers_.IsBetween(cmp.source, wanted, highest).ToCondition() & !equal);
      case CmpOperator::kGte:
        return Require(registers_.IsBetween(cmp.source, wanted, highest).ToCondition());
    }
  }

  void Take(const MetaExpression& meta) { registers_.Set(meta.destination, MetaBytes(meta.key)); }

  AbstractBytes MetaBytes(MetaKey key) const {
    const bool is_ip = packets_.family == Family::kIp;
    switch (static_cast<std::uint32_t>(key)) {
      case NFT_META_L4PROTO:
        return packets_.protocol ? Known(std::array{static_cast<std::uint8_t>(*packets_.protocol)})
                                 : Unknown(1);
      case NFT_META_NFPROTO:
        return Known(std::array<std::uint8_t, 1>{is_ip ? std::uint8_t{2} : std::uint8_t{10}});
      case NFT_META_PROTOCOL:
        return is_ip ? Known(std::array<std::uint8_t, 2>{0x08, 0x00})
                     : Known(std::array<std::uint8_t, 2>{0x86, 0xdd});
      case NFT_META_IIFNAME:
        return InterfaceBytes(packets_.in_interface);
      case NFT_META_OIFNAME:
        return InterfaceBytes(packets_.out_interface);
      case NFT_META_IIF:
        return packets_.in_index ? KnownNumber(*packets_.in_index) : Unknown(4);
      case NFT_META_OIF:
        return packets_.out_index ? KnownNumber(*packets_.out_index) : Unknown(4);
      default:
        return Unknown(16);
    }
  }

  void Take(const CtExpression& ct) {
    if (!ct.writes) registers_.Set(ct.reg, CtBytes(ct.key));
  }

  AbstractBytes CtBytes(CtKey key) const {
    // As the packets here are: the first of their connections. One that is related to another is passed over.
    if (key == CtKey::kState) return KnownNumber(NF_CT_STATE_BIT(IP_CT_NEW));
    if (key == CtKey::kStatus && packets_.translated)
      return KnownNumber(*packets_.translated ? IPS_DST_NAT : 0);
    return Unknown(16);
  }

  void Take(const PayloadExpression& payload) {
    AbstractBytes bytes = Unknown(payload.length);
    const auto put = [&](std::size_t at, const AbstractBytes& known) {
      for (std::size_t i = 0; i < known.size(); ++i) {
        if (at + i >= payload.offset && at + i < payload.offset + payload.length)
          bytes[at + i - payload.offset] = known[i];
      }
    };
    const bool is_ip = packets_.family == Family::kIp;
    if (payload.base == PayloadBase::kNetwork) {
      put(is_ip ? 16 : 24, DestinationAddress(0, AddressBytes(packets_.family)));
      if (packets_.protocol)
        put(is_ip ? 9 : 6, Known(std::array{static_cast<std::uint8_t>(*packets_.protocol)}));
    } else if (payload.base == PayloadBase::kTransport) {
      put(2, DestinationPort());
    }
    registers_.Set(payload.destination, bytes);
  }

  void Take(const BitwiseExpression& bitwise) {
    registers_.Mask(bitwise.source, bitwise.destination, bitwise.mask.span(), bitwise.xor_with.span());
  }

  void Take(const LookupExpression& lookup) {
    const Found found = LookUp(table_.FindSet(lookup.set), registers_, lookup.source);
    if (!found.understood) Doubt();
    if ((lookup.flags & kLookupInvert) != 0) return Require(!found.any);
    // The verdict register.
    if (lookup.destination == Register{0}) {
      for (const auto& [verdict, when] : found.verdicts) End(verdict, meets_ & when);
      if (!found.understood) End(Ending::kUnknown, meets_ & Condition::Perhaps());
      return Require(!found.any);
    }
    Require(found.any);
    if (lookup.destination) registers_.Set(*lookup.destination, Unknown(64));
  }

  void Take(const NatExpression& nat) {
    End(nat.type == NatType::kDestination ? Ending::kTranslate : Ending::kAccept, meets_);
  }
  void Take(const MasqueradeExpression& /*masquerade*/) { End(Ending::kAccept, meets_); }
  void Take(const CounterExpression& /*counter*/) {}

  void Take(const ImmediateExpression& immediate) {
    if (immediate.verdict) {
      End({.code = *immediate.verdict, .chain = immediate.chain}, meets_);
      ended_ = true;
    } else {
      registers_.Set(immediate.destination, Known(immediate.value.span()));
    }
  }

  void Take(const UnknownExpression& unknown) {
    const AttributeTable attributes(unknown.detail);
    const std::string_view name = unknown.name;
    if (name == "match") {
      const XtMatch match = MeaningOfXtMatch(unknown.detail, packets_);
      if (!match.understood) Doubt();
      Require(match.when);
    } else if (name == "target") {
      if (const auto ending = EndingOfXtTarget(unknown.detail)) End(*ending, meets_);
    } else if (name == "nat") {
      const bool is_source = attributes.U32(NFTA_NAT_TYPE) == std::uint32_t{NFT_NAT_SNAT};
      End(is_source ? Ending::kAccept : Ending::kTranslate, meets_);
    } else if (name == "redir") {
      End(Ending::kTranslate, meets_);
    } else if (name == "reject") {
      End(Ending::kDrop, meets_);
    } else if (name == "masq") {
      End(Ending::kAccept, meets_);
    } else if (name == "range") {
      TakeRange(attributes);
    } else if (name == "meta" || name == "ct") {
      static_assert(std::uint16_t{NFTA_META_DREG} == std::uint16_t{NFTA_CT_DREG});
      // One that writes has no destination.
      if (const auto to = attributes.U32(NFTA_META_DREG)) registers_.Set(*to, Unknown(16));
    } else if (MayEnd(name)) {
      Require(Condition::Perhaps());
    } else if (!GoesOn(name)) {
      TakeSomethingElse(name, attributes);
    }
  }

  // What was counted before tells whether the packet goes on to the next expression. A dynset ends the rule
  // where its set is full or its own expression (a limit) does, an objref where its limit or quota does, and
  // a flow_offload where the connection is not confirmed yet.
  static bool MayEnd(std::string_view name) {
    constexpr std::string_view kNames[] = {"limit", "quota", "connlimit", "dynset", "objref", "flow_offload"};
    return (std::ranges::find(kNames, name) != std::ranges::end(kNames));
  }

  // It does something beside, and the packet goes on to the next expression.
  static bool GoesOn(std::string_view name) {
    constexpr std::string_view kNames[] = {"log", "last", "dup", "notrack"};
    return (std::ranges::find(kNames, name) != std::ranges::end(kNames));
  }

  // Of what natplan does not take apart the result alone is unknown, if it goes into a register, which is
  // the first attribute of these.
  void TakeSomethingElse(std::string_view name, const AttributeTable& attributes) {
    constexpr std::pair<std::string_view, std::uint16_t> kDestinations[] = {
        {"fib", NFTA_FIB_DREG},   {"payload", NFTA_PAYLOAD_DREG},     {"bitwise", NFTA_BITWISE_DREG},
        {"rt", NFTA_RT_DREG},     {"socket", NFTA_SOCKET_DREG},       {"osf", NFTA_OSF_DREG},
        {"hash", NFTA_HASH_DREG}, {"numgen", NFTA_NG_DREG},           {"exthdr", NFTA_EXTHDR_DREG},
        {"xfrm", NFTA_XFRM_DREG}, {"byteorder", NFTA_BYTEORDER_DREG}, {"immediate", NFTA_IMMEDIATE_DREG},
    };
    const auto* known =
        std::ranges::find(kDestinations, name, &std::pair<std::string_view, std::uint16_t>::first);
    const auto to = known == std::ranges::end(kDestinations) ? std::nullopt : attributes.U32(known->second);
    if (to && *to != 0) {
      registers_.Set(*to, Unknown(16));
      // Headers that are missing end the rule.
      if (name == "exthdr" || name == "socket") Require(Condition::Perhaps());
      return;
    }
    if (name == "payload" || name == "exthdr") return;  // It writes.
    Doubt();
    if (name == "cmp") return Require(Condition::Perhaps());
    End(Ending::kUnknown, meets_ & Condition::Perhaps());
    Require(Condition::Perhaps());
  }

  void TakeRange(const AttributeTable& attributes) {
    const auto from = attributes.U32(NFTA_RANGE_SREG);
    const auto first = Value(attributes, NFTA_RANGE_FROM_DATA);
    const auto last = Value(attributes, NFTA_RANGE_TO_DATA);
    if (!from || !first || !last) {
      Doubt();
      return Require(Condition::Perhaps());
    }
    const Condition inside = registers_.IsBetween(*from, *first, *last).ToCondition();
    Require(attributes.U32(NFTA_RANGE_OP) == std::uint32_t{NFT_RANGE_NEQ} ? !inside : inside);
  }

  static std::optional<Bytes> Value(const AttributeTable& attributes, std::uint16_t type) {
    const auto nest = attributes.Find(type);
    return nest ? AttributeTable(*nest).Find(NFTA_DATA_VALUE) : std::nullopt;
  }

  void Require(const Condition& condition) { meets_ = meets_ & condition; }
  void Doubt() { meaning_.understood = false; }

  void End(Ending ending, const Condition& when, std::string chain = {}) {
    if (!when.may.empty()) meaning_.branches.push_back({when, ending, std::move(chain)});
    ended_ = ended_ || (ending != Ending::kUnknown && when == meets_);
  }

  void End(const Verdict& verdict, const Condition& when) {
    switch (verdict.code) {
      case NFT_CONTINUE:
      case NFT_BREAK:
        return;
      case NFT_JUMP:
        return End(Ending::kJump, when, verdict.chain);
      case NFT_GOTO:
        return End(Ending::kGoto, when, verdict.chain);
      case NFT_RETURN:
        return End(Ending::kReturn, when);
      case NF_ACCEPT:
        return End(Ending::kAccept, when);
      case NF_DROP:
        return End(Ending::kDrop, when);
      default:  // A program's queue, or stolen.
        return End(Ending::kUnknown, when);
    }
  }

  const Table& table_;
  const Packets& packets_;
  Registers registers_;
  Condition meets_;
  bool ended_ = false;
  Meaning meaning_;
};

}  // namespace

Meaning MeaningOf(const RuleSnapshot& rule, const Table& table, const Packets& packets) {
  return Reader(table, packets).Read(rule);
}

std::string CommentOf(const RuleSnapshot& rule) {
  if (!rule.comment.empty()) return rule.comment;
  for (const Expression& expression : rule.expressions) {
    const auto* unknown = std::get_if<UnknownExpression>(&expression);
    if (unknown == nullptr || unknown->name != "match") continue;
    if (std::string comment = CommentOfXtMatch(unknown->detail); !comment.empty()) return comment;
  }
  return "";
}

}  // namespace natplan::foreign
