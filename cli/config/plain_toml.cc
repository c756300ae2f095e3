#include "cli/config/plain_toml.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/values/number.h"

namespace natplan::cli {
namespace {

// A table, for one look at each byte.
using Characters = std::array<bool, 256>;

template <typename Predicate>
consteval Characters Where(const Predicate& predicate) {
  Characters out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = predicate(static_cast<char>(i));
  return out;
}

constexpr bool IsDigit(char c) { return c >= '0' && c <= '9'; }
constexpr bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

constexpr Characters kBlank = Where([](char c) { return c == ' ' || c == '\t'; });
constexpr Characters kDigit = Where(IsDigit);
constexpr Characters kInName = Where([](char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' || c == '-';
});
constexpr Characters kInString = Where([](char c) { return IsPrintable(c) && c != '"' && c != '\\'; });
constexpr Characters kInComment = Where([](char c) { return IsPrintable(c) || c == '\t'; });

bool HasKey(std::span<const TomlField> fields, std::string_view key) {
  return std::ranges::find(fields, key, &TomlField::key) != fields.end();
}

// Takes what it knows off the front of the text. Each returns false, or nothing, where something else stands
// there, and then it does not matter what is left.
class PlainReader {
 public:
  PlainReader(std::string_view text, const TakePlainTable& take) : rest_(text), take_(take) {}

  bool Read() {
    while (!rest_.empty()) {
      SkipBlanks();
      const bool known = IsAtLineEnd() || (rest_.starts_with('[') ? ReadHeader() : ReadPair());
      if (!known || !ReadLineEnd()) return false;
    }
    return take_(name_, *fields_);
  }

 private:
  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void SkipBlanks() { TakeWhile(kBlank); }

  bool IsAtLineEnd() const { return rest_.empty() || rest_.front() == '\n' || rest_.front() == '#'; }

  // A comment, and the newline or the end of the text.
  bool ReadLineEnd() {
    SkipBlanks();
    if (Take("#")) TakeWhile(kInComment);
    return rest_.empty() || Take("\n");
  }

  std::string_view TakeWhile(const Characters& wanted) {
    const auto is_wanted = [&](char c) { return wanted[static_cast<unsigned char>(c)]; };
    const std::string_view taken(rest_.begin(), std::ranges::find_if_not(rest_, is_wanted));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  // [[name]]
  bool ReadHeader() {
    if (!Take("[[")) return false;
    const std::string_view name = TakeWhile(kInName);
    if (name.empty() || !Take("]]")) return false;
    if (HasKey(file_, name) || !take_(name_, *fields_)) return false;
    name_ = name;
    fields_ = &table_;
    table_.clear();
    return true;
  }

  // name = value
  bool ReadPair() {
    const std::string_view name = TakeWhile(kInName);
    SkipBlanks();
    if (name.empty() || !Take("=")) return false;
    SkipBlanks();
    if (Take("\"")) return ReadString(name);
    if (Take("true")) return Add(name, toml::node_type::boolean, "true");
    if (Take("false")) return Add(name, toml::node_type::boolean, "false");
    return ReadNumber(name);
  }

  bool ReadString(std::string_view name) {
    const std::string_view value = TakeWhile(kInString);
    return Take("\"") && Add(name, toml::node_type::string, value);
  }

  bool ReadNumber(std::string_view name) {
    const std::string_view digits = TakeWhile(kDigit);
    return ParseNumber(digits) && Add(name, toml::node_type::integer, digits);
  }

  bool Add(std::string_view name, toml::node_type type, std::string_view text) {
    if (fields_->size() == kMostPlainFields || HasKey(*fields_, name)) return false;
    fields_->push_back({.key = name, .type = type, .text = text});
    return true;
  }

  std::string_view rest_;
  const TakePlainTable& take_;
  std::vector<TomlField> file_;              // the file's own
  std::vector<TomlField> table_;             // of the last header
  std::string_view name_;                    // in that header
  std::vector<TomlField>* fields_ = &file_;  // that the next pair goes into
};

}  // namespace

bool ReadPlainToml(std::string_view text, const TakePlainTable& take) {
  return PlainReader(text, take).Read();
}

}  // namespace natplan::cli
