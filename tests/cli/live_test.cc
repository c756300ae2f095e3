// The subcommands on the running kernel, in a network namespace of the test's own.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kFile = "examples/two_containers.toml";

Ran Natplan(const std::string& arguments) { return Sh("natplan " + arguments); }
std::string Ruleset() { return Sh("nft list ruleset").out; }
Ran Apply(const std::string& rest = "") { return Natplan(std::string("apply ") + kFile + " " + rest); }

TEST(LiveTest, ApplyPrintsTheLinesAndTheGeneration) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Apply();
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(ran.out, Natplan(std::string("plan ") + kFile).out + "# generation 2\n");
  });
}

TEST(LiveTest, APlanThroughNftGivesTheSameListingAsApply) {
  for (const std::string table : {"natplan", "io.systemd.nat"}) {
    RunInNamespaceOrSkip([&] {
      ASSERT_EQ(Apply("--table " + table).exit_code, 0);
      const std::string applied = Ruleset();
      EXPECT_THAT(applied, HasSubstr("table ip6 " + table));
      const Ran piped =
          Sh("nft flush ruleset; natplan plan " + std::string(kFile) + " --table " + table + " | nft -f -");
      EXPECT_EQ(piped.exit_code, 0) << piped;
      EXPECT_EQ(Ruleset(), applied);
    });
  }
}

TEST(LiveTest, TheSimulatedListingIsTheLiveOne) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    const std::string simulated = Natplan(std::string("simulate ") + kFile).out;
    EXPECT_EQ(simulated.substr(simulated.find("\ntable ip natplan {\n") + 1), Ruleset());
  });
}

TEST(LiveTest, InTheOriginsTableTheListingIsTheOriginsOwn) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh("printf '[[masquerade]]\\nsource = \"10.0.2.0/28\"\\n[[forward]]\\nprotocol = \"tcp\"\\nhost_port "
           "= 4711\\n"
           "to = \"1.2.3.4:815\"\\n' | natplan apply - --table io.systemd.nat");
    ASSERT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(
        Ruleset(),
        "table ip io.systemd.nat {\n"
        "\tset masq_saddr {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t\telements = { 10.0.2.0/28 }\n\t}\n\n"
        "\tmap map_port_ipport {\n\t\ttype inet_proto . inet_service : ipv4_addr . inet_service\n"
        "\t\telements = { tcp . 4711 : 1.2.3.4 . 815 }\n\t}\n\n"
        "\tchain prerouting {\n\t\ttype nat hook prerouting priority dstnat + 1; policy accept;\n"
        "\t\tfib daddr type local dnat ip to meta l4proto . th dport map @map_port_ipport\n\t}\n\n"
        "\tchain output {\n\t\ttype nat hook output priority -99; policy accept;\n"
        "\t\tip daddr != 127.0.0.0/8 oif \"lo\" dnat ip to meta l4proto . th dport map "
        "@map_port_ipport\n\t}\n\n"
        "\tchain postrouting {\n\t\ttype nat hook postrouting priority srcnat + 1; policy accept;\n"
        "\t\tip saddr @masq_saddr masquerade\n\t}\n}\n");
  });
}

TEST(LiveTest, ASecondApplySendsNothing) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    const Ran again = Apply();
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(again.out, HasSubstr("nothing was sent"));
    EXPECT_THAT(again.out, HasSubstr("generation 2\n"));
    EXPECT_THAT(
        Apply("--json").out,
        HasSubstr("\"changed\": false,\n  \"generation\": 2,\n  \"first_step\": [],\n  \"operations\": [],"));
  });
}

TEST(LiveTest, WhatApplyReplacesInTheOwnTableIsShown) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    ASSERT_EQ(Sh("nft add element ip natplan masq_saddr { 172.16.0.0/12 }").exit_code, 0);
    const Ran ran = Natplan("apply examples/restarted.toml --exclusive");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, HasSubstr("delete element ip natplan masq_saddr { 172.16.0.0/12 }\n"));
    EXPECT_THAT(ran.out,
                HasSubstr("delete element ip natplan map_port_ipport { tcp . 5432 comment \"default\" : "
                          "192.168.51.18 . 5432 }\n"));
    EXPECT_THAT(ran.out,
                HasSubstr("create element ip natplan map_port_ipport { tcp . 5432 comment \"default\" : "
                          "192.168.202.242 . 5432 }\n"));
    EXPECT_THAT(Ruleset(), Not(HasSubstr("172.16")));
  });
}

