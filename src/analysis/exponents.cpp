#include "neurode/analysis/exponents.hpp"

#include <Eigen/QR>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/core/random.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::analysis {

namespace {

constexpr int kPieces = 20;
constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

/// (x, Q): the state with directions.
class Variations final : public System {
 public:
  Variations(System& system, Index count) : system_(system), n_(system.size()), count_(count) {
    layout_.add({"x", 0, n_, 1, Block::activity, "", "", "", ""});
    layout_.add({"q", 0, n_, count, Block::auxiliary, "", "", "", ""});
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* dxdt) override {
    system_.rhs(t, x, dxdt);
    for (Index k = 1; k <= count_; ++k) system_.jvp(t, x, x + k * n_, dxdt + k * n_);
  }
  // Explicit methods alone are used on it.
  void jvp(double, const double*, const double*, double*) override { throw NumericalError("no second variations"); }
  void vjp(double, const double*, const double*, double*) override { throw NumericalError("no second variations"); }
  std::vector<double> breakpoints(double t0, double t1) const override { return system_.breakpoints(t0, t1); }
  void begin_segment(double t0, double t1) override { system_.begin_segment(t0, t1); }

 private:
  System& system_;
  const Index n_, count_;
  StateLayout layout_;
};

double kaplan_yorke(const Vector& exponents, bool all) {
  double sum = 0;
  for (Index k = 0; k < exponents.size(); ++k) {
    if (sum + exponents[k] < 0) return static_cast<double>(k) + (k > 0 ? sum / std::abs(exponents[k]) : 0);
    sum += exponents[k];
  }
  return all ? static_cast<double>(exponents.size()) : kNothing;
}

}  // namespace

Exponents lyapunov_exponents(System& system, const Vector& x, const ExponentsOptions& o) {
  const Index n = system.size(), count = std::min(o.count, n);
  Variations variations(system, count);
  auto options = o.integrator;
  // Directions have length 1: their errors count as those of a state of that size.
  const Vector atol = options.atol.size() == n ? options.atol : Vector(Vector::Constant(n, options.atol[0]));
  options.atol = Vector::Constant(n * (count + 1), options.rtol);
  options.atol.head(n) = atol;
  Vector state(n * (count + 1));
  state.head(n) = x;
  const CounterRandom random(1, "directions");
  for (Index k = 0; k < n * count; ++k) state[n + k] = random.normal(static_cast<std::uint64_t>(k));
  Eigen::HouseholderQR<Matrix> qr(n, count);
  Vector growth(count), sums = Vector::Zero(count);
  const auto orthonormalise = [&] {
    Eigen::Map<Matrix> q(state.data() + n, n, count);
    qr.compute(q);
    growth = qr.matrixQR().diagonal().head(count).array().abs().log();
    q = qr.householderQ() * Matrix::Identity(n, count);
  };
  orthonormalise();
  Exponents out;
  const auto skipped = static_cast<std::int64_t>(std::ceil(o.skip / o.interval - 1e-9));
  const auto counted = std::max<std::int64_t>(kPieces, std::llround(o.span / o.interval));
  std::vector<Vector> pieces(kPieces, Vector::Zero(count));
  std::vector<std::int64_t> lengths(kPieces, 0);
  double trace = 0;
  Matrix j;
  std::int64_t done = 0;
  for (std::int64_t k = 0; k < skipped + counted; ++k) {
    if (o.interrupt && o.interrupt()) {
      out.complete = false;
      break;
    }
    const double t0 = o.t0 + static_cast<double>(k) * o.interval, t1 = o.t0 + static_cast<double>(k + 1) * o.interval;
    auto r = integrate::drive(variations, t0, state, t1, options, {}, {}, {});
    if (r.outcome != integrate::Outcome::reached_end) throw NumericalError(r.message);
    options.dt = r.statistics.steps > 1 ? 0.5 * o.interval / static_cast<double>(r.statistics.steps) : 0;
    state = r.x;
    orthonormalise();
    if (k < skipped) continue;
    ++done;
    const auto piece = static_cast<std::size_t>((k - skipped) * kPieces / counted);
    sums += growth, pieces[piece] += growth, ++lengths[piece];
    const double time = static_cast<double>(done) * o.interval;
    if (done * 500 / counted != (done - 1) * 500 / counted) {
      out.times.push_back(time);
      out.course.emplace_back(sums / time);
    }
    if (count == n && n <= 50) {
      j.resize(n, n);
      system.jacobian(t1, state.data(), j);
      trace += j.trace();
    }
  }
  const double time = static_cast<double>(std::max<std::int64_t>(done, 1)) * o.interval;
  out.values = sums / time;
  out.divergence = count == n && n <= 50 && done > 0 ? trace / static_cast<double>(done) : kNothing;
  out.errors = Vector::Constant(count, kNothing);
  if (out.complete) {
    out.errors.setZero();
    for (std::size_t k = 0; k < kPieces; ++k) {
      const Vector mean = pieces[k] / (static_cast<double>(lengths[k]) * o.interval);
      out.errors.array() += (mean - out.values).array().square();
    }
    out.errors = (out.errors.array() / (kPieces * (kPieces - 1))).sqrt();
  }
  out.dimension = kaplan_yorke(out.values, count == n);
  return out;
}

}  // namespace neurode::analysis
