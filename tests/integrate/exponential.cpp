#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "allocations.hpp"
#include "integrate/exponential/krylov_phi.hpp"
#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;

namespace {

constexpr double kPi = std::numbers::pi;

double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<Eigen::Infinity>(); }

/// x' = J x, J tridiagonal with constant diagonals.
class Linear : public System {
 public:
  Linear(Index n, double lower, double diagonal, double upper, bool symmetric)
      : n_(n), lower_(lower), diagonal_(diagonal), upper_(upper), symmetric_(symmetric) {
    Slice s;
    s.name = "x";
    s.rows = n;
    layout_.add(s);
  }
  const StateLayout& layout() const override { return layout_; }
  void rhs(double, const double* x, double* f) override { product(x, f); }
  void jvp(double, const double*, const double* v, double* jv) override { product(v, jv); }
  void vjp(double, const double*, const double*, double*) override {}
  bool time_derivative(double, const double*, double*) override { return false; }
  bool symmetric_jacobian() const override { return symmetric_; }

  /// f(J) b for a scalar function f, by the eigenvectors, which are sines times a geometric sequence.
  template <class Function>
  Vector apply(Function f, const Vector& b) const {
    const double base = std::sqrt(lower_ / upper_), step = kPi / static_cast<double>(n_ + 1);
    Vector scale(n_), result = Vector::Zero(n_), v(n_);
    for (Index i = 0; i < n_; ++i) scale[i] = std::pow(base, static_cast<double>(i - n_ / 2));
    const Vector scaled = b.cwiseQuotient(scale);
    for (Index k = 1; k <= n_; ++k) {
      const double angle = static_cast<double>(k) * step;
      for (Index i = 0; i < n_; ++i) v[i] = std::sin(static_cast<double>(i + 1) * angle);
      const double lambda = diagonal_ + 2 * std::sqrt(lower_ * upper_) * std::cos(angle);
      result += (f(lambda) * v.dot(scaled) * 2 / static_cast<double>(n_ + 1)) * v;
    }
    return result.cwiseProduct(scale);
  }

 private:
  void product(const double* x, double* y) const {
    for (Index i = 0; i < n_; ++i) {
      y[i] = diagonal_ * x[i] + (i > 0 ? lower_ * x[i - 1] : 0) + (i + 1 < n_ ? upper_ * x[i + 1] : 0);
    }
  }
  Index n_;
  double lower_, diagonal_, upper_;
  bool symmetric_;
  StateLayout layout_;
};

/// phi_k(z) in extended precision: the series, or the recurrence where that loses nothing.
template <class Number>
Number phi(int k, Number z) {
  if (std::abs(z) > 20) {
    Number p = std::exp(z);
    long double inverse = 1;
    for (int i = 0; i < k; ++i) {
      p = (p - Number(inverse)) / z;
      inverse /= i + 1;
    }
    return p;
  }
  // Halved until the series has no cancellation, then doubled:
  // phi_k(2z) = (e^z phi_k(z) + sum_j phi_j(z) / (k-j)!) / 2^k
  if (std::abs(z) > 0.5L) {
    const Number h = z / Number(2);
    Number sum = std::exp(h) * phi(k, h);
    for (int j = 1; j <= k; ++j) sum += phi(j, h) / Number(std::tgamma(static_cast<long double>(k - j + 1)));
    return sum / Number(std::pow(2.0L, k));
  }
  Number term = Number(1 / std::tgamma(static_cast<long double>(k + 1))), sum = 0;
  for (int j = 1; j < 25; ++j) {
    sum += term;
    term *= z / Number(static_cast<long double>(k + j));
  }
  return sum;
}

