#include "kernel_sim/listing/rule_text.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "kernel_sim/listing/datatype.h"
#include "kernel_sim/listing/element_text.h"
#include "kernel_sim/listing/intervals.h"
#include "kernel_sim/listing/operand.h"

namespace natplan::kernel_sim::listing {
namespace {

// A value that was loaded shorter than its type: zeros in the bytes that were left out.
Bytes Padded(Bytes value, std::size_t size) {
  value.resize(std::max(value.size(), size));
  return value;
}

// The number of leading one bits if all others are zero, else -1.
int MaskLength(const Bytes& mask) {
  Bytes inverted = mask;
  for (std::uint8_t& byte : inverted) byte = static_cast<std::uint8_t>(~byte);
  return PrefixLength(Bytes(mask.size(), 0), inverted);
}

std::string CompareSign(std::uint32_t op) {
  switch (op) {
    case NFT_CMP_EQ:
      return " ";
    case NFT_CMP_NEQ:
      return " != ";
    case NFT_CMP_LT:
      return " < ";
    case NFT_CMP_LTE:
      return " <= ";
    case NFT_CMP_GT:
      return " > ";
    case NFT_CMP_GTE:
      return " >= ";
    default:
      return " ? ";
  }
}

std::string NatFlagsText(std::uint32_t flags) {
  std::string text;
  const auto add = [&text, flags](std::uint32_t bit, const char* name) {
    if ((flags & bit) != 0) text += (text.empty() ? " " : ",") + std::string(name);
  };
  add(NF_NAT_RANGE_PROTO_RANDOM, "random");
  add(NF_NAT_RANGE_PROTO_RANDOM_FULLY, "fully-random");
  add(NF_NAT_RANGE_PERSISTENT, "persistent");
  return text;
}

// Goes through one rule's expressions in order, follows the registers and collects statements.
class RuleWriter {
 public:
  RuleWriter(const Rule& rule, const Sets& sets) : rule_(rule), sets_(sets) {}

  std::string Text() {
    for (index_ = 0; index_ < rule_.expressions.size(); ++index_) {
      std::visit([this](const auto& expression) { Write(expression); }, rule_.expressions[index_]);
    }
    if (!rule_.comment.empty()) statements_.push_back("comment \"" + rule_.comment + '"');
    std::string text;
    for (const std::string& statement : statements_) {
      if (!text.empty()) text += ' ';
      text += statement;
    }
    return text;
  }

 private:
  void Write(const Meta& meta) { Load(meta.target, MetaOperand(meta), "meta"); }
  void Write(const Ct& ct) {
    if (!ct.writes) return Load(ct.reg, CtOperand(ct), "ct");
    const std::optional<Operand> key = CtOperand(ct);
    const Operand* value = registers_.Load(ct.reg);
    if (!key || value == nullptr || value->kind != Operand::Kind::kImmediate) return WriteUnknown("ct");
    const std::string bits = CtBitsText(ct.key, value->value);
    if (bits.empty()) return WriteUnknown("ct");
    AddAction(key->text + " set " + bits);
  }
  void Write(const Fib& fib) { Load(fib.target, FibOperand(fib), "fib"); }
  void Write(const Payload& payload) {
    Load(payload.target, PayloadOperand(rule_.table.family, payload, transport_), "payload");
  }

  void Write(const Bitwise& bitwise) {
    const Operand* source = registers_.Load(bitwise.source);
    if (source == nullptr || source->kind != Operand::Kind::kField) return WriteUnknown("bitwise");
    Operand masked = *source;
    masked.mask = bitwise.mask;
    registers_.Store(bitwise.target, std::move(masked));
  }

  void Write(const Immediate& immediate) {
    if (immediate.verdict) return AddAction(VerdictText(*immediate.verdict));
    Operand operand;
    operand.kind = Operand::Kind::kImmediate;
    operand.value = immediate.value;
    operand.length = immediate.value.size();
    registers_.Store(immediate.target, std::move(operand));
  }

  void Write(const Compare& compare) {
    const Operand* operand = registers_.Load(compare.source);
    if (operand == nullptr || operand->kind != Operand::Kind::kField) return WriteUnknown("cmp");
    UseTransport(*operand);
    if (const Compare* upper = UpperBound(compare)) {
      ++index_;
      return AddMatch(operand->text + ' ' + RangeText(operand->type, compare.value, upper->value));
    }
    if (operand->ct) return WriteBits(*operand, compare);
    AddMatch(CompareText(*operand, compare));
    if (operand->transport_protocol && compare.op == NFT_CMP_EQ && compare.value.size() == 1) {
      transport_ = compare.value[0];
      transport_match_ = statements_.size() - 1;
    }
  }

