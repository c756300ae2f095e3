// Network namespaces, and what is done inside one of them.
#ifndef NATPLAN_TESTS_PACKETS_NET_NAMESPACE_H_
#define NATPLAN_TESTS_PACKETS_NET_NAMESPACE_H_

#include <ostream>
#include <string>
#include <string_view>

#include "tests/packets/fd.h"

namespace natplan::packets {

// A new network namespace, which lives as long as this object, a socket in it or a process in it. Takes
// CAP_SYS_ADMIN. Failures are std::system_error.
class NetNamespace {
 public:
  NetNamespace();
  // By this name other programs find the namespace (`ip link ... netns PATH`), as long as this process lives.
  std::string path() const;
  int fd() const { return fd_.get(); }

 private:
  Fd fd_;
};

// While it lives the calling thread is in `where`. A socket stays in the namespace in which it was made.
class Inside {
 public:
  explicit Inside(const NetNamespace& where);
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside();

 private:
  Fd home_;
};

struct Ran {
  int exit_code = -1;
  std::string output;  // standard output and standard error, in the order in which they were written
};
std::ostream& operator<<(std::ostream& stream, const Ran& ran);

// `script` is for sh, with natplan, nft and ip on PATH.
Ran Sh(const NetNamespace& where, const std::string& script);

// Throws std::runtime_error with the output if the script fails. For what a test takes for granted.
void MustSh(const NetNamespace& where, const std::string& script);

// `name` as below /proc/sys: "net/ipv4/ip_forward". Throws std::system_error.
void WriteSysctl(const NetNamespace& where, std::string_view name, std::string_view value);

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_NET_NAMESPACE_H_