TEST(LiveTest, AFlushedRulesetIsRestoredByApply) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    const std::string before = Ruleset();
    ASSERT_EQ(Sh("nft flush ruleset").exit_code, 0);
    ASSERT_EQ(Apply().exit_code, 0);
    EXPECT_EQ(Ruleset(), before);
  });
}

TEST(LiveTest, CheckTellsEqualFromDifferent) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    const std::string before = Ruleset();
    const Ran equal = Natplan(std::string("check ") + kFile);
    EXPECT_EQ(equal.exit_code, 0) << equal;
    EXPECT_THAT(equal.out, HasSubstr("# equal"));
    const Ran differs = Natplan("check examples/restarted.toml");
    EXPECT_EQ(differs.exit_code, 1) << differs;
    EXPECT_EQ(
        differs.out,
        "- element ip natplan masq_saddr { 192.168.51.16/28 }\n"
        "- element ip natplan map_port_ipport { tcp . 5432 comment \"default\" : 192.168.51.18 . 5432 }\n"
        "- element ip natplan map_port_ipport { udp . 5353 comment \"default\" : 192.168.51.18 . 53 }\n"
        "- element ip natplan owners { 192.168.51.16 . 28 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment "
        "\"default\" }\n"
        "+ element ip natplan masq_saddr { 192.168.202.240/28 }\n"
        "+ element ip natplan map_port_ipport { tcp . 5432 comment \"default\" : 192.168.202.242 . 5432 }\n"
        "+ element ip natplan map_port_ipport { udp . 5353 comment \"default\" : 192.168.202.242 . 53 }\n"
        "+ element ip natplan owners { 192.168.202.240 . 28 . 0x37a8eec1 . 0xce19687d . 0x132fe290 comment "
        "\"default\" "
        "}\n");
    EXPECT_THAT(Natplan("check examples/stopped.toml --json").out,
                HasSubstr("\"equal\": false,\n  \"generation\": 2,\n  \"missing\": [],\n  \"excess\": [\n"
                          "    \"element ip natplan masq_saddr { 192.168.51.16/28 }\","));
    EXPECT_EQ(Ruleset(), before);
  });
}

TEST(LiveTest, CheckShowsPolicyAndDormantReadably) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    ASSERT_EQ(Sh("nft add chain ip natplan output '{ policy drop; }'").exit_code, 0);
    EXPECT_EQ(Natplan(std::string("check ") + kFile).out,
              "- chain ip natplan output { type nat hook output priority -99; policy drop; }\n"
              "+ chain ip natplan output { type nat hook output priority -99; policy accept; }\n");
    ASSERT_EQ(Apply().exit_code, 0);
    ASSERT_EQ(Sh("nft add table ip natplan '{ flags dormant; }'").exit_code, 0);
    EXPECT_EQ(Natplan(std::string("check ") + kFile).out,
              "- table ip natplan { flags dormant; }\n+ table ip natplan\n");
    ASSERT_EQ(Apply().exit_code, 0);
    EXPECT_EQ(Natplan(std::string("check ") + kFile).exit_code, 0);
  });
}

TEST(LiveTest, InAnotherProgramsTableTheForeignIsListedAndLeftAlone) {
  RunInNamespaceOrSkip([] {
    const std::string in_table = " --table io.systemd.nat";
    ASSERT_EQ(Apply(in_table).exit_code, 0);
    ASSERT_EQ(Sh("nft add element ip io.systemd.nat masq_saddr { 172.16.0.0/12 }").exit_code, 0);
    const std::string foreign =
        "# foreign, left alone: element ip io.systemd.nat masq_saddr { 172.16.0.0/12 }\n";
    const Ran check = Natplan(std::string("check ") + kFile + in_table);
    EXPECT_EQ(check.exit_code, 0) << check;
    EXPECT_THAT(check.out, HasSubstr(foreign));
    const Ran again = Apply(in_table);
    EXPECT_THAT(again.out, HasSubstr(foreign));
    EXPECT_THAT(again.out, HasSubstr("nothing was sent"));
    EXPECT_EQ(Natplan(std::string("check ") + kFile + in_table + " --exclusive").exit_code, 1);
    EXPECT_THAT(Apply(in_table + " --exclusive").out,
                HasSubstr("delete element ip io.systemd.nat masq_saddr { 172.16.0.0/12 }"));
    EXPECT_THAT(Ruleset(), Not(HasSubstr("172.16")));
  });
}

