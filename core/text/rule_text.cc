#include "core/text/rule_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <utility>

#include "core/text/comment_text.h"
#include "core/text/element_text.h"

namespace natplan {
namespace {

// RTN_* (linux/rtnetlink.h)
constexpr std::uint32_t kRouteLocal = 2;
constexpr std::uint32_t kRouteBroadcast = 3;
constexpr std::uint32_t kRouteMulticast = 5;
constexpr std::uint32_t kLoopbackIndex = 1;
constexpr std::uint32_t kCtStateNew = 8;     // NF_CT_STATE_BIT(IP_CT_NEW)
constexpr std::uint32_t kCtStatusDnat = 32;  // IPS_DST_NAT

enum class Kind { kAddress, kInterface, kInterfaceName, kAddressType, kPresence, kBits, kOther, kMapped };

// What a register holds, as the words that load it.
struct Term {
  std::string text;
  Kind kind = Kind::kOther;
  std::uint32_t words = 1;
  std::uint32_t bytes = 4;
  std::size_t field_bytes = 4;  // of the whole header field, of which `bytes` were loaded
  std::optional<RegisterBytes> mask = {};
  CtKey ct = {};             // of kBits
  RegisterBytes value = {};  // an immediate one
  bool read = false;         // by an expression that stands in the text
};

// The 4-byte word at which a register starts.
std::uint32_t WordOf(Register reg) { return reg >= 8 ? reg - 8 : (reg - 1) * 4; }

// A mask's number of leading ones, if nothing follows them.
std::optional<int> PrefixLength(std::span<const std::uint8_t> mask) {
  int length = 0;
  bool ended = false;
  for (const std::uint8_t byte : mask) {
    const int ones = std::countl_one(byte);
    if ((ended && byte != 0) || (ones < 8 && (byte & (0xffU >> ones)) != 0)) return std::nullopt;
    length += ones;
    ended = ended || ones < 8;
  }
  return length;
}

std::uint32_t HostWord(const RegisterBytes& data) {
  std::uint32_t value = 0;
  std::memcpy(&value, data.span().data(), std::min(sizeof(value), data.size()));
  return value;
}

std::string Decimal(const RegisterBytes& data) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : data.span().first(std::min<std::size_t>(data.size(), 8)))
    value = value << 8U | byte;
  return std::to_string(value);
}

std::string AddressText(const Term& term, const RegisterBytes& data) {
  std::array<std::uint8_t, 16> bytes{};
  std::ranges::copy(data.span(), bytes.begin());
  const Address address = term.field_bytes == 16
                              ? Address(bytes)
                              : Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
  int length = static_cast<int>(term.bytes) * 8;
  if (term.mask) {
    const auto masked = PrefixLength(term.mask->span());
    if (!masked) return address.ToString() + " # mask";
    length = *masked;
  }
  std::string out = address.ToString();
  if (length != static_cast<int>(term.field_bytes) * 8) out += "/" + std::to_string(length);
  return out;
}

// A name of 16 bytes with its padding, or the beginning of one. None if it is neither.
std::optional<std::string> InterfaceNameText(const RegisterBytes& data) {
  const std::span<const std::uint8_t> bytes = data.span();
  const auto end = std::ranges::find(bytes, std::uint8_t{0});
  const bool padded = std::all_of(end, bytes.end(), [](std::uint8_t byte) { return byte == 0; });
  const bool whole = bytes.size() == 16;
  if (!padded || end == bytes.begin() || (whole && end == bytes.end())) return std::nullopt;
  std::string out = "\"";
  for (const std::uint8_t byte : std::span(bytes.begin(), end)) {
    if (byte <= ' ' || byte > '~' || byte == '"' || byte == '\\' || byte == '*') return std::nullopt;
    out += static_cast<char>(byte);
  }
  return out + (end == bytes.end() ? "*\"" : "\"");
}

std::string OperatorText(CmpOperator op) {
  switch (op) {
    case CmpOperator::kEq:
      return "";
    case CmpOperator::kNeq:
      return "!= ";
    case CmpOperator::kLt:
      return "< ";
    case CmpOperator::kLte:
      return "<= ";
    case CmpOperator::kGt:
      return "> ";
    case CmpOperator::kGte:
      return ">= ";
  }
  return "? ";
}

