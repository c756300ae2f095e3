#include "cli/config/ascii.h"

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/config/toml.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace natplan::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// "LINE:COLUMN" of each.
std::vector<std::string> PlacesIn(std::string_view file) {
  std::vector<std::string> out;
  for (const BeyondAscii& one : ToAscii(file).beyond)
    out.push_back(std::to_string(one.line) + ":" + std::to_string(one.column));
  return out;
}

TEST(ToAsciiTest, CommentsMayHoldAnyCharacter) {
  for (const std::string file : {"a = 1 # \u00fcber \u20ac \U0001f600!\n", "# \u0488u[", "a = \"#\" # \u00fc",
                                 "a = '#' # \u00fc", "a = \"\"\"x\"\"\"\"\" # \u00fc", "", "a = 1\n"}) {
    EXPECT_THAT(PlacesIn(file), IsEmpty()) << file;
  }
  EXPECT_EQ(ToAscii("# \u00fcber \u20ac \U0001f600!\n").text, "# ?ber ? ?!\n");
}

TEST(ToAsciiTest, KeysAndValuesMayHoldNone) {
  EXPECT_THAT(PlacesIn("a = \"m\u00fcll\u00e9r\" # \u00fc\n"), ElementsAre("1:7")) << "once a string";
  EXPECT_THAT(PlacesIn("\u00fc = 1\nb = \u00e9 \u00fc\n"), ElementsAre("1:1", "2:5")) << "once a line";
  EXPECT_THAT(PlacesIn("a = ['\u00fc', \"\u00fc\"]"), ElementsAre("1:7", "1:12"));
  EXPECT_THAT(PlacesIn("\"\u00fc\" = 1"), ElementsAre("1:2"));
  EXPECT_THAT(PlacesIn("[[\u00fc]]"), ElementsAre("1:3"));
  EXPECT_THAT(PlacesIn("a = \"\"\"\n# \u00fc\"\"\""), ElementsAre("2:3")) << "that is no comment";
  EXPECT_THAT(PlacesIn("a = \"\\\"# \u00fc\""), ElementsAre("1:10"));
  EXPECT_THAT(PlacesIn("a = \"x\u00a0\""), ElementsAre("1:7")) << "a blank that is none";
}

TEST(ToAsciiTest, TheCharacterIsNamed) {
  EXPECT_THAT(ToAscii("\u00fc").beyond.at(0).what, HasSubstr("U+00FC"));
  EXPECT_THAT(ToAscii("\U0001f600").beyond.at(0).what, HasSubstr("U+1F600"));
  EXPECT_THAT(ToAscii("\xff").beyond.at(0).what, HasSubstr("0xff"));
}

TEST(ToAsciiTest, DropsAByteOrderMarkAtTheStartOnly) {
  EXPECT_EQ(ToAscii("\xef\xbb\xbf"
                    "a")
                .text,
            "a");
  EXPECT_THAT(PlacesIn("\xef\xbb\xbf"
                       "a"),
              IsEmpty());
  EXPECT_THAT(PlacesIn("a\xef\xbb\xbf"), ElementsAre("1:2"));
}

TEST(ToAsciiTest, AFileThatIsNoTextHasAnEnd) {
  std::string file;
  for (int i = 0; i < 5000; ++i) file += "\xff\n";
  EXPECT_EQ(ToAscii(file).beyond.size(), kMostBeyondAscii);
}

TEST(ToAsciiTest, BytesThatAreNotUtf8AreRefusedInCommentsToo) {
  EXPECT_THAT(PlacesIn("ab\xff"), ElementsAre("1:3"));
  EXPECT_THAT(PlacesIn("# ab\xff\xff\na = '\xc3'\n"), ElementsAre("1:5", "2:6"));
}

// What toml++ reads, in one line.
std::optional<std::string> Parsed(const std::string& text) {
  const toml::parse_result file = toml::parse(text);
  if (!file) return std::nullopt;
  std::ostringstream out;
  out << toml::json_formatter(file.table());
  return out.str();
}

// Every short text of the characters that begin and end strings and comments: what is taken for a comment
// here is never part of what toml++ reads.
TEST(ToAsciiTest, NoValueDependsOnWhatStandsForACharacterInAComment) {
  constexpr std::string_view kPieces[] = {"\"", "'", "\"\"\"", "'''", "#", "\n", "\\", "\r", "\u00fc", "b=0"};
  constexpr std::size_t kCount = std::size(kPieces);
  std::size_t read = 0;
  for (std::size_t number = 0; number < 10 * 10 * 10 * 10 * 10; ++number) {
    std::string file = "a=";
    for (std::size_t rest = number, i = 0; i < 5; ++i, rest /= kCount) file += kPieces[rest % kCount];
    const AsciiText ascii = ToAscii(file);
    if (!ascii.beyond.empty() || file.find('\xc3') == std::string::npos) continue;
    std::string other = ascii.text;
    for (std::size_t at = 0; at < other.size(); ++at) {
      if (other[at] == '?') other[at] = 'x';
    }
    const auto one = Parsed(ascii.text);
    ASSERT_EQ(one, Parsed(other)) << file;
    if (one) ++read;
  }
  EXPECT_GT(read, 50U) << "files with such a comment that are TOML";
}

}  // namespace
}  // namespace natplan::cli
