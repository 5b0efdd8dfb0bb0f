// The slowest and the fastest that a scenario's equations do, at its start.
#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <vector>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/time_scales.hpp"
#include "neurode/run/estimate.hpp"

namespace neurode::run {

namespace {

constexpr Index kAll = 300;          // up to this size all eigenvalues are computed (a second at most)
constexpr double kRounding = 1e-13;  // |lambda| below this share of |J| is 0
constexpr double kPatience = 0.02;   // seconds that a product J v may take for 60 of them to be waited for

/// J without the rows and columns of states whose rates depend on nothing, or on which nothing depends (but for those
/// left out before): each of these is an eigenvalue that is exactly 0. Gives their number.
Index leave_out_zeros(Matrix& j) {
  std::vector<Index> kept(static_cast<std::size_t>(j.rows()));
  for (std::size_t k = 0; k < kept.size(); ++k) kept[k] = static_cast<Index>(k);
  for (bool again = true; again;) {
    const std::size_t before = kept.size();
    std::erase_if(kept, [&, all = kept](Index i) {
      const bool row = std::any_of(all.begin(), all.end(), [&](Index k) { return j(i, k) != 0; });
      return !row || std::none_of(all.begin(), all.end(), [&](Index k) { return j(k, i) != 0; });
    });
    again = kept.size() < before;
  }
  const Index left_out = j.rows() - static_cast<Index>(kept.size());
  j = Matrix(j(kept, kept));
  return left_out;
}

/// The longest and the shortest of the time constants that models declare: parameters called tau..., in scenario time.
std::pair<double, double> declared(const network::Network& net) {
  double longest = 0, shortest = std::numeric_limits<double>::infinity();
  for (const auto& pop : net.populations) {
    for (const auto& p : pop.parameters) {
      if (p.name.rfind("tau", 0) != 0 || p.values.size() == 0 || !(p.values.minCoeff() > 0)) continue;
      longest = std::max(longest, p.values.maxCoeff() / pop.time_factor);
      shortest = std::min(shortest, p.values.minCoeff() / pop.time_factor);
    }
  }
  return {longest, longest > 0 ? shortest : 0};
}

TimeScales from_eigenvalues(System& system, double t, const Vector& x) {
  const Index n = x.size();
  Matrix j = Matrix::Zero(n, n);
  system.jacobian(t, x.data(), j);
  TimeScales s;
  if (!j.allFinite()) {
    s.how = "not known: the Jacobian is not finite at the start";
    return s;
  }
  s.zero = leave_out_zeros(j);
  if (j.rows() > 0) {
    const Eigen::EigenSolver<Matrix> solver(j, false);
    if (solver.info() != Eigen::Success) {
      s.how = "not known: the eigenvalues of the Jacobian did not converge";
      return s;
    }
    const double nothing = kRounding * j.norm();
    double least = std::numeric_limits<double>::infinity(), largest = 0;
    for (const auto& lambda : solver.eigenvalues()) {
      const double size = std::abs(lambda);
      if (size <= nothing) {
        ++s.zero;
        continue;
      }
      least = std::min(least, size);
      largest = std::max(largest, size);
    }
    if (largest > 0) s.slowest = 1 / least, s.fastest = 1 / largest;
  }
  s.how = fmt::format("1/|lambda| of the {} eigenvalue{} of the Jacobian at the start", n, n == 1 ? "" : "s");
  if (s.zero > 0) s.how += fmt::format(", of which {} {} 0", s.zero, s.zero == 1 ? "is" : "are");
  return s;
}

TimeScales from_products(const Prepared& p, System& system, double t, const Vector& x) {
  TimeScales s;
  const auto [longest, shortest] = declared(*p.network);
  Vector v = Vector::Ones(x.size()), jv = v;
  system.jvp(t, x.data(), v.data(), jv.data());  // makes it ready
  const auto begun = std::chrono::steady_clock::now();
  system.jvp(t, x.data(), v.data(), jv.data());
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begun;
  const std::string size = fmt::format("more than {} states", kAll);
  const double rate = taken.count() < kPatience ? integrate::fastest_scale(system, t, x).rate : 0;
  s.fastest = rate > 0 ? 1 / rate : shortest;
  s.slowest = longest;
  s.how = fmt::format("{}: the fastest by {}; the slowest, {}", size,
                      rate > 0 ? "power iteration on the Jacobian at the start" : "the shortest tau of the models",
                      longest > 0 ? "the longest tau of the models" : "of which no tau of the models tells, not known");
  return s;
}

}  // namespace

TimeScales time_scales(Prepared& p) {
  System& system = *p.problem.system;
  const double start = p.scenario.time.start, end = p.scenario.time.end;
  const Vector& x = p.problem.initial;
  try {
    const auto breaks = system.breakpoints(start, end);
    const auto first = std::find_if(breaks.begin(), breaks.end(), [&](double t) { return t > start; });
    system.begin_segment(start, first == breaks.end() ? end : *first);
    return x.size() <= kAll ? from_eigenvalues(system, start, x) : from_products(p, system, start, x);
  } catch (const NumericalError& e) {
    TimeScales s;
    s.how = std::string("not known: ") + e.what();
    return s;
  }
}

}  // namespace neurode::run
