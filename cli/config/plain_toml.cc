#include "cli/config/plain_toml.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace natplan::cli {
namespace {

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool IsPrintable(char c) { return c >= ' ' && c <= '~'; }

// Takes what it knows off the front of the text. Each returns false, or nothing, where something else stands
// there, and then it does not matter what is left.
class PlainReader {
 public:
  explicit PlainReader(std::string_view text) : rest_(text) {}

  std::optional<toml::table> Read() {
    while (!rest_.empty()) {
      SkipBlanks();
      const bool known = IsAtLineEnd() || (rest_.starts_with('[') ? ReadHeader() : ReadPair());
      if (!known || !ReadLineEnd()) return std::nullopt;
    }
    return std::move(file_);
  }

 private:
  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void SkipBlanks() {
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
  }

  bool IsAtLineEnd() const { return rest_.empty() || rest_.front() == '\n' || rest_.front() == '#'; }

  // A comment, and the newline or the end of the text.
  bool ReadLineEnd() {
    SkipBlanks();
    if (Take("#")) {
      while (!rest_.empty() && (IsPrintable(rest_.front()) || rest_.front() == '\t')) rest_.remove_prefix(1);
    }
    return rest_.empty() || Take("\n");
  }

  template <typename Predicate>
  std::string_view TakeWhile(const Predicate& predicate) {
    std::size_t size = 0;
    while (size < rest_.size() && predicate(rest_[size])) ++size;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  // [[name]]
  bool ReadHeader() {
    if (!Take("[[")) return false;
    const std::string_view name = TakeWhile(IsNameCharacter);
    if (name.empty() || !Take("]]")) return false;
    toml::node* node = file_.get(name);
    if (node == nullptr) node = &file_.emplace<toml::array>(name).first->second;
    toml::array* tables = node->as_array();  // null: a value has this name
    if (tables != nullptr) table_ = &tables->emplace_back<toml::table>();
    return tables != nullptr;
  }

  // name = value
  bool ReadPair() {
    const std::string_view name = TakeWhile(IsNameCharacter);
    SkipBlanks();
    if (name.empty() || !Take("=")) return false;
    SkipBlanks();
    if (Take("\"")) return ReadString(name);
    if (Take("true")) return table_->emplace<bool>(name, true).second;
    if (Take("false")) return table_->emplace<bool>(name, false).second;
    return ReadNumber(name);
  }

  bool ReadString(std::string_view name) {
    const std::string_view value = TakeWhile([](char c) { return IsPrintable(c) && c != '"' && c != '\\'; });
    return Take("\"") && table_->emplace<std::string>(name, value).second;
  }

  bool ReadNumber(std::string_view name) {
    const std::string_view digits = TakeWhile([](char c) { return c >= '0' && c <= '9'; });
    if (digits.empty() || (digits.front() == '0' && digits.size() > 1)) return false;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return error == std::errc() && table_->emplace<std::int64_t>(name, number).second;
  }

  std::string_view rest_;
  toml::table file_;
  toml::table* table_ = &file_;  // that the next pair goes into
};

}  // namespace

std::optional<toml::table> ReadPlainToml(std::string_view text) { return PlainReader(text).Read(); }

}  // namespace natplan::cli
