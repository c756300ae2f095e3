#include "cli/config/ascii.h"

#include <cstdint>
#include <utility>

#include "cli/config/toml_text.h"
#include "core/text/utf8.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {
    if (file_.starts_with(kByteOrderMark)) file_.remove_prefix(kByteOrderMark.size());
    out_.text.reserve(file_.size());
  }

  AsciiText Read() {
    while (at_ < file_.size()) {
      switch (file_[at_]) {
        case '"':
        case '\'':
          said_ = false;
          TakeUntil(BehindString(file_, at_), false);
          said_ = false;
          break;
        case '#':
          TakeUntil(BehindComment(file_, at_), true);
          break;
        default:
          if (file_[at_] == '\n') said_ = false;
          TakeOne(false);
      }
    }
    return std::move(out_);
  }

 private:
  void TakeUntil(std::size_t end, bool comment) {
    while (at_ < end) TakeOne(comment);
  }

  void TakeOne(bool comment) {
    const Utf8Character character = FirstCharacter(file_.substr(at_));
    if (character.length == 1) {
      const char c = file_[at_++];
      out_.text += c;
      if (c != '\n') return;
      ++line_;
      line_start_ = out_.text.size();
      return;
    }
    if (character.length == 0) {
      Say(fmt::format("this is not TOML: the byte 0x{:02x} here is not UTF-8; save the file as UTF-8",
                      static_cast<std::uint8_t>(file_[at_])));
    } else if (!comment) {
      Say(
          fmt::format("U+{:04X} stands here, and keys and values are ASCII; only comments may hold other "
                      "characters",
                      static_cast<std::uint32_t>(character.code)));
    }
    out_.text += '?';
    at_ += character.length == 0 ? 1 : character.length;
  }

  void Say(std::string what) {
    if (!said_ && out_.beyond.size() < kMostBeyondAscii) {
      const auto column = static_cast<std::uint32_t>(out_.text.size() - line_start_ + 1);
      out_.beyond.push_back({line_, column, std::move(what)});
    }
    said_ = true;
  }

  std::string_view file_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1;
  std::size_t line_start_ = 0;
  bool said_ = false;  // of this string, or of this line
  AsciiText out_;
};

}  // namespace

AsciiText ToAscii(std::string_view file) { return Reader(file).Read(); }

}  // namespace natplan::cli
