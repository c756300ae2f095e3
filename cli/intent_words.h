// An intent as words of the command line.
#ifndef NATPLAN_CLI_INTENT_WORDS_H_
#define NATPLAN_CLI_INTENT_WORDS_H_

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/values/desired_state.h"
#include "core/values/error.h"

namespace natplan::cli {

struct MasqueradeWords {
  std::string source;
  std::optional<std::string> out_interface;
};

struct ForwardWords {
  std::string protocol;
  std::string host_port;
  std::optional<std::string> to;  // left out only where a forward is deleted
  bool localhost = false;
};

using IntentWords = std::variant<MasqueradeWords, ForwardWords>;

// The edits that carry out what the words say; kInvalidArgument names the wrong word and what to write
// instead. A forward without `to` is that of the port in both families.
std::expected<std::vector<Edit>, Error> ToEdits(Edit::Kind kind, const Owner& owner,
                                                const IntentWords& words);

// What is to be noted about words that ToEdits() takes: they may mean something else than was meant. Empty if
// there is nothing.
std::string NoteOf(const IntentWords& words);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTENT_WORDS_H_
