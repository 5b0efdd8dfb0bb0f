#pragma once

#include <cstddef>

/// Counts heap allocations of a test binary, through whatever door: new, malloc, Eigen.
///
///     allocations::Count count;
///     ... code that must not allocate ...
///     CHECK(count.so_far() == 0);
///
/// Exactly one file of the binary defines NEURODE_COUNT_ALLOCATIONS before including this: it replaces malloc and its
/// kin (glibc only). Under AddressSanitizer, which has its own malloc, nothing is counted and active() is false.
namespace allocations {

std::size_t total();
bool active();

class Count {
 public:
  Count() : before_(total()) {}
  std::size_t so_far() const { return total() - before_; }

 private:
  std::size_t before_;
};

}  // namespace allocations

#ifdef NEURODE_COUNT_ALLOCATIONS
#include <atomic>
#include <cerrno>
#include <cstdlib>

namespace allocations::detail {
inline std::atomic<std::size_t> number{0};
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
// operator new and Eigen's aligned memory both end in one of these.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t n) noexcept {
  ++allocations::detail::number;
  return __libc_malloc(n);
}
void* calloc(std::size_t n, std::size_t size) noexcept {
  ++allocations::detail::number;
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t n) noexcept {
  ++allocations::detail::number;
  return __libc_realloc(p, n);
}
void* memalign(std::size_t alignment, std::size_t n) noexcept {
  ++allocations::detail::number;
  return __libc_memalign(alignment, n);
}
void* aligned_alloc(std::size_t alignment, std::size_t n) noexcept {
  ++allocations::detail::number;
  return __libc_memalign(alignment, n);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t n) noexcept {
  ++allocations::detail::number;
  *p = __libc_memalign(alignment, n);
  return *p ? 0 : ENOMEM;
}
}
bool allocations::active() { return true; }
#else
bool allocations::active() { return false; }
#endif

std::size_t allocations::total() { return detail::number; }
#endif
