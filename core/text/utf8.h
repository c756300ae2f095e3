// UTF-8 (RFC 3629), a character at a time.
#ifndef NATPLAN_CORE_TEXT_UTF8_H_
#define NATPLAN_CORE_TEXT_UTF8_H_

#include <cstddef>
#include <string_view>

namespace natplan {

struct Utf8Character {
  std::size_t length = 0;  // bytes; 0: they are not UTF-8
  char32_t code = 0;
};

// The character that `text`, which is not empty, begins with.
Utf8Character FirstCharacter(std::string_view text);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_UTF8_H_
