#include "core/plan/layout.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/text/nft_text.h"
#include "core/text/rule_text.h"

namespace natplan {
namespace {

const Layout kOwn;
const Layout kOrigin{.table = "io.systemd.nat"};

Prefix P(const char* text) { return Prefix::Parse(text).value(); }
HostPort At(Family family, Protocol protocol, int port) {
  return {family, protocol, Port::Make(port).value()};
}
Endpoint To(const char* text) { return Endpoint::Parse(text).value(); }

std::string Hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  for (const std::uint8_t byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

TEST(LayoutTest, ForwardsAreBytesByPosition) {
  const Element v4 = ToElement(MapEntry{At(Family::kIp, Protocol::kTcp, 4711), To("1.2.3.4:815")});
  EXPECT_EQ(Hex(v4.key.span()), "0600000012670000");
  EXPECT_EQ(Hex(v4.data.span()), "01020304032f0000");
  const Element v6 = ToElement(MapEntry{At(Family::kIp6, Protocol::kUdp, 53), To("[fd00::5]:815")});
  EXPECT_EQ(Hex(v6.key.span()), "1100000000350000");
  EXPECT_EQ(Hex(v6.data.span()), "fd000000000000000000000000000005032f0000");
  EXPECT_EQ(ToElement(MapEntry{At(Family::kIp, Protocol::kSctp, 1), To("1.2.3.4:1")}).key[0], 132);
}

TEST(LayoutTest, PrefixesAreHalfOpenRanges) {
  const auto text = [](const char* prefix) {
    const Element element = ToElement(P(prefix));
    EXPECT_EQ(element.kind, ElementKind::kRange);
    return Hex(element.key.span()) + "-" + Hex(element.end.span());
  };
  EXPECT_EQ(text("10.1.2.3/32"), "0a010203-0a010204");
  EXPECT_EQ(text("10.0.2.0/28"), "0a000200-0a000210");
  EXPECT_EQ(text("192.168.202.249/28"), "c0a8caf0-c0a8cb00");
  EXPECT_EQ(text("0.0.0.0/1"), "00000000-80000000");
  EXPECT_EQ(text("240.0.0.0/4"), "f0000000-");
  EXPECT_EQ(text("255.255.255.255/32"), "ffffffff-");
  EXPECT_EQ(text("fd00::/8"), "fd000000000000000000000000000000-fe000000000000000000000000000000");
  EXPECT_EQ(text("2001:db8:ff:ffff::/64"),
            "20010db800ffffff0000000000000000-20010db8010000000000000000000000");
  EXPECT_EQ(text("ff00::/8"), "ff000000000000000000000000000000-");
}

TEST(LayoutTest, AnEntryIsReadBackOnlyIfNatplanWouldWriteItSo) {
  for (const Protocol protocol : kProtocols) {
    const Element element = ToElement(MapEntry{At(Family::kIp, protocol, 65535), To("1.2.3.4:1")});
    const auto entry = ToMapEntry(Family::kIp, element);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(ToElement(*entry), element);
  }
  const Element good = ToElement(MapEntry{At(Family::kIp, Protocol::kTcp, 80), To("1.2.3.4:80")});
  const auto with_key = [&](ElementKey key) { return Element{.key = key, .data = good.data}; };
  const auto with_data = [&](ElementData data) { return Element{.key = good.key, .data = data}; };
  for (const Element& element :
       {with_key({1, 0, 0, 0, 0, 80, 0, 0}), with_key({6, 1, 0, 0, 0, 80, 0, 0}),
        with_key({6, 0, 0, 0, 0, 80, 0, 1}), with_key({6, 0, 0, 0, 0, 0, 0, 0}),
        with_key({6, 0, 0, 0, 0, 80}), with_data({1, 2, 3, 4, 0, 0, 0, 0}),
        with_data({1, 2, 3, 4, 0, 80, 0, 1}), with_data({1, 2, 3, 4}), with_data({})}) {
    EXPECT_FALSE(ToMapEntry(Family::kIp, element).has_value())
        << Hex(element.key.span()) << " " << Hex(element.data.span());
  }
  EXPECT_FALSE(ToMapEntry(Family::kIp6, good).has_value());
}

TEST(LayoutTest, ACommentThatIsNoOwnersNameIsANote) {
  Element element = ToElement(MapEntry{At(Family::kIp, Protocol::kTcp, 80), To("1.2.3.4:80")});
  for (const std::string& comment :
       {std::string(65, 'x'), std::string("a\"b"), std::string("a\nb"), std::string("\xff")}) {
    element.comment = comment;
    const auto entry = ToMapEntry(Family::kIp, element);
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->owner, "");
    EXPECT_EQ(entry->note, comment);
    EXPECT_EQ(ToElement(*entry), element);
  }
  element.comment = "web 1";
  EXPECT_EQ(ToMapEntry(Family::kIp, element)->owner, "web 1");
  EXPECT_EQ(ToMapEntry(Family::kIp, element)->note, "");
}

TEST(LayoutTest, TheShapesAreTheOriginsNumbers) {
  EXPECT_EQ(MasqueradeShape(Family::kIp), (SetShape{.interval = true, .key_type = 7, .key_length = 4}));
  EXPECT_EQ(MasqueradeShape(Family::kIp6), (SetShape{.interval = true, .key_type = 8, .key_length = 16}));
  EXPECT_EQ(ForwardShape(Family::kIp),
            (SetShape{.is_map = true, .key_type = 781, .key_length = 8, .data_type = 461, .data_length = 8}));
  EXPECT_EQ(
      ForwardShape(Family::kIp6),
      (SetShape{.is_map = true, .key_type = 781, .key_length = 8, .data_type = 525, .data_length = 20}));
}

struct ChainText {
  const char* hook;
  std::vector<const char*> rules;
};

void ExpectChains(const Layout& layout, Family family, const std::vector<ChainText>& want) {
  const std::vector<ChainPlan>& chains = Chains(layout, family);
  ASSERT_EQ(chains.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    EXPECT_EQ(HookText(chains[i].base), want[i].hook);
    ASSERT_EQ(chains[i].behind.size() + 1, want[i].rules.size());
    for (const Expressions& form : chains[i].forms) EXPECT_EQ(RuleText(family, form), want[i].rules[0]);
    for (std::size_t rule = 1; rule < want[i].rules.size(); ++rule)
      EXPECT_EQ(RuleText(family, chains[i].behind[rule - 1]), want[i].rules[rule]);
  }
}

constexpr const char* kPrerouting = "type nat hook prerouting priority dstnat + 1; policy accept;";
constexpr const char* kOutput = "type nat hook output priority -99; policy accept;";
constexpr const char* kPostrouting = "type nat hook postrouting priority srcnat + 1; policy accept;";
constexpr const char* kForward = "type filter hook forward priority filter + 1; policy accept;";

// What `nft list ruleset` (1.0.6) prints of these rules on a live kernel.
TEST(LayoutTest, TheOriginsChainsAndRulesReadAsNftPrintsThemInBothForms) {
  ExpectChains(
      kOrigin, Family::kIp,
      {{kPrerouting, {"fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport"}},
       {kOutput,
        {"ip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map @map_port_ipport"}},
       {kPostrouting, {"ip saddr @masq_saddr masquerade"}}});
  ExpectChains(
      kOrigin, Family::kIp6,
      {{kPrerouting, {"fib daddr type local dnat ip6 to meta l4proto . th dport map @map_port_ipport"}},
       {kOutput, {"ip6 daddr != ::1 oif \"lo\" dnat ip6 to meta l4proto . th dport map @map_port_ipport"}},
       {kPostrouting, {"ip6 saddr @masq_saddr masquerade"}}});
}

TEST(LayoutTest, NatplansOwnAreTheSameButForPostroutingAndHairpin) {
  constexpr const char* kHairpin = "ct state new ct status dnat fib daddr . iif oif exists ct label set 127";
  ExpectChains(
      kOwn, Family::kIp,
      {{kPrerouting, {"fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport"}},
       {kOutput,
        {"ip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map @map_port_ipport"}},
       {kPostrouting,
        {"ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != "
         "multicast masquerade",
         "ct label 127 masquerade"}},
       {kForward, {kHairpin}}});
  ExpectChains(
      kOwn, Family::kIp6,
      {{kPrerouting, {"fib daddr type local dnat ip6 to meta l4proto . th dport map @map_port_ipport"}},
       {kOutput, {"ip6 daddr != ::1 oif \"lo\" dnat ip6 to meta l4proto . th dport map @map_port_ipport"}},
       {kPostrouting,
        {"ip6 saddr @masq_saddr fib saddr type != local fib daddr type != multicast masquerade",
         "ct label 127 masquerade"}},
       {kForward, {kHairpin}}});
}

// The 4-byte word at which a register starts; two names of one word mean the same.
std::uint32_t Word(Register reg) { return reg >= 8 ? reg - 8 : (reg - 1) * 4; }

// Every change of one part of one expression.
struct Mutate {
  std::vector<Expression> out = {};

