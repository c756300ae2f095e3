// Bytes that would steer a terminal, from everywhere that text comes from: none of them reaches one.
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "backends/netlink/linux_socket.h"
#include "backends/netlink/netlink_executor.h"
#include "core/plan/layout.h"
#include "core/values/operation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/cli/run.h"
#include "tests/support/namespace.h"

namespace natplan::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// An escape sequence, DEL, CSI in one character and in one byte, an override of the direction, a line of
// natplan's own.
const std::string kHostile = "a\x1b[31m\x7f\xc2\x9b\x9b\xe2\x80\xae\nnatplan: b";

// For printf(1).
std::string Octal(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += {'\\', static_cast<char>('0' + byte / 64), static_cast<char>('0' + byte / 8 % 8),
            static_cast<char>('0' + byte % 8)};
  }
  return out;
}

// `command` in a shell in which $h is the hostile text.
Ran WithHostile(const std::string& command) {
  return Sh("h=$(printf '" + Octal(kHostile) + "')\n" + command);
}

bool IsHarmless(const std::string& text) {
  for (const char c : text) {
    if (c != '\n' && c != '\t' && (c < ' ' || c > '~')) return false;
  }
  return true;
}

void ExpectHarmless(const Ran& ran, const std::string& what) {
  EXPECT_TRUE(IsHarmless(ran.out)) << what << '\n' << ran;
  EXPECT_TRUE(IsHarmless(ran.err)) << what << '\n' << ran;
  for (const std::string* text : {&ran.out, &ran.err})
    EXPECT_THAT(*text, Not(HasSubstr("\nnatplan: b"))) << what << ": a line of somebody else's";
}

// As text and as JSON. Returns all that was said.
std::string Say(const std::string& command) {
  const Ran text = WithHostile(command);
  ExpectHarmless(text, command);
  const Ran json = WithHostile(command + " --json");
  ExpectHarmless(json, command + " --json");
  EXPECT_TRUE(json.out.empty() || nlohmann::json::accept(json.out)) << command << '\n' << json.out;
  return text.out + text.err + json.out + json.err;
}

constexpr const char* kEscaped = R"(a\x1b[31m\x7f\u009b\x9b\u202e\x0anatplan: b)";

TEST(HostileBytesTest, InArguments) {
  for (const std::string command : {"natplan \"$h\"",
                                    "natplan plan \"$h\"",
                                    "natplan plan x \"--$h\"",
                                    "natplan plan x --owner \"$h\"",
                                    "natplan plan x --table \"$h\"",
                                    "natplan plan x --backend \"$h\"",
                                    "natplan plan x --against \"$h\"",
                                    "natplan apply x --deadline \"$h\"",
                                    "natplan apply x --steps=\"$h\"",
                                    "natplan add masquerade \"$h\"",
                                    "natplan add masquerade 10.0.0.0/8 --out-interface \"$h\"",
                                    "natplan add \"$h\"",
                                    "natplan add forward \"$h\" 1 192.0.2.1:1",
                                    "natplan add forward tcp \"$h\" 192.0.2.1:1",
                                    "natplan add forward tcp 1 \"$h\"",
                                    "natplan delete forward tcp 1 \"$h\"",
                                    "natplan delete masquerade \"$h\"",
                                    "natplan simulate \"$h\"",
                                    "natplan simulate x --fault \"$h\"",
                                    "natplan list --owner \"$h\"",
                                    "natplan remove --table \"$h\"",
                                    "natplan forget --owner \"$h\"",
                                    "natplan doctor \"$h\"",
                                    "natplan watch \"$h\"",
                                    "natplan check \"$h\"",
                                    "natplan apply \"$h\"",
                                    "env NATPLAN_BACKEND=\"$h\" natplan list"}) {
    const Ran ran = WithHostile(command);
    EXPECT_EQ(ran.exit_code, 2) << command << '\n' << ran;
    Say(command);
  }
  EXPECT_THAT(Say("natplan plan \"$h\""), HasSubstr(kEscaped));
}

