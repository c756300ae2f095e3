// What natplan doctor finds beside a file, on the running kernel.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"
#include "tests/support/sanitizer.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kHost =
    "ip link set lo up; ip link add eth9 type veth peer name eth8; ip addr add 198.51.100.1/24 dev eth9\n"
    "ip link set eth9 up; ip link set eth8 up; echo 1 > /proc/sys/net/ipv4/ip_forward\n";

constexpr const char* kForward =
    "[[forward]]\nprotocol = \"tcp\"\nhost_port = 8080\nto = \"198.51.100.9:80\"\n";

std::string Doctor(const std::string& file, const std::string& options = "") {
  return "cat > f.toml.$$ <<'END'\n" + file + "\nEND\ntrap 'rm f.toml.$$' EXIT\nnatplan doctor f.toml.$$ " +
         options + "\n";
}

constexpr const char* kMasqueradeFile = "[[masquerade]]\nsource = \"10.0.0.0/8\"\n";
constexpr const char* kMasquerade = "[[masquerade]]\\nsource = \"10.0.0.0/8\"\\n";

// In a namespace with a host that has a network, and these commands' traces.
Ran DoctorBeside(const std::string& commands, const std::string& file = kForward,
                 const std::string& options = "") {
  return Sh(std::string("cd \"$(mktemp -d)\"; PATH=\"$OLDPWD/cli:$PATH\"\n") + kHost + commands + "\n" +
            Doctor(file, options));
}

TEST(DoctorFileTest, NothingStandsInTheWay) {
  RunInNamespaceOrSkip([] {
    const Ran ran = DoctorBeside("");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, EndsWith("# no problem found\n"));
  });
}

TEST(DoctorFileTest, APortThatAnotherProgramTranslates) {
  RunInNamespaceOrSkip([] {
    const std::string rules =
        "nft 'add table ip other; add chain ip other pre { type nat hook prerouting priority -100; }; add "
        "rule ip "
        "other pre tcp dport 8080 dnat to 192.0.2.1'";
    const Ran ran = DoctorBeside(rules);
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("problem: ip tcp port 8080 is translated by another program too: table "
                                "ip other, chain pre, rule handle "),
                      HasSubstr("  cure: forward another host port"), Not(HasSubstr("no problem"))));
    const Ran json = Sh("cd \"$(mktemp -d)\"; PATH=\"$OLDPWD/cli:$PATH\"\n" + Doctor(kForward, "--json"));
    EXPECT_EQ(json.exit_code, 1) << json;
    EXPECT_THAT(json.out, HasSubstr("\"kind\": \"rival\""));
  });
}

TEST(DoctorFileTest, AChainOfNatplansPriorityIsNamed) {
  RunInNamespaceOrSkip([] {
    const Ran ran = DoctorBeside(
        "nft 'add table inet other; add chain inet other pre { type nat hook prerouting priority -99; "
        "}'");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                HasSubstr("problem: chain pre of table inet other (hook prerouting, priority -99) has the "
                          "hook and the priority of natplan's own"));
  });
}

TEST(DoctorFileTest, AChainOfThePriorityOfIptablesIsNamedWhereThatIsTheBackend) {
  RunInNamespaceOrSkip([] {
    const Ran ran = DoctorBeside(
        "iptables-nft -t nat -A PREROUTING -p udp -j ACCEPT\n"
        "nft 'add table ip other; add chain ip other pre { type nat hook prerouting priority -100; }'",
        kForward, "--backend iptables");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("problem: chain pre of table ip other (hook prerouting, priority -100) has "
                                "the hook and the priority of natplan's own"),
                      Not(HasSubstr("of table ip nat"))));
  });
}

TEST(DoctorFileTest, AFilterThatLetsNothingThrough) {
  const std::string nft =
      "nft 'add table inet fw; add chain inet fw f { type filter hook forward priority 0; policy "
      "drop; }; add rule inet fw f ct state established,related accept'";
  RunInNamespaceOrSkip([&] {
    const Ran ran = DoctorBeside(nft);
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                HasSubstr("problem: no new connection of IPv4 is passed on between interfaces: policy drop "
                          "of table inet fw, chain f\n"));
  });
  RunInNamespaceOrSkip([&] {
    const Ran ran = DoctorBeside(nft + "; nft add rule inet fw f ip daddr 198.51.100.8 accept");
    EXPECT_THAT(
        ran.out,
        HasSubstr("problem: what tcp port 8080 forwards to 198.51.100.9:80 is dropped: policy drop of "
                  "table inet fw, chain f\n"));
  });
  RunInNamespaceOrSkip([&] {
    const Ran ran = DoctorBeside(nft + "; nft add rule inet fw f ct status dnat accept");
    EXPECT_EQ(ran.exit_code, 0) << ran;
  });
}

