#include "kernel_sim/listing/rulesets_for_test.h"

namespace natplan::kernel_sim {

std::vector<NamedRuleset> NamedRulesets() {
  return {
      {"Skeleton", R"(
table ip natplan {
  comment "natplan layout 2"
  set masq_saddr { type ipv4_addr; flags interval; elements = { 10.0.2.0/28, 192.168.50.112/28, 10.1.2.3 } }
  set owners { type ipv4_addr . inet_service . mark . mark . mark; elements = {
    10.0.2.0 . 28 . 0x12345678 . 0x0000abcd . 0x00000007 comment "web one", 10.1.2.3 . 32 . 0x12345678 . 0x0000abcd . 0x00000007,
    10.0.2.0 . 27 . 0x02345678 . 0x0100abcd . 0x00000008, 9.0.2.0 . 27 . 0x02345678 . 0x0100abcd . 0x00000008 } }
  map map_port_ipport { type inet_proto . inet_service : ipv4_addr . inet_service; elements = {
    tcp . 2222 comment "web one" : 192.168.50.121 . 22, udp . 53 : 10.0.2.2 . 53, sctp . 256 : 10.0.2.2 . 1,
    tcp . 1 : 10.0.2.2 . 513 } }
  chain prerouting {
    type nat hook prerouting priority dstnat + 1; policy accept;
    fib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport
  }
  chain output {
    type nat hook output priority -99; policy accept;
    ip daddr != 127.0.0.0/8 oif "lo" dnat ip to meta l4proto . th dport map @map_port_ipport
  }
  chain postrouting {
    type nat hook postrouting priority srcnat + 1; policy accept;
    ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
    ct label 127 masquerade
    ip saddr 127.0.0.0/8 oif != "lo" ct status dnat masquerade
  }
  chain hairpin {
    type filter hook forward priority filter + 1; policy accept;
    ct state new ct status dnat fib daddr . iif oif exists ct label set 127
  }
  chain loopback {
    type filter hook prerouting priority raw; policy accept;
    ip daddr 127.0.0.0/8 iif != "lo" drop
    ip saddr 127.0.0.0/8 iif != "lo" drop
  }
}
table ip6 natplan {
  set masq_saddr { type ipv6_addr; flags interval; elements = { fd00::/64, ff00::/8, ::1 } }
  set owners { type ipv6_addr . inet_service . mark . mark . mark; elements = {
    fd00:: . 64 . 0x12345678 . 0x0000abcd . 0x00000007 comment "six", fd01:: . 64 . 0x12345678 . 0x0000abcd . 0x00000007 } }
  map map_port_ipport { type inet_proto . inet_service : ipv6_addr . inet_service; elements = {
    tcp . 80 : fd00::5 . 8080, udp . 81 : ::1 . 2 } }
  chain prerouting {
    type nat hook prerouting priority dstnat + 1;
    fib daddr type local dnat ip6 to meta l4proto . th dport map @map_port_ipport
  }
  chain output {
    type nat hook output priority -99;
    ip6 daddr != ::1 oif "lo" dnat ip6 to meta l4proto . th dport map @map_port_ipport
  }
  chain postrouting { type nat hook postrouting priority srcnat + 1;
    ip6 saddr @masq_saddr masquerade
  }
}
)"},
      {"Tables", R"(
table ip both { flags dormant; comment "x y"
  chain a {
  }
}
table ip said {
  comment "x"
}
table ip asleep {
  flags dormant
}
table ip plain {
}
table ip6 plain {
  comment "q"
  chain a {
  }
}
table inet plain {
}
table arp plain {
  chain a { type filter hook input priority 0;
  }
}
table bridge plain {
  chain a { type filter hook prerouting priority -300;
  }
  chain b { type filter hook output priority 101;
  }
}
table netdev plain {
}
)"},
      {"Chains", R"(
table ip t {
  chain regular {
  }
  chain said { comment "a chain"
  }
  chain b0 { type nat hook prerouting priority -99; policy drop; comment "based"
  }
  chain b1 { type nat hook input priority 100;
  }
  chain b2 { type nat hook postrouting priority 90;
  }
  chain b3 { type nat hook postrouting priority 89;
  }
  chain b4 { type nat hook output priority -100;
  }
  chain b5 { type filter hook forward priority -150;
  }
  chain b6 { type route hook output priority -140;
  }
  chain b7 { type filter hook input priority -300;
  }
  chain b8 { type filter hook input priority 10;
  }
  chain b9 { type filter hook input priority 11;
  }
  chain b10 { type filter hook prerouting priority -90;
  }
  chain b11 { type filter hook input priority 50; policy drop;
  }
  chain b12 { type filter hook input priority -5;
  }
  chain b13 { type filter hook postrouting priority -2147483648;
  }
}
)"},
      {"Sets", R"(
table ip t {
  set ranges4 { type ipv4_addr; flags interval; elements = {
    10.0.0.0/8 comment "a", 11.0.0.1, 12.0.0.0-12.0.0.5, 128.0.0.0-128.255.255.255, 255.255.255.254/31 } }
  set top_range { type ipv4_addr; flags interval; elements = { 0.0.0.0/1, 192.168.0.0-255.255.255.255 } }
  set top_prefix { type ipv4_addr; flags interval; elements = { 192.0.0.0-255.255.255.255 comment "top" } }
  set top_address { type ipv4_addr; flags interval; elements = { 1.2.3.4, 255.255.255.255 } }
  set everything { type ipv4_addr; flags interval; elements = { 0.0.0.0/0 } }
  set adjacent { type ipv4_addr; flags interval; elements = { 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/23 } }
  set empty_interval { type ipv4_addr; flags interval; }
  set emptied { type ipv4_addr; flags interval; elements = { 10.0.0.0/24 } }
  set hash { type ipv4_addr; elements = { 1.2.3.4, 1.2.3.5, 9.9.9.9, 5.5.5.5 comment "c", 6.6.6.6, 7.7.7.7 } }
  set ports { type inet_service; elements = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 256, 513 } }
  set port_ranges { type inet_service; flags interval; elements = { 0-1023, 1025, 2048-4095, 60000-65535 } }
  set protocols { type inet_proto; elements = { tcp, udp, sctp, icmp, 200, dccp, udplite, esp, 0, 4, 58, 118, 255 } }
  set marks { type mark; elements = { 1, 2, 0xff, 0x100, 0x10000, 0xffffffff } }
  set mark_ranges { type mark; flags interval; elements = { 5-9, 0x10-0x1f, 0xf0000000-0xffffffff } }
  set pairs { type ipv4_addr . inet_service; elements = {
    1.2.3.4 . 80, 1.2.3.4 . 81, 1.2.3.5 . 80, 2.0.0.1 . 5 comment "hey", 3.3.3.3 . 256, 3.3.3.3 . 1 } }
  set names { type ifname; elements = { "eth0", "lo" } }
  set links { type iface_index; elements = { 1, 2, 3 } }
  set said { type ipv4_addr; size 10; comment "se"; }
  set memory { type ipv4_addr; policy memory; size 10; flags interval; }
  set times { type ipv4_addr; flags interval, timeout; timeout 5m; gc-interval 10s; size 6; comment "k"; auto-merge; }
  set default_time { type ipv4_addr; timeout 1d2h3m4s; }
  set constants { type ipv4_addr; flags constant, interval; elements = { 1.1.1.1 } }
  set changing { type ipv4_addr; flags dynamic, timeout; }
  set catch_all { type ipv4_addr; elements = { 1.1.1.1, * } }
  map forwards { type inet_proto . inet_service : ipv4_addr . inet_service; elements = {
    tcp . 80 : 1.2.3.4 . 80, udp . 53 : 9.9.9.9 . 53, tcp . 443 comment "x y" : 1.1.1.1 . 443, 201 . 5 : 2.2.2.2 . 1 } }
  map ranges { type ipv4_addr : ipv4_addr; flags interval; elements = {
    1.0.0.0/8 : 2.2.2.2, 3.3.3.3 comment "k" : 4.4.4.4, 200.0.0.0-255.255.255.255 : 1.1.1.1 } }
  map verdicts { type inet_service : verdict; elements = {
    1 : accept, 2 : drop, 3 : jump c, 4 : goto c, 5 : return, 6 : continue } }
  map mark_ports { type mark : inet_service; elements = { 1 : 2, 5 : 7, 9 : 100 } }
  chain c {
  }
}
table ip6 t {
  set ranges6 { type ipv6_addr; flags interval; elements = {
    ::1, 2001:db8::/32 comment "d", 2001:db9::1-2001:db9::9, c000::/2 } }
  set low { type ipv6_addr; flags interval; elements = { ::/1, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff } }
  set hash { type ipv6_addr; elements = { ::1, ::2, fe80::1, ::ffff:1.2.3.4, ::1.2.3.4, ::, 1:0:0:2::3, 1:0:2:3:4:5:6:7,
    1::, ::ffff:0:0, 1:2:3:4:5:6:7:0, 0:0:1:: } }
  map ports { type ipv6_addr : inet_service; elements = { ::1 : 5, ::2 : 6 } }
}
flush set ip t emptied
)"},
      {"Rules", R"(
table ip t {
  set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 } }
  set pairs { type ipv4_addr . inet_service; elements = { 1.2.3.4 . 80 } }
  map forwards { type inet_proto . inet_service : ipv4_addr . inet_service; }
  map by_address { type ipv4_addr . inet_service : ipv4_addr . inet_service; }
  map by_port { type inet_service : ipv4_addr; }
  map ranges { type ipv4_addr : ipv4_addr; flags interval; }
  map verdicts { type inet_service : verdict; elements = { 1 : accept } }
  chain c {
  }
  chain n { type nat hook prerouting priority 0;
    fib daddr type local dnat ip to meta l4proto . th dport map @forwards
    meta l4proto tcp dnat ip to ip daddr . tcp dport map @by_address
    dnat to tcp dport map @by_port
    meta l4proto tcp ip saddr 1.2.3.4 counter dnat to tcp dport map @by_port
    tcp dport 80 dnat to 1.2.3.4 comment "u"
    tcp dport 80 dnat to 1.2.3.4:8080
    ip saddr 1.2.3.0/24 meta l4proto tcp counter dnat to :8080
    ip daddr != 127.0.0.0/12 oif 5 meta l4proto tcp dnat to 1.2.3.4:80
    dnat to 1.2.3.4 random
    tcp dport 80 dnat to 1.2.3.4-1.2.3.9:80-90 persistent
    udp dport 80 counter dnat to :90
    dnat to ip daddr map { 1.1.1.1 : 2.2.2.2, 3.3.3.3 : 4.4.4.4 }
  }
  chain p { type nat hook postrouting priority 101;
    ip saddr @s masquerade comment "r1"
    ip saddr . tcp dport @pairs masquerade
    masquerade random,persistent
    masquerade fully-random
    meta l4proto tcp masquerade to :1000-2000
    meta l4proto udp masquerade to :1000
    ip saddr 1.2.3.4 snat to 5.5.5.5-5.5.5.9
    snat to ip saddr map @ranges
  }
  chain f { type filter hook input priority 0;
    meta l4proto tcp ip saddr 1.1.1.1 tcp dport 80
    ip protocol tcp tcp dport 80
    ip protocol tcp counter tcp dport 80
    ip protocol udp ip saddr 1.1.1.1
    meta l4proto tcp counter tcp dport 80
    meta l4proto tcp accept
    meta l4proto != tcp th dport 80
    meta l4proto { tcp, udp } th dport 53 accept
    sctp dport 80
    dccp dport 80 accept
    tcp dport != 80 tcp sport 5
    tcp dport { 80, 90 } accept
    tcp dport > 80
    tcp dport 80-90
    udp sport 53 drop
    th dport 53 accept
    th sport 4
    tcp dport vmap @verdicts
    tcp dport vmap { 1 : accept, 2 : jump c }
    ip saddr @s counter packets 5 bytes 6
    ip saddr != @s return
    ip saddr . tcp dport @pairs drop
    ip saddr . tcp dport { 1.1.1.1 . 80, 2.2.2.2 . 90 } accept
    ip daddr { 1.0.0.0/8, 2.2.2.2-3.3.3.3, 4.4.4.4 } accept
    ip daddr & 255.0.0.255 == 1.0.0.1 accept
    ip daddr & 255.255.255.0 != 1.2.3.0
    ip daddr 1.2.3.4-1.2.3.9 accept
    ip saddr != 1.0.0.0/7 goto c
    ip saddr 1.0.0.0/8 ip saddr != 1.2.0.0/16 ip saddr 1.2.3.4/32 ip saddr 128.0.0.0/1 jump c
    iif "lo" oif 2 continue
    oif != "lo" iifname "eth0" oifname != "lo" return
    meta mark 5 accept
    fib daddr type != local
    fib saddr type broadcast
    fib daddr . iif type multicast
    counter comment "x\\y"
  }
}
table ip6 t {
  set s { type ipv6_addr; flags interval; }
  chain n { type nat hook prerouting priority 0;
    meta l4proto tcp dnat to [fd00::1]:80
    ip6 daddr fd00::/9 dnat to fd00::1
    ip6 nexthdr tcp tcp dport 80 dnat to fd00::1-fd00::9
  }
  chain p { type nat hook postrouting priority 0;
    ip6 saddr @s masquerade
    ip6 saddr fd00::/64 tcp dport 80 masquerade
    ip6 saddr fd00::/65 ip6 daddr != ::1 masquerade
  }
}
)"},
  };
}

}  // namespace natplan::kernel_sim
