// A value that this process shares with those that it forks from now on.
#ifndef NATPLAN_TESTS_STRESS_SHARED_MEMORY_H_
#define NATPLAN_TESTS_STRESS_SHARED_MEMORY_H_

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace natplan::stress {

// `count` of them, each as its default constructor makes it, and never destroyed.
template <typename T>
class SharedMemory {
 public:
  explicit SharedMemory(std::size_t count = 1) : bytes_(count * sizeof(T)) {
    void* const memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) std::abort();
    first_ = static_cast<T*>(memory);
    for (std::size_t i = 0; i < count; ++i) new (first_ + i) T;
  }
  ~SharedMemory() { munmap(first_, bytes_); }
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  T& operator[](std::size_t index) const { return first_[index]; }
  T& operator*() const { return *first_; }
  T* operator->() const { return first_; }

 private:
  std::size_t bytes_;
  T* first_;
};

}  // namespace natplan::stress

#endif  // NATPLAN_TESTS_STRESS_SHARED_MEMORY_H_