std::string AddressTypeText(std::uint32_t type) {
  if (type == kRouteLocal) return "local";
  if (type == kRouteBroadcast) return "broadcast";
  if (type == kRouteMulticast) return "multicast";
  return std::to_string(type);
}

// The number of the only bit that is set, in the order in which they stand in memory.
std::optional<std::uint32_t> OnlyBit(const RegisterBytes& bytes) {
  std::optional<std::uint32_t> bit;
  for (std::uint32_t i = 0; i < bytes.size() * 8; ++i) {
    if ((bytes[i / 8] >> i % 8 & 1U) == 0) continue;
    if (bit) return std::nullopt;
    bit = i;
  }
  return bit;
}

// nft's word for one bit of a connection's state or status, of those that natplan writes.
std::optional<std::string> BitText(CtKey key, const RegisterBytes& mask) {
  if (key == CtKey::kLabels) {
    const auto bit = OnlyBit(mask);
    return bit && mask.size() == 16 ? std::optional(std::to_string(*bit)) : std::nullopt;
  }
  const std::uint32_t word = HostWord(mask);
  if (key == CtKey::kState && word == kCtStateNew) return "new";
  if (key == CtKey::kStatus && word == kCtStatusDnat) return "dnat";
  return std::nullopt;
}

std::string CtText(CtKey key) {
  switch (key) {
    case CtKey::kState:
      return "ct state";
    case CtKey::kStatus:
      return "ct status";
    case CtKey::kLabels:
      return "ct label";
  }
  return "ct key " + std::to_string(static_cast<std::uint32_t>(key));
}

std::string FibFlagsText(std::uint32_t flags) {
  flags &= ~kFibPresent;
  if (flags == (kFibDestinationAddress | kFibInInterface)) return "daddr . iif";
  if (flags == kFibDestinationAddress) return "daddr";
  if (flags == kFibSourceAddress) return "saddr";
  return "flags " + std::to_string(flags);
}

std::uint32_t NatFamily(Family family) { return family == Family::kIp ? 2 : 10; }  // NFPROTO_*

// A rule that means something else than natplan's must not print as natplan's: whatever has no words here, an
// unusual length or a value that is loaded and never read, leaves a comment.
class Printer {
 public:
  explicit Printer(Family family) : family_(family) {}

  void operator()(const FibExpression& fib) {
    Term term{.text = "fib " + FibFlagsText(fib.flags)};
    const bool presence = (fib.flags & kFibPresent) != 0;
    switch (fib.result) {
      case FibResult::kAddressType:
        term.text += " type";
        term.kind = Kind::kAddressType;
        break;
      case FibResult::kOif:
        term.text += " oif";
        if (presence) term.kind = Kind::kPresence;
        break;
      case FibResult::kOifName:
        term.text += " oifname";
        term.words = 4;
        term.bytes = 16;
        break;
    }
    if (presence && term.kind != Kind::kPresence) term.text += " # present";
    Load(fib.destination, term);
  }

  void operator()(const CtExpression& ct) {
    if (!ct.writes) {
      const bool labels = ct.key == CtKey::kLabels;
      return Load(ct.reg, {.text = CtText(ct.key),
                           .kind = Kind::kBits,
                           .words = labels ? 4U : 1U,
                           .bytes = labels ? 16U : 4U,
                           .ct = ct.key});
    }
    const auto found = terms_.find(WordOf(ct.reg));
    if (found == terms_.end() || found->second.value.empty()) return Comment(CtText(ct.key) + " set");
    found->second.read = true;
    const auto value = BitText(ct.key, found->second.value);
    if (!value) return Comment(CtText(ct.key) + " set");
    Say(CtText(ct.key) + " set " + *value);
  }

  void operator()(const MetaExpression& meta) {
    Term term;
    switch (meta.key) {
      case MetaKey::kIif:
        term = {.text = "iif", .kind = Kind::kInterface};
        break;
      case MetaKey::kOif:
        term = {.text = "oif", .kind = Kind::kInterface};
        break;
      case MetaKey::kOifName:
        term = {.text = "oifname", .kind = Kind::kInterfaceName, .words = 4, .bytes = 16};
        break;
      case MetaKey::kL4Proto:
        term = {.text = "meta l4proto", .bytes = 1};
        break;
      default:
        term = {.text = "meta key " + std::to_string(static_cast<std::uint32_t>(meta.key))};
    }
    Load(meta.destination, term);
  }

