#pragma once

#include <cstdint>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace neurode {

/// Threads that large blocks may use: OMP_NUM_THREADS, or the processors; 1 without OpenMP.
inline int max_threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

/// How many threads the caller's own blocks may use from now on; other threads keep what they have.
inline void use_threads(int count) {
#ifdef _OPENMP
  omp_set_num_threads(count);
#else
  (void)count;
#endif
}

inline int this_thread() {
#ifdef _OPENMP
  return omp_get_thread_num();
#else
  return 0;
#endif
}

/// f(0) ... f(chunks - 1), on several threads if `worth_it`. How work is cut into chunks must not depend on the number
/// of threads: then results do not either.
template <class F>
void for_chunks(std::int64_t chunks, bool worth_it, F&& f) {
#ifdef _OPENMP
  if (worth_it && chunks > 1 && max_threads() > 1 && !omp_in_parallel()) {
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < chunks; ++i) f(i);
    return;
  }
#endif
  (void)worth_it;
  for (std::int64_t i = 0; i < chunks; ++i) f(i);
}

}  // namespace neurode
