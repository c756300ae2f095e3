// One thing in the table was changed: a rule, an element, an attribute.
#include "tests/recovery/row.h"

namespace natplan::recovery {
namespace {

Row AfterFlushTable() {
  return {
      .scenario = "EverythingReturnsAfterFlushTable",
      .steps = {{
          .commands = {"nft flush table ip natplan"},
          .heard = R"(changed by nft: delete rule ip natplan prerouting handle 8
changed by nft: delete rule ip natplan output handle 9
changed by nft: delete rule ip natplan postrouting handle 10
changed by nft: delete rule ip natplan postrouting handle 11
changed by nft: delete rule ip natplan hairpin handle 12
)",
          .differs = R"(flush chain ip natplan prerouting
add rule ip natplan prerouting fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport
flush chain ip natplan output
add rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
flush chain ip natplan postrouting
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
flush chain ip natplan hairpin
add rule ip natplan hairpin ct state new ct status dnat fib daddr . iif oif exists ct label set 127
)",
      }},
      .check =
          R"(+ rule ip natplan prerouting fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport
+ rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ct label 127 masquerade
+ rule ip natplan hairpin ct state new ct status dnat fib daddr . iif oif exists ct label set 127
)",
  };
}

Row AfterASetIsDeleted() {
  return {
      .scenario = "EverythingReturnsAfterASetIsDeleted",
      .steps = {{
          .commands = {"nft 'flush chain ip natplan postrouting; delete set ip natplan masq_saddr'"},
          .heard = R"(changed by nft: delete rule ip natplan postrouting handle 10
changed by nft: delete rule ip natplan postrouting handle 11
changed by nft: delete set ip natplan masq_saddr
)",
          .differs = R"(add set ip natplan masq_saddr { type ipv4_addr; flags interval; }
flush chain ip natplan postrouting
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
add element ip natplan masq_saddr { 10.1.0.0/24 }
add element ip natplan masq_saddr { 10.2.0.0/16 }
add element ip natplan masq_saddr { 10.9.0.0/24 }
)",
      }},
      .check = R"(+ set ip natplan masq_saddr { type ipv4_addr; flags interval; }
+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ct label 127 masquerade
+ element ip natplan masq_saddr { 10.1.0.0/24 }
+ element ip natplan masq_saddr { 10.2.0.0/16 }
+ element ip natplan masq_saddr { 10.9.0.0/24 }
)",
  };
}

Row AfterElementsAreDeleted() {
  return {
      .scenario = "EverythingReturnsAfterElementsAreDeleted",
      .steps = {{
          .commands = {"nft 'delete element ip natplan masq_saddr { 10.2.0.0/16, 10.9.0.0/24 }'"},
          .heard = R"(changed by nft: delete element ip natplan masq_saddr { 10.2.0.0/16 }
changed by nft: delete element ip natplan masq_saddr { 10.9.0.0/24 }
)",
          .differs = R"(add element ip natplan masq_saddr { 10.2.0.0/16 }
add element ip natplan masq_saddr { 10.9.0.0/24 }
)",
      }},
      .check = R"(+ element ip natplan masq_saddr { 10.2.0.0/16 }
+ element ip natplan masq_saddr { 10.9.0.0/24 }
)",
  };
}

// What the other owner wants is nobody's until that owner acts.
Row AfterTheLedgerIsFlushed() {
  return {
      .scenario = "AFlushedLedgerComesBackWithItsOwners",
      .steps = {{
          .commands = {"nft flush set ip natplan owners"},
          .heard =
              R"(changed by nft: delete element ip natplan owners { 10.1.0.0 . 24 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
changed by nft: delete element ip natplan owners { 10.2.0.0 . 16 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
changed by nft: delete element ip natplan owners { 10.9.0.0 . 24 . 0x3e23e816 . 0x0039594a . 0x33894f65 comment "b" }
foreign: element ip natplan masq_saddr { 10.9.0.0/24 }
)",
          .differs =
              R"(create element ip natplan owners { 10.1.0.0 . 24 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
create element ip natplan owners { 10.2.0.0 . 16 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
)",
      }},
      .check =
          R"(+ element ip natplan owners { 10.1.0.0 . 24 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
+ element ip natplan owners { 10.2.0.0 . 16 . 0x4b5e57f6 . 0xeb2f42b9 . 0x039b3d1e comment "web" }
# foreign, left alone: element ip natplan masq_saddr { 10.9.0.0/24 }
)",
      .left = "# foreign, left alone: element ip natplan masq_saddr { 10.9.0.0/24 }\n",
  };
}

