// Standard input, output and error of the process.
#ifndef NATPLAN_CLI_STANDARD_STREAMS_H_
#define NATPLAN_CLI_STANDARD_STREAMS_H_

namespace natplan::cli {

// Takes the place of each of them that the caller closed, so that no socket gets its number and what is meant
// for people. Reading and writing it go on to fail with EBADF. Called before anything is opened.
void HoldStandardStreams();

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_STANDARD_STREAMS_H_
