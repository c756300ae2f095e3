// Several owners in one table of the running kernel.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Ran Natplan(const std::string& arguments) { return Sh("natplan " + arguments); }
std::string Ruleset() { return Sh("nft list ruleset").out; }
std::string List() { return Natplan("list").out; }

// The file of an owner who wants this prefix and this port.
std::string Wish(const std::string& owner, const std::string& prefix, int port) {
  return "printf 'owner = \"" + owner + "\"\\n[[masquerade]]\\nsource = \"" + prefix +
         "\"\\n[[forward]]\\nprotocol = \"tcp\"\\nhost_port = " + std::to_string(port) +
         "\\nto = \"192.0.2.1:80\"\\n' | natplan ";
}

TEST(OwnerTest, ApplyReplacesWhatItsOwnerWantedAndNothingElse) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "apply -").exit_code, 0);
    ASSERT_EQ(Sh(Wish("b", "10.1.0.0/16", 81) + "apply -").exit_code, 0);
    ASSERT_EQ(Sh(Wish("a", "172.16.0.0/12", 82) + "apply -").exit_code, 0);
    EXPECT_EQ(
        List(),
        "table ip natplan\n  masquerade\n    10.1.0.0/16  owner b\n    172.16.0.0/12  owner a\n  forward\n"
        "    tcp 81 -> 192.0.2.1:80  owner b\n    tcp 82 -> 192.0.2.1:80  owner a\n");
  });
}

TEST(OwnerTest, WhatOthersWantIsNoDifference) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "apply -").exit_code, 0);
    ASSERT_EQ(Sh(Wish("b", "10.0.0.0/8", 81) + "apply -").exit_code, 0);
    const Ran equal = Sh(Wish("a", "10.0.0.0/8", 80) + "check -");
    EXPECT_EQ(equal.exit_code, 0) << equal;
    EXPECT_EQ(equal.out, "# equal: the kernel holds what - wants\n");
    EXPECT_EQ(Sh(Wish("c", "10.0.0.0/8", 82) + "check -").exit_code, 1);
  });
}

TEST(OwnerTest, APrefixStaysUntilItsLastOwnerGoes) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("add masquerade 10.0.0.0/8 --owner a").exit_code, 0);
    ASSERT_EQ(Natplan("add masquerade 10.0.0.0/8 --owner b").exit_code, 0);
    EXPECT_THAT(List(), HasSubstr("10.0.0.0/8  owner a, b\n"));
    ASSERT_EQ(Natplan("delete masquerade 10.0.0.0/8 --owner a").exit_code, 0);
    EXPECT_THAT(Ruleset(), HasSubstr("elements = { 10.0.0.0/8 }"));
    const Ran again = Natplan("delete masquerade 10.0.0.0/8 --owner a");
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(again.err, HasSubstr("is not of owner \"a\" but of b"));
    ASSERT_EQ(Natplan("delete masquerade 10.0.0.0/8 --owner b").exit_code, 0);
    EXPECT_THAT(Ruleset(), Not(HasSubstr("elements")));
  });
}

TEST(OwnerTest, APortHasOneOwnerAndTheSecondIsToldWho) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("add forward tcp 80 192.0.2.1:80 --owner a").exit_code, 0);
    const std::string before = Ruleset();
    const Ran added = Natplan("add forward tcp 80 192.0.2.2:80 --owner b");
    EXPECT_EQ(added.exit_code, 1) << added;
    EXPECT_THAT(added.err, AllOf(HasSubstr("owner \"a\""), HasSubstr("tcp port 80"),
                                 HasSubstr("192.0.2.1:80"), HasSubstr("192.0.2.2:80")));
    EXPECT_EQ(Sh(Wish("b", "10.0.0.0/8", 80) + "apply -").exit_code, 1);
    const Ran deleted = Natplan("delete forward tcp 80 --owner b");
    EXPECT_EQ(deleted.exit_code, 0) << deleted;
    EXPECT_THAT(deleted.err, HasSubstr("but of a"));
    EXPECT_EQ(Ruleset(), before);
  });
}

TEST(OwnerTest, RemoveOfAnOwnerTakesItsThingsAlone) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/owned.toml").exit_code, 0);
    ASSERT_EQ(Natplan("apply examples/two_containers.toml").exit_code, 0);
    const Ran ran = Natplan("remove --owner web");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, HasSubstr("delete map ip natplan map_localhost\n"));
    EXPECT_THAT(Ruleset(), AllOf(Not(HasSubstr("\"web\"")), HasSubstr("\"default\"")));
    EXPECT_EQ(Natplan("check examples/two_containers.toml").exit_code, 0);
    const Ran again = Natplan("remove --owner web");
    EXPECT_EQ(again.exit_code, 0) << again;
    EXPECT_THAT(again.out, HasSubstr("nothing is recorded for owner \"web\""));
    ASSERT_EQ(Natplan("remove").exit_code, 0);
    EXPECT_EQ(Ruleset(), "");
  });
}

