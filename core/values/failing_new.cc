#include "core/values/failing_new.h"

#include <cstdlib>
#include <new>
#include <utility>

namespace natplan {
namespace {

bool g_active = false;
bool g_happened = false;
bool g_onwards = false;
std::size_t g_left = 0;
std::size_t g_counted = 0;

bool FailsNow() {
  if (!g_active) return false;
  if (g_left > 0) {
    --g_left;
    ++g_counted;
    return false;
  }
  if (g_happened && !g_onwards) return false;
  g_happened = true;
  return true;
}

}  // namespace

FailingNew::FailingNew(std::size_t fails_at, Kind kind) {
  g_left = fails_at;
  g_onwards = kind == Kind::kOnwards;
  g_happened = false;
  g_counted = 0;
  g_active = true;
}

FailingNew::~FailingNew() { g_active = false; }

bool FailingNew::happened() const { return g_happened; }

std::size_t FailingNew::counted() const { return g_counted; }

SparedNew::SparedNew() : was_active_(std::exchange(g_active, false)) {}
SparedNew::~SparedNew() { g_active = was_active_; }

}  // namespace natplan

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return natplan::FailsNow() ? nullptr : std::malloc(size == 0 ? 1 : size);
}

void* operator new(std::size_t size) {
  void* memory = operator new(size, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
