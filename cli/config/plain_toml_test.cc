#include "cli/config/plain_toml.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace natplan::cli {
namespace {

constexpr std::string_view kFile = R"(# Two containers.
owner = "web"

[[masquerade]]
source = "192.168.50.0/24"	# a comment
out_interface="eth0"
[[forward]]
protocol = "tcp"
host_port = 2222
to = "192.168.50.121:22"
  [[forward]]  # indented
protocol = "udp"
host_port = 0
to = "[fd00::1]:53"
localhost = true
)";

void Put(const TomlField& field, toml::table& table) {
  if (field.type == toml::node_type::string) {
    table.insert(field.key, field.text);
  } else if (field.type == toml::node_type::boolean) {
    table.insert(field.key, field.text == "true");
  } else {
    ASSERT_EQ(field.type, toml::node_type::integer);
    table.insert(field.key, std::int64_t{std::stoll(std::string(field.text))});
  }
}

// What is handed over, as toml++ keeps a file.
std::optional<toml::table> Plain(std::string_view text) {
  toml::table file;
  const auto take = [&](std::string_view name, std::span<const TomlField> fields) {
    toml::table* table = &file;
    if (!name.empty()) {
      if (!file.contains(name)) file.insert(name, toml::array());
      table = &file.get_as<toml::array>(name)->emplace_back<toml::table>();
    }
    for (const TomlField& field : fields) Put(field, *table);
    return true;
  };
  if (!ReadPlainToml(text, take)) return std::nullopt;
  return file;
}

// Whatever is read quickly is what toml++ reads.
void ExpectSame(const std::string& text) {
  const auto plain = Plain(text);
  if (!plain) return;
  const toml::parse_result parsed = toml::parse(text);
  ASSERT_TRUE(parsed) << "toml++ refuses:\n" << text;
  EXPECT_EQ(*plain, parsed.table()) << text;
}

TEST(PlainTomlTest, ReadsWhatAFileOfNatplansMostlyHolds) {
  const auto plain = Plain(kFile);
  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain)["owner"].value<std::string>(), "web");
  EXPECT_EQ((*plain)["forward"].as_array()->size(), 2U);
  EXPECT_EQ((*plain)["forward"][0]["host_port"].value<std::int64_t>(), 2222);
  EXPECT_EQ((*plain)["forward"][1]["localhost"].value<bool>(), true);
  ExpectSame(std::string(kFile));
  for (const char* text : {"", "\n", "# only this", "a = 1", "[[a]]", "[[a]]\n[[a]]\n"}) {
    EXPECT_TRUE(Plain(text)) << text;
    ExpectSame(text);
  }
}

TEST(PlainTomlTest, LeavesEverythingElseToTheWholeParser) {
  for (const char* text : {"a = 'x'",
                           "a = \"\\n\"",
                           "a = \"\"\"x\"\"\"",
                           "a = 0x10",
                           "a = 1_000",
                           "a = +1",
                           "a = 01",
                           "a = 1.0",
                           "a = 1e3",
                           "a = []",
                           "a = {}",
                           "a.b = 1",
                           "\"a\" = 1",
                           "[a]",
                           "[[a.b]]",
                           "[[ a ]]",
                           "a = 1\r\n",
                           "a = \"\xc3\xbc\"",
                           "# \xc3\xbc",
                           "\xef\xbb\xbf"
                           "a = 1",
                           "a = 1 b = 2",
                           "a",
                           "a =",
                           "= 1",
                           "a = tru",
                           "a = truex",
                           "a = 1\na = 2",
                           "a = 1\n[[a]]",
                           "a = 99999999999999999999",
                           "a = \"x",
                           "a = \"\x7f\"",
                           "# \x01",
                           "[[a]",
                           "[[a]]]",
                           "a = 2026-01-01",
                           "a = inf"}) {
    EXPECT_FALSE(Plain(text)) << text;
  }
}

TEST(PlainTomlTest, LeavesTablesOfManyFieldsToTheWholeParser) {
  std::string most;
  for (std::size_t i = 0; i < kMostPlainFields; ++i) most += "k" + std::to_string(i) + " = 1\n";
  EXPECT_TRUE(Plain(most + "[[a]]\n" + most));
  EXPECT_FALSE(Plain(most + "k = 1\n"));
  EXPECT_FALSE(Plain("[[a]]\n" + most + "k = 1\n"));
}

TEST(PlainTomlTest, HandsOverEachTableInTheFilesOrder) {
  std::vector<std::string> names;
  EXPECT_TRUE(ReadPlainToml("a = 1\n[[b]]\n[[a2]]\n[[b]]\nc = 2\n",
                            [&](std::string_view name, std::span<const TomlField> fields) {
                              names.push_back(std::string(name) + " " + std::to_string(fields.size()));
                              return true;
                            }));
  EXPECT_EQ(names, (std::vector<std::string>{" 1", "b 0", "a2 0", "b 1"}));
}

TEST(PlainTomlTest, GoesNoFurtherThanItIsToldTo) {
  for (const int tables : {1, 2, 3}) {
    int taken = 0;
    EXPECT_FALSE(ReadPlainToml(
        "[[a]]\n[[a]]\n", [&](std::string_view, std::span<const TomlField>) { return ++taken < tables; }));
    EXPECT_EQ(taken, tables);
  }
}

TEST(PlainTomlTest, NoChangeOfAByteOrTwoMakesItReadSomethingElse) {
  constexpr std::string_view kBytes = "\n\r\t #\"'\\[]{}=.,_-+01aex\x01\x7f\xc3";
  std::string text(kFile);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char byte : kBytes) {
      std::string changed = text;
      changed[at] = byte;
      ExpectSame(changed);
      changed = text;
      changed.insert(at, 1, byte);
      ExpectSame(changed);
      if (HasFailure()) return;
    }
    ExpectSame(text.substr(0, at) + text.substr(at + 1));
    ExpectSame(text.substr(0, at));
  }
  std::mt19937 random(1);
  for (int round = 0; round < 5000 && !HasFailure(); ++round) {
    std::string changed = text;
    for (int i = 0; i < 3; ++i) {
      const std::size_t at = random() % changed.size();
      const std::size_t from = random() % changed.size();
      changed.insert(at, changed.substr(from, random() % 12));
      changed[random() % changed.size()] = kBytes[random() % kBytes.size()];
    }
    ExpectSame(changed);
  }
}

}  // namespace
}  // namespace natplan::cli
