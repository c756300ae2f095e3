// Where the programs of this host are looked for.
#ifndef NATPLAN_BACKENDS_IPTABLES_PROGRAM_SEARCH_H_
#define NATPLAN_BACKENDS_IPTABLES_PROGRAM_SEARCH_H_

#include <string>
#include <string_view>
#include <vector>

namespace natplan {

// Where administrators' programs are, whatever PATH says.
inline constexpr std::string_view kSystemFolders = "/usr/sbin:/sbin:/usr/bin:/bin";

// Not thread-safe beside setenv(3); immutable once it is made.
class ProgramSearch {
 public:
  // `path` is folders divided by ':', of which only absolute ones count. Empty: those of PATH (not for a
  // setuid program), then kSystemFolders.
  explicit ProgramSearch(std::string_view path = {});

  // The absolute path of "ip6tables-legacy-save" and the like, in the first folder that has it; empty if none
  // has. Looks each time.
  std::string Find(std::string_view program) const;

 private:
  std::vector<std::string> folders_;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_IPTABLES_PROGRAM_SEARCH_H_