TEST(DoctorFileTest, ALimitThatLetsPacketsThroughIsNoFilterThatLetsNothingThrough) {
  for (const std::string rule :
       {"ct state new update @m { ip saddr limit rate over 10/second } drop", "limit name \"l\" drop"}) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = DoctorBeside(
          "nft -f - <<'END'\ntable ip fw {\nset m { type ipv4_addr; flags dynamic; size 64; }\n"
          "limit l { rate over 10/second }\nchain f {\ntype filter hook forward priority 0;\n" +
          rule + "\n}\n}\nEND\n");
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.out, Not(HasSubstr("no new connection"))) << rule;
    });
  }
}

TEST(DoctorFileTest, TheFilterOfIptablesOfBothVariants) {
  for (const std::string variant : {"nft", "legacy"}) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = DoctorBeside("export XTABLES_LOCKFILE=$PWD/lock; iptables-" + variant +
                                   " -P FORWARD DROP; iptables-" + variant +
                                   " -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT");
      EXPECT_EQ(ran.exit_code, 1) << ran;
      EXPECT_THAT(ran.out,
                  HasSubstr("problem: no new connection of IPv4 is passed on between interfaces: policy drop "
                            "of table "));
    });
  }
}

// Docker accepts what comes from its own bridge, and drops all else that is forwarded.
TEST(DoctorFileTest, WhatComesInByTheUplinkIsDropped) {
  RunInNamespaceOrSkip([] {
    const Ran ran = DoctorBeside(
        "ip link add eth7 type veth peer name eth6; ip addr add 203.0.113.2/24 dev eth7; ip link set "
        "eth7 up; ip link set eth6 up; ip route add default via 203.0.113.1\n"
        "iptables-nft -P FORWARD DROP; iptables-nft -A FORWARD -i docker0 ! -o docker0 -j ACCEPT");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(
        ran.out,
        HasSubstr("is dropped if it comes in by eth7: policy drop of table ip filter, chain FORWARD"));
  });
}

TEST(DoctorFileTest, AFilterThatAsksForTheIndexOfAnInterface) {
  struct Filter {
    std::string policy;
    std::string rule;
    std::string who;  // empty: nobody drops what comes in by the uplink
  };
  for (const auto& [policy, rule, who] : std::vector<Filter>{
           {"drop", "iif eth9 accept", "policy drop of table ip fw, chain f\n"},
           {"drop", "oif eth7 accept", "policy drop of table ip fw, chain f\n"},
           {"accept", "iif eth7 ct state new drop", "table ip fw, chain f, rule handle "},
           {"drop", "iif eth7 oif eth9 accept", ""},
           {"accept", "iif eth9 drop", ""},
       }) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = DoctorBeside(
          "ip link add eth7 type veth peer name eth6; ip addr add 203.0.113.2/24 dev eth7; ip link set "
          "eth7 up; ip link set eth6 up; ip route add default via 203.0.113.1\n"
          "nft 'add table ip fw; add chain ip fw f { type filter hook forward priority 0; policy " +
          policy + "; }; add rule ip fw f ct state established accept; add rule ip fw f " + rule + "'");
      EXPECT_EQ(ran.exit_code, who.empty() ? 0 : 1) << ran << rule;
      EXPECT_THAT(ran.out, who.empty() ? HasSubstr("# no problem found\n") : HasSubstr(who)) << rule;
    });
  }
}

// Binds a socket to the port, whether the host has the address or not, and listens if it is one of TCP.
int Bind(int type, const std::string& address, std::uint16_t port) {
  const bool is_ip6 = address.contains(':');
  const int socket_fd = socket(is_ip6 ? AF_INET6 : AF_INET, type, 0);
  const int yes = 1;
  setsockopt(socket_fd, is_ip6 ? IPPROTO_IPV6 : IPPROTO_IP, is_ip6 ? IPV6_FREEBIND : IP_FREEBIND, &yes,
             sizeof(yes));
  sockaddr_in own = {};
  own.sin_family = AF_INET;
  own.sin_port = htons(port);
  sockaddr_in6 own6 = {};
  own6.sin6_family = AF_INET6;
  own6.sin6_port = htons(port);
  EXPECT_EQ(is_ip6 ? inet_pton(AF_INET6, address.c_str(), &own6.sin6_addr)
                   : inet_pton(AF_INET, address.c_str(), &own.sin_addr),
            1);
  EXPECT_EQ(is_ip6 ? bind(socket_fd, reinterpret_cast<const sockaddr*>(&own6), sizeof(own6))
                   : bind(socket_fd, reinterpret_cast<const sockaddr*>(&own), sizeof(own)),
            0);
  if (type == SOCK_STREAM) {
    EXPECT_EQ(listen(socket_fd, 1), 0);
  }
  return socket_fd;
}