// Each of these is not ASCII: it is refused before the kernel is asked for anything.
TEST(HostileBytesTest, WhatIsNotAsciiIsRefusedInArguments) {
  for (const std::string arguments :
       {"list --owner m\u00fcller", "remove --owner m\u00fcller", "forget --owner m\u00fcller",
        "apply examples/stopped.toml --owner m\u00fcller", "list --table m\u00fcller",
        "remove --table m\u00fcller", "add masquerade 10.0.0.0/8 --out-interface m\u00fcll0",
        "add masquerade 10.0.0.0/\uff18", "add forward tcp \uff18 192.0.2.1:1",
        "add forward tc\u0440 8 192.0.2.1:1"}) {
    const Ran ran = Sh("natplan " + arguments);
    EXPECT_EQ(ran.exit_code, 2) << arguments << '\n' << ran;
    EXPECT_EQ(ran.out, "");
  }
}

TEST(HostileBytesTest, InTheNameOfAFile) {
  const std::string make = "d=$(mktemp -d); f=\"$d/$h\"; cp examples/stopped.toml \"$f\"; ";
  const std::string clean = "; code=$?; rm -r $d; exit $code";
  for (const std::string arguments : {"plan", "simulate --trace", "simulate --fault no-nat"}) {
    for (const std::string json : {"", " --json"}) {
      const Ran ran = WithHostile(make + "natplan " + arguments + json + " \"$f\"" + clean);
      ExpectHarmless(ran, arguments + json);
      if (!json.empty()) {
        EXPECT_TRUE(nlohmann::json::accept(ran.out)) << ran;
      }
    }
  }
  const Ran wrong = WithHostile(make + "echo x > \"$f\"; natplan plan --json \"$f\"" + clean);
  ExpectHarmless(wrong, "a wrong file");
  EXPECT_THAT(wrong.err, HasSubstr("/a\\x1b[31m"));
  EXPECT_TRUE(nlohmann::json::accept(wrong.out)) << wrong;
}

TEST(HostileBytesTest, InTheTextOfAFile) {
  for (const std::string text :
       {"owner = \"%s\"\n", "\"%s\" = 1\n", "%s", "# %s\n[[masquerade]]\nsource = \"10.0.0.0/33\"\n",
        "[[masquerade]]\nsource = \"%s\"\n", "[[masquerade]]\nsource = \"\\\\u001b\\\\u009b\\\\u202e\"\n",
        "\"\\\\u001b\\\\u009b\\\\u202e\" = 1\n"}) {
    for (const std::string json : {"", " --json"}) {
      const Ran ran = WithHostile("printf '" + text + "' \"$h\" | natplan plan -" + json);
      EXPECT_EQ(ran.exit_code, 2) << text << ran;
      ExpectHarmless(ran, text);
      if (!json.empty()) {
        EXPECT_TRUE(nlohmann::json::accept(ran.out)) << ran;
      }
    }
  }
}

// Names and comments that nft cannot write, by the same bytes as any program can send.
void PutHostileThingsInto(const std::string& table) {
  auto socket = LinuxSocket::Open();
  ASSERT_TRUE(socket);
  NetlinkExecutor executor(*std::move(socket), 1);
  const TableId id{Family::kIp, table};
  Element forward = ToElement(MapEntry{{Family::kIp, Protocol::kTcp, Port::Make(8088).value()},
                                       Endpoint::Parse("192.0.2.9:80").value()});
  forward.comment = kHostile;
  const Transaction transaction{
      .operations = {
          EnsureTable{id}, EnsureChain{id, "c" + kHostile, Chains({}, Family::kIp).front().base},
          EnsureSet{id, "s" + kHostile, MasqueradeShape(Family::kIp)},
          AddElements{
              .table = id, .set = kForwardMap, .shape = ForwardShape(Family::kIp), .elements = {forward}}}};
  const Outcome outcome =
      executor.Commit(transaction, std::chrono::steady_clock::now() + std::chrono::seconds(5));
  ASSERT_TRUE(std::holds_alternative<Committed>(outcome));
}

