// What cannot be read is never said to be nothing: by the command line, on the running kernel, with both
// variants of iptables.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// Every verb that may say that there is nothing. Standard input is a file by which owner web wants nothing.
const std::vector<std::string> kVerbs = {"list",
                                         "list --json",
                                         "list --owner web",
                                         "remove",
                                         "remove --owner web",
                                         "forget --owner web",
                                         "delete forward tcp 8443 --owner web",
                                         "check - --owner web",
                                         "list --backend iptables",
                                         "remove --backend iptables",
                                         "remove --owner web --backend iptables",
                                         "forget --owner web --backend iptables",
                                         "delete forward tcp 8443 --owner web --backend iptables",
                                         "check - --owner web --backend iptables"};

// Programs "iptables-save" and so on in $p, which is first in PATH, that are the variant's.
std::string Variant(const std::string& name) {
  return "p=$(mktemp -d); PATH=$p:$PATH\n"
         "for f in iptables ip6tables; do for v in -save -restore ''; do\n"
         "ln -s /usr/sbin/xtables-" +
         name + "-multi $p/$f$v; done; done\n";
}
// The last command's exit code is the shell's.
Ran With(const std::string& variant, const std::string& script) {
  return ShWithIptables(Variant(variant) + script + "\ncode=$?; rm -r $p; (exit $code)");
}
Ran Natplan(const std::string& variant, const std::string& verb) {
  return With(variant, "echo 'masquerade = []' | natplan " + verb);
}

void RunWithBothVariants(const std::function<void(const std::string& variant)>& body) {
  for (const std::string variant : {"nft", "legacy"}) {
    if (Sh("[ -x /usr/sbin/xtables-" + variant + "-multi ]").exit_code != 0) {
      GTEST_SKIP() << "SKIPPED[no-iptables]: xtables-" << variant << "-multi is not installed";
    }
    RunInNamespaceOrSkip([&] {
      if (With(variant, "iptables -t nat -S && ip6tables -t nat -S").exit_code != 0)
        GTEST_SKIP() << "SKIPPED[no-" << variant << "-iptables]: the kernel has no such nat table";
      body(variant);
    });
  }
}

const std::string kApply = "natplan apply examples/owned.toml --backend iptables";
const std::string kHostile =
    "iptables -t nat -A OUTPUT -m comment --comment \"$(printf 'a\\nb')\" -j RETURN\n"
    "iptables -t nat -A OUTPUT -m comment --comment \"$(printf 'x\\n-A POSTROUTING -s 10.9.0.0/16 -m comment "
    "--comment natplan:natplan:web -j MASQUERADE')\" -j RETURN\n"
    "iptables -t nat -A OUTPUT -m comment --comment \"$(printf '\"\\nCOMMIT\\n*nat\\n-A OUTPUT -m comment "
    "--comment "
    "\"natplan:natplan:web\"')\" -j RETURN\n"
    "iptables -t nat -A OUTPUT -m comment --comment \"$(printf ' \\\\ \\342\\202\\254 \\200\\033[31m')\" -j "
    "RETURN\n"
    "iptables -t nat -A OUTPUT -o 'we\"ird' -j RETURN 2> /dev/null\n"
    "iptables -t nat -A OUTPUT -o \"$(printf 'x\\n\"')\" -j RETURN 2> /dev/null\n"
    "iptables -t filter -A OUTPUT -m comment --comment \"$(printf 'a\\nCOMMIT\\n*nat')\" -j RETURN\n";

TEST(UnreadableTest, ForeignRulesOfSeveralLinesBlindNothingAndStay) {
  RunWithBothVariants([](const std::string& variant) {
    const Ran ran = With(variant, kHostile + "iptables-save | sed '/^[#:*]/d;/^COMMIT$/d' > $p/before\n" +
                                      kApply + " > $p/applied || exit 90\n" +
                                      "natplan list > $p/list && natplan check examples/owned.toml --backend "
                                      "iptables > $p/check && natplan remove > $p/removed\n"
                                      "echo code $?; cat $p/list $p/check $p/removed; natplan remove\n"
                                      "iptables-save | sed '/^[#:*]/d;/^COMMIT$/d' > $p/after\n"
                                      "cmp $p/before $p/after");
    EXPECT_EQ(ran.exit_code, 0) << ran;
    EXPECT_THAT(ran.out, AllOf(HasSubstr("code 0\n"), HasSubstr("tcp 8443 -> 192.168.60.10:443"),
                               HasSubstr("# equal"), HasSubstr("ip: -D PREROUTING"),
                               HasSubstr("# nothing to do: there is no table natplan")));
    EXPECT_THAT(ran.out, Not(HasSubstr("10.9.0.0")));
  });
}

