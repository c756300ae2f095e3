#include "backends/iptables/iptables_tool.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <memory>
#include <utility>

#include "backends/iptables/iptables_error.h"
#include "backends/iptables/kernel_rules.h"
#include "backends/iptables/process.h"
#include "core/text/iptables_text.h"

namespace natplan {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = secure_getenv(name);
  return value == nullptr ? "" : value;
}

IptablesVariant OtherThan(IptablesVariant variant) {
  return variant == IptablesVariant::kNft ? IptablesVariant::kLegacy : IptablesVariant::kNft;
}

std::unexpected<Error> Missing(const std::string& program) {
  return std::unexpected(Error{.code = ErrorCode::kNotSupported,
                               .errno_value = ENOENT,
                               .text = program + " is not installed; it is in the package \"iptables\""});
}

std::unexpected<Error> Mixed(const std::string& save, IptablesVariant reads, const std::string& restore,
                             IptablesVariant writes) {
  return std::unexpected(Error{.code = ErrorCode::kEnvironment,
                               .errno_value = EXDEV,
                               .text = save + " is iptables-" + std::string(Name(reads)) + " and " + restore +
                                       " is iptables-" + std::string(Name(writes)) +
                                       ": one does not show what the other changes; let both be of one "
                                       "variant (update-alternatives, or PATH)"});
}

}  // namespace

std::optional<IptablesVariant> VariantOf(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
  const std::string_view file = real == nullptr ? "" : real.get();
  if (file.ends_with("/xtables-nft-multi")) return IptablesVariant::kNft;
  if (file.ends_with("/xtables-legacy-multi") || file.ends_with("/xtables-multi"))
    return IptablesVariant::kLegacy;
  return std::nullopt;
}

IptablesTool::IptablesTool(IptablesToolOptions options)
    : options_(std::move(options)), programs_(options_.search_path) {
  environment_ = {"PATH=" + std::string(kSystemFolders), "LC_ALL=C"};
  if (const std::string file = FromEnvironment("XTABLES_LOCKFILE"); !file.empty())
    environment_.push_back("XTABLES_LOCKFILE=" + file);
  if (!options_.lock_files.empty()) return;
  options_.lock_files.emplace_back("/run/natplan.lock");
  if (const std::string folder = FromEnvironment("XDG_RUNTIME_DIR"); folder.starts_with('/'))
    options_.lock_files.push_back(folder + "/natplan.lock");
}

std::expected<std::string, Error> IptablesTool::Used(Family family, std::string_view verb) const {
  const std::string legacy = std::string(IptablesName(family)) + "-legacy-";
  // Both or neither: one variant must not read what the other writes.
  if (options_.prefer_legacy && !programs_.Find(legacy + "save").empty() &&
      !programs_.Find(legacy + "restore").empty())
    return programs_.Find(legacy + std::string(verb));
  const std::string plain = std::string(IptablesName(family)) + "-";
  const std::string save = programs_.Find(plain + "save");
  const std::string restore = programs_.Find(plain + "restore");
  const auto reads = VariantOf(save);
  const auto writes = VariantOf(restore);
  if (reads && writes && reads != writes) return Mixed(save, *reads, restore, *writes);
  std::string path = programs_.Find(plain + std::string(verb));
  if (path.empty()) return Missing(plain + std::string(verb));
  return path;
}

ProcessRequest IptablesTool::Request(const std::string& program, TimePoint deadline) const {
  return {.program = program, .environment = environment_, .deadline = deadline, .running = options_.running};
}

std::expected<std::string, Error> IptablesTool::Program(IptablesSide side, Family family,
                                                        std::string_view verb) const {
  auto used = Used(family, verb);
  if (side == IptablesSide::kUsed || !used) return used;
  const std::string name(IptablesName(family));
  const auto variant = VariantOf(*used);
  if (!variant) {
    return std::unexpected(
        Error{.code = ErrorCode::kNotSupported,
              .errno_value = ENOENT,
              .text = *used +
                      " does not say which variant of iptables it is, so the other one is not known; let it "
                      "be a link to a program of the package \"iptables\" (update-alternatives, or PATH)"});
  }
  const std::string other = name + "-" + std::string(Name(OtherThan(*variant))) + "-" + std::string(verb);
  std::string path = programs_.Find(other);
  if (path.empty()) return Missing(other);
  return path;
}

std::expected<NamespaceStay, Error> IptablesTool::Begin() const {
  if (mark_->InCopy()) {
    return std::unexpected(
        Error{.code = ErrorCode::kEnvironment,
              .errno_value = ECHILD,
              .text = "this is a child of the process that opened the context; open one here"});
  }
  return namespace_.Enter();
}

