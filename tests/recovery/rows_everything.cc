// Both tables are gone, and what came in their place is nothing, another program's, or another owner's.
#include <initializer_list>
#include <regex>
#include <string>
#include <string_view>

#include "tests/recovery/row.h"

namespace natplan::recovery {
namespace {

constexpr std::string_view kFlushed = R"(changed by nft: delete rule ip natplan prerouting handle 8
changed by nft: delete rule ip natplan output handle 9
changed by nft: delete rule ip natplan postrouting handle 10
changed by nft: delete rule ip natplan postrouting handle 11
changed by nft: delete rule ip natplan hairpin handle 12
changed by nft: delete set ip natplan masq_saddr
changed by nft: delete map ip natplan map_port_ipport
changed by nft: delete set ip natplan owners
changed by nft: delete chain ip natplan prerouting
changed by nft: delete chain ip natplan output
changed by nft: delete chain ip natplan postrouting
changed by nft: delete chain ip natplan hairpin
changed by nft: delete table ip natplan
changed by nft: delete rule ip6 natplan prerouting handle 8
changed by nft: delete rule ip6 natplan output handle 9
changed by nft: delete rule ip6 natplan postrouting handle 10
changed by nft: delete rule ip6 natplan postrouting handle 11
changed by nft: delete rule ip6 natplan hairpin handle 12
changed by nft: delete set ip6 natplan masq_saddr
changed by nft: delete map ip6 natplan map_port_ipport
changed by nft: delete set ip6 natplan owners
changed by nft: delete chain ip6 natplan prerouting
changed by nft: delete chain ip6 natplan output
changed by nft: delete chain ip6 natplan postrouting
changed by nft: delete chain ip6 natplan hairpin
changed by nft: delete chain ip6 natplan first
changed by nft: delete table ip6 natplan
)";

// What makes the tables and web's wishes again.
constexpr std::string_view kMakeTableIp = R"(add table ip natplan { comment "natplan layout 2"; }
add chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }
add chain ip natplan output { type nat hook output priority -99; policy accept; }
add chain ip natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }
add chain ip natplan hairpin { type filter hook forward priority filter + 1; policy accept; }
add set ip natplan masq_saddr { type ipv4_addr; flags interval; }
add map ip natplan map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; }
add set ip natplan owners { type ipv4_addr . inet_service . mark . mark . mark; }
add rule ip natplan prerouting fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport
add rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
add rule ip natplan hairpin ct state new ct status dnat fib daddr . iif oif exists ct label set 127
)";
constexpr std::string_view kMasquerades = R"(add element ip natplan masq_saddr { 10.1.0.0/24 }
add element ip natplan masq_saddr { 10.2.0.0/16 }
)";
constexpr std::string_view kForward =
    R"(create element ip natplan map_port_ipport { tcp . 8080 comment "web" : 10.1.0.2 . 80 }
)";
constexpr std::string_view kLedger =
    R"(create element ip natplan owners { 10.1.0.0 . 24 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