  void operator()(const PayloadExpression& payload) {
    Term term = PayloadTerm(payload);
    term.bytes = payload.length;
    term.words = std::max<std::uint32_t>(1, (payload.length + 3) / 4);
    Load(payload.destination, term);
  }

  void operator()(const BitwiseExpression& bitwise) {
    const auto found = terms_.find(WordOf(bitwise.source));
    const bool plain = std::ranges::all_of(bitwise.xor_with.span(), [](std::uint8_t b) { return b == 0; });
    if (found == terms_.end() || bitwise.source != bitwise.destination || !plain || found->second.mask ||
        bitwise.mask.size() != found->second.bytes || bitwise.xor_with.size() != bitwise.mask.size()) {
      return Comment("bitwise");
    }
    found->second.mask = bitwise.mask;
  }

  void operator()(const CmpExpression& cmp) {
    const auto found = terms_.find(WordOf(cmp.source));
    if (found == terms_.end()) return Comment("cmp");
    Term& term = found->second;
    // nft compares the beginning of a name alone for "eth*".
    const bool part = term.kind == Kind::kInterfaceName && cmp.data.size() < term.bytes;
    if (cmp.data.size() != term.bytes && !part) return Comment("cmp");
    std::string value;
    switch (term.kind) {
      case Kind::kAddress:
        value = AddressText(term, cmp.data);
        break;
      case Kind::kInterface:
        value = HostWord(cmp.data) == kLoopbackIndex ? "\"lo\"" : std::to_string(HostWord(cmp.data));
        break;
      case Kind::kInterfaceName: {
        const auto name = InterfaceNameText(cmp.data);
        if (!name) return Comment("cmp");
        value = *name;
        break;
      }
      case Kind::kAddressType:
        value = AddressTypeText(HostWord(cmp.data));
        break;
      case Kind::kPresence:
        value = HostWord(cmp.data) == 1 ? "exists" : HostWord(cmp.data) == 0 ? "missing" : Decimal(cmp.data);
        break;
      case Kind::kBits: {
        const bool any = cmp.op == CmpOperator::kNeq && term.mask &&
                         std::ranges::all_of(cmp.data.span(), [](std::uint8_t byte) { return byte == 0; });
        const auto bit = any ? BitText(term.ct, *term.mask) : std::nullopt;
        if (!bit) return Comment("cmp");
        term.read = true;
        return Say(term.text + " " + *bit);
      }
      case Kind::kOther:
      case Kind::kMapped:
        value = Decimal(cmp.data);
        break;
    }
    term.read = true;
    if (term.mask && term.kind != Kind::kAddress) value += " # mask";
    Say(term.text + " " + OperatorText(cmp.op) + value);
  }

  void operator()(const LookupExpression& lookup) {
    const std::uint32_t known_flags = lookup.destination ? 0 : kLookupInvert;
    const std::string key = (lookup.flags & ~known_flags) == 0 ? Joined(lookup.source) : "";
    if (key.empty()) return Comment("lookup @" + NameText(lookup.set));
    if (!lookup.destination) {
      return Say(key + ((lookup.flags & kLookupInvert) != 0 ? " != @" : " @") + NameText(lookup.set));
    }
    // A map's data: the address, then the port behind it.
    const std::uint32_t words = family_ == Family::kIp ? 2 : 5;
    Load(*lookup.destination, {.text = key + " map @" + NameText(lookup.set),
                               .kind = Kind::kMapped,
                               .words = words,
                               .bytes = 4 * words});
  }

  void operator()(const NatExpression& nat) {
    const std::string verb = nat.type == NatType::kDestination ? "dnat" : "snat";
    const std::uint32_t address_words = family_ == Family::kIp ? 1 : 4;
    if (!nat.address || nat.family != NatFamily(family_)) return Comment(verb);
    const auto found = terms_.find(WordOf(*nat.address));
    if (found == terms_.end() || found->second.kind != Kind::kMapped) return Comment(verb);
    if (nat.port && WordOf(*nat.port) != WordOf(*nat.address) + address_words) return Comment(verb);
    found->second.read = true;
    if (!nat.port) return Say(verb + " to " + found->second.text);
    Say(verb + " " + std::string(Name(family_)) + " to " + found->second.text);
  }