Row AfterAChainIsFlushed() {
  return {
      .scenario = "EverythingReturnsAfterAChainIsFlushed",
      .steps = {{
          .commands = {"nft flush chain ip natplan output"},
          .heard = "changed by nft: delete rule ip natplan output handle 9\n",
          .differs = R"(flush chain ip natplan output
add rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
      }},
      .check =
          R"(+ rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
  };
}

Row ARuleInFront() {
  return {
      .scenario = "AForeignRuleInFrontIsRemoved",
      .steps = {{
          .commands = {"nft insert rule ip natplan postrouting accept"},
          .heard = "changed by nft: add rule ip natplan postrouting accept\n",
          .differs = R"(flush chain ip natplan postrouting
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
)",
      }},
      .check = R"(- rule ip natplan postrouting accept
- rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
- rule ip natplan postrouting ct label 127 masquerade
+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ct label 127 masquerade
)",
  };
}

Row ARuleBehind() {
  return {
      .scenario = "AForeignRuleBehindIsListedAndKept",
      .steps = {{
          .commands = {"nft add rule ip natplan postrouting accept"},
          .heard = R"(changed by nft: add rule ip natplan postrouting accept
foreign: rule ip natplan postrouting accept
)",
      }},
      .check = R"(# foreign, left alone: rule ip natplan postrouting accept
# equal: the kernel holds what tests/recovery/web.toml wants
)",
      .check_exit_code = 0,
      .left = "# foreign, left alone: rule ip natplan postrouting accept\n",
  };
}

Row RulesInAnotherOrder() {
  return {
      .scenario = "RulesInAnotherOrderAreMadeAgain",
      .other_owner = "natplan add masquerade 10.9.0.0/24 --out-interface eth0 --owner b",
      .steps = {{
          .commands =
              {"nft 'flush chain ip natplan postrouting; "
               "add rule ip natplan postrouting ip saddr 10.9.0.0/24 oifname eth0 fib saddr type != local "
               "fib daddr type != broadcast fib daddr type != multicast masquerade comment b; "
               "add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local "
               "fib daddr type != broadcast fib daddr type != multicast masquerade'"},
          .heard =
              R"(changed by nft: delete rule ip natplan postrouting handle 10
changed by nft: delete rule ip natplan postrouting handle 11
changed by nft: delete rule ip natplan postrouting handle 13
changed by nft: add rule ip natplan postrouting ip saddr 10.9.0.0/24 oifname "eth0" fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade comment "b"
changed by nft: add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
)",
          .differs = R"(flush chain ip natplan postrouting
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
add rule ip natplan postrouting ip saddr 10.9.0.0/24 oifname "eth0" fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade comment "b"
)",
      }},
      .check =
          R"(- rule ip natplan postrouting ip saddr 10.9.0.0/24 oifname "eth0" fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade comment "b"
- rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ct label 127 masquerade
+ rule ip natplan postrouting ip saddr 10.9.0.0/24 oifname "eth0" fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade comment "b"
)",
  };
}

// A watch prints no size: it is not among what natplan compares.
Row ASetWithASize() {
  return {
      .scenario = "ASetRecreatedWithASizeIsUsedAsItIs",
      .steps = {{
          .commands = {"nft 'flush chain ip natplan postrouting; delete set ip natplan masq_saddr; "
                       "add set ip natplan masq_saddr { type ipv4_addr; flags interval; size 1000; }'"},
          .heard = R"(changed by nft: delete rule ip natplan postrouting handle 10
changed by nft: delete rule ip natplan postrouting handle 11
changed by nft: delete set ip natplan masq_saddr
changed by nft: add set ip natplan masq_saddr { type ipv4_addr; flags interval; }
)",
          .differs = R"(flush chain ip natplan postrouting
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
add element ip natplan masq_saddr { 10.1.0.0/24 }
add element ip natplan masq_saddr { 10.2.0.0/16 }
add element ip natplan masq_saddr { 10.9.0.0/24 }
)",
      }},
      .check =
          R"(+ rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
+ rule ip natplan postrouting ct label 127 masquerade
+ element ip natplan masq_saddr { 10.1.0.0/24 }
+ element ip natplan masq_saddr { 10.2.0.0/16 }
+ element ip natplan masq_saddr { 10.9.0.0/24 }
)",
  };
}

Row ADormantTable() {
  return {
      .scenario = "ADormantTableIsMadeActive",
      .steps = {{
          .commands = {"nft 'add table ip natplan { flags dormant; }'"},
          .heard = "changed by nft: add table ip natplan { flags dormant; }\n",
          .differs = "add table ip natplan\n",
      }},
      .check = "- table ip natplan { flags dormant; }\n+ table ip natplan\n",
  };
}

