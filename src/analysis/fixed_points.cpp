#include "neurode/analysis/fixed_points.hpp"

#include <algorithm>
#include <cmath>

#include "neurode/core/random.hpp"

namespace neurode::analysis {

namespace {

bool same(const Vector& x, const Vector& y, double distance) {
  return ((x - y).array().abs() <= distance * (1 + x.array().abs())).all();
}

bool before(const FixedPoint& a, const FixedPoint& b) {
  const auto unstable = [](const FixedPoint& p) { return p.stability.unstable; };
  if (unstable(a) != unstable(b)) return unstable(a) < unstable(b);
  return std::lexicographical_compare(a.x.begin(), a.x.end(), b.x.begin(), b.x.end());
}

}  // namespace

std::vector<FixedPoint> find_fixed_points(System& system, const FixedPointSearch& search) {
  const Index n = system.size();
  std::vector<FixedPoint> out;
  Newton newton(system);
  Vector f(n);
  const auto from = [&](Vector x) {
    if (!newton.solve(search.t, x)) return;
    for (FixedPoint& p : out) {
      if (!same(p.x, x, search.distance)) continue;
      ++p.found;
      return;
    }
    FixedPoint p;
    system.rhs(search.t, x.data(), f.data());
    p.residual = f.cwiseAbs().maxCoeff();
    p.x = std::move(x);
    p.found = 1;
    out.push_back(std::move(p));
  };
  const auto go_on = [&] { return !search.interrupt || !search.interrupt(); };
  for (const Vector& x : search.starts) {
    if (go_on()) from(x);
  }
  const CounterRandom random(search.seed, "fixed points");
  Vector x(n);
  for (int k = 0; search.low.size() == n && k < search.random && go_on(); ++k) {
    for (Index i = 0; i < n; ++i) {
      const double u =
          random.uniform(static_cast<std::uint64_t>(k) * static_cast<std::uint64_t>(n) + static_cast<std::uint64_t>(i));
      x[i] = search.low[i] + u * (search.high[i] - search.low[i]);
    }
    from(x);
  }
  for (FixedPoint& p : out) {
    p.spectrum = spectrum(system, search.t, p.x);
    p.stability = stability(p.spectrum);
  }
  std::sort(out.begin(), out.end(), before);
  return out;
}

}  // namespace neurode::analysis