/// sum_k w_k phi_k(c h J) b by Krylov projection, with the error allowed to it.
struct Projected {
  Vector value;
  Index dimension = 0;
  std::int64_t jvps = 0;
  bool accurate = false;
  double longest = 0;
};
Projected project(System& system, const Vector& b, double h, KrylovPhi::Scale c, const KrylovPhi::Weights& w,
                  double tolerance) {
  Statistics s;
  KrylovPhi krylov(system.size(), system.symmetric_jacobian());
  const ErrorNorm norm(0, Vector::Constant(1, 1), system.size());
  const Vector x = Vector::Zero(system.size());
  KrylovPhi::Weights sizes = w;
  for (double& size : sizes) size = std::abs(size);
  Projected r;
  r.accurate = krylov.project({system, s, 0, x.data()}, b, h, {sizes, norm, x, tolerance});
  r.value = Vector::Zero(system.size());
  krylov.add(c, w, r.value);
  r.dimension = krylov.dimension();
  r.jvps = s.jvps;
  r.longest = krylov.longest();
  return r;
}

KrylovPhi::Weights unit(int k) {
  KrylovPhi::Weights w{};
  w[static_cast<std::size_t>(k)] = 1;
  return w;
}

/// A vector without favoured directions.
Vector rough(Index n) {
  Vector b(n);
  for (Index i = 0; i < n; ++i) b[i] = std::sin(1 + 7.3 * static_cast<double>(i * i)) + 0.3;
  return b;
}

/// u_t = u_xx + 1/(1 + u^2) + Phi(t, x), u = 0 at x = 0 and 1, by differences on n points; Phi such that
/// u = e^t sin(pi x), which solves the differences too. Stiffness 4 (n+1)^2.
class Parabolic : public System {
 public:
  Parabolic(Index n, bool symmetric) : n_(n), symmetric_(symmetric), square_(static_cast<double>((n + 1) * (n + 1))) {
    Slice s;
    s.name = "u";
    s.rows = n;
    layout_.add(s);
    sine_.resize(n);
    for (Index i = 0; i < n; ++i) sine_[i] = std::sin(kPi * static_cast<double>(i + 1) / static_cast<double>(n + 1));
    rate_ = square_ * std::pow(2 * std::sin(kPi / 2 / static_cast<double>(n + 1)), 2);
  }
  const StateLayout& layout() const override { return layout_; }
  Vector exact(double t) const { return std::exp(t) * sine_; }
  void rhs(double t, const double* u, double* f) override {
    differences(u, f);
    const double e = std::exp(t);
    for (Index i = 0; i < n_; ++i) {
      const double v = e * sine_[i];
      f[i] += 1 / (1 + u[i] * u[i]) + (1 + rate_) * v - 1 / (1 + v * v);
    }
  }
  void jvp(double, const double* u, const double* v, double* jv) override {
    differences(v, jv);
    for (Index i = 0; i < n_; ++i) jv[i] -= 2 * u[i] / std::pow(1 + u[i] * u[i], 2) * v[i];
  }
  void vjp(double, const double*, const double*, double*) override {}
  bool time_derivative(double t, const double*, double* ft) override {
    const double e = std::exp(t);
    for (Index i = 0; i < n_; ++i) {
      const double v = e * sine_[i];
      ft[i] = (1 + rate_) * v + 2 * v * v / std::pow(1 + v * v, 2);
    }
    return true;
  }
  bool symmetric_jacobian() const override { return symmetric_; }

 private:
  void differences(const double* u, double* f) const {
    for (Index i = 0; i < n_; ++i) {
      f[i] = square_ * ((i > 0 ? u[i - 1] : 0) - 2 * u[i] + (i + 1 < n_ ? u[i + 1] : 0));
    }
  }
  Index n_;
  bool symmetric_;
  double square_, rate_ = 0;
  Vector sine_;
  StateLayout layout_;
};

double error_of_run(const char* method, Index n, int steps) {
  Parabolic p(n, true);
  Statistics s;
  const auto stepper = find_entry(methods(), method)->make(p, s, options(method, 1e-13, 1e-13));
  Vector x = p.exact(0), x_new = x;
  const double h = 1.0 / steps;
  for (int k = 0; k < steps; ++k) {
    REQUIRE(stepper->try_step(k * h, x, h, x_new, nullptr) == Trial::done);
    stepper->accept();
    x.swap(x_new);
  }
  return distance(x, p.exact(1));
}

}  // namespace