TEST(OwnerTest, ForgetIsTheSameAndRefusesAnUnknownName) {
  RunInNamespaceOrSkip([] {
    EXPECT_THAT(Natplan("forget --owner web").err, HasSubstr("no owner is recorded at all"));
    ASSERT_EQ(Natplan("apply examples/owned.toml").exit_code, 0);
    ASSERT_EQ(Natplan("add masquerade 10.0.0.0/8 --owner 'pod 7'").exit_code, 0);
    const Ran unknown = Natplan("forget --owner wed --json");
    EXPECT_EQ(unknown.exit_code, 2) << unknown;
    EXPECT_THAT(unknown.err, HasSubstr("recorded are: pod 7, web"));
    EXPECT_THAT(unknown.out, HasSubstr("\"code\": \"invalid argument\""));
    const Ran ran = Natplan("forget --owner web");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(Ruleset(), AllOf(Not(HasSubstr("\"web\"")), HasSubstr("\"pod 7\"")));
    EXPECT_EQ(Natplan("forget --owner web").exit_code, 2);
    EXPECT_EQ(Natplan("forget --owner web --table io.systemd.nat").exit_code, 2);
  });
}

TEST(OwnerTest, WhatNobodyIsRecordedForIsShownLeftAloneAndAdopted) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "apply -").exit_code, 0);
    ASSERT_EQ(Sh("nft add element ip natplan masq_saddr { 172.16.0.0/12 } && nft add element ip natplan "
                 "map_port_ipport { udp . 53 : 192.0.2.9 . 53 }")
                  .exit_code,
              0);
    EXPECT_THAT(List(), HasSubstr("  unowned, natplan apply --adopt takes it over\n    172.16.0.0/12\n"
                                  "    udp 53 -> 192.0.2.9:53\n"));
    const Ran left = Sh(Wish("a", "10.0.0.0/8", 80) + "apply -");
    EXPECT_THAT(left.out,
                AllOf(HasSubstr("# foreign, left alone: element ip natplan masq_saddr { 172.16.0.0/12 }"),
                      HasSubstr("nothing was sent")));
    EXPECT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "check -").exit_code, 0);
    EXPECT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "check - --adopt").exit_code, 1);
    // What is wanted of it is kept, and has an owner from now on.
    const Ran adopted = Sh(Wish("b", "172.16.0.0/12", 81) + "apply - --adopt");
    EXPECT_EQ(adopted.exit_code, 0) << adopted;
    EXPECT_THAT(adopted.out, Not(HasSubstr("masq_saddr")));
    EXPECT_EQ(
        List(),
        "table ip natplan\n  masquerade\n    10.0.0.0/8  owner a\n    172.16.0.0/12  owner b\n  forward\n"
        "    tcp 80 -> 192.0.2.1:80  owner a\n    tcp 81 -> 192.0.2.1:80  owner b\n");
  });
}

TEST(OwnerTest, ExclusiveRemovesWhatOthersWant) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "apply -").exit_code, 0);
    EXPECT_EQ(Sh(Wish("b", "172.16.0.0/12", 81) + "check - --exclusive").exit_code, 1);
    const Ran ran = Sh(Wish("b", "172.16.0.0/12", 81) + "apply - --exclusive");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_EQ(List(),
              "table ip natplan\n  masquerade\n    172.16.0.0/12  owner b\n  forward\n    tcp 81 -> "
              "192.0.2.1:80  owner b\n");
  });
}

TEST(OwnerTest, ATableFromBeforeThereWereOwnersIsMadeWhatTheFileSays) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh("natplan plan examples/restarted.toml --table io.systemd.nat | sed "
                 "s/io.systemd.nat/natplan/ | nft "
                 "-f -")
                  .exit_code,
              0);
    EXPECT_THAT(List(), AllOf(HasSubstr("  unowned"), HasSubstr("no comment \"natplan layout 2\"")));
    EXPECT_EQ(Natplan("check examples/two_containers.toml").exit_code, 1);
    const Ran ran = Natplan("apply examples/two_containers.toml");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(Ruleset(), Not(HasSubstr("192.168.202.24")));
    const std::string migrated = Ruleset();
    ASSERT_EQ(Natplan("remove").exit_code, 0);
    ASSERT_EQ(Natplan("apply examples/two_containers.toml").exit_code, 0);
    EXPECT_EQ(Ruleset(), migrated);
  });
}

