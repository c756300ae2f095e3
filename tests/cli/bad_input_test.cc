// Files that are wrong: what is said, where, and what to do about it.
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/cli/run.h"

namespace natplan::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Case {
  const char* name;
  const char* prepare;  // makes $f
  const char* where;    // what stands behind "natplan: " and the file's name
  const char* what;
};

void PrintTo(const Case& one, std::ostream* stream) { *stream << one.name; }

class BadInputTest : public ::testing::TestWithParam<Case> {};

constexpr const char* kMasquerade = "printf '[[masquerade]]\\nsource = \"%s\"\\n' ";
constexpr const char* kForward =
    "printf '[[forward]]\\nprotocol = \"%s\"\\nhost_port = %s\\nto = \"%s\"\\n' ";

Ran WithFile(const std::string& prepare) {
  std::string script = prepare;
  for (const auto& [mark, command] : {std::pair{"MASQ ", kMasquerade}, std::pair{"FWD ", kForward}}) {
    if (const std::size_t at = script.find(mark); at != std::string::npos) {
      script.replace(at, std::string(mark).size(), command);
      script += " > $f";
    }
  }
  return Sh(
      "d=$(mktemp -d); f=$d/f; " + script +
      "\ncd $d; f=f; natplan plan $f; code=$?; cd /; chmod 700 $d/f 2> $d/ignored; rm -r $d; exit $code");
}

TEST_P(BadInputTest, IsRefusedWithAMessage) {
  const Ran ran = WithFile(GetParam().prepare);
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, StartsWith(std::string("natplan: f") + GetParam().where)) << ran;
  EXPECT_THAT(ran.err, HasSubstr(GetParam().what));
}

