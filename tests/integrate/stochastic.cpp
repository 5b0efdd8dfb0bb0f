// Conformance of stochastic methods: every one in the list, against solutions that are functionals of its own path.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <optional>

#include "integrate/problems.hpp"
#include "integrate/stochastic/path.hpp"
#include "integrate/stochastic/stepper.hpp"

using namespace neurode;
using namespace neurode::integrate;
using Calculus = Noise::Calculus;

namespace {

constexpr double kGrowth = 0.3, kNoise = 0.7, kStart = 1.0, kEnd = 1.0;
constexpr Index kPaths = 2000;

/// n copies of one equation dx = f(t, x) dt + g(t, x) dW, each with a W of its own, or all with the same.
class Copies : public problems::Problem, private Noise {
 public:
  using Function = std::function<double(double t, double x)>;
  Copies(Index n, Function f, Function g, Function slope, Calculus calculus, bool additive, bool shared = false)
      : Problem(n,
                [n, f](double t, const double* x, double* out) {
                  for (Index i = 0; i < n; ++i) out[i] = f(t, x[i]);
                }),
        g_(std::move(g)),
        slope_(std::move(slope)),
        sources_{{"copies xi", 0, shared ? 1 : n}},
        calculus_(calculus),
        additive_(additive),
        shared_(shared) {
    for (Index i = 0; i < n; ++i) channels_.push_back(i);
  }
  Noise* noise() override { return this; }

 private:
  const std::vector<Source>& sources() const override { return sources_; }
  Calculus calculus() const override { return calculus_; }
  bool additive() const override { return additive_; }
  bool diagonal() const override { return !shared_; }
  void apply(double t, const double* x, const double* dw, double* out) override {
    for (Index i = 0; i < size(); ++i) out[i] = g_(t, x[i]) * dw[shared_ ? 0 : i];
  }
  void milstein(double t, const double* x, double* out) override {
    for (Index i = 0; i < size(); ++i) out[i] = g_(t, x[i]) * slope_(t, x[i]);
  }
  const std::vector<Index>& channel_of() const override { return channels_; }

  Function g_, slope_;
  std::vector<Source> sources_;
  Calculus calculus_;
  bool additive_, shared_;
  std::vector<Index> channels_;
};

/// dx = a x dt + b x dW
Copies geometric(Calculus c, bool shared = false) {
  return {kPaths,
          [](double, double x) { return kGrowth * x; },
          [](double, double x) { return kNoise * x; },
          [](double, double) { return kNoise; },
          c,
          false,
          shared};
}

/// The logistic equation's logarithm, dy = (a - e^y) dt + s(t) dW: nonlinear, with additive noise.
double amplitude(double t) { return kNoise * (1 + 0.5 * t); }
Copies logistic(bool shared = false) {
  return {kPaths,
          [](double, double y) { return kGrowth - std::exp(y); },
          [](double t, double) { return amplitude(t); },
          [](double, double) { return 0.0; },
          Calculus::ito,
          true,
          shared};
}

Vector geometric_solution(BrownianPath& path, Calculus c, double t) {
  Vector w = Vector::Zero(path.channels()), z = w;
  path.increments(0, t, w, z);
  const double drift = kGrowth - (c == Calculus::ito ? kNoise * kNoise / 2 : 0);
  return kStart * (drift * t + kNoise * w.array()).exp();
}

/// y = at + M - log(e^-y0 + integral of e^(a u + M(u)) du), M = integral of s dW, from many small pieces.
Vector logistic_solution(BrownianPath& path, double t) {
  constexpr int kPieces = 1 << 13;
  const double h = t / kPieces, slope = amplitude(1) - amplitude(0);
  const Index n = path.channels();
  Vector w = Vector::Zero(n), z = w, m = w, sum = Vector::Constant(n, std::exp(-std::log(kStart)));
  for (int k = 0; k < kPieces; ++k) {
    const double u = k * h;
    path.increments(u, u + h, w, z);
    const double s = amplitude(u);
    // e^(a v + s W(v)) = 1 + a v + s W + s^2 W^2 / 2 over the piece; W^2 by its mean given (w, z) to leading order
    const auto at = (kGrowth * u + m.array()).exp();
    sum.array() += at * (h + kGrowth * h * h / 2 + s * z.array() + s * s * h * h / 4);
    m += (s + slope * h) * w - slope * z;  // integral of s dW, exact for straight s
  }
  return (kGrowth * t + m.array() - sum.array().log()).matrix();
}

/// With steps of 2^-k.
Vector stepped(const MethodEntry& m, Copies& p, double dt, double start) {
  Statistics s;
  Options o = problems::options(m.name, 1, 1, dt);
  o.seed = 4;
  const auto stepper = m.make(p, s, o);
  Vector x = Vector::Constant(p.size(), start), x_new = x;
  const auto steps = static_cast<int>(std::lround(kEnd / dt));
  for (int k = 0; k < steps; ++k) {
    stepper->try_step(k * dt, x, dt, x_new, nullptr);
    stepper->accept();
    x.swap(x_new);
  }
  return x;
}

BrownianPath path_of(const MethodEntry& m, bool shared = false) {
  return {{{"copies xi", 0, shared ? 1 : kPaths}}, 4, m.adaptive() ? 0 : 1.0 / 8};
}

/// Slope of log2 of the mean error over the logarithm of the step, least squares.
double strong_order(const MethodEntry& m, Copies p, const Vector& exact, double start) {
  double sx = 0, sy = 0, sxx = 0, sxy = 0, n = 0;
  for (int k = 5; k <= 9; ++k) {
    const double dt = std::ldexp(1.0, -k);
    const double x = -k, y = std::log2((stepped(m, p, dt, start) - exact).cwiseAbs().mean());
    sx += x, sy += y, sxx += x * x, sxy += x * y, n += 1;
  }
  return (n * sxy - sx * sy) / (n * sxx - sx * sx);
}

std::vector<MethodEntry> stochastic_methods() {
  std::vector<MethodEntry> found;
  for (const auto& m : methods()) {
    if (m.stochastic) found.push_back(m);
  }
  return found;
}

}  // namespace