TEST(OwnerTest, ListShowsOneOwnerAlone) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/owned.toml").exit_code, 0);
    ASSERT_EQ(Natplan("apply examples/two_containers.toml").exit_code, 0);
    EXPECT_EQ(Natplan("list --owner web").out,
              "table ip natplan\n  masquerade\n    192.168.60.0/24 out eth0  owner web\n  forward\n"
              "    tcp 8443 -> 192.168.60.10:443 localhost  owner web\n"
              "table ip6 natplan\n  masquerade\n    ::/0 out eth0  owner web\n  forward\n"
              "    sctp 2905 -> [fd00:60::10]:2905  owner web\n");
    EXPECT_EQ(Natplan("list --owner nobody").out, "table ip natplan\ntable ip6 natplan\n");
  });
}

TEST(OwnerTest, AForeignElementOfTheLedgerIsShownAndStopsNobody) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("add masquerade 10.0.0.0/8").exit_code, 0);
    ASSERT_EQ(Sh("nft add element ip natplan owners '{ 10.0.0.0 . 8 . 1 . 2 . 3 comment \"a\" }'").exit_code,
              0);
    EXPECT_THAT(List(), HasSubstr("  in the ledger and not of natplan\n    10.0.0.0 . 8 . 0x00000001 . "
                                  "0x00000002 . 0x00000003"));
    const Ran ran = Natplan("add masquerade 172.16.0.0/12");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(Ruleset(), HasSubstr("0x00000003"));
    ASSERT_EQ(Sh("printf 'masquerade = []\n' | natplan apply - --adopt --owner b").exit_code, 0);
    EXPECT_THAT(Ruleset(), Not(HasSubstr("0x00000003")));
    EXPECT_THAT(List(), HasSubstr("10.0.0.0/8  owner default"));
  });
}

TEST(OwnerTest, ACommentThatIsNoNameIsNobodysUntilItIsAdopted) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("add forward tcp 80 10.0.0.2:80").exit_code, 0);
    ASSERT_EQ(Sh("nft add element ip natplan map_port_ipport '{ tcp . 81 comment \"m\xc3\xbcller\" : "
                 "10.0.0.3 . 81 }'")
                  .exit_code,
              0);
    EXPECT_THAT(List(), HasSubstr("takes it over\n    tcp 81 -> 10.0.0.3:81 comment "));
    const std::string before = Ruleset();
    const Ran taken = Natplan("add forward tcp 81 10.0.0.4:81");
    EXPECT_EQ(taken.exit_code, 1) << taken;
    EXPECT_THAT(taken.err, AllOf(HasSubstr("no owner is recorded"), Not(HasSubstr("natplan forget"))));
    EXPECT_EQ(Ruleset(), before);
    ASSERT_EQ(
        Sh("printf '[[forward]]\nprotocol = \"tcp\"\nhost_port = 81\nto = \"10.0.0.4:81\"\n' | natplan apply "
           "- --adopt --owner b")
            .exit_code,
        0);
    EXPECT_THAT(List(), HasSubstr("tcp 81 -> 10.0.0.4:81  owner b"));
  });
}

TEST(OwnerTest, ATableWithoutItsCommentDiffersInNothingElse) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "apply -").exit_code, 0);
    const std::string before = Ruleset();
    ASSERT_EQ(Sh("f=$(mktemp); nft list ruleset | grep -v layout > $f; nft flush ruleset; nft -f $f; rm $f")
                  .exit_code,
              0);
    const Ran differs = Sh(Wish("a", "10.0.0.0/8", 80) + "check -");
    EXPECT_EQ(differs.exit_code, 1) << differs;
    EXPECT_EQ(differs.out, "- table ip natplan\n+ table ip natplan { comment \"natplan layout 2\"; }\n");
    ASSERT_EQ(Sh(Wish("a", "10.0.0.0/8", 80) + "apply -").exit_code, 0);
    EXPECT_EQ(Ruleset(), before);
  });
}

TEST(OwnerTest, SavingAndLoadingWithNftLosesNothing) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(Natplan("apply examples/owned.toml").exit_code, 0);
    ASSERT_EQ(Natplan("apply examples/two_containers.toml").exit_code, 0);
    const std::string listed = List();
    ASSERT_EQ(Sh("f=$(mktemp); nft list ruleset > $f; nft flush ruleset; nft -f $f; rm $f").exit_code, 0);
    EXPECT_EQ(List(), listed);
    EXPECT_EQ(Natplan("check examples/owned.toml").exit_code, 0);
    EXPECT_EQ(Natplan("check examples/two_containers.toml").exit_code, 0);
  });
}

}  // namespace
}  // namespace natplan::testing