INSTANTIATE_TEST_SUITE_P(
    Files, BadInputTest,
    ::testing::Values(
        Case{"Missing", ":", ": ", "no such file"}, Case{"Folder", "mkdir $f", ": ", "name a file in it"},
        Case{"Empty", ": > $f", ": ", "natplan remove"},
        Case{"NotToml", "echo 'table ip x {' > $f", ":1:", "not TOML"},
        Case{"Binary", "head -c 100 /dev/zero > $f", ":1:", "not TOML"},
        Case{"TooLarge", "head -c 17000000 /dev/zero > $f", ": ", "16 MiB"},
        Case{"DeepKey", "printf 'a.%.0s' $(seq 200000) > $f; echo 'a = 1' >> $f",
             ":1:34: ", "too many parts"},
        Case{"UnknownKey", "echo 'masquerde = []' > $f", ":1:1: ", "did you mean \"masquerade\""},
        Case{"WrongType", "echo 'masquerade = 1' > $f", ":1:14: ", "a list of tables is expected"},
        Case{"LengthBeyondFamily", "MASQ 10.0.0.0/33", ":2:10: ", "0 to 32"},
        Case{"EverythingInIpv4", "MASQ 0.0.0.0/0", ":2:10: ", "192.168.50.0/24"},
        Case{"EverythingInIpv6", "MASQ ::/0", ":2:10: ", "fd00:1::/64"},
        Case{"ShortIpv6", "MASQ fc00::/7", ":2:10: ", "/8 or longer"},
        Case{"ScopeIdInPrefix", "MASQ fe80::1%%eth0/64", ":2:10: ", "scope"},
        Case{"PortZero", "FWD tcp 0 192.0.2.1:1", ":3:13: ", "1 to 65535"},
        Case{"PortTooLarge", "FWD tcp 65536 192.0.2.1:1", ":3:13: ", "1 to 65535"},
        Case{"TargetPortZero", "FWD tcp 1 192.0.2.1:0", ":4:6: ", "1 to 65535"},
        Case{"UnknownProtocol", "FWD icmp 1 192.0.2.1:1", ":2:12: ", "tcp, udp or sctp"},
        Case{"NoTargetPort", "FWD tcp 1 192.0.2.1", ":4:6: ", "has no port"},
        Case{"ScopeIdInTarget", "FWD tcp 1 [fe80::1%eth0]:1", ":4:6: ", "scope"},
        Case{"Ipv6WithoutBrackets", "FWD tcp 1 fd00::5:22", ":4:6: ", "[fd00::5]:22"},
        Case{"Ipv4InBrackets", "FWD tcp 1 [192.0.2.1]:22", ":4:6: ", "brackets"},
        Case{"OwnerWithAQuote", "printf 'owner = \"a\\\\\"b\"\\nmasquerade = []\\n' > $f",
             ":1:9: ", "1 to 64 bytes"},
        Case{"OwnerAndNothing", "echo 'owner = \"a\"' > $f", ": ", "natplan remove"},
        Case{"InterfaceTooLong",
             "printf '[[masquerade]]\\nsource = \"10.0.0.0/8\"\\nout_interface = \"0123456789abcdef\"\\n' > "
             "$f",
             ":3:17: ", "1 to 15 bytes"},
        Case{"LocalhostIsNoBoolean",
             "printf '[[forward]]\\nprotocol = \"tcp\"\\nhost_port = 1\\nto = "
             "\"192.0.2.1:1\"\\nlocalhost = 1\\n' > $f",
             ":5:13: ", "a boolean is expected"},
        Case{"HexadecimalPort", "FWD tcp 0x50 192.0.2.1:1", ":3:13: ", "decimal digits"},
        Case{"OctalTargetPort", "FWD tcp 1 192.0.2.1:080", ":4:6: ", "decimal digits"},
        Case{"OctalLength", "MASQ 10.0.0.0/08", ":2:10: ", "decimal digits"},
        Case{"LoopbackTarget", "FWD tcp 1 127.0.0.1:80", ":4:6: ", "the container's address"},
        Case{"UnspecifiedTarget", "FWD tcp 1 0.0.0.0:80", ":4:6: ", "cannot work"},
        Case{"LinkLocalTarget", "FWD tcp 1 [fe80::1]:80", ":4:6: ", "without an interface"},
        Case{"MappedTarget", "FWD tcp 1 [::ffff:192.0.2.1]:80", ":4:6: ", "write the IPv4 address"},
        Case{"MulticastSource", "MASQ ff00::/8", ":2:10: ", "cannot work"},
        Case{"HostPortTwice", "FWD tcp 1 192.0.2.1:1 tcp 1 192.0.2.2:1", ":7:13: ", "line 3"}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(BadInputTest, UnreadableFile) {
  const Ran ran = Sh(
      "[ $(id -u) = 0 ] && drop='setpriv --reuid 65534 --clear-groups --inh-caps=-all --bounding-set=-all'\n"
      "d=$(mktemp -d); echo x > $d/f; chmod 755 $d; chmod 000 $d/f; $drop natplan plan $d/f; code=$?; rm -r "
      "-f $d; exit $code");
  if (ran.exit_code == 127 || ran.err.find("setpriv") != std::string::npos ||
      ran.err.find("not found") != std::string::npos) {
    GTEST_SKIP() << "SKIPPED[no-other-user]: " << ran.err;
  }
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_THAT(ran.err, HasSubstr("may not read"));
}

TEST(BadInputTest, AllErrorsOfAFileAreSaid) {
  const Ran ran = WithFile("printf 'a = 1\\nb = 2\\n' > $f");
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_THAT(ran.err, HasSubstr("natplan: f:1:1: "));
  EXPECT_THAT(ran.err, HasSubstr("natplan: f:2:1: "));
}

TEST(BadInputTest, JsonSaysItOnStandardOutputToo) {
  const Ran ran = Sh("natplan plan missing.toml --json");
  EXPECT_EQ(ran.exit_code, 2) << ran;
  EXPECT_THAT(ran.out, StartsWith("{\n  \"error\": {\n    \"code\": \"invalid argument\",\n"));
  EXPECT_THAT(ran.err, StartsWith("natplan: missing.toml: "));
}

TEST(GoodInputTest, HostBitsAreMaskedWithANote) {
  const Ran ran = WithFile("MASQ 192.168.50.121/28");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  EXPECT_THAT(ran.err, StartsWith("natplan: note: f:2:10: "));
  EXPECT_THAT(ran.out, HasSubstr("add element ip natplan masq_saddr { 192.168.50.112/28 }"));
}

TEST(GoodInputTest, APrefixAtTheTopOfTheAddressSpace) {
  EXPECT_THAT(WithFile("MASQ 255.255.255.240/28").out, HasSubstr("masq_saddr { 255.255.255.240/28 }"));
}

TEST(GoodInputTest, OfOverlappingPrefixesTheSetHoldsTheUnion) {
  const Ran ran = WithFile("MASQ 10.1.0.0/16 10.0.0.0/8 10.2.3.4");
  EXPECT_EQ(ran.exit_code, 0) << ran;
  EXPECT_THAT(ran.out, HasSubstr("masq_saddr { 10.0.0.0/8 }"));
  EXPECT_EQ(ran.out.find("10.1.0.0/16"), std::string::npos);
}

}  // namespace
}  // namespace natplan::testing
