#include "core/text/iptables_text.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <utility>

#include "core/text/shown_text.h"

namespace natplan {
namespace {

constexpr std::string_view kBlanks = " \t";

bool IsBlank(char c) { return kBlanks.find(c) != std::string_view::npos; }

bool IsBreak(char c) { return IsBlank(c) || c == '\n'; }

// Cuts the next word off that ends at a blank.
std::string_view TakeWord(std::string_view& rest) {
  const std::size_t end = std::min(rest.find_first_of(kBlanks), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  return word;
}

// What stands in quotes at the beginning of `text`, which is then cut off with its quotes; none if that is no
// quoted word: iptables-save puts a backslash before a quote within one, and a blank or the line's end
// behind.
std::optional<std::string> TakeQuoted(std::string_view& text) {
  if (!text.starts_with('"')) return std::nullopt;
  std::string word;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (i + 1 < text.size() && !IsBreak(text[i + 1])) return std::nullopt;
      text.remove_prefix(i + 1);
      return word;
    }
    if (text[i] == '\\') ++i;
    if (i == text.size()) return std::nullopt;
    word += text[i];
  }
  return std::nullopt;
}

// Options whose values iptables-save prints as they are.
bool IsBeforeName(std::string_view option) {
  return option == "-i" || option == "-o" || option == "-j" || option == "-g";
}

// Reads words into the rule up to the end of the line; a quoted one may have several.
void TakeWords(std::string_view& text, SavedRule& rule) {
  while (!text.empty() && text.front() != '\n') {
    if (IsBlank(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    const std::string_view before = rule.words.empty() ? std::string_view() : rule.words.back();
    auto quoted = IsBeforeName(before) ? std::nullopt : TakeQuoted(text);
    if (quoted) {
      if (before == "--comment" && rule.comment.empty()) rule.comment = *quoted;
      rule.words.push_back(*std::move(quoted));
      continue;
    }
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    rule.words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// "[12:3456]", a pair of counters.
bool IsCounters(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return false;
  return text.find(':') != std::string_view::npos &&
         text.find_first_not_of("0123456789:", 1) == text.size() - 1;
}

class Reader {
 public:
  Reader(std::string_view text, std::string_view wanted) : text_(text), rest_(text), wanted_(wanted) {}

  std::expected<SavedTable, Error> Read() {
    if (const std::size_t zero = text_.find('\0'); zero != std::string_view::npos)
      return Fail("has a byte of value 0", text_.substr(0, zero).rfind('\n') + 1);
    while (!rest_.empty()) {
      const std::size_t begin = text_.size() - rest_.size();
      const std::string_view line = rest_.substr(0, rest_.find('\n'));
      if (const auto problem = Take(line)) return Fail(*problem, begin);
      if (rest_.empty()) return Fail("is cut off", begin);
      rest_.remove_prefix(1);
    }
    if (table_) return Fail("is missing: no COMMIT follows table " + *table_, text_.size() - 1);
    return std::move(saved_);
  }

 private:
  // Takes what begins at this line off `rest_`, but for the newline at its end; or says what is wrong.
  std::optional<std::string> Take(std::string_view line) {
    if (IsRule(line)) return TakeRule();
    if (rule_ != nullptr && line != "COMMIT") return GoOn();
    rule_ = nullptr;
    rest_.remove_prefix(line.size());
    if (line.empty()) return std::nullopt;
    switch (line.front()) {
      case '#':
        // iptables-nft's words: "# Table `nat' is incompatible, use 'nft' tool."
        if (line.starts_with("# Table `" + wanted_ + "' is incompatible")) saved_.incompatible = wanted_;
        return std::nullopt;
      case '*':
        if (table_) return "begins a table within table " + *table_;
        table_ = line.substr(1);
        if (*table_ == wanted_ && std::exchange(seen_, true))
          return "begins table " + wanted_ + " a second time";
        return std::nullopt;
      case ':':
        return TakeChain(line.substr(1));
      default:
        break;
    }
    if (line != "COMMIT") return "is not of iptables-save";
    if (!table_) return "ends a table that was not begun";
    table_.reset();
    return std::nullopt;
  }

  static bool IsRule(std::string_view line) {
    if (line.starts_with('[') && !IsCounters(TakeWord(line))) return false;
    return TakeWord(line) == "-A";
  }

  // "PREROUTING ACCEPT [0:0]"
  std::optional<std::string> TakeChain(std::string_view line) {
    if (!table_) return "is a chain outside of a table";
    const std::string_view name = TakeWord(line);
    const std::string_view policy = TakeWord(line);
    if (name.empty() || policy.empty() || (!line.empty() && !IsCounters(line))) return "is not a chain";
    if (policy == "DROP" && *table_ == wanted_) saved_.dropping.emplace_back(name);
    return std::nullopt;
  }

  // "[0:0] -A PREROUTING -p tcp ...", with or without counters
  std::optional<std::string> TakeRule() {
    if (!table_) return "is a rule outside of a table";
    if (rest_.starts_with('[')) TakeWord(rest_);
    TakeWord(rest_);  // -A
    const std::size_t end = std::min(rest_.find_first_of(" \t\n"), rest_.size());
    if (end == 0) return "is a rule without a chain";
    std::vector<SavedRule>& rules = *table_ == wanted_ ? saved_.rules : others_;
    if (&rules == &others_) others_.clear();
    rule_ = &rules.emplace_back();
    rule_->table = *table_;
    rule_->chain = rest_.substr(0, end);
    rest_.remove_prefix(end);
    while (!rest_.empty() && IsBlank(rest_.front())) rest_.remove_prefix(1);
    return TakeSpec();
  }

  // A line that goes on with the rule before it, in which a name has a newline.
  std::optional<std::string> GoOn() {
    rule_->spec += '\n';
    return TakeSpec();
  }

  std::optional<std::string> TakeSpec() {
    const std::string_view before = rest_;
    TakeWords(rest_, *rule_);
    rule_->spec += before.substr(0, before.size() - rest_.size());
    if (rule_->comment.starts_with(kNatplanComment) && rule_->spec.find('\n') != std::string::npos)
      return "has natplan's comment in a rule of several lines, which natplan does not make";
    return std::nullopt;
  }

  std::unexpected<Error> Fail(const std::string& problem, std::size_t begin) const {
    constexpr std::size_t kShown = 80;  // bytes of a line that may be anything
    const auto number = 1 + std::ranges::count(text_.substr(0, begin), '\n');
    const std::string_view line = text_.substr(begin, text_.substr(begin).find('\n'));
    std::string text = "line " + std::to_string(number) + " of iptables-save's output " + problem;
    if (!line.empty()) text += ": " + ShownText(line.substr(0, kShown));
    if (line.size() > kShown) text += "...";
    return std::unexpected(
        Error{.code = ErrorCode::kUnreadable, .errno_value = EBADMSG, .text = std::move(text)});
  }

  const std::string_view text_;
  std::string_view rest_;
  const std::string wanted_;
  SavedTable saved_;
  std::vector<SavedRule> others_;     // the last rule, if it is of another table
  SavedRule* rule_ = nullptr;         // the last rule, while the lines behind it may belong to it
  std::optional<std::string> table_;  // the one that we are in
  bool seen_ = false;                 // the wanted one
};

}  // namespace

std::string_view IptablesName(Family family) { return family == Family::kIp ? "iptables" : "ip6tables"; }

std::expected<SavedTable, Error> ReadSavedTable(std::string_view text, std::string_view table) {
  return Reader(text, table).Read();
}

Error CannotShow(Family family, const std::string& incompatible) {
  const std::string table = std::string(Name(family)) + " " + incompatible;
  return {.code = ErrorCode::kUnreadable,
          .errno_value = EIO,
          .text = "table " + table + " holds rules that " + std::string(IptablesName(family)) +
                  " cannot show, so it shows none (\"incompatible\"); look at them with `nft -a list table " +
                  table + "` and remove those that iptables did not make"};
}

std::string Quoted(std::string_view word) {
  std::string out = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string QuoteWord(std::string_view word) {
  const bool plain = !word.empty() && std::ranges::all_of(word, [](char c) {
    return c > ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (plain) return std::string(word);
  return Quoted(word);
}

std::string RestoreInput(const std::vector<std::string>& lines) {
  std::string first, nat, last;
  for (const std::string& line : lines) {
    const bool raw = line.starts_with(kInRaw);
    const std::string rule = line.substr(raw ? kInRaw.size() : 0) + "\n";
    (!raw ? nat : rule.starts_with("-I ") ? first : last) += rule;
  }
  const auto transaction = [](const std::string& table, const std::string& rules) {
    return rules.empty() ? "" : "*" + table + "\n" + rules + "COMMIT\n";
  };
  return transaction("raw", first) + transaction("nat", nat) + transaction("raw", last);
}

}  // namespace natplan