TEST(LiveTest, AForeignPortIsAConflictThatNamesBothSides) {
  RunInNamespaceOrSkip([] {
    const std::string in_table = " --table io.systemd.nat";
    ASSERT_EQ(Natplan("apply examples/restarted.toml" + in_table).exit_code, 0);
    const std::string before = Ruleset();
    const Ran ran = Apply(in_table);
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.err, HasSubstr("192.168.51.18 . 5432"));
    EXPECT_THAT(ran.err, HasSubstr("192.168.202.242 . 5432"));
    EXPECT_EQ(Ruleset(), before);
  });
}

TEST(LiveTest, ListShowsPrefixesAndForwards) {
  RunInNamespaceOrSkip([] {
    EXPECT_EQ(Natplan("list").out, "# there is no table natplan\n");
    ASSERT_EQ(Natplan("apply examples/stopped.toml").exit_code, 0);
    EXPECT_EQ(
        Natplan("list").out,
        "table ip natplan\n  masquerade\n    192.168.50.112/28  owner default\n  forward\n    tcp 2222 -> "
        "192.168.50.121:22  owner default\n"
        "    tcp 8080 -> 192.168.50.121:80  owner default\n"
        "table ip6 natplan\n  masquerade\n    fd00:50::/64  owner default\n  forward\n    tcp 8080 -> "
        "[fd00:50::121]:80  owner default\n");
    EXPECT_THAT(
        Natplan("list --json").out,
        HasSubstr("      \"family\": \"ip6\",\n      \"masquerade\": [\n        \"fd00:50::/64\"\n      ],\n"
                  "      \"masquerade_owners\": [\n        {\n          \"source\": \"fd00:50::/64\",\n"
                  "          \"out_interface\": \"\",\n          \"owners\": [\n            \"default\"\n"
                  "          ]\n        }\n      ],\n"
                  "      \"forward\": [\n        {\n          \"protocol\": \"tcp\",\n          "
                  "\"host_port\": 8080,\n          \"to\": \"[fd00:50::121]:80\",\n"
                  "          \"owner\": \"default\",\n          \"localhost\": false\n        }\n      ],\n"
                  "      \"unowned\": [],\n      \"foreign\": [],\n      \"ledger\": [],\n"
                  "      \"refused\": [],\n      \"repair\": []\n"));
  });
}

TEST(LiveTest, ListShowsWhatIsForeignAndWhatIsWrong) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/stopped.toml").exit_code, 0);
    ASSERT_EQ(Sh("nft 'add chain ip natplan other; flush chain ip natplan postrouting'").exit_code, 0);
    const Ran ran = Natplan("list");
    EXPECT_THAT(ran.out, HasSubstr("  foreign\n    chain ip natplan other\n"));
    EXPECT_THAT(ran.out, HasSubstr("    add rule ip natplan postrouting ip saddr @masq_saddr fib saddr"));
  });
}

TEST(LiveTest, RemoveDeletesBothFamiliesInOneTransaction) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Apply().exit_code, 0);
    ASSERT_EQ(Sh("nft add table ip other").exit_code, 0);
    const Ran ran = Natplan("remove");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(ran.out, "delete table ip natplan\ndelete table ip6 natplan\n# generation 4\n");
    EXPECT_EQ(Ruleset(), "table ip other {\n}\n");
    const Ran again = Natplan("remove");
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(again.out, HasSubstr("nothing to do"));
    EXPECT_THAT(Natplan("remove --json").out, HasSubstr("\"changed\": false,\n  \"generation\": 4,"));
  });
}

TEST(LiveTest, ATableOfAnotherLayoutIsNamedAndRemoveOffered) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(
        Sh("nft 'add table ip natplan; add set ip natplan masq_saddr { type inet_service; }'").exit_code, 0);
    const std::string before = Ruleset();
    const Ran ran = Apply();
    EXPECT_EQ(ran.exit_code, 1) << ran;
    EXPECT_THAT(ran.err, HasSubstr("inet_service"));
    EXPECT_THAT(ran.err, HasSubstr("natplan remove"));
    EXPECT_EQ(Ruleset(), before);
    ASSERT_EQ(Natplan("remove").exit_code, 0);
    EXPECT_EQ(Apply().exit_code, 0);
  });
}