// What a program may answer in place of iptables-save: its script.
const std::vector<std::string> kBrokenPrograms = {"exit 0",
                                                  "echo junk",
                                                  "echo '*nat'; echo COMMIT",
                                                  "echo '*nat'; exit 0",
                                                  "exit 1",
                                                  "kill -KILL $$",
                                                  "echo hello; exit 3",
                                                  "exec 1>&-",
                                                  "printf '*nat\\n-A OUTPUT -j RETURN'"};

// A verb ends with 0 only if it did, or showed, all there was; otherwise everything is as it was. That a
// program is broken does no harm to a verb that did not need it.
void ExpectTruth(const Ran& ran, const std::string& verb, const std::string& left) {
  if (verb.starts_with("list") && ran.exit_code == 0) {
    EXPECT_THAT(ran.out, HasSubstr("2905")) << ran;
  } else if (verb.starts_with("check") && ran.exit_code == 1) {
    EXPECT_THAT(ran.out, AllOf(HasSubstr("2905"), HasSubstr("8443"))) << ran;
  } else if (ran.exit_code == 0) {
    EXPECT_THAT(left, Not(HasSubstr(verb.starts_with("delete") ? "--dport 8443" : "natplan:"))) << ran;
  } else {
    EXPECT_EQ(ran.exit_code, 7) << ran;
    EXPECT_THAT(ran.err, HasSubstr("ip6tables")) << ran;
    EXPECT_THAT(left, AllOf(HasSubstr("--dport 2905"), HasSubstr("--dport 8443"))) << ran;
  }
}

TEST(UnreadableTest, AProgramThatFailsOrPrintsJunkIsNotNothing) {
  RunWithBothVariants([](const std::string& variant) {
    const std::string left = "(xtables-" + variant + "-multi iptables-save; xtables-" + variant +
                             "-multi ip6tables-save) | grep ^-A";
    std::string all = "not applied yet";
    std::string there;
    // What a program prints is read alike, whose it is.
    const std::size_t scripts = variant == "legacy" ? 3 : kBrokenPrograms.size();
    for (const std::string& script : std::span(kBrokenPrograms).first(scripts)) {
      const std::string broken = "rm $p/ip6tables-save; cat > $p/ip6tables-save <<'END'\n#!/bin/sh\n" +
                                 script + "\nEND\nchmod +x $p/ip6tables-save\n";
      for (const std::string& verb : kVerbs) {
        SCOPED_TRACE(script + ": " + verb);
        if (there != all) {
          ASSERT_EQ(With(variant, kApply).exit_code, 0);
          all = Sh(left).out;
        }
        const Ran ran = With(variant, broken + "echo 'masquerade = []' | natplan " + verb);
        there = Sh(left).out;
        ExpectTruth(ran, verb, there);
        // Where the program was asked for, nothing else can tell.
        if (verb.ends_with("--backend iptables")) {
          EXPECT_EQ(ran.exit_code, 7) << ran;
        }
      }
    }
  });
}