TEST_CASE("phi functions of a number") {
  for (double z : {-1e8, -750.0, -31.0, -5.0, -2.001, -1.999, -0.5, -1e-9, 0.0, 1e-5, 0.7, 2.5, 12.0}) {
    double values[6];
    scalar_phi(z, 5, values);
    for (int k = 0; k <= 5; ++k) {
      CAPTURE(z);
      CAPTURE(k);
      const double exact = static_cast<double>(phi(k, static_cast<long double>(z)));
      CHECK(std::abs(values[k] - exact) <= 4e-15 * exact);
    }
  }
}

TEST_CASE("phi functions of 2 x 2 matrices: a spiral, a Jordan block, a stiff pair") {
  using Complex = std::complex<long double>;
  const Vector b = vector({0.8, -1.7});
  for (double h : {0.1, 3.0, 40.0}) {
    for (const auto c : {KrylovPhi::kHalf, KrylovPhi::kWhole}) {
      const double tau = c == KrylovPhi::kHalf ? h / 2 : h;
      for (int k = 1; k <= 4; ++k) {
        CAPTURE(h);
        CAPTURE(k);
        problems::Problem spiral(
            2, [](double, const double*, double*) {}, [](double, const double*, Matrix& j) { j << -0.3, -2, 2, -0.3; });
        const Complex rotated = phi(k, Complex(-0.3L * tau, 2.0L * tau)) * Complex(b[0], b[1]);
        const auto r = project(spiral, b, h, c, unit(k), 1e-14);
        CHECK(r.dimension == 2);
        CHECK(distance(r.value, vector({static_cast<double>(rotated.real()), static_cast<double>(rotated.imag())})) <
              2e-14);

        problems::Problem jordan(
            2, [](double, const double*, double*) {}, [](double, const double*, Matrix& j) { j << -2, 1, 0, -2; });
        // The derivative of phi_k is ((z - k) phi_k + 1/(k-1)!) / z, which is phi_k - k phi_{k+1}.
        const long double z = -2.0L * tau;
        const auto value = static_cast<double>(phi(k, z));
        const auto slope = static_cast<double>(tau * (phi(k, z) - k * phi(k + 1, z)));
        CHECK(distance(project(jordan, b, h, c, unit(k), 1e-14).value,
                       vector({value * b[0] + slope * b[1], value * b[1]})) < 1e-14);
      }
    }
  }
  // Eigenvalues -1 and -1e6, eigenvectors (1, 1) and (1, -1).
  for (bool symmetric : {false, true}) {
    Linear stiff(2, 499999.5, -500000.5, 499999.5, symmetric);
    for (int k = 1; k <= 4; ++k) {
      const auto slow = static_cast<double>(phi(k, -1.0L)), fast = static_cast<double>(phi(k, -1e6L));
      const Vector value = project(stiff, vector({2, 0}), 1, KrylovPhi::kWhole, unit(k), 1e-14).value;
      CHECK(distance(value, vector({slow + fast, slow - fast})) < (symmetric ? 1e-10 : 1e-9));
    }
  }
}

