// No #pragma once: the part for NEURODE_COUNT_ALLOCATIONS must be reached where another file of a unity build included
// this one before.
#ifndef NEURODE_TESTS_ALLOCATIONS
#define NEURODE_TESTS_ALLOCATIONS

#include <cstddef>

/// Counts heap allocations of a test binary, through whatever door: new, malloc, Eigen.
///
///     allocations::Count count;
///     ... code that must not allocate ...
///     CHECK(count.so_far() == 0);
///
/// Exactly one file of the binary defines NEURODE_COUNT_ALLOCATIONS before including this: it replaces malloc and its
/// kin (glibc only) or, under a sanitizer, which has its own malloc, asks that to tell. Elsewhere nothing is counted
/// and active() is false.
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

#endif

#if defined(NEURODE_COUNT_ALLOCATIONS) && !defined(NEURODE_COUNTS_ALLOCATIONS)
#define NEURODE_COUNTS_ALLOCATIONS
#include <atomic>
#include <cerrno>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define NEURODE_SANITIZER_COUNTS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define NEURODE_SANITIZER_COUNTS
#endif
#endif

namespace allocations::detail {
inline std::atomic<std::size_t> number{0};
}

#if defined(NEURODE_SANITIZER_COUNTS)
// As <sanitizer/allocator_interface.h> has it, which comes with clang alone.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, std::size_t),
                                                         void (*on_free)(const volatile void*));
namespace allocations::detail {
static void count(const volatile void*, std::size_t) { ++number; }
static void ignore(const volatile void*) {}
static const bool hooked = __sanitizer_install_malloc_and_free_hooks(count, ignore) != 0;
}  // namespace allocations::detail
bool allocations::active() { return detail::hooked; }
#elif defined(__GLIBC__)
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
