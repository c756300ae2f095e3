// The words of the command line that say what add and delete are about.
#ifndef NATPLAN_CLI_EDIT_WORDS_H_
#define NATPLAN_CLI_EDIT_WORDS_H_

#include "CLI/CLI.hpp"
#include "cli/options.h"

namespace natplan::cli {

// Each adds its word to `parent`, which is called "add" or "delete", and gives the word's own subcommand.
// `edit` outlives the parser's run.
CLI::App* AddMasqueradeWords(CLI::App& parent, EditOptions& edit);
CLI::App* AddForwardWords(CLI::App& parent, EditOptions& edit);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_EDIT_WORDS_H_