TEST_CASE("phi functions of 100 x 100 matrices by their eigenvectors") {
  const Index n = 100;
  const Vector b = rough(n);
  struct Case {
    const char* name;
    Linear system;
  };
  Case cases[] = {{"Laplacian, Lanczos", Linear(n, 1, -2, 1, true)},
                  {"Laplacian, Arnoldi", Linear(n, 1, -2, 1, false)},
                  {"convection and diffusion", Linear(n, 1.04, -2, 0.96, false)}};
  for (auto& m : cases) {
    CAPTURE(m.name);
    for (double h : {0.5, 20.0, 2000.0}) {
      CAPTURE(h);
      for (const auto c : {KrylovPhi::kHalf, KrylovPhi::kWhole}) {
        const long double tau = c == KrylovPhi::kHalf ? h / 2 : h;
        for (int k = 1; k <= 4; ++k) {
          CAPTURE(k);
          const Vector exact = m.system.apply([&](double l) { return static_cast<double>(phi(k, l * tau)); }, b);
          const auto r = project(m.system, b, h, c, unit(k), 1e-13);
          CHECK(distance(r.value, exact) < 1e-12);
          CHECK(r.jvps == r.dimension);
          // The whole space only where it is needed.
          CHECK((r.dimension == n) == (h == 2000));
        }
      }
    }
  }
}

TEST_CASE("the bound of the Krylov error holds and is not wasteful; where no space is enough it tells a step") {
  const Index n = 400;
  const Vector b = rough(n);
  const KrylovPhi::Weights w = {0, 0, 0, 16, -48};
  for (bool symmetric : {true, false}) {
    CAPTURE(symmetric);
    Linear laplacian(n, 1, -2, 1, symmetric);
    Index before = 0;
    for (double tolerance : {1e-2, 1e-4, 1e-6, 1e-8, 1e-10}) {
      CAPTURE(tolerance);
      const double h = 100;
      const auto r = project(laplacian, b, h, KrylovPhi::kWhole, w, tolerance);
      REQUIRE(r.accurate);
      const Vector exact = laplacian.apply(
          [&](long double l) { return static_cast<double>(16 * phi(3, l * h) - 48 * phi(4, l * h)); }, b);
      const double error = (r.value - exact).norm() / std::sqrt(static_cast<double>(n));
      CHECK(error < tolerance);
      CHECK(error > 1e-3 * tolerance);
      CHECK(r.dimension >= before);
      before = r.dimension;
    }
    CHECK(before == (symmetric ? 79 : 78));

    const auto long_step = project(laplacian, b, 1e5, KrylovPhi::kWhole, w, 1e-6);
    CHECK_FALSE(long_step.accurate);
    CHECK(long_step.dimension == KrylovPhi::kLargest);
    CHECK(long_step.longest > 500);
    CHECK(long_step.longest < 1e4);
    KrylovPhi::Weights shorter = w;  // as the sizes of a step's terms
    for (double& size : shorter) size *= long_step.longest / 1e5;
    CHECK(project(laplacian, b, long_step.longest, KrylovPhi::kWhole, shorter, 1e-6).accurate);
  }
}

TEST_CASE("an invariant space ends the projection: exact at its dimension") {
  const Index n = 300;
  Linear laplacian(n, 1, -2, 1, false);
  Vector b(n), exact = Vector::Zero(n);
  b.setZero();
  // Two eigenvectors.
  for (int k : {150, 290}) {
    Vector v(n);
    for (Index i = 0; i < n; ++i) v[i] = std::sin(static_cast<double>((i + 1) * k) * kPi / static_cast<double>(n + 1));
    const long double lambda = -2 + 2 * std::cos(k * kPi / static_cast<double>(n + 1));
    b += v;
    exact += static_cast<double>(phi(2, 50 * lambda)) * v;
  }
  const auto r = project(laplacian, b, 50, KrylovPhi::kWhole, unit(2), 1e-14);
  CHECK(r.dimension == 2);
  CHECK(distance(r.value, exact) < 1e-13);
}

TEST_CASE("stiff order: a parabolic problem is solved with the full order, at whatever stiffness") {
  struct Expected {
    const char* method;
    double order;
  };
  for (const auto& e : {Expected{"exprb32", 3}, Expected{"exprb43", 4}}) {
    CAPTURE(e.method);
    const double coarse = error_of_run(e.method, 40, 32), fine = error_of_run(e.method, 40, 64);
    CHECK(std::abs(std::log2(coarse / fine) - e.order) < 0.1);
    // Six times as stiff, the same error.
    CHECK(error_of_run(e.method, 100, 32) == doctest::Approx(coarse).epsilon(2e-3));
  }
}

