#include "tests/benchmarks/counting_allocator.h"

#include <cstdlib>
#include <new>

namespace {
std::size_t allocations = 0;
}

// A file of its own: where the compiler sees both sides it takes malloc and free for a mismatch.
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace natplan::benchmarks {

std::size_t Allocations() { return allocations; }

}  // namespace natplan::benchmarks
