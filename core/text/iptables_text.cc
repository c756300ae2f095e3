#include "core/text/iptables_text.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace natplan {
namespace {

constexpr std::string_view kBlanks = " \t";

bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

// Cuts the next word off that ends at a blank.
std::string_view TakeWord(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  return word;
}

// The words of a spec; none if a quote is not closed. Inside quotes a backslash stands before a character
// that is meant as itself.
std::optional<std::vector<std::string>> Words(std::string_view spec) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  bool quoted = false;
  for (std::size_t i = 0; i < spec.size(); ++i) {
    char c = spec[i];
    if (c == '"') {
      quoted = !quoted;
      in_word = true;
      continue;
    }
    if (!quoted && IsBlank(c)) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    if (quoted && c == '\\') {
      if (++i == spec.size()) return std::nullopt;
      c = spec[i];
    }
    word += c;
    in_word = true;
  }
  if (quoted) return std::nullopt;
  if (in_word) words.push_back(std::move(word));
  return words;
}

// "[12:3456]", a pair of counters.
bool IsCounters(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  return text.find(':') != std::string_view::npos &&
         text.find_first_not_of("0123456789:", 1) == text.size() - 1;
}

class Reader {
 public:
  std::expected<SavedNat, Error> Read(std::string_view text) {
    while (!text.empty()) {
      ++line_number_;
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) return Fail("is cut off", text);
      const std::string_view line = text.substr(0, end);
      text.remove_prefix(end + 1);
      if (const auto problem = Take(line)) return Fail(*problem, line);
    }
    if (table_) return Fail("is missing: no COMMIT follows table " + *table_, "");
    return std::move(saved_);
  }

 private:
  // What is wrong with the line.
  std::optional<std::string> Take(std::string_view line) {
    if (line.find('\0') != std::string_view::npos) return "has a byte of value 0";
    if (line.empty()) return std::nullopt;
    switch (line.front()) {
      case '#':
        // iptables-nft's words: "# Table `nat' is incompatible, use 'nft' tool."
        if (line.starts_with("# Table `nat' is incompatible")) saved_.incompatible = true;
        return std::nullopt;
      case '*':
        if (table_) return "begins a table within table " + *table_;
        table_ = line.substr(1);
        if (*table_ == "nat" && std::exchange(seen_, true)) return "begins table nat a second time";
        return std::nullopt;
      case ':':
        return TakeChain(line.substr(1));
      default:
        break;
    }
    if (line == "COMMIT") {
      if (!table_) return "ends a table that was not begun";
      table_.reset();
      return std::nullopt;
    }
    return TakeRule(line);
  }

  // "PREROUTING ACCEPT [0:0]"
  std::optional<std::string> TakeChain(std::string_view line) const {
    if (!table_) return "is a chain outside of a table";
    const bool named = !TakeWord(line).empty();
    const bool policy = !TakeWord(line).empty();
    if (!named || !policy || (!line.empty() && !IsCounters(line))) return "is not a chain";
    return std::nullopt;
  }

  // "[0:0] -A PREROUTING -p tcp ...", with or without counters
  std::optional<std::string> TakeRule(std::string_view line) {
    if (line.starts_with('[') && !IsCounters(TakeWord(line))) return "does not begin with counters";
    if (TakeWord(line) != "-A") return "is not of iptables-save";
    if (!table_) return "is a rule outside of a table";
    const std::string_view chain = TakeWord(line);
    if (chain.empty()) return "is a rule without a chain";
    if (*table_ != "nat") return std::nullopt;
    auto words = Words(line);
    if (!words) return "has a quote that is not closed";
    saved_.rules.push_back({std::string(chain), std::string(line), std::move(*words)});
    return std::nullopt;
  }

  std::unexpected<Error> Fail(const std::string& problem, std::string_view line) const {
    constexpr std::size_t kShown = 80;  // bytes of a line that may be anything
    std::string shown;
    for (const char c : line.substr(0, kShown)) shown += c >= ' ' && c <= '~' ? c : '?';
    std::string text = "line " + std::to_string(line_number_) + " of iptables-save's output " + problem;
    if (!shown.empty()) text += ": " + shown;
    return std::unexpected(Error{.code = ErrorCode::kEnvironment, .text = std::move(text)});
  }

  SavedNat saved_;
  std::optional<std::string> table_;  // the one that we are in
  bool seen_ = false;                 // table nat
  std::size_t line_number_ = 0;
};

}  // namespace

std::string_view IptablesName(Family family) { return family == Family::kIp ? "iptables" : "ip6tables"; }

std::expected<SavedNat, Error> ReadSavedNat(std::string_view text) { return Reader().Read(text); }

std::string QuoteWord(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\' && c != '\'';
  });
  if (plain) return std::string(word);
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string RestoreInput(const std::vector<std::string>& lines) {
  std::string out = "*nat\n";
  for (const std::string& line : lines) out += line + "\n";
  return out + "COMMIT\n";
}

}  // namespace natplan
