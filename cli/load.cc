#include "cli/load.h"

#include <algorithm>
#include <utility>

#include "cli/config/config.h"
#include "cli/config/source.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// A file that is no configuration at all would fill the screen.
constexpr std::size_t kMostErrors = 20;

ExitCode SayAll(const std::string& name, const std::vector<Diagnostic>& errors, bool json, Console& console) {
  const std::size_t said = std::min(errors.size(), kMostErrors);
  for (std::size_t i = 1; i < said; ++i) console.Error(ToString(name, errors[i - 1]));
  std::string last = ToString(name, errors[said - 1]);
  if (errors.size() > said) last += fmt::format(" (and {} more errors)", errors.size() - said);
  return console.Fail({.code = ErrorCode::kInvalidArgument, .text = last}, json);
}

}  // namespace

std::expected<Wish, ExitCode> LoadWish(const std::string& path, const std::optional<Owner>& owner,
                                       std::chrono::milliseconds patience, bool json, Console& console) {
  const std::string name = path == "-" ? "standard input" : path;
  const auto text = ReadSource(path, patience);
  if (!text) {
    Error error = text.error();
    error.text = name + ": " + error.text;
    return std::unexpected(console.Fail(error, json));
  }
  auto config = ParseConfig(*text);
  if (!config) return std::unexpected(SayAll(name, config.error(), json, console));
  for (const Diagnostic& note : config->notes) console.Note(ToString(name, note));
  const Owner of_file = config->owner ? *std::move(config->owner) : Owner::Default();
  return Wish{owner.value_or(of_file), std::move(config->intents)};
}

std::expected<std::vector<Intent>, ExitCode> Load(const std::string& path, std::chrono::milliseconds patience,
                                                  bool json, Console& console) {
  auto wish = LoadWish(path, std::nullopt, patience, json, console);
  if (!wish) return std::unexpected(wish.error());
  return std::move(wish->intents);
}

}  // namespace natplan::cli
