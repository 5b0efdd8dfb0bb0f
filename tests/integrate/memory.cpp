#include "neurode/integrate/memory.hpp"

#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;

namespace {

/// Many states that do not know of each other, with noise or without.
class Many : public System {
 public:
  explicit Many(Index n) {
    Slice s;
    s.name = "x";
    s.rows = n;
    layout_.add(s);
    std::vector<std::vector<int>> columns(static_cast<std::size_t>(n));
    for (int k = 0; k < n; ++k) columns[static_cast<std::size_t>(k)] = {k};
    sparsity_ = make_sparsity(columns);
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double, const double* x, double* f) override {
    for (Index i = 0; i < size(); ++i) f[i] = -x[i];
  }
  void jvp(double, const double*, const double* v, double* jv) override {
    for (Index i = 0; i < size(); ++i) jv[i] = -v[i];
  }
  void vjp(double, const double*, const double* u, double* jtu) override { jvp(0, nullptr, u, jtu); }
  const Sparsity* sparsity() override { return &sparsity_; }
  bool time_derivative(double, const double*, double*) override { return false; }

 private:
  StateLayout layout_;
  Sparsity sparsity_;
};

double in_use() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

}  // namespace

TEST_CASE("the memory of a run is known beforehand, within 1.5 either way, for every method") {
  if (in_use() == 0) return;  // another allocator: AddressSanitizer's
  constexpr Index n = 40000;
  Many system(n);
  const Vector x0 = Vector::Ones(n);
  for (const auto& m : methods()) {
    if (m.stochastic) continue;
    CAPTURE(m.name);
    auto o = problems::options(m.name, 1e-4, 1e-6, 0.02);
    const double before = in_use();
    double most = 0;
    Observer observer;
    observer.step = [&](double, double, const Vector&, const Statistics&) { most = std::max(most, in_use()); };
    drive(system, 0, x0, 0.1, o, {}, {}, observer);
    const double estimate = memory_estimate(m, system) / 8 / n, found = (most - before) / 8 / n;
    CAPTURE(estimate);
    CAPTURE(found);
    CHECK(estimate < 1.5 * found);
    CHECK(estimate > found / 1.5);
  }
}