TEST(DoctorFileTest, AProgramThatListensOnAForwardedPort) {
  RunInNamespaceOrSkip([] {
    Bind(SOCK_STREAM, "0.0.0.0", 8080);
    const Ran ran = DoctorBeside("");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                HasSubstr("problem: a program of user 0 has tcp port 8080 at 0.0.0.0: the forward to "
                          "198.51.100.9:80 comes first"));
  });
  RunInNamespaceOrSkip([] {
    Bind(SOCK_DGRAM, "0.0.0.0", 8080);
    Sh("ip link set lo up");
    EXPECT_EQ(DoctorBeside("").exit_code, 0);
    const Ran ran =
        DoctorBeside("", "[[forward]]\nprotocol = \"udp\"\nhost_port = 8080\nto = \"198.51.100.9:80\"\n");
    EXPECT_THAT(ran.out, HasSubstr("problem: a program of user 0 has udp port 8080 at 0.0.0.0"));
  });
}

TEST(DoctorFileTest, AProgramOnLoopbackIsReachedUnlessTheForwardWantsLocalhost) {
  RunInNamespaceOrSkip([] {
    Sh("ip link set lo up");
    Bind(SOCK_STREAM, "127.0.0.1", 8080);
    EXPECT_THAT(DoctorBeside("").out, Not(HasSubstr("has tcp port")));
    EXPECT_THAT(DoctorBeside("", std::string(kForward) + "localhost = true\n").out,
                HasSubstr("has tcp port 8080 at 127.0.0.1"));
  });
}

TEST(DoctorFileTest, AProgramThatHasAnAddressOfIpv4InASocketOfIpv6) {
  RunInNamespaceOrSkip([] {
    Bind(SOCK_STREAM, "::ffff:198.51.100.1", 8080);
    const Ran ran = DoctorBeside("");
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out, HasSubstr("problem: a program of user 0 has tcp port 8080 at 198.51.100.1: "));
  });
}

TEST(DoctorFileTest, AProgramAtAnAddressThatIsNotTheHostsIsNotInTheWay) {
  constexpr const char* kUdp =
      "[[forward]]\nprotocol = \"udp\"\nhost_port = 8080\nto = \"198.51.100.9:80\"\n";
  for (const char* address : {"224.0.0.251", "198.51.100.255", "192.0.2.7"}) {
    RunInNamespaceOrSkip([&] {
      Bind(SOCK_DGRAM, address, 8080);
      const Ran ran = DoctorBeside("", kUdp);
      EXPECT_EQ(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.out, Not(HasSubstr("has udp port"))) << address;
    });
  }
  RunInNamespaceOrSkip([&] {
    Bind(SOCK_DGRAM, "192.0.2.7", 8080);
    EXPECT_THAT(DoctorBeside("ip addr add 192.0.2.7/32 dev lo", kUdp).out,
                HasSubstr("has udp port 8080 at 192.0.2.7"))
        << "the interface lo has other addresses, too";
  });
}

TEST(DoctorFileTest, AnInterfaceThatIsNotThereOrHasAnotherName) {
  const auto masquerade = [](const std::string& name) {
    return "[[masquerade]]\nsource = \"10.0.0.0/8\"\nout_interface = \"" + name + "\"\n";
  };
  RunInNamespaceOrSkip([&] {
    const Ran ran = DoctorBeside("", masquerade("uplink0"));
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out,
                HasSubstr("problem: there is no interface uplink0: what names it masquerades nothing\n"));
  });
  RunInNamespaceOrSkip([&] {
    const Ran ran = DoctorBeside("ip link property add dev eth9 altname uplink0", masquerade("uplink0"));
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("problem: uplink0 is an alternative name of interface eth9"),
                               HasSubstr("  cure: out_interface = \"eth9\"\n")));
  });
  RunInNamespaceOrSkip([&] { EXPECT_EQ(DoctorBeside("", masquerade("eth9")).exit_code, 0); });
}

