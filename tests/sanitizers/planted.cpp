// Faults planted on purpose, one a run: what a sanitized build must see (and, "none", what it must not). Otherwise a
// green suite would say nothing.
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

#include "neurode/core/threads.hpp"

namespace {

volatile int one = 1;  // read where the compiler must not know

double past_the_end() {
  const auto numbers = std::make_unique<double[]>(4);
  return numbers[static_cast<std::size_t>(3 + one)];
}

[[gnu::noinline]] int* address_of_a_local() {
  int local = one;
  int* volatile out = &local;
  return out;
}

void leak() {
  void* volatile lost = std::malloc(64);
  lost = nullptr;
  static_cast<void>(lost);
}

/// 8 chunks on several threads; each has an element of its own, unless they share one.
double chunks(bool shared) {
  std::vector<double> sums(8, 0.0);
  neurode::for_chunks(8, true, [&](std::int64_t k) {
    for (int i = 0; i < 1000; ++i) sums[shared ? 0 : static_cast<std::size_t>(k)] += one;
  });
  double total = 0;
  for (const double s : sums) total += s;
  return total;
}

}  // namespace

int main(int count, char** words) {
  const std::string_view fault = count > 1 ? words[1] : "";
  double result = 0;
  if (fault == "past the end") {
    result = past_the_end();
  } else if (fault == "use after return") {
    result = *address_of_a_local();
  } else if (fault == "leak") {
    leak();
  } else if (fault == "signed overflow") {
    result = INT_MAX + one;
  } else if (fault == "float to int") {
    result = static_cast<int>(1e300 * one);
  } else if (fault == "race") {
    result = chunks(true);
  } else if (fault == "none") {
    result = chunks(false);
  } else {
    std::puts("no such fault");
    return 2;
  }
  std::printf("nothing seen: %g\n", result);
}
