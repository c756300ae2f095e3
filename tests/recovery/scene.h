// natplan's table as two owners left it, those who change it, and one who watches.
#ifndef NATPLAN_TESTS_RECOVERY_SCENE_H_
#define NATPLAN_TESTS_RECOVERY_SCENE_H_

#include <functional>
#include <optional>
#include <string>

#include "tests/recovery/row.h"
#include "tests/support/process.h"

namespace natplan::recovery {

inline constexpr const char* kFile = "tests/recovery/web.toml";

// `nft list ruleset`
std::string Listing();

// To be made in a network namespace of the test's own. What goes wrong is a failure of the test.
class Scene {
 public:
  // Applies kFile, and then the other owner does something.
  explicit Scene(const std::string& other_owner);

  void Change(const Step& step);
  // `natplan apply` of kFile. What a Watch prints of that is not compared.
  static void Apply();
  // The program that kept its socket ends, if there is one.
  void EndHolder() { holder_.reset(); }

 private:
  std::optional<testing::Process> holder_;
};

// `natplan watch` of kFile. What it prints is compared as a whole in the end.
class Watch {
 public:
  // Waits until it has looked at everything: it says that there is a chain that is nobody's.
  explicit Watch(bool restore);

  // Stops it, lets something happen, and lets it go on.
  void Meanwhile(const std::function<void()>& something);
  // It prints these lines, and nothing more for a while.
  void Prints(const std::string& lines);
  // SIGTERM ends it, and it printed nothing but this.
  void Terminate();
  // It ends by itself, with an error.
  void EndsItself(int exit_code, const std::string& error);

 private:
  std::optional<testing::Process> process_;
  std::string expected_;
};

}  // namespace natplan::recovery

#endif  // NATPLAN_TESTS_RECOVERY_SCENE_H_