  // Whether any of some bits is set.
  void WriteBits(const Operand& operand, const Compare& compare) {
    const bool any =
        operand.mask && compare.op == NFT_CMP_NEQ &&
        std::all_of(compare.value.begin(), compare.value.end(), [](std::uint8_t b) { return b == 0; });
    const std::string bits = any ? CtBitsText(*operand.ct, *operand.mask) : "";
    if (bits.empty()) return WriteUnknown("cmp");
    AddMatch(operand.text + ' ' + bits);
  }

  void Write(const Lookup& lookup) {
    const auto found = sets_.find({rule_.table, lookup.set});
    if (found == sets_.end()) return WriteUnknown("lookup");
    const Set& set = found->second.set;
    const std::optional<std::string> key = KeyText(lookup.source, Parts(set.key_type));
    if (!key) return WriteUnknown("lookup");
    const bool anonymous = (set.flags & NFT_SET_ANONYMOUS) != 0;
    const std::string name = anonymous ? ElementsText(set, found->second.elements) : '@' + set.name;
    if (!lookup.target) return AddMatch(*key + (lookup.inverted ? " != " : " ") + name);
    if (*lookup.target == NFT_REG_VERDICT) return AddMatch(*key + " vmap " + name);
    const std::vector<DataType> data = Parts(set.data_type);
    Operand operand;
    operand.kind = Operand::Kind::kMap;
    operand.text = *key + " map " + name;
    operand.type = data.front();
    operand.length = set.data_length;
    operand.concatenation = data.size() > 1;
    registers_.Store(*lookup.target, std::move(operand));
  }

  void Write(const Nat& nat) {
    const Operand* address = nat.address_min ? registers_.Load(*nat.address_min) : nullptr;
    const bool concatenation = address != nullptr && address->concatenation;
    std::string text = nat.type == NFT_NAT_SNAT ? "snat" : "dnat";
    if (address != nullptr && (concatenation || rule_.table.family == NFPROTO_INET)) {
      text += address->length > 8 ? " ip6" : " ip";
    }
    text += " to ";
    if (nat.address_min) {
      const std::optional<std::string> target = AddressText(nat);
      if (!target) return WriteUnknown("nat");
      text += *target;
    }
    if (nat.port_min && !concatenation) {
      const std::optional<std::string> ports = PortText(nat.port_min, nat.port_max);
      if (!ports) return WriteUnknown("nat");
      text += *ports;
    }
    AddAction(text + NatFlagsText(nat.flags));
  }

  void Write(const Masquerade& masquerade) {
    std::string text = "masquerade";
    if (masquerade.port_min) {
      const std::optional<std::string> ports = PortText(masquerade.port_min, masquerade.port_max);
      if (!ports) return WriteUnknown("masq");
      text += " to " + *ports;
    }
    AddAction(text + NatFlagsText(masquerade.flags));
  }

  void Write(const Counter& counter) {
    AddAction("counter packets " + std::to_string(counter.packets) + " bytes " +
              std::to_string(counter.bytes));
  }

  void Write(const Unknown& unknown) { WriteUnknown(unknown.name); }

  void WriteUnknown(const std::string& name) { AddAction("# unknown expression " + name); }

  void Load(std::uint32_t target, std::optional<Operand> operand, const char* name) {
    if (!operand) return WriteUnknown(name);
    registers_.Store(target, *std::move(operand));
  }

  void AddMatch(std::string text) { statements_.push_back(std::move(text)); }

  // nft looks for the match that it may leave out no further back than the last statement that is no match.
  void AddAction(std::string text) {
    statements_.push_back(std::move(text));
    transport_match_.reset();
  }

  // "tcp dport" says "meta l4proto tcp" too, so that nft leaves out the match before it.
  void UseTransport(const Operand& operand) {
    if (!operand.transport_field || !transport_match_) return;
    statements_.erase(statements_.begin() + static_cast<std::ptrdiff_t>(*transport_match_));
    transport_match_.reset();
  }