create element ip natplan owners { 10.2.0.0 . 16 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
)";
constexpr std::string_view kMakeIp6 = R"(add table ip6 natplan { comment "natplan layout 2"; }
add chain ip6 natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }
add chain ip6 natplan output { type nat hook output priority -99; policy accept; }
add chain ip6 natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }
add chain ip6 natplan hairpin { type filter hook forward priority filter + 1; policy accept; }
add set ip6 natplan masq_saddr { type ipv6_addr; flags interval; }
add map ip6 natplan map_port_ipport { type inet_proto . inet_service : ipv6_addr . inet_service; }
add set ip6 natplan owners { type ipv6_addr . inet_service . mark . mark . mark; }
add rule ip6 natplan prerouting fib daddr type local dnat ip6 to meta l4proto . th dport map @map_port_ipport
add rule ip6 natplan output ip6 daddr != ::1 oif "lo" dnat ip6 to meta l4proto . th dport map @map_port_ipport
add rule ip6 natplan postrouting ip6 saddr @masq_saddr fib saddr type != local fib daddr type != multicast masquerade
add rule ip6 natplan postrouting ct label 127 masquerade
add rule ip6 natplan hairpin ct state new ct status dnat fib daddr . iif oif exists ct label set 127
add element ip6 natplan masq_saddr { fd00:1::/64 }
add element ip6 natplan masq_saddr { fd00:2::/48 }
create element ip6 natplan owners { fd00:1:: . 64 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
create element ip6 natplan owners { fd00:2:: . 48 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
)";

std::string Joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

// The same as `natplan check` prints what is missing.
std::string Missing(const std::string& operations) {
  static const std::regex kVerb("(^|\n)(add|create) ");
  return std::regex_replace(operations, kVerb, "$1+ ");
}

Row AfterFlushRuleset() {
  const std::string all = Joined({kMakeTableIp, kMasquerades, kForward, kLedger, kMakeIp6});
  return {
      .scenario = "EverythingReturnsAfterFlushRuleset",
      .steps = {{.commands = {"nft flush ruleset"}, .heard = std::string(kFlushed), .differs = all}},
      .check = Missing(all),
  };
}

Row ATableOfAnotherSocket() {
  return {
      .scenario = "ATableOfAnotherSocketIsLeftAlone",
      .steps = {{
          .held = "flush ruleset; add table ip natplan { flags owner; }",
          .heard = Joined({kFlushed, "changed by nft: add table ip natplan\n"}),
          .differs =
              Joined({"delete table ip natplan\n", kMakeTableIp, kMasquerades, kForward, kLedger, kMakeIp6}),
          .restored = "",
      }},
      .check =
          Missing(std::string(kMakeIp6)) + R"(- table ip natplan
+ table ip natplan { comment "natplan layout 2"; }
+ chain ip natplan prerouting { type nat hook prerouting priority dstnat + 1; policy accept; }
+ chain ip natplan output { type nat hook output priority -99; policy accept; }
+ chain ip natplan postrouting { type nat hook postrouting priority srcnat + 1; policy accept; }
+ chain ip natplan hairpin { type filter hook forward priority filter + 1; policy accept; }
+ set ip natplan masq_saddr { type ipv4_addr; flags interval; }
+ map ip natplan map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; }
+ set ip natplan owners { type ipv4_addr . inet_service . mark . mark . mark; }
)" + Missing(Joined({kMasquerades, kForward, kLedger})) +
          R"(+ rule ip natplan hairpin ct state new ct status dnat fib daddr . iif oif exists ct label set 127
+ rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ct label 127 masquerade
+ rule ip natplan prerouting fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport
)",
      .refused =
          R"(natplan: table ip natplan is owned by another program's socket; stop that program, or choose another table
  operation: delete table ip natplan
)",
  };
}

Row APortOfAnotherOwner() {
  const std::string error =
      R"(owner "b" forwards ip tcp port 8080 to 10.9.0.2:80 already, and not to 10.1.0.2:80; choose another host port, or if that owner is gone: natplan forget --owner "b"
  operation: add element ip natplan map_port_ipport { tcp . 8080 : 10.1.0.2 . 80 }
  wanted: element ip natplan map_port_ipport { tcp . 8080 : 10.1.0.2 . 80 }
  found: element ip natplan map_port_ipport { tcp . 8080 comment "b" : 10.9.0.2 . 80 }
)";
  return {
      .scenario = "APortThatAnotherOwnerTookAfterAFlushIsLost",
      .steps =
          {{
               .commands = {"nft flush ruleset", "natplan add forward tcp 8080 10.9.0.2:80 --owner b"},
               .heard = Joined(
                   {kFlushed, EachAfter("changed by natplan: ", std::string(kMakeTableIp)),
                    R"(changed by natplan: add element ip natplan map_port_ipport { tcp . 8080 comment "b" : 10.9.0.2 . 80 }
lost: )",
                    error}),
               .differs = Joined({kMasquerades, kLedger, kMakeIp6}),
           },
           {
               .commands = {"natplan delete forward tcp 8080 --owner b"},
               .heard =
                   R"(changed by natplan: delete element ip natplan map_port_ipport { tcp . 8080 comment "b" : 10.9.0.2 . 80 }
regained: nobody else holds what is wanted any more
)",
               .differs = Joined({kMasquerades, kForward, kLedger, kMakeIp6}),
               .restored = std::string(kForward),
           }},
      .check = "",
      .check_error = "natplan: " + error,
  };
}

}  // namespace

std::vector<Row> EverythingRows() {
  return {AfterFlushRuleset(), ATableOfAnotherSocket(), APortOfAnotherOwner()};
}

}  // namespace natplan::recovery