  template <typename T>
  void Registers(const T& original, Register T::* member) {
    for (const Register other : {1U, 2U, 3U, 4U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 20U}) {
      if (Word(other) == Word(original.*member)) continue;
      T changed = original;
      changed.*member = other;
      out.push_back(changed);
    }
  }
  template <typename T>
  void Registers(const T& original, std::optional<Register> T::* member) {
    if (!(original.*member)) {
      T changed = original;
      changed.*member = 9;
      out.push_back(changed);
      return;
    }
    for (const Register other : {1U, 2U, 3U, 4U, 9U, 10U, 11U, 12U, 13U, 14U, 20U}) {
      if (Word(other) == Word(*(original.*member))) continue;
      T changed = original;
      changed.*member = other;
      out.push_back(changed);
    }
    T none = original;
    (none.*member).reset();
    out.push_back(none);
  }
  template <typename T>
  void Bytes(const T& original, RegisterBytes T::* member) {
    const auto bytes = (original.*member).span();
    for (std::size_t i = 0; i <= bytes.size(); ++i) {
      std::vector<std::uint8_t> other(bytes.begin(), bytes.end());
      if (i < bytes.size()) {
        other[i] ^= 1U;
      } else if (other.size() > 1) {
        other.pop_back();
      } else {
        other.push_back(0);
      }
      T changed = original;
      changed.*member = RegisterBytes(other);
      out.push_back(changed);
    }
  }
  template <typename T, typename V>
  void Values(const T& original, V T::* member, std::initializer_list<V> values) {
    for (const V& value : values) {
      if (original.*member == value) continue;
      T changed = original;
      changed.*member = value;
      out.push_back(changed);
    }
  }

