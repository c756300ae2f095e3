#include "tests/recovery/scene.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <regex>
#include <sstream>
#include <vector>

#include "gtest/gtest.h"
#include "tests/cli/run.h"

namespace natplan::recovery {
namespace {

std::vector<std::string> Arguments(bool restore) {
  std::vector<std::string> arguments = {"cli/natplan", "watch", kFile};
  if (restore) arguments.emplace_back("--restore");
  return arguments;
}

void Run(const std::string& command) {
  const testing::Ran ran = testing::Sh(command);
  EXPECT_EQ(ran.exit_code, 0) << command << ": " << ran;
}

// How long a watch must print nothing more. What failed is tried again in that time.
constexpr std::chrono::milliseconds kSilence{250};

// How `natplan apply` is called here. The kernel tells a watch this name.
constexpr const char* kApplying = "applying";

// The kernel keeps the ledger in a hash table, and deletes its elements in whatever order they have there.
void SortLedger(std::vector<std::string>& lines) {
  const auto of_ledger = [](const std::string& line) {
    return line.starts_with("changed by ") && line.contains(": delete element ip natplan owners ");
  };
  const auto begin = std::ranges::find_if(lines, of_ledger);
  std::sort(begin, std::find_if_not(begin, lines.end(), of_ledger));
}

// The whole lines that a watch printed, without what it says of Scene::Apply(), without the numbers of
// processes (the kernel's are others than those that a process in a pid namespace knows), and without what a
// deleted rule said, which a row does not repeat for each rule of the layout; it has to say something.
std::string Readable(const std::string& printed) {
  static const std::regex kNumber(R"(^(changed by \S+) \(pid [1-9]\d*\): )");
  static const std::regex kRule(R"(^(changed by .* delete rule .* handle \d+)  # .+$)");
  std::istringstream stream(printed.substr(0, printed.rfind('\n') + 1));
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(std::string("changed by ") + kApplying)) continue;
    lines.push_back(std::regex_replace(std::regex_replace(line, kNumber, "$1: "), kRule, "$1"));
  }
  SortLedger(lines);
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

}  // namespace

std::string Listing() { return testing::Sh("nft list ruleset").out; }

Scene::Scene(const std::string& other_owner) {
  Apply();
  Run(other_owner);
}

void Scene::Apply() {
  const std::string link = ::testing::TempDir() + kApplying;
  Run("ln -sf \"$PWD/cli/natplan\" '" + link + "' && '" + link + "' apply " + kFile);
}

void Scene::Change(const Step& step) {
  for (const std::string& command : step.commands) Run(command);
  if (step.held.empty()) return;
  holder_.emplace(std::vector<std::string>{"nft", "-i"});
  // The answer to the second command says that the first one is done.
  holder_->Write(step.held + "\nlist tables\n");
  EXPECT_TRUE(holder_->ReadUntil([](const std::string& out) { return out.contains('\n'); }));
}

Watch::Watch(bool restore) {
  Run("nft add chain ip6 natplan first");
  process_.emplace(Arguments(restore));
  Prints("foreign: chain ip6 natplan first\n");
}

void Watch::Meanwhile(const std::function<void()>& something) {
  process_->Stop();
  something();
  process_->Signal(SIGCONT);
}

void Watch::Prints(const std::string& lines) {
  expected_ += lines;
  const auto more = [this](const std::string& out) {
    return std::ranges::count(Readable(out), '\n') - std::ranges::count(expected_, '\n');
  };
  EXPECT_TRUE(process_->ReadUntil([&](const std::string& out) { return more(out) >= 0; }))
      << "too few lines; the last awaited: " << lines;
  EXPECT_FALSE(process_->ReadUntil([&](const std::string& out) { return more(out) > 0; }, kSilence))
      << "more lines than: " << lines;
}

void Watch::Terminate() {
  process_->Signal(SIGTERM);
  EndsItself(143, "natplan: interrupted: the watch has ended, and the table stays as it is\n");
}

void Watch::EndsItself(int exit_code, const std::string& error) {
  const testing::Process::Ended ended = process_->WaitForEnd();
  EXPECT_EQ(ended.exit_code, exit_code);
  EXPECT_EQ(ended.error, error);
  EXPECT_EQ(Readable(process_->out()), expected_);
}

}  // namespace natplan::recovery