// Then nobody can tell which the other variant is, and both have rules of natplan.
TEST(UnreadableTest, TheOtherVariantOfAProgramOfUnknownVariantIsNotNothing) {
  RunWithBothVariants([](const std::string& variant) {
    const std::string wrap =
        "for f in iptables ip6tables; do for v in save restore; do rm $p/$f-$v\n"
        "printf '#!/bin/sh\\nexec xtables-" +
        variant + "-multi %s \"$@\"\\n' $f-$v > $p/$f-$v; chmod +x $p/$f-$v; done; done\n";
    const std::string other = "xtables-" + std::string(variant == "nft" ? "legacy" : "nft") +
                              "-multi iptables -t nat -%c POSTROUTING -s 10.77.0.0/16 -m comment --comment "
                              "natplan:natplan:old -j MASQUERADE";
    const auto change_other = [&](char verb) {
      return Sh(std::string(other).replace(other.find("%c"), 2, 1, verb)).exit_code;
    };
    ASSERT_EQ(With(variant, wrap + kApply).exit_code, 0);
    EXPECT_EQ(With(variant, wrap + "natplan list --backend iptables").exit_code, 0);
    if (change_other('A') != 0) GTEST_SKIP() << "SKIPPED[no-iptables]: the other variant has no nat table";
    for (const std::string& verb : kVerbs) {
      // Without it, programs are used whose name says the variant.
      if (!verb.ends_with("--backend iptables")) continue;
      const Ran ran = With(variant, wrap + "echo 'masquerade = []' | natplan " + verb);
      EXPECT_EQ(ran.exit_code, 7) << verb << '\n' << ran;
      EXPECT_THAT(ran.err, HasSubstr("iptables-save does not say which variant")) << verb;
    }
    ASSERT_EQ(change_other('D'), 0);
    EXPECT_EQ(With(variant, wrap + "natplan remove --backend iptables").exit_code, 0);
  });
}

TEST(UnreadableTest, ATableThatIptablesCannotShowIsNotNothing) {
  RunInNamespaceOrSkip([] {
    ASSERT_EQ(
        With("nft", kApply + " && nft add chain ip nat mine && nft add rule ip nat mine ct state new drop")
            .exit_code,
        0);
    std::vector<std::string> verbs = kVerbs;
    verbs.insert(verbs.end(), {"apply examples/stopped.toml", "check examples/stopped.toml",
                               "add masquerade 10.0.0.0/8", "apply examples/stopped.toml --backend iptables",
                               "add masquerade 10.0.0.0/8 --backend iptables"});
    for (const std::string& verb : verbs) {
      const Ran ran = Natplan("nft", verb);
      EXPECT_EQ(ran.exit_code, 7) << verb << '\n' << ran;
      EXPECT_THAT(ran.err, AllOf(HasSubstr("ip nat"), HasSubstr("nft -a list table ip nat"))) << verb;
    }
    EXPECT_EQ(Sh("nft list tables | grep natplan").out, "");
    EXPECT_EQ(With("nft", "nft flush chain ip nat mine; natplan remove").exit_code, 0);
    EXPECT_EQ(Natplan("nft", "list").out, "# there is no table natplan\n");
    // Where the kernel itself says that it holds nothing of natplan, it is nothing.
    EXPECT_EQ(With("nft", "nft add rule ip nat mine ct state new drop && natplan list").exit_code, 0);
  });
}

const std::string kBesideNftables =
    "natplan apply examples/stopped.toml && iptables -t nat -A POSTROUTING -s 10.9.0.0/16 -m comment "
    "--comment natplan:natplan:zed -j MASQUERADE";
const std::string kBreakSave =
    "rm $p/iptables-save; for v in '' -legacy -nft; do\n"
    "printf '#!/bin/sh\\nexit 3\\n' > $p/iptables$v-save; chmod +x $p/iptables$v-save; done\n";

TEST(UnreadableTest, NfTablesIsNotChangedWhereTheRulesBesideItCannotBeRead) {
  RunWithBothVariants([](const std::string& variant) {
    ASSERT_EQ(With(variant, kBesideNftables).exit_code, 0);
    const std::string list = "nft list table ip natplan; nft list table ip6 natplan";
    const std::string before = Sh(list).out;
    ASSERT_THAT(before, HasSubstr("table ip natplan"));
    for (const std::string verb :
         {"remove", "remove --owner web", "apply examples/owned.toml", "check examples/owned.toml",
          "check examples/stopped.toml", "add masquerade 10.0.0.0/8", "delete masquerade 10.0.0.0/8"}) {
      const Ran ran = With(variant, kBreakSave + "natplan " + verb);
      EXPECT_EQ(ran.exit_code, 7) << verb << '\n' << ran;
      EXPECT_THAT(ran.err, Not(HasSubstr("holds what was asked for"))) << verb;
      EXPECT_EQ(Sh(list).out, before) << verb;
    }
    EXPECT_EQ(With(variant, "natplan remove && natplan list").exit_code, 0);
    EXPECT_EQ(Sh("nft list tables | grep natplan").out, "");
  });
}