TEST_CASE("every stochastic method: its strong order on geometric Brownian motion") {
  int tested = 0;
  for (const auto& m : stochastic_methods()) {
    for (const Calculus c : {Calculus::ito, Calculus::stratonovich}) {
      if (!(c == Calculus::ito ? m.takes_ito : m.takes_stratonovich)) continue;
      CAPTURE(m.name);
      CAPTURE((c == Calculus::ito));
      auto path = path_of(m);
      const double order = strong_order(m, geometric(c), geometric_solution(path, c, kEnd), kStart);
      CHECK(std::abs(order - m.strong_order) < 0.1);
      ++tested;
    }
  }
  CHECK(tested >= 5);
}

TEST_CASE("every stochastic method: its strong order on a nonlinear equation with additive noise") {
  int tested = 0;
  for (const auto& m : stochastic_methods()) {
    CAPTURE(m.name);
    auto path = path_of(m);
    const double order = strong_order(m, logistic(), logistic_solution(path, kEnd), std::log(kStart));
    CHECK(std::abs(order - m.strong_order_additive) < 0.1);
    ++tested;
  }
  CHECK(tested >= 5);
}

TEST_CASE("one source for all states: methods for general noise keep to the exact solution") {
  for (const auto& m : stochastic_methods()) {
    if (m.needs_diagonal) continue;
    CAPTURE(m.name);
    auto path = path_of(m, true);
    Copies p = logistic(true);
    const Vector x = stepped(m, p, 1.0 / 512, std::log(kStart));
    CHECK((x.array() - logistic_solution(path, kEnd)[0]).abs().maxCoeff() < 5e-3);
    CHECK((x.array() == x[0]).all());
  }
}

