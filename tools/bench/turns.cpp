#include <time.h>

#include <algorithm>
#include <chrono>

#include "bench.hpp"

namespace {

constexpr std::size_t kLeast = 25;
constexpr std::chrono::duration<double> kLongEnough(1);

double seconds(const std::function<void()>& run) {
  const double start = bench::thread_seconds();
  run();
  return bench::thread_seconds() - start;
}

}  // namespace

double bench::thread_seconds() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double bench::turns_ratio(const std::vector<std::function<void()>>& turns) {
  std::vector<std::vector<double>> ratios(turns.size() - 1);
  const auto start = std::chrono::steady_clock::now();
  while (ratios[0].size() < kLeast || std::chrono::steady_clock::now() - start < kLongEnough) {
    const double ours = seconds(turns[0]);
    for (std::size_t k = 1; k < turns.size(); ++k) ratios[k - 1].push_back(ours / seconds(turns[k]));
  }
  double largest = 0;
  for (auto& r : ratios) {
    const auto middle = r.begin() + static_cast<std::ptrdiff_t>(r.size() / 2);
    std::nth_element(r.begin(), middle, r.end());
    largest = std::max(largest, *middle);
  }
  return largest;
}