// Where nothing else is wrong, and the kernel has the rules.
TEST(UnreadableTest, DoctorSaysThatRulesCannotBeRead) {
  RunWithBothVariants([](const std::string& variant) {
    ASSERT_EQ(With(variant,
                   "echo 1 > /proc/sys/net/ipv4/ip_forward\n"
                   "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding\n" +
                       kBesideNftables)
                  .exit_code,
              0);
    const Ran ran = With(variant, kBreakSave + "natplan doctor");
    EXPECT_EQ(ran.exit_code, 7) << ran;
    // What is asked for by name, and cannot be read, is no use.
    EXPECT_NE(With(variant, kBreakSave + "natplan doctor --backend iptables").exit_code, 0);
  });
}

// From here on socket(2) fails for this family; unlike a missing right, that can be had by mistake.
void ForbidSockets(unsigned family, unsigned errno_value) {
  std::array<sock_filter, 6> filter = {{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
                                        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args)),
                                        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, family, 0, 1),
                                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | errno_value),
                                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog program = {.len = filter.size(), .filter = filter.data()};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(UnreadableTest, ASocketThatCannotBeMadeIsNotNothing) {
  struct Case {
    unsigned family;
    unsigned errno_value;
    int exit_code;
  };
  for (const Case& c :
       {Case{AF_NETLINK, EPERM, 3}, Case{AF_NETLINK, EACCES, 3}, Case{AF_NETLINK, EAFNOSUPPORT, 3},
        Case{AF_NETLINK, EMFILE, 6}, Case{AF_NETLINK, ENOMEM, 6}, Case{AF_INET, EPERM, 3}}) {
    RunInNamespaceOrSkip([&] {
      if (c.family == AF_INET && With("legacy", kApply).exit_code != 0)
        GTEST_SKIP() << "SKIPPED[no-legacy-iptables]: the kernel has no nat table of iptables-legacy";
      ForbidSockets(c.family, c.errno_value);
      for (const char* verb : {"list", "list --owner web", "remove"}) {
        const Ran ran = Natplan("nft", verb);
        EXPECT_EQ(ran.exit_code, c.exit_code) << c.family << " " << c.errno_value << " " << verb << '\n'
                                              << ran;
      }
    });
  }
}

TEST(UnreadableTest, WithoutAPermissionNothingIsSaid) {
  RunWithBothVariants([](const std::string& variant) {
    ASSERT_EQ(With(variant, kApply).exit_code, 0);
    for (const std::string& verb : kVerbs) {
      const Ran ran = With(variant,
                           "echo 'masquerade = []' | setpriv --securebits +noroot --bounding-set -all "
                           "--inh-caps -all natplan " +
                               verb);
      EXPECT_EQ(ran.exit_code, 3) << verb << '\n' << ran;
    }
  });
}

TEST(UnreadableTest, RulesInBothBackendsAreShownAndRemoved) {
  RunWithBothVariants([](const std::string& variant) {
    ASSERT_EQ(With(variant, kApply + " && natplan add masquerade 10.0.0.0/8 --owner b --backend nftables")
                  .exit_code,
              0);
    const Ran listed = Natplan(variant, "list");
    EXPECT_EQ(listed.exit_code, 1) << listed;
    EXPECT_THAT(listed.out, HasSubstr("10.0.0.0/8"));
    EXPECT_THAT(listed.err, AllOf(HasSubstr("web"), HasSubstr("--backend iptables")));
    const Ran removed = Natplan(variant, "remove");
    EXPECT_EQ(removed.exit_code, 0) << removed;
    EXPECT_THAT(removed.out, AllOf(HasSubstr("delete table ip natplan"), HasSubstr("ip: -D PREROUTING")));
    EXPECT_EQ(Natplan(variant, "list").out, "# there is no table natplan\n");
    EXPECT_EQ(Natplan(variant, "list --backend iptables").out,
              "# backend: iptables: it was asked for\n# there are no rules of natplan\n");
  });
}