TEST_CASE("tolerances are kept down to twelve digits, with few rejections") {
  struct Row {
    const char* method;
    double tolerance;
    double most, least;
    std::int64_t most_steps, most_jvps;
  };
  for (const auto& row : {Row{"exprb43", 1e-4, 1e-4, 1e-8, 12, 1400}, Row{"exprb43", 1e-8, 1e-8, 1e-11, 100, 7500},
                          Row{"exprb43", 1e-12, 1e-12, 1e-16, 1000, 30000}, Row{"exprb32", 1e-4, 1e-4, 1e-8, 30, 1400},
                          Row{"exprb32", 1e-9, 1e-9, 1e-12, 1300, 14000}}) {
    for (bool symmetric : {true, false}) {
      CAPTURE(row.method);
      CAPTURE(row.tolerance);
      Parabolic p(60, symmetric);
      const auto r = drive(p, 0, p.exact(0), 1, options(row.method, row.tolerance, row.tolerance), {}, {}, {});
      CHECK(r.outcome == Outcome::reached_end);
      const double error = distance(r.x, p.exact(1));
      CHECK(error < row.most);
      CHECK(error > row.least);
      CHECK(r.statistics.steps < row.most_steps);
      CHECK(r.statistics.rejected <= 2);
      CHECK(r.statistics.jvps < row.most_jvps);
      auto each = options(row.method, row.tolerance, row.tolerance);
      each.atol = Vector::Constant(60, row.tolerance);
      if (row.tolerance > 1e-5) CHECK(drive(p, 0, p.exact(0), 1, each, {}, {}, {}).x == r.x);
    }
  }
}

TEST_CASE("a stiff linear system: one step is exact, its products are counted") {
  const Index n = 300;
  const Vector b = rough(n);
  for (bool symmetric : {true, false}) {
    Linear laplacian(n, 1e4, -2e4, 1e4, symmetric);
    const double h = 0.01;
    const Vector exact = laplacian.apply([&](double l) { return std::exp(l * h); }, b);
    struct Expected {
      const char* method;
      std::int64_t jvps;
    };
    const std::int64_t space = symmetric ? 86 : 91;
    // The space of F, J (U - x) and 2 for D, which is rounding; with each further stage as much again.
    for (const auto& e : {Expected{"exprb32", space + 3}, Expected{"exprb43", space + 2 * 3}}) {
      CAPTURE(e.method);
      Statistics s;
      const auto stepper = find_entry(methods(), e.method)->make(laplacian, s, options(e.method, 1e-6, 1e-6));
      Vector x_new(n), error(n);
      CHECK(stepper->try_step(0, b, h, x_new, &error) == Trial::done);
      CHECK(distance(x_new, exact) < 1e-8);
      CHECK(error.lpNorm<Eigen::Infinity>() < 1e-9);
      CHECK(s.jvps == e.jvps);
    }
  }
}