std::expected<std::string, Error> IptablesTool::Save(IptablesSide side, Family family, TimePoint deadline) {
  const auto here = Begin();
  if (!here) return std::unexpected(here.error());
  const auto program = Program(side, family, "save");
  if (!program) return std::unexpected(program.error());
  // All tables rather than "-t nat": asked for a table, iptables-legacy-save creates it.
  auto result = RunProcess(Request(*program, deadline));
  if (result && result->exit_status == 0) return std::move(result->output);
  Error error = result ? ErrorOfExit(*program, result->exit_status, result->error_output)
                       : static_cast<const Error&>(result.error());
  // The program ran, and nobody can tell what is wrong.
  const bool lost = !result && result.error().begun && error.code == ErrorCode::kEnvironment;
  const bool unsaid = error.code == ErrorCode::kRefused || error.code == ErrorCode::kUnknownOutcome;
  if (lost || unsaid) error.code = ErrorCode::kUnreadable;
  return std::unexpected(std::move(error));
}

std::expected<bool, Error> IptablesTool::Holds(IptablesSide side, Family family, std::string_view table,
                                               std::string_view comment, TimePoint deadline) {
  const auto here = Begin();
  if (!here) return std::unexpected(here.error());
  const auto used = Used(family, "save");
  const auto variant = used ? VariantOf(*used) : std::nullopt;
  if (variant) {
    const bool is_used = side == IptablesSide::kUsed;
    return KernelHasComment(is_used ? *variant : OtherThan(*variant), family, table, comment, deadline);
  }
  auto by_nft = KernelHasComment(IptablesVariant::kNft, family, table, comment, deadline);
  // Whichever the used one is, the other one surely holds it where both do.
  if (!by_nft || *by_nft == (side == IptablesSide::kUsed)) return by_nft;
  return KernelHasComment(IptablesVariant::kLegacy, family, table, comment, deadline);
}

std::expected<void, Error> IptablesTool::Restore(IptablesSide side, Family family, const std::string& input,
                                                 bool check_only, TimePoint deadline) {
  const auto here = Begin();
  if (!here) return std::unexpected(here.error());
  const auto program = Program(side, family, "restore");
  if (!program) return std::unexpected(program.error());
  const auto left = deadline - std::chrono::steady_clock::now();
  // For the lock of iptables-legacy; whole seconds, and not so many that the program is stopped first.
  const auto wait =
      std::clamp<std::int64_t>(std::chrono::floor<std::chrono::seconds>(left).count(), 1, INT_MAX);
  std::vector<std::string> arguments = {"--noflush", "--wait", std::to_string(wait)};
  if (check_only) arguments.emplace_back("--test");
  ProcessRequest request = Request(*program, deadline);
  request.arguments = std::move(arguments);
  request.input = input;
  const auto result = RunProcess(request);
  if (!result) {
    Error error = result.error();
    // One that was begun may have done it: it was stopped in the middle, or somebody else took its status.
    if (!check_only && result.error().begun) error.code = ErrorCode::kUnknownOutcome;
    return std::unexpected(std::move(error));
  }
  if (result->exit_status == 0) return {};
  if (result->killed && !check_only) {
    return std::unexpected(
        Error{.code = ErrorCode::kUnknownOutcome,
              .errno_value = EINTR,
              .text = *program + " was ended by signal " + std::to_string(result->exit_status - 128)});
  }
  // iptables-legacy-restore keeps the reason to itself.
  if (result->error_output.find("unable to initialize table") != std::string::npos) {
    if (auto error = ListingError(*program, deadline)) return std::unexpected(*std::move(error));
  }
  Error error = ErrorOfExit(*program, result->exit_status, result->error_output);
  // A look changes nothing, so nothing of it is unknown.
  if (check_only && error.code == ErrorCode::kUnknownOutcome) error.code = ErrorCode::kEnvironment;
  return std::unexpected(std::move(error));
}

std::optional<Error> IptablesTool::ListingError(std::string_view restore, TimePoint deadline) const {
  const std::string program(restore.substr(0, restore.rfind("-restore")));
  ProcessRequest request = Request(program, deadline);
  request.arguments = {"-t", "nat", "-S"};
  const auto result = RunProcess(request);
  if (!result || result->exit_status == 0) return std::nullopt;
  return ErrorOfExit(program, result->exit_status, result->error_output);
}

std::expected<FileLock, Error> IptablesTool::Lock(TimePoint deadline) {
  const auto here = Begin();
  if (!here) return std::unexpected(here.error());
  return FileLock::Acquire(options_.lock_files, deadline);
}

}  // namespace natplan
