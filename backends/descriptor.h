// A file descriptor that closes itself.
#ifndef NATPLAN_BACKENDS_DESCRIPTOR_H_
#define NATPLAN_BACKENDS_DESCRIPTOR_H_

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace natplan {

class Descriptor {
 public:
  Descriptor() = default;
  // Takes it over and moves it above stderr, so that it is in nobody's way there. -1 stays -1; errno is kept.
  explicit Descriptor(int number) : number_(number) {
    if (number < 0 || number > STDERR_FILENO) return;
    number_ = fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    const int saved = errno;
    close(number);
    errno = saved;
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { Close(); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  void Close() {
    if (number_ >= 0) close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace natplan

#endif  // NATPLAN_BACKENDS_DESCRIPTOR_H_