TEST_CASE("a step too long for any Krylov space fails, and the method says how long one may be") {
  const Index n = 200;
  for (const char* method : {"exprb32", "exprb43"}) {
    CAPTURE(method);
    Linear laplacian(n, 1e6, -2e6, 1e6, true);
    Statistics s;
    const auto stepper = find_entry(methods(), method)->make(laplacian, s, options(method, 1e-6, 1e-6));
    const Vector x = rough(n);
    Vector x_new(n);
    CHECK(std::isinf(stepper->largest_step()));
    CHECK(stepper->try_step(0, x, 1, x_new, nullptr) == Trial::solver_failed);
    const double largest = stepper->largest_step();
    CHECK(largest > 1e-5);
    CHECK(largest < 1e-2);
    CHECK(stepper->try_step(0, x, largest, x_new, nullptr) == Trial::done);
    stepper->reset();
    CHECK(std::isinf(stepper->largest_step()));

    const auto o = options(method, 1e-6, 1e-6, 0.1);
    const auto r = drive(laplacian, 0, x, 0.1, o, {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.statistics.rejected <= 4);
  }
}

TEST_CASE("nothing is allocated in the steps of large systems") {
  if (!allocations::active()) return;
  for (const char* method : {"exprb32", "exprb43"}) {
    for (bool symmetric : {true, false}) {
      CAPTURE(method);
      CAPTURE(symmetric);
      Parabolic p(150, symmetric);
      std::size_t at_first = 0, at_last = 0;
      Observer o;
      o.step = [&](double, double, const Vector&, const Statistics& s) {
        (s.steps == 1 ? at_first : at_last) = allocations::total();
      };
      // The first step is too long for any space.
      const auto r = drive(p, 0, p.exact(0), 0.5, options(method, 1e-5, 1e-5, 0.5), {{0.01}}, {}, o);
      CHECK(r.outcome == Outcome::reached_end);
      CHECK(r.statistics.rejected >= 1);
      CHECK(at_first == at_last);
    }
  }
}

TEST_CASE("exponential_euler: the gates of Hodgkin and Huxley at a held voltage are exact at any step") {
  for (double v : {-80.0, -64.0, -20.0, 35.0}) {
    const double alpha[] = {0.1 * (v + 40) / (1 - std::exp(-(v + 40) / 10)), 0.07 * std::exp(-(v + 65) / 20),
                            0.01 * (v + 55) / (1 - std::exp(-(v + 55) / 10))};
    const double beta[] = {4 * std::exp(-(v + 65) / 18), 1 / (1 + std::exp(-(v + 35) / 10)),
                           0.125 * std::exp(-(v + 65) / 80)};
    problems::Problem gates(3, [&](double, const double* x, double* f) {
      for (int i = 0; i < 3; ++i) f[i] = alpha[i] * (1 - x[i]) - beta[i] * x[i];
    });
    gates.rates = [&](double, const double*, double* d) {
      for (int i = 0; i < 3; ++i) d[i] = -alpha[i] - beta[i];
    };
    const Vector start = vector({0.05, 0.6, 0.32});
    for (double dt : {0.001, 0.05, 1.0, 10.0, 1000.0}) {
      const double end = 10 * dt;
      const auto r = drive(gates, 0, start, end, options("exponential_euler", 0, 0, dt), {}, {}, {});
      for (int i = 0; i < 3; ++i) {
        const double limit = alpha[i] / (alpha[i] + beta[i]);
        CHECK(std::abs(r.x[i] - (limit + (start[i] - limit) * std::exp(-(alpha[i] + beta[i]) * end))) < 1e-15);
      }
      CHECK(r.statistics.rhs == 10);
    }
  }
}

TEST_CASE("exponential_euler: order 1 with rates, Euler's steps without") {
  const auto error = [](bool rates, int steps) {
    auto p = problems::smooth();
    // The rate of the first equation alone is known; the second is nonlinear in x_2 alone.
    if (rates) p.rates = [](double, const double* x, double* d) { d[0] = std::log(x[1]), d[1] = 0; };
    const auto r =
        drive(p, 0.3, problems::smooth_solution(0.3), 2.3, options("exponential_euler", 0, 0, 2.0 / steps), {}, {}, {});
    return distance(r.x, problems::smooth_solution(2.3));
  };
  CHECK(std::abs(std::log2(error(true, 400) / error(true, 800)) - 1) < 0.05);
  CHECK(std::abs(error(true, 400) / error(false, 400) - 1) > 0.1);

  auto p = problems::smooth();
  const auto plain = drive(p, 0.3, problems::smooth_solution(0.3), 2.3, options("euler", 0, 0, 0.1), {}, {}, {});
  const auto same =
      drive(p, 0.3, problems::smooth_solution(0.3), 2.3, options("exponential_euler", 0, 0, 0.1), {}, {}, {});
  CHECK(distance(plain.x, same.x) < 1e-14);
}
