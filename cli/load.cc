#include "cli/load.h"

#include <utility>

#include "cli/config/config.h"
#include "cli/config/source.h"
#include "cli/heap.h"
#include "core/text/shown_text.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

// A file that is no configuration at all would fill the screen.
constexpr std::size_t kMostErrors = 20;

// What reading a byte of a file and carrying it out comes to, in bytes of memory.
constexpr std::size_t kMemoryOfAByte = 12;

ExitCode SayAll(const std::string& name, const std::vector<Diagnostic>& errors, bool json, Console& console) {
  ExitCode code = ExitCode::kUsage;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const Error error{.code = ErrorCode::kInvalidArgument, .text = ToString(name, errors[i])};
    if (i == 0) {
      code = console.Fail(error, json);
    } else if (i < kMostErrors) {
      console.Error(error);
    } else {
      console.ErrorInJson(error);
    }
  }
  if (errors.size() > kMostErrors)
    console.Error(fmt::format("{}: and {} more errors", name, errors.size() - kMostErrors));
  return code;
}

}  // namespace

std::expected<Wish, ExitCode> LoadWish(const std::string& path, const std::optional<Owner>& owner,
                                       std::chrono::milliseconds patience, bool json, Console& console) {
  const std::string name = path == "-" ? "standard input" : ShownText(path);
  const auto text = ReadSource(path, patience);
  if (!text) {
    Error error = text.error();
    error.text = name + ": " + error.text;
    return std::unexpected(console.Fail(error, json));
  }
  ExpectToAllocate(text->size() * kMemoryOfAByte);
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
