// Names of tables, before nft: one that natplan takes is one that nft reads back.
#include "core/values/table_name.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;

// The words of nft 1.0.6 that stand for themselves where the name of a table is read.
constexpr const char* kWordsOfNft =
    ". accept add ah all and arp auto-merge bridge cgroup chain comment comp constant continue "
    "counter cpu create ct day dccp define delete describe device devices dnat drop dst dup dynamic "
    "ecn element elements eq esp ether exists expires export exthdr fib flags flow flowtable flush "
    "frag fwd gc-interval ge get goto gt handle hbh hook hour ibriport ibrname icmp icmpv6 igmp iif "
    "iifgroup iifname iiftype import include index inet insert interval ip ip6 ipsec jhash jump le "
    "limit list log lshift lt map mark masquerade meta meter mh missing monitor ne netdev nftrace not "
    "notrack numgen obriport obrname offload oif oifgroup oifname oiftype or osf pkttype policy "
    "position priority queue quota random redefine redirect reject rename replace reset return rshift "
    "rt rt0 rt2 rtclassid rule ruleset sctp secmark set size skgid skuid snat socket srh symhash "
    "synproxy table tcp th time timeout tproxy type typeof udp udplite undefine update vlan vmap xor "
    "xt ";

constexpr const char* kNames =
    "natplan io.systemd.nat nat filter mangle raw security broute firewalld docker cilium kube-proxy "
    "my_table .x _ a "
    "a/b x-1 dead fe80 Table IP tables chains rules sets maps last eth0 lo true false tcp_ ip4 ipv4";

TEST(TableNameTest, NftReadsBackEveryNameThatNatplanTakes) {
  RunInNamespaceOrSkip([] {
    std::string commands;
    for (const char first : std::string("abcdefghijklmnopqrstuvwxyzABZ_.")) {
      for (const char second : std::string("abcdefghijklmnopqrstuvwxyz09-/._Z")) {
        const std::string name = {first, second};
        if (!WhyNoTableName(name)) commands += "add table ip " + name + "\n";
      }
    }
    std::istringstream names(std::string(kNames) + " " + kWordsOfNft);
    std::size_t refused = 0;
    for (std::string name; names >> name;) {
      if (WhyNoTableName(name)) {
        ++refused;
      } else {
        commands += "add table ip " + name + "\n";
      }
    }
    EXPECT_EQ(refused, 154U) << "all words of nft and no other name";
    // One command a line: one that nft refuses does not keep the others from being carried out.
    const Ran ran = Sh("nft -i > /dev/null << 'END'\n" + commands + "END\nnft list tables");
    std::istringstream added(commands);
    for (std::string add, table, family, name; added >> add >> table >> family >> name;) {
      EXPECT_THAT("\n" + ran.out, HasSubstr("\ntable ip " + name + "\n"));
    }
    EXPECT_EQ(Sh("nft list ruleset > $TEST_TMPDIR/r && nft flush ruleset && nft -f $TEST_TMPDIR/r").exit_code,
              0);
  });
}

TEST(TableNameTest, NftCannotReadTheOthersBack) {
  RunInNamespaceOrSkip([] {
    std::string commands;
    std::istringstream words(kWordsOfNft);
    for (std::string word; words >> word;) commands += "add table ip " + word + "\n";
    EXPECT_EQ(Sh("nft -i > /dev/null 2>&1 << 'END'\n" + commands + "END\nnft list tables").out, "");
  });
}

TEST(TableNameTest, EveryVerbRefusesThem) {
  for (const std::string arguments :
       {"plan examples/stopped.toml", "simulate examples/stopped.toml", "apply examples/stopped.toml",
        "check examples/stopped.toml", "watch examples/stopped.toml", "add masquerade 10.0.0.0/8",
        "delete masquerade 10.0.0.0/8", "list", "remove", "forget --owner a"}) {
    const Ran ran = Sh("natplan " + arguments + " --table chain");
    EXPECT_EQ(ran.exit_code, 2) << arguments << ran;
    EXPECT_THAT(ran.err, HasSubstr("a word of nft's"));
  }
}

}  // namespace
}  // namespace natplan::testing