TEST_CASE("error control: errors fall with the tolerance, on the same path through rejected steps") {
  for (const auto& m : stochastic_methods()) {
    if (!m.adaptive()) continue;
    CAPTURE(m.name);
    auto path = path_of(m);
    const Vector exact = logistic_solution(path, kEnd);
    double before = 1;
    for (const double tolerance : {1e-2, 1e-3, 1e-4}) {
      CAPTURE(tolerance);
      Copies p = logistic();
      Options o = problems::options(m.name, tolerance, tolerance);
      o.seed = 4;
      const auto r = drive(p, 0, Vector::Constant(kPaths, std::log(kStart)), kEnd, o, {}, {}, {});
      CHECK(r.outcome == Outcome::reached_end);
      CHECK(r.statistics.rhs == p.calls);
      const double error = (r.x - exact).cwiseAbs().mean();
      CHECK(error < 3 * tolerance);
      CHECK(error > tolerance / 300);
      CHECK(error < before / 3);
      before = error;
      // Too long a first step is rejected; the path is the same.
      o.dt = 1;
      const auto again = drive(p, 0, Vector::Constant(kPaths, std::log(kStart)), kEnd, o, {}, {}, {});
      CHECK(again.statistics.rejected > 0);
      CHECK((again.x - exact).cwiseAbs().mean() < 3 * tolerance);
    }
  }
}

TEST_CASE("between steps: straight lines; steps do not depend on output; breakpoints keep the path") {
  for (const auto& m : stochastic_methods()) {
    CAPTURE(m.name);
    Copies p = logistic();
    Options o = problems::options(m.name, 1e-2, 1e-2, m.adaptive() ? 0 : 1.0 / 64);
    o.seed = 4;
    const Vector x0 = Vector::Constant(kPaths, std::log(kStart));
    std::vector<std::pair<double, Vector>> ends;
    Observer steps;
    steps.output = [&](std::size_t, std::int64_t, double t, const Vector& x) { ends.emplace_back(t, x); };
    const auto r = drive(p, 0, x0, kEnd, o, {{}}, {}, steps);
    std::size_t points = 0;
    Observer between;
    between.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
      std::size_t k = 1;
      while (ends[k].first < t) ++k;
      const double theta = (t - ends[k - 1].first) / (ends[k].first - ends[k - 1].first);
      CHECK((x - (1 - theta) * ends[k - 1].second - theta * ends[k].second).cwiseAbs().maxCoeff() < 1e-12);
      ++points;
    };
    const auto other = drive(p, 0, x0, kEnd, o, {{0.037}}, {}, between);
    CHECK(points == 28);
    CHECK(other.x == r.x);

    auto path = path_of(m);
    p.breaks = {0.3, 0.77};
    const auto broken = drive(p, 0, x0, kEnd, o, {}, {}, {});
    const double error = (broken.x - logistic_solution(path, kEnd)).cwiseAbs().mean();
    CHECK(error < 2e-2);
    CHECK(error > 1e-5);
  }
}

TEST_CASE("who fits whose noise, and what is said where it does not") {
  const auto fitting = [](Copies p) {
    std::string names;
    for (const auto& m : methods()) {
      const bool accepted = refusal(m, p, problems::options(m.name, 1e-3, 1e-3, 0.1)).empty();
      if (accepted) names += m.name + " ";
      Options o = problems::options(m.name, 1e-3, 1e-3, 0.1);
      if (!accepted) {
        CHECK_THROWS_WITH_AS(drive(p, 0, Vector::Ones(kPaths), 1, o, {}, {}, {}), doctest::Contains("noise"),
                             std::invalid_argument);
      }
    }
    return names;
  };
  CHECK(fitting(geometric(Calculus::ito)) == "euler_maruyama milstein sriw1 ");
  CHECK(fitting(geometric(Calculus::stratonovich)) == "heun_stratonovich milstein ");
  CHECK(fitting(geometric(Calculus::ito, true)) == "euler_maruyama ");
  CHECK(fitting(geometric(Calculus::stratonovich, true)) == "heun_stratonovich ");
  CHECK(fitting(logistic()) == "euler_maruyama heun_stratonovich milstein sra1 sriw1 ");
  CHECK(fitting(logistic(true)) == "euler_maruyama heun_stratonovich sra1 ");

  Copies p = geometric(Calculus::stratonovich, true);
  const std::string why = refusal(*find_entry(methods(), "tsit5"), p, {});
  CHECK(why.find("Stratonovich, shared or mixed") != std::string::npos);
  CHECK(why.find("\"heun_stratonovich\"") != std::string::npos);
  CHECK(why.find("euler_maruyama") == std::string::npos);
  auto silent = problems::oscillator();
  CHECK(refusal(*find_entry(methods(), "sra1"), silent, {}).find("none here") != std::string::npos);
}
