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
#include "backends/iptables/process.h"
#include "core/text/iptables_text.h"

namespace natplan {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = secure_getenv(name);
  return value == nullptr ? "" : value;
}

// The file behind all symbolic links: "/usr/sbin/xtables-nft-multi".
std::string RealPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&free)> real(realpath(path.c_str(), nullptr), &free);
  return real == nullptr ? "" : real.get();
}

std::unexpected<Error> Missing(const std::string& program) {
  return std::unexpected(Error{.code = ErrorCode::kNotSupported,
                               .errno_value = ENOENT,
                               .text = program + " is not installed; it is in the package \"iptables\""});
}

}  // namespace

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

std::expected<std::string, Error> IptablesTool::Program(Family family, std::string_view verb) const {
  const std::string legacy = std::string(IptablesName(family)) + "-legacy-";
  // Both or neither: one variant must not read what the other writes.
  if (options_.prefer_legacy && !programs_.Find(legacy + "save").empty() &&
      !programs_.Find(legacy + "restore").empty())
    return programs_.Find(legacy + std::string(verb));
  const std::string plain = std::string(IptablesName(family)) + "-" + std::string(verb);
  std::string path = programs_.Find(plain);
  if (path.empty()) return Missing(plain);
  return path;
}

std::expected<std::string, Error> IptablesTool::RunSave(const std::string& program,
                                                        TimePoint deadline) const {
  // All tables rather than "-t nat": asked for a table, iptables-legacy-save creates it.
  auto result = RunProcess({.program = program, .environment = environment_, .deadline = deadline});
  if (!result) return std::unexpected(result.error());
  if (result->exit_status != 0)
    return std::unexpected(ErrorOfExit(program, result->exit_status, result->error_output));
  return std::move(result->output);
}

std::expected<std::string, Error> IptablesTool::Save(Family family, TimePoint deadline) {
  const auto program = Program(family, "save");
  if (!program) return std::unexpected(program.error());
  return RunSave(*program, deadline);
}

std::expected<void, Error> IptablesTool::Restore(Family family, const std::string& input, bool check_only,
                                                 TimePoint deadline) {
  const auto program = Program(family, "restore");
  if (!program) return std::unexpected(program.error());
  const auto left = deadline - std::chrono::steady_clock::now();
  // For the lock of iptables-legacy; whole seconds, and not so many that the program is stopped first.
  const auto wait =
      std::clamp<std::int64_t>(std::chrono::floor<std::chrono::seconds>(left).count(), 1, INT_MAX);
  std::vector<std::string> arguments = {"--noflush", "--wait", std::to_string(wait)};
  if (check_only) arguments.emplace_back("--test");
  const auto result = RunProcess({.program = *program,
                                  .arguments = std::move(arguments),
                                  .environment = environment_,
                                  .input = input,
                                  .deadline = deadline});
  if (!result) {
    Error error = result.error();
    // One that was stopped in the middle may have been done; one for which there was no time was not begun.
    if (!check_only && left.count() > 0 && error.code == ErrorCode::kDeadline)
      error.code = ErrorCode::kUnknownOutcome;
    return std::unexpected(std::move(error));
  }
  if (result->exit_status == 0) return {};
  // iptables-legacy-restore keeps the reason to itself.
  if (result->error_output.find("unable to initialize table") != std::string::npos) {
    if (auto error = ListingError(*program, deadline)) return std::unexpected(*std::move(error));
  }
  return std::unexpected(ErrorOfExit(*program, result->exit_status, result->error_output));
}

std::optional<Error> IptablesTool::ListingError(std::string_view restore, TimePoint deadline) const {
  const std::string program(restore.substr(0, restore.rfind("-restore")));
  const auto result = RunProcess({.program = program,
                                  .arguments = {"-t", "nat", "-S"},
                                  .environment = environment_,
                                  .deadline = deadline});
  if (!result || result->exit_status == 0) return std::nullopt;
  return ErrorOfExit(program, result->exit_status, result->error_output);
}

std::expected<std::string, Error> IptablesTool::SaveOther(Family family, TimePoint deadline) {
  const auto program = Program(family, "save");
  if (!program) return std::unexpected(program.error());
  const std::string real = RealPath(*program);
  std::string other;
  if (real.ends_with("/xtables-nft-multi")) other = std::string(IptablesName(family)) + "-legacy-save";
  if (real.ends_with("/xtables-legacy-multi")) other = std::string(IptablesName(family)) + "-nft-save";
  const std::string path = other.empty() ? "" : programs_.Find(other);
  if (path.empty()) return Missing("another variant of " + std::string(IptablesName(family)));
  return RunSave(path, deadline);
}

std::expected<FileLock, Error> IptablesTool::Lock(TimePoint deadline) {
  return FileLock::Acquire(options_.lock_files, deadline);
}

}  // namespace natplan