TEST(UnreadableTest, ARuleThatNatplanDoesNotMakeIsListedSinceItIsRemoved) {
  RunWithBothVariants([](const std::string& variant) {
    ASSERT_EQ(With(variant, "iptables -t nat -A INPUT -m comment --comment natplan:natplan:web -j RETURN")
                  .exit_code,
              0);
    for (const std::string verb : {"list", "list --backend iptables"}) {
      const Ran listed = Natplan(variant, verb);
      EXPECT_EQ(listed.exit_code, 0) << listed;
      EXPECT_THAT(listed.out, HasSubstr("iptables ip natplan\n  foreign\n    iptables -t nat -A INPUT "));
    }
    EXPECT_THAT(Natplan(variant, "remove").out, HasSubstr("ip: -D INPUT "));
    EXPECT_EQ(Natplan(variant, "list").out, "# there is no table natplan\n");
  });
}

TEST(UnreadableTest, WhatIsLeftOfAForwardIsNotNothing) {
  RunWithBothVariants([](const std::string& variant) {
    ASSERT_EQ(With(variant, kApply + " && iptables -t nat -F && ip6tables -t nat -F").exit_code, 0);
    for (const std::string verb : {"list", "list --backend iptables"}) {
      const Ran listed = Natplan(variant, verb);
      EXPECT_EQ(listed.exit_code, 0) << listed;
      EXPECT_THAT(listed.out,
                  HasSubstr("iptables ip natplan\n  foreign\n    iptables -t raw -A PREROUTING "));
    }
    const Ran doctor = Natplan(variant, "doctor");
    EXPECT_EQ(doctor.exit_code, 1) << doctor;
    EXPECT_THAT(doctor.out, HasSubstr(" has 2 rules of natplan"));
    EXPECT_THAT(Natplan(variant, "remove").out, HasSubstr("ip: -t raw -D PREROUTING "));
    EXPECT_EQ(Natplan(variant, "list").out, "# there is no table natplan\n");
  });
}

// iptables shows it as one of its own.
TEST(UnreadableTest, ACommentThatNftGaveARuleInIptablesTableIsNotNothing) {
  RunInNamespaceOrSkip([] {
    for (const std::string family : {"ip", "ip6"}) {
      const std::string tables = family + "tables -t nat ";
      if (With("nft", tables + "-A OUTPUT -j RETURN && " + tables + "-D OUTPUT -j RETURN").exit_code != 0)
        GTEST_SKIP() << "SKIPPED[no-nft-iptables]: no program, or the kernel has no such nat table";
      ASSERT_EQ(Sh("nft 'add rule " + family + " nat OUTPUT counter accept comment \"natplan:natplan:web\"'")
                    .exit_code,
                0);
      const Ran listed = Natplan("nft", "list");
      EXPECT_EQ(listed.exit_code, 0) << listed;
      EXPECT_THAT(listed.out,
                  HasSubstr("iptables " + family + " natplan\n  foreign\n    " + tables + "-A OUTPUT "));
      EXPECT_THAT(Natplan("nft", "remove").out, HasSubstr(family + ": -D OUTPUT "));
      EXPECT_EQ(Natplan("nft", "list").out, "# there is no table natplan\n");
    }
  });
}

TEST(UnreadableTest, WhatIptablesHeldWasThereToBeDeleted) {
  RunWithBothVariants([](const std::string& variant) {
    const std::string nothing = "there was nothing to delete";
    ASSERT_EQ(With(variant, kApply).exit_code, 0);
    EXPECT_THAT(Natplan(variant, "delete forward tcp 8443 --owner b").err,
                AllOf(HasSubstr(nothing), HasSubstr("not of owner \"b\" but of web")));
    const Ran deleted = Natplan(variant, "delete forward tcp 8443 --owner web");
    EXPECT_EQ(deleted.exit_code, 0) << deleted;
    EXPECT_THAT(deleted.err, Not(HasSubstr(nothing)));
    EXPECT_THAT(Natplan(variant, "delete forward tcp 8443 --owner web").err, HasSubstr(nothing));
  });
}

TEST(UnreadableTest, ATableWhoseNameFitsIntoNoCommentHasNoRulesOfIptables) {
  RunInNamespaceOrSkip([] {
    const std::string of = " --table " + std::string(200, 'x');
    for (const std::string verb : {"apply examples/stopped.toml", "list", "remove", "list", "remove"}) {
      const Ran ran = ShWithIptables("natplan " + verb + of);
      EXPECT_EQ(ran.exit_code, 0) << verb << '\n' << ran;
    }
    EXPECT_EQ(ShWithIptables("natplan list --backend iptables" + of).exit_code, 2);
  });
}

}  // namespace
}  // namespace natplan::testing