  // "a >= x, a <= y" is one range to nft.
  const Compare* UpperBound(const Compare& lower) const {
    if (lower.op != NFT_CMP_GTE || index_ + 1 >= rule_.expressions.size()) return nullptr;
    const auto* upper = std::get_if<Compare>(&rule_.expressions[index_ + 1]);
    return upper != nullptr && upper->op == NFT_CMP_LTE && upper->source == lower.source ? upper : nullptr;
  }

  static std::string RangeText(const DataType& type, const Bytes& first, const Bytes& last) {
    return ValueText(type, first) + '-' + ValueText(type, last);
  }

  static std::string CompareText(const Operand& operand, const Compare& compare) {
    const std::size_t size = operand.type.size;
    const Bytes value = Padded(compare.value, size);
    if (operand.mask) {
      const int length = MaskLength(*operand.mask);
      if (length >= 0 && operand.type.prefixes) {
        return operand.text + CompareSign(compare.op) + ValueText(operand.type, value) + '/' +
               std::to_string(length);
      }
      const std::string sign = compare.op == NFT_CMP_EQ ? " == " : CompareSign(compare.op);
      return operand.text + " & " + ValueText(operand.type, Padded(*operand.mask, size)) + sign +
             ValueText(operand.type, value);
    }
    std::string text = operand.text + CompareSign(compare.op) + ValueText(operand.type, value);
    if (operand.type.prefixes && compare.value.size() < size) {
      text += '/' + std::to_string(compare.value.size() * 8);
    }
    return text;
  }

  // The fields that lie one after another from `source` on.
  std::optional<std::string> KeyText(std::uint32_t source, const std::vector<DataType>& parts) {
    std::string text;
    std::size_t offset = 0;
    for (const DataType& part : parts) {
      const Operand* operand = registers_.LoadAfter(source, offset);
      if (operand == nullptr || operand->kind != Operand::Kind::kField) return std::nullopt;
      UseTransport(*operand);
      if (!text.empty()) text += " . ";
      text += operand->text;
      if (operand->mask) text += " & " + ValueText(operand->type, *operand->mask);
      offset += (std::max<std::size_t>(part.size, 1) + 3) / 4 * 4;
    }
    return text;
  }

  std::optional<std::string> AddressText(const Nat& nat) const {
    const Operand* min = registers_.Load(*nat.address_min);
    if (min == nullptr || min->kind == Operand::Kind::kField) return std::nullopt;
    if (min->kind == Operand::Kind::kMap) return min->text;
    const DataType type = FindDataType(min->value.size() == 16 ? kTypeIpv6 : kTypeIpv4);
    const bool brackets = type.id == kTypeIpv6 && nat.port_min.has_value();
    const auto one = [&](const Bytes& value) {
      return brackets ? '[' + ValueText(type, value) + ']' : ValueText(type, value);
    };
    std::string text = one(min->value);
    const Operand* max = nat.address_max ? registers_.Load(*nat.address_max) : min;
    if (max == nullptr || max->kind != Operand::Kind::kImmediate) return std::nullopt;
    if (max->value != min->value) text += '-' + one(max->value);
    return text;
  }

  // ":80" or ":80-90".
  std::optional<std::string> PortText(std::optional<std::uint32_t> min_register,
                                      std::optional<std::uint32_t> max_register) const {
    const Operand* min = registers_.Load(*min_register);
    const Operand* max = max_register ? registers_.Load(*max_register) : min;
    if (min == nullptr || max == nullptr || min->kind != Operand::Kind::kImmediate ||
        max->kind != Operand::Kind::kImmediate) {
      return std::nullopt;
    }
    const DataType service = FindDataType(kTypeService);
    std::string text = ':' + ValueText(service, min->value);
    if (max->value != min->value) text += '-' + ValueText(service, max->value);
    return text;
  }

  const Rule& rule_;
  const Sets& sets_;
  std::size_t index_ = 0;
  Registers registers_;
  std::vector<std::string> statements_;
  std::optional<std::uint8_t> transport_;       // the protocol above IP, once a match has fixed it
  std::optional<std::size_t> transport_match_;  // that match's index in statements_, while it may be left out
};

}  // namespace

std::string RuleText(const Rule& rule, const Sets& sets) { return RuleWriter(rule, sets).Text(); }

}  // namespace natplan::kernel_sim::listing