TEST(LiveTest, WithoutPermissionEachCommandSaysWhatToDo) {
  RunInNamespaceOrSkip([] {
    for (const std::string command :
         {"apply examples/stopped.toml", "check examples/stopped.toml", "list", "remove", "remove --owner a",
          "forget --owner a", "add masquerade 10.0.0.0/8", "delete masquerade 10.0.0.0/8",
          "delete forward tcp 22", "plan examples/stopped.toml --against live"}) {
      // A user namespace further in has no rights over this network namespace.
      const Ran ran = Sh("unshare -U natplan " + command);
      EXPECT_EQ(ran.exit_code, 3) << command << ": " << ran;
      EXPECT_THAT(ran.err, HasSubstr("run as root, or inside `unshare -Urn`"));
    }
    EXPECT_EQ(Ruleset(), "");
  });
}

TEST(LiveTest, ASignalBeforeTheTransactionLeavesTheOldState) {
  RunInNamespaceOrSkip([] {
    for (const std::string signal : {"INT", "TERM"}) {
      // The signal waits, blocked, until natplan looks at it.
      const Ran ran = Sh("env --block-signal=" + signal + " sh -c 'kill -" + signal +
                         " $$; exec natplan apply " + kFile + "'");
      EXPECT_EQ(ran.exit_code, signal == "INT" ? 130 : 143) << ran;
      EXPECT_EQ(ran.err, "natplan: interrupted: nothing was changed\n");
      EXPECT_EQ(Ruleset(), "");
    }
  });
}

TEST(LiveTest, ASignalThatIsIgnoredStaysIgnored) {
  RunInNamespaceOrSkip([] {
    const Ran ran = Sh("trap '' INT; env --block-signal=INT sh -c 'kill -INT $$; exec natplan apply " +
                       std::string(kFile) + "'");
    EXPECT_EQ(ran.exit_code, 0) << ran;
  });
}

TEST(LiveTest, ASignalAtAnyTimeLeavesTheOldStateOrTheNewOne) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/restarted.toml").exit_code, 0);
    const std::string one = Ruleset();
    ASSERT_EQ(Apply().exit_code, 0);
    const std::string other = Ruleset();
    for (int i = 0; i < 20; ++i) {
      const std::string file = i % 2 == 0 ? "examples/restarted.toml" : kFile;
      const std::string before = Ruleset();
      const Ran ran = Sh("trap - INT; env --default-signal=INT natplan apply " + file + " & sleep 0.00" +
                         std::to_string(i % 10) + "; kill -INT $!; wait $!");
      EXPECT_TRUE(ran.exit_code == 0 || ran.exit_code == 130) << ran;
      const std::string now = Ruleset();
      EXPECT_TRUE(now == one || now == other) << now;
      const std::string& wanted = i % 2 == 0 ? one : other;
      EXPECT_FALSE(ran.err.contains("nothing was changed") && now != before) << ran;
      EXPECT_FALSE(ran.err.contains("the change was made") && now != wanted) << ran;
    }
  });
}

TEST(LiveTest, WhatIsPrintedToAClosedStreamReachesNoSocket) {
  RunInNamespaceOrSkip([] {
    // It prints while its sockets are open.
    const Ran ran = Sh("timeout 10 natplan watch " + std::string(kFile) + " >&-");
    EXPECT_EQ(ran.exit_code, 6) << ran;
    EXPECT_THAT(ran.err, HasSubstr("standard output cannot be written: Bad file descriptor"));
  });
}

TEST(LiveTest, TheTimeIsOverInAStormOfFlushes) {
  RunInNamespaceOrSkip([] {
    const Ran ran =
        Sh("(while :; do echo 'flush ruleset'; done | nft -i > /dev/null 2>&1) & storm=$!\n"
           "natplan apply examples/two_containers.toml --deadline 0.2; code=$?; kill $storm; exit $code");
    EXPECT_TRUE(ran.exit_code == 0 || ran.exit_code == 5 || ran.exit_code == 6) << ran;
  });
}

}  // namespace
}  // namespace natplan::testing