  void operator()(const FibExpression& e) {
    Registers(e, &FibExpression::destination);
    Values(e, &FibExpression::flags, {0U, 1U, 2U, 3U, 6U, 10U, 34U});
    Values(e, &FibExpression::result, {FibResult::kOif, FibResult::kOifName});
  }
  void operator()(const CmpExpression& e) {
    Registers(e, &CmpExpression::source);
    Bytes(e, &CmpExpression::data);
    Values(e, &CmpExpression::op,
           {CmpOperator::kEq, CmpOperator::kNeq, CmpOperator::kLt, CmpOperator::kLte, CmpOperator::kGt,
            CmpOperator::kGte});
  }
  void operator()(const MetaExpression& e) {
    Registers(e, &MetaExpression::destination);
    Values(e, &MetaExpression::key,
           {MetaKey::kIif, MetaKey::kOif, MetaKey::kL4Proto, MetaKey(6), MetaKey(7), MetaKey(3)});
  }
  void operator()(const CtExpression& e) {
    Registers(e, &CtExpression::reg);
    Values(e, &CtExpression::key, {CtKey::kState, CtKey::kStatus, CtKey::kLabels, CtKey(3)});
    Values(e, &CtExpression::writes, {!e.writes});
  }
  void operator()(const PayloadExpression& e) {
    Registers(e, &PayloadExpression::destination);
    Values(e, &PayloadExpression::base,
           {PayloadBase::kLink, PayloadBase::kNetwork, PayloadBase::kTransport, PayloadBase::kInner});
    Values(e, &PayloadExpression::offset, {0U, 1U, 2U, 8U, 12U, 16U, 20U, 24U});
    Values(e, &PayloadExpression::length, {1U, 2U, 3U, 4U, 8U, 15U, 16U, 20U});
  }
  void operator()(const BitwiseExpression& e) {
    Registers(e, &BitwiseExpression::source);
    Registers(e, &BitwiseExpression::destination);
    Bytes(e, &BitwiseExpression::mask);
    Bytes(e, &BitwiseExpression::xor_with);
  }
  void operator()(const LookupExpression& e) {
    Registers(e, &LookupExpression::source);
    Registers(e, &LookupExpression::destination);
    Values(e, &LookupExpression::set,
           {std::string("other"), std::string(kMasqueradeSet), std::string(kForwardMap)});
    Values(e, &LookupExpression::flags, {1U, 2U, 3U});
  }
  void operator()(const NatExpression& e) {
    Registers(e, &NatExpression::address);
    Registers(e, &NatExpression::port);
    Values(e, &NatExpression::type, {NatType::kSource, NatType(2)});
    Values(e, &NatExpression::family, {0U, 1U, 2U, 10U});
  }
  void operator()(const MasqueradeExpression&) {}
  void operator()(const CounterExpression&) {}
  void operator()(const ImmediateExpression&) {}
  void operator()(const UnknownExpression&) {}
};

bool IsLoadOfKey(const Expression& expression) {
  const auto* meta = std::get_if<MetaExpression>(&expression);
  const auto* payload = std::get_if<PayloadExpression>(&expression);
  return (meta != nullptr && meta->key == MetaKey::kL4Proto) ||
         (payload != nullptr && payload->base == PayloadBase::kTransport);
}

// The text decides what a person takes for natplan's own rule: nothing else may read the same.
TEST(LayoutTest, NoSmallChangeOfARuleKeepsItsText) {
  std::size_t changes = 0;
  for (const Family family : kFamilies) {
    for (const ChainPlan& chain : Chains(kOwn, family)) {
      std::vector<Expressions> forms = chain.forms;
      forms.insert(forms.end(), chain.behind.begin(), chain.behind.end());
      for (const Expressions& form : forms) {
        const std::string ours = RuleText(family, form);
        const auto differs = [&](const Expressions& other, const std::string& what) {
          ++changes;
          EXPECT_NE(RuleText(family, other), ours) << what << " in " << chain.name;
        };
        for (std::size_t i = 0; i < form.size(); ++i) {
          const std::string where = NameOf(form[i]) + " at " + std::to_string(i);
          Mutate mutate;
          std::visit(mutate, form[i]);
          for (std::size_t m = 0; m < mutate.out.size(); ++m) {
            Expressions other = form;
            other[i] = mutate.out[m];
            differs(other, where + " changed, way " + std::to_string(m));
          }
          // nft loads again what the register holds already: without it the rule means the same.
          const bool again =
              i >= 2 && form[i] == form[i - 2] && std::holds_alternative<CmpExpression>(form[i - 1]);
          Expressions without = form;
          without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
          if (!again) differs(without, where + " left out");
          Expressions twice = form;
          twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(i), form[i]);
          differs(twice, where + " twice");
          for (const Expression& extra : Expressions{
                   CounterExpression{}, UnknownExpression{"ct", {}}, MetaExpression{MetaKey::kIif, 16},
                   ImmediateExpression{.destination = 9, .value = {2, 0, 0, 0}},
                   ImmediateExpression{.destination = 0, .verdict = 1}}) {
            Expressions more = form;
            more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), extra);
            differs(more, NameOf(extra) + " before " + where);
          }
          // The two loads of the map's key may stand in any order.
          if (i == 0 || (IsLoadOfKey(form[i - 1]) && IsLoadOfKey(form[i]))) continue;
          Expressions swapped = form;
          std::swap(swapped[i - 1], swapped[i]);
          differs(swapped, where + " earlier");
        }
        differs({}, "nothing");
      }
    }
  }
  EXPECT_GT(changes, 2000U);
}

TEST(LayoutTest, TheDefaultTableIsNatplansOwn) {
  EXPECT_TRUE(Layout{}.own());
  EXPECT_FALSE(Layout{"io.systemd.nat"}.own());
  EXPECT_EQ(Layout{}.Id(Family::kIp6), (TableId{Family::kIp6, "natplan"}));
}

}  // namespace
}  // namespace natplan
