#include "backends/iptables/iptables_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <utility>

#include "core/text/shown_text.h"

namespace natplan {
namespace {

struct Meaning {
  std::string_view words;
  ErrorCode code;
  int errno_value;
  std::string_view text;
};

constexpr std::string_view kNoNat = "this kernel has no nat table of iptables, or a piece of it is missing";

// The first that fits counts.
constexpr auto kMeanings = std::to_array<Meaning>({
    {"can't open lock file", ErrorCode::kNotPermitted, EACCES,
     "iptables cannot open its lock file: that needs root, or a lock file of one's own in XTABLES_LOCKFILE"},
    {"xtables lock", ErrorCode::kDeadline, ETIMEDOUT,
     "another program held the lock of iptables for too long; nothing was changed"},
    {"Permission denied", ErrorCode::kNotPermitted, EPERM, "CAP_NET_ADMIN is missing (root has it)"},
    {"Operation not permitted", ErrorCode::kNotPermitted, EPERM,
     "CAP_NET_ADMIN is missing, or the table belongs to another program"},
    {"you must be root", ErrorCode::kNotPermitted, EPERM, "CAP_NET_ADMIN is missing (root has it)"},
    {"Too many open files", ErrorCode::kEnvironment, EMFILE, "too many open files; nothing was changed"},
    {"No buffer space available", ErrorCode::kUnknownOutcome, ENOBUFS, "the kernel's answer was lost"},
    {"Cannot allocate memory", ErrorCode::kNoMemory, ENOMEM, "out of memory; nothing was changed"},
    {"Message too long", ErrorCode::kTooLarge, EMSGSIZE,
     "the change does not fit into one message of iptables; nothing was changed"},
    // Without nf_tables in the kernel.
    {"rule set generation id: Invalid argument", ErrorCode::kNotSupported, EOPNOTSUPP,
     "this kernel has no nf_tables, which this variant of iptables needs; install iptables-legacy"},
    {"Failed to initialize nft", ErrorCode::kNotSupported, EOPNOTSUPP,
     "this kernel has no nf_tables, which this variant of iptables needs; install iptables-legacy"},
    {"Operation not supported", ErrorCode::kNotSupported, EOPNOTSUPP, kNoNat},
    {"Protocol not supported", ErrorCode::kNotSupported, EOPNOTSUPP, kNoNat},
    {"Protocol not available", ErrorCode::kNotSupported, ENOPROTOOPT, kNoNat},
    {"Address family not supported", ErrorCode::kNotSupported, EAFNOSUPPORT, kNoNat},
    {"Table does not exist", ErrorCode::kNotSupported, ENOPROTOOPT, kNoNat},
    {"unable to initialize table", ErrorCode::kNotSupported, ENOPROTOOPT, kNoNat},
    {"missing kernel module", ErrorCode::kNotSupported, EOPNOTSUPP, kNoNat},
});

}  // namespace

Error ErrorOfExit(std::string_view program, int exit_status, std::string_view complaint) {
  constexpr std::size_t kMostSaid = 400;  // iptables-nft repeats itself for every line
  std::string said(complaint.substr(0, kMostSaid));
  std::ranges::replace(said, '\n', ' ');
  said = ShownText(said);
  while (said.ends_with(' ')) said.pop_back();
  if (complaint.size() > kMostSaid) said += " ...";
  const std::string what = std::string(program) + " ended with status " + std::to_string(exit_status) +
                           (said.empty() ? " and said nothing" : " and said: " + said);
  const auto* const meaning = std::ranges::find_if(
      kMeanings, [&](const Meaning& one) { return complaint.find(one.words) != std::string_view::npos; });
  if (meaning == kMeanings.end()) {
    return {.code = ErrorCode::kRefused, .errno_value = EIO, .text = what};
  }
  return {.code = meaning->code,
          .errno_value = meaning->errno_value,
          .text = std::string(meaning->text) + "; " + what};
}

}  // namespace natplan
