#define NEURODE_COUNT_ALLOCATIONS
#include <doctest/doctest.h>

#include <cstdlib>

#include "allocations.hpp"
#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;

TEST_CASE("the allocation counter counts new, malloc and Eigen") {
  if (!allocations::active()) return;
  allocations::Count count;
  int* volatile one = new int(1);
  const std::size_t after_new = count.so_far();
  Vector v(100);
  const std::size_t after_eigen = count.so_far();
  void* volatile raw = std::malloc(10);
  const std::size_t after_malloc = count.so_far();
  delete one;
  std::free(raw);
  CHECK(after_new == 1);
  CHECK(after_eigen == 2);
  CHECK(after_malloc == 3);
}

TEST_CASE("nothing is allocated from the first step to the last: outputs, events, breakpoints, rejections included") {
  if (!allocations::active()) return;
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    auto p = problems::van_der_pol(5);
    for (int k = 1; k < 50; ++k) p.breaks.push_back(k * 0.37);
    p.segments.reserve(100);
    std::size_t at_first = 0, at_last = 0;
    int outputs = 0, events = 0;
    Observer o;
    o.step = [&](double, double, const Vector&, const Statistics& s) {
      (s.steps == 1 ? at_first : at_last) = allocations::total();
    };
    o.output = [&](std::size_t, std::int64_t, double, const Vector&) { ++outputs; };
    o.event = [&](std::size_t, double, const Vector&) { ++events; };
    o.interrupt = [] { return false; };
    const auto r = drive(p, 0, vector({2, 0}), 20, options(m.name, 1e-6, 1e-9, 0.01), {{0.03}, {0}},
                         {{"zero", [](double, const Vector& x) { return x[0]; }, 0, false}}, o, 1e-12);
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(outputs > 600);
    CHECK(events >= 3);
    CHECK(at_last == at_first);
  }
}