Row APolicyDrop() {
  return {
      .scenario = "APolicyDropIsRepaired",
      .steps = {{
          .commands = {"nft 'chain ip natplan output { policy drop; }'"},
          .heard = "changed by nft: add chain ip natplan output { type nat hook output priority -99; policy "
                   "drop; }\n",
          .differs = "add chain ip natplan output { type nat hook output priority -99; policy accept; }\n",
      }},
      .check = R"(- chain ip natplan output { type nat hook output priority -99; policy drop; }
+ chain ip natplan output { type nat hook output priority -99; policy accept; }
)",
  };
}

Row AChainAtAnotherPriority() {
  return {
      .scenario = "AChainAtAnotherPriorityIsReplaced",
      .steps = {{
          .commands = {"nft 'flush chain ip natplan output; delete chain ip natplan output; "
                       "add chain ip natplan output { type nat hook output priority 17; }; "
                       "add rule ip natplan output ip daddr != 127.0.0.0/8 oif lo "
                       "dnat ip to meta l4proto . th dport map @map_port_ipport'"},
          .heard =
              R"(changed by nft: delete rule ip natplan output handle 9
changed by nft: delete chain ip natplan output
changed by nft: add chain ip natplan output { type nat hook output priority 17; policy accept; }
changed by nft: add rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
          .differs = R"(delete chain ip natplan output
add chain ip natplan output { type nat hook output priority -99; policy accept; }
add rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
      }},
      .check =
          R"(- rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
- chain ip natplan output { type nat hook output priority 17; policy accept; }
+ chain ip natplan output { type nat hook output priority -99; policy accept; }
+ rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
  };
}

// In two transactions.
Row ADormantTableWithAWrongChain() {
  return {
      .scenario = "ADormantTableWithAWrongChainIsRepaired",
      .steps = {{
          .commands = {"nft 'flush chain ip natplan output; delete chain ip natplan output; "
                       "add chain ip natplan output { type nat hook output priority 17; }'",
                       "nft 'add table ip natplan { flags dormant; }'"},
          .heard = R"(changed by nft: delete rule ip natplan output handle 9
changed by nft: delete chain ip natplan output
changed by nft: add chain ip natplan output { type nat hook output priority 17; policy accept; }
changed by nft: add table ip natplan { flags dormant; }
)",
          .differs = R"(delete chain ip natplan output
add chain ip natplan output { type nat hook output priority -99; policy accept; }
add table ip natplan
flush chain ip natplan output
add rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
      }},
      .check = R"(- chain ip natplan output { type nat hook output priority 17; policy accept; }
+ chain ip natplan output { type nat hook output priority -99; policy accept; }
- table ip natplan { flags dormant; }
+ table ip natplan
+ rule ip natplan output ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
)",
  };
}

// In a table in which somebody wants localhost.
Row WithoutTheGuard() {
  return {
      .scenario = "TheGuardOfLoopbackIsMadeAgain",
      .other_owner = "natplan add forward tcp 8081 10.9.0.2:80 --localhost --owner b",
      .steps = {{
          .commands = {"nft delete chain ip natplan loopback"},
          .heard = R"(changed by nft: delete rule ip natplan loopback handle 17
changed by nft: delete rule ip natplan loopback handle 18
changed by nft: delete chain ip natplan loopback
)",
          .differs =
              R"(add chain ip natplan loopback { type filter hook prerouting priority raw; policy accept; }
add rule ip natplan loopback ip daddr 127.0.0.0/8 iif != "lo" drop
add rule ip natplan loopback ip saddr 127.0.0.0/8 iif != "lo" drop
)",
      }},
      .check = R"(+ chain ip natplan loopback { type filter hook prerouting priority raw; policy accept; }
+ rule ip natplan loopback ip daddr 127.0.0.0/8 iif != "lo" drop
+ rule ip natplan loopback ip saddr 127.0.0.0/8 iif != "lo" drop
)",
  };
}

Row ANeighbour() {
  return {
      .scenario = "ANeighboursCommitsCostOneRetryAndNoReading",
      .steps = {{.commands = {"natplan add masquerade 10.8.0.0/16 --owner c"}}},
      .check = "# equal: the kernel holds what tests/recovery/web.toml wants\n",
      .check_exit_code = 0,
  };
}

}  // namespace

std::vector<Row> PieceRows() {
  return {AfterFlushTable(),
          AfterASetIsDeleted(),
          AfterElementsAreDeleted(),
          AfterTheLedgerIsFlushed(),
          AfterAChainIsFlushed(),
          ARuleInFront(),
          ARuleBehind(),
          RulesInAnotherOrder(),
          ASetWithASize(),
          ADormantTable(),
          APolicyDrop(),
          AChainAtAnotherPriority(),
          ADormantTableWithAWrongChain(),
          WithoutTheGuard(),
          ANeighbour()};
}

}  // namespace natplan::recovery