  void operator()(const MasqueradeExpression&) { Say("masquerade"); }
  void operator()(const CounterExpression&) { Say("counter"); }

  void operator()(const ImmediateExpression& immediate) {
    if (!immediate.verdict) {
      const auto size = static_cast<std::uint32_t>(immediate.value.size());
      return Load(immediate.destination, {.text = "immediate",
                                          .words = std::max<std::uint32_t>(1, (size + 3) / 4),
                                          .bytes = size,
                                          .value = immediate.value});
    }
    switch (*immediate.verdict) {
      case 0:
        return Say("drop");
      case 1:
        return Say("accept");
      case -1:
        return Say("continue");
      case -3:
        return Say("jump " + NameText(immediate.chain));
      case -4:
        return Say("goto " + NameText(immediate.chain));
      case -5:
        return Say("return");
      default:
        return Comment("verdict " + std::to_string(*immediate.verdict));
    }
  }

  void operator()(const UnknownExpression& unknown) { Comment(unknown.name); }

  // Ends the rule.
  std::string Text() {
    for (const auto& [word, term] : terms_) SayIfUnread(term);
    return std::move(text_);
  }

 private:
  Term PayloadTerm(const PayloadExpression& payload) const {
    if (payload.base == PayloadBase::kNetwork) {
      const bool ip6 = family_ == Family::kIp6;
      const std::uint32_t source = ip6 ? 8 : 12;
      const std::uint32_t destination = ip6 ? 24 : 16;
      const std::size_t size = AddressBytes(family_);
      if (payload.length >= 1 && payload.length <= size &&
          (payload.offset == source || payload.offset == destination)) {
        return {.text = std::string(Name(family_)) + (payload.offset == source ? " saddr" : " daddr"),
                .kind = Kind::kAddress,
                .field_bytes = size};
      }
    }
    if (payload.base == PayloadBase::kTransport && payload.length == 2 && payload.offset <= 2) {
      if (payload.offset == 0) return {.text = "th sport"};
      if (payload.offset == 2) return {.text = "th dport"};
    }
    constexpr std::array<const char*, 4> kBases = {"@ll", "@nh", "@th", "@ih"};
    const auto base = static_cast<std::size_t>(payload.base);
    return {.text = std::string(base < kBases.size() ? kBases[base] : "@?") + "," +
                    std::to_string(payload.offset * 8) + "," + std::to_string(payload.length * 8)};
  }

  void Load(Register reg, Term term) {
    const std::uint32_t first = WordOf(reg);
    std::erase_if(terms_, [&](const auto& old) {
      const bool overwritten = old.first < first + term.words && first < old.first + old.second.words;
      if (overwritten) SayIfUnread(old.second);
      return overwritten;
    });
    terms_.insert_or_assign(first, std::move(term));
  }

  // The terms that stand one behind the other from a register on: a concatenation.
  std::string Joined(Register reg) {
    std::string out;
    for (auto at = terms_.find(WordOf(reg)); at != terms_.end();
         at = terms_.find(at->first + at->second.words)) {
      if (!out.empty()) out += " . ";
      out += at->second.text;
      at->second.read = true;
      if (at->second.mask) out += " # mask";
      if (at->second.kind == Kind::kAddress && at->second.bytes != at->second.field_bytes) out += " # part";
    }
    return out;
  }

  void Say(const std::string& words) {
    if (!text_.empty()) text_ += " ";
    text_ += words;
  }
  void SayIfUnread(const Term& term) {
    if (!term.read) Comment(term.text);
  }
  void Comment(const std::string& what) { Say("# " + what); }

  Family family_;
  std::map<std::uint32_t, Term> terms_;  // by first word
  std::string text_;
};

}  // namespace

std::string RuleText(Family family, const Expressions& expressions) {
  Printer printer(family);
  for (const Expression& expression : expressions) std::visit(printer, expression);
  return printer.Text();
}

}  // namespace natplan