TEST(HostileBytesTest, InTheKernelsTable) {
  RunInNamespaceOrSkip([] {
    for (const std::string table : {"natplan", "io.systemd.nat"}) {
      const std::string of = " --table " + table;
      ASSERT_EQ(Sh("natplan apply examples/stopped.toml" + of).exit_code, 0);
      PutHostileThingsInto(table);
      std::string said;
      for (const std::string& command : std::vector<std::string>{
               "list" + of, "check examples/stopped.toml" + of,
               "check examples/stopped.toml --exclusive" + of,
               "plan examples/stopped.toml --against live" + of, "apply examples/stopped.toml" + of,
               "add forward tcp 8088 192.0.2.7:80" + of, "delete forward tcp 8088" + of,
               "forget --owner nobody" + of, "doctor"})
        said += Say("natplan " + command);
      EXPECT_THAT(said, AllOf(HasSubstr("ca\\x1b[31m"), HasSubstr("sa\\x1b[31m"), HasSubstr(kEscaped)));
      for (const std::string json : {"", " --json"}) {
        const Ran watched =
            Sh("d=$(mktemp -d)\nnatplan watch examples/stopped.toml" + of + json +
               " > $d/out 2> $d/err &\np=$!; i=0\n"
               "while [ $i -lt 500 ] && ! grep -q 'foreign.*x1b' $d/out; do sleep 0.1; i=$((i+1)); done\n"
               "kill $p; wait $p; cat $d/out; cat $d/err >&2; rm -r $d");
        ExpectHarmless(watched, "watch" + json);
        EXPECT_THAT(watched.out, HasSubstr("x1b[31m"));
      }
      Say("natplan remove" + of);
    }
  });
}

TEST(HostileBytesTest, InTheCommentOfARuleOfIptables) {
  RunInNamespaceOrSkip([] {
    const std::string locks = "d=$(mktemp -d); export XDG_RUNTIME_DIR=$d XTABLES_LOCKFILE=$d/xtables.lock\n";
    const Ran made = WithHostile(
        locks +
        "iptables -t nat -A PREROUTING -p tcp --dport 8088 -m addrtype --dst-type LOCAL -m comment "
        "--comment \"$h\" -j DNAT --to-destination 192.0.2.9:80");
    if (made.exit_code != 0) GTEST_SKIP() << "SKIPPED[no-iptables]: " << made;
    const std::string said =
        Say(locks + "natplan add forward tcp 8088 192.0.2.7:80 --backend iptables") +
        Say(locks +
            "printf '[[forward]]\\nprotocol = \"tcp\"\\nhost_port = 8088\\nto = \"192.0.2.7:80\"\\n' | "
            "natplan check - --backend iptables");
    EXPECT_THAT(said, AllOf(HasSubstr("another program forwards"), HasSubstr("\\x0anatplan: b"),
                            Not(HasSubstr("\n  natplan: b"))));
  });
}

TEST(HostileBytesTest, InWhatAProgramOfIptablesSays) {
  RunInNamespaceOrSkip([] {
    for (const std::string program :
         {"echo \"$h\" >&2; exit 1", "echo \"$h\"", "echo '*nat'; echo \"$h\"; echo COMMIT"}) {
      const std::string prepare =
          "d=$(mktemp -d); export XDG_RUNTIME_DIR=$d PATH=$d:$PATH\n"
          "for p in iptables-save ip6tables-save iptables-restore ip6tables-restore\n"
          "do cat > $d/$p << 'END'\n#!/bin/sh\nh=$(printf '" +
          Octal(kHostile) + "')\n" + program + "\nEND\nchmod +x $d/$p; done\n";
      std::string said;
      for (const std::string command :
           {"list", "apply examples/stopped.toml", "check examples/stopped.toml", "remove"})
        said += Say(prepare + "natplan " + command + " --backend iptables");
      EXPECT_THAT(said, HasSubstr("x1b[31m")) << program;
    }
  });
}

}  // namespace
}  // namespace natplan::testing
