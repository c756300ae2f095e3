// A file descriptor that is closed with its owner.
#ifndef NATPLAN_TESTS_PACKETS_FD_H_
#define NATPLAN_TESTS_PACKETS_FD_H_

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace natplan::packets {

class Fd {
 public:
  // Takes what a system call returned; throws std::system_error that names the call if it is -1.
  Fd(int fd, const char* call) : fd_(fd) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), call);
  }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// Throws std::system_error that names the call if `result` is negative.
inline void Check(int result, const char* call) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), call);
}

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_FD_H_
