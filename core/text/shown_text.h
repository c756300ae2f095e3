// Text of others (a file, an argument, another program, the kernel) as it may be shown: what would steer a
// terminal, hide, or make the reader see another text than there is, is escaped.
#ifndef NATPLAN_CORE_TEXT_SHOWN_TEXT_H_
#define NATPLAN_CORE_TEXT_SHOWN_TEXT_H_

#include <string>
#include <string_view>

namespace natplan {

// In one line: control characters (C0, DEL, C1), line separators, characters that have no width or turn the
// direction of writing, and code points that are no characters become "\x1b" or "\u202e", and each byte that
// is not UTF-8 becomes "\xff". Everything else, backslashes included, stays: what was escaped once is not
// changed a second time.
std::string ShownText(std::string_view text);
void AppendShownText(std::string_view text, std::string& out);

// The same, but tabs and line feeds stay.
std::string ShownLines(std::string_view text);

// Valid UTF-8: each byte that is not becomes "\xff" as above, and everything else stays.
std::string ValidText(std::string_view text);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_SHOWN_TEXT_H_