TEST(DoctorFileTest, ATargetWithoutARoute) {
  const std::string file = "[[forward]]\nprotocol = \"tcp\"\nhost_port = 8080\nto = \"192.0.2.9:80\"\n";
  for (const std::string route :
       {"", "ip route add blackhole 192.0.2.0/24", "ip route add unreachable 192.0.2.0/24"}) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = DoctorBeside(route, file);
      EXPECT_EQ(ran.exit_code, 1) << ran;
      EXPECT_THAT(ran.out, HasSubstr("problem: there is no route to 192.0.2.9")) << route;
    });
  }
  RunInNamespaceOrSkip(
      [&] { EXPECT_EQ(DoctorBeside("ip route add 192.0.2.0/24 via 198.51.100.2", file).exit_code, 0); });
}

TEST(DoctorFileTest, WithoutProcItSaysWhatItDoesNotKnow) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh(std::string(kHost) +
                       "unshare -m sh -c 'mount -t tmpfs none /proc && printf \"[[masquerade]]\\nsource = "
                       "\\\"10.0.0.0/8\\\"\\n\" | natplan doctor -'");
    EXPECT_NE(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out,
                AllOf(HasSubstr("kernel: unknown\nuser namespace: unknown\nCAP_NET_ADMIN: unknown\n"),
                      HasSubstr("unknown: cannot read net.ipv4.ip_forward"),
                      HasSubstr("unknown: what --sysctl switched on cannot be looked up"),
                      HasSubstr("unknown: which rules iptables"), HasSubstr("without /proc nobody can tell"),
                      Not(HasSubstr("# no problem found\n")), Not(HasSubstr("not the initial one"))));
  });
}

TEST(DoctorFileTest, WithoutProcWhatIsNotKnownIsNullInJson) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh("unshare -m sh -c 'mount -t tmpfs none /proc && natplan doctor --json'");
    EXPECT_THAT(ran.out, AllOf(HasSubstr("\"kernel\": null"), HasSubstr("\"met\": null"),
                               Not(HasSubstr("\"met\": false"))));
  });
}

TEST(DoctorFileTest, AnIptablesSaveThatFailsIsNoEmptyOne) {
  for (const std::string way : {"exit 1", "echo moon", "kill -9 $$"}) {
    RunInNamespaceOrSkip([&] {
      const Ran ran =
          DoctorBeside("mkdir bin; printf '#!/bin/sh\\n" + way +
                       "\\n' > bin/iptables-save; chmod 755 bin/iptables-save; PATH=\"$PWD/bin:$PATH\"");
      EXPECT_NE(ran.exit_code, 0) << ran;
      EXPECT_THAT(ran.out, AllOf(HasSubstr("unknown: which rules iptables has: "),
                                 Not(HasSubstr("# no problem found\n"))))
          << way;
    });
  }
}

TEST(DoctorFileTest, RulesThatTheKernelHasAndIptablesDoesNotShowAreNotNone) {
  const std::string own = "printf '" + std::string(kMasquerade) +
                          "' | natplan apply - --backend iptables >/dev/null 2>&1 || exit 99\n";
  const std::string program = "chmod 755 bin/iptables-save; PATH=\"$PWD/bin:$PATH\"";
  for (const std::string& way :
       {own + "mkdir bin; printf '#!/bin/sh\\nexit 0\\n' > bin/iptables-save; " + program,
        own +
            "mkdir bin; printf '#!/bin/sh\\necho Operation not supported >&2\\nexit 1\\n' > "
            "bin/iptables-save; " +
            program,
        own + "nft add rule ip nat POSTROUTING ct mark set numgen inc mod 3"}) {
    RunInNamespaceOrSkip([&] {
      const Ran ran = DoctorBeside("export XTABLES_LOCKFILE=$PWD/lock\n" + way, kMasqueradeFile);
      EXPECT_EQ(ran.exit_code, 7) << ran;
      EXPECT_THAT(ran.out, AllOf(HasSubstr("unknown: which rules iptables has: "),
                                 Not(HasSubstr("# no problem found\n"))))
          << way;
    });
  }
}

TEST(DoctorFileTest, WhatTheProcessMayNotOpenIsNotSaidToBeEmpty) {
  if (kAddressSanitizer) GTEST_SKIP() << "SKIPPED[address-sanitizer]: it needs descriptors of its own";
  RunInNamespaceOrSkip([] {
    // One descriptor beyond the standard streams: no pipe to a program.
    const Ran ran = Sh(kHost + std::string("f=$(mktemp); trap 'rm \"$f\"' EXIT; printf '") + kMasquerade +
                       "' > $f; (ulimit -n 4; exec natplan doctor $f)");
    EXPECT_EQ(ran.exit_code, 7) << ran;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("unknown: which rules iptables has: "),
                               Not(HasSubstr("# no problem found\n"))));
  });
}

}  // namespace
}  // namespace natplan::testing
