#include "integrate/rosenbrock/tableau.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <stdexcept>

#include "integrate/method_list.hpp"
#include "integrate/rooted_trees.hpp"
#include "integrate/stiff_problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Elementary weights of a Rosenbrock method (Hairer, Wanner IV.7, theorem 7.4): a vertex with one child carries
// beta = alpha + gamma, one with more alpha. [tree][stage].
std::vector<std::vector<double>> elementary_weights(const RosenbrockWeights& w,
                                                    const std::vector<rooted_trees::Tree>& all) {
  const std::size_t s = w.b.size();
  std::vector<std::vector<double>> phi;
  for (const auto& tree : all) {
    std::vector<double> p(s, 1.0);
    const double with_gamma = tree.children.size() == 1 ? 1 : 0;
    for (auto child : tree.children) {
      for (std::size_t i = 0; i < s; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < s; ++j) sum += (w.alpha[i][j] + with_gamma * w.gamma[i][j]) * phi[child][j];
        p[i] *= sum;
      }
    }
    phi.push_back(p);
  }
  return phi;
}

}  // namespace

TEST_CASE("order conditions of every Rosenbrock method, its embedded and its dense formula") {
  const auto all = rooted_trees::trees(6);
  for (const auto& member : method_list()) {
    if (!member.rosenbrock) continue;
    const RosenbrockTableau& t = *member.rosenbrock;
    CAPTURE(t.name);
    const RosenbrockWeights w = untransformed(t);
    const auto phi = elementary_weights(w, all);
    const double rounding = 5e-14;  // of sums whose terms reach 300
    for (int n = 1; n <= t.order; ++n) CHECK(rooted_trees::defect(all, phi, w.b, n) < rounding);
    CHECK(rooted_trees::defect(all, phi, w.b, t.order + 1) > 1e-4);
    for (int n = 1; n <= t.embedded_order; ++n) CHECK(rooted_trees::defect(all, phi, w.b_embedded, n) < rounding);
    CHECK(rooted_trees::defect(all, phi, w.b_embedded, t.embedded_order + 1) > 1e-4);
    if (t.bulge.empty()) continue;
    for (double theta : {0.1, 0.37, 0.5, 0.8, 0.95}) {
      CAPTURE(theta);
      const auto dense = w.dense(theta);
      for (int n = 1; n <= t.dense_order; ++n) CHECK(rooted_trees::defect(all, phi, dense, n, theta) < rounding);
      CHECK(rooted_trees::defect(all, phi, dense, t.dense_order + 1, theta) > 1e-6);
    }
  }
}

namespace {

template <class Visit>
void each_method(Visit visit) {
  for (const auto& member : method_list()) {
    if (!member.rosenbrock) continue;
    CAPTURE(member.entry.name);
    visit(member.entry, *member.rosenbrock);
  }
}

Result run(problems::Case c, const std::string& method, double rtol) {
  return drive(c.problem, 0, c.x0, c.end, options(method, rtol, rtol * c.floor), {}, {}, {});
}

// Error at t = 1 of `steps` equal steps.
double prothero_error(const MethodEntry& m, double lambda, int steps) {
  auto p = problems::prothero_robinson(lambda);
  Statistics s;
  const auto stepper = m.make(p, s, {});
  Vector x = vector({problems::prothero_solution(0)}), x_new = x;
  const double h = 1.0 / steps;
  for (int k = 0; k < steps; ++k) {
    stepper->try_step(k * h, x, h, x_new, nullptr);
    stepper->accept();
    x.swap(x_new);
  }
  return std::abs(x[0] - problems::prothero_solution(1));
}

}  // namespace

TEST_CASE("stability functions: A-stable all, L-stable all but ros3p") {
  each_method([](const MethodEntry& m, const RosenbrockTableau& t) {
    for (double y = 1e-3; y < 1e6; y *= 1.1) {
      CHECK(std::abs(stability_function(t, {0, y})) <= 1 + 1e-12);
      CHECK(std::abs(stability_function(t, {-y, 0})) <= 1);
      CHECK(std::abs(stability_function(t, {-y, y})) <= 1);
    }
    const double at_infinity = m.name == "ros3p" ? 1 - std::numbers::sqrt3 : 0;
    CHECK(std::abs(stability_function(t, -kInfinity) - at_infinity) < 1e-13);
    // The estimate sees a linear system: the embedded formula's stability function is another one.
    RosenbrockTableau embedded = t;
    embedded.m = t.m_embedded;
    for (double z : {-1.0, -3.0, -20.0}) {
      CHECK(std::abs(stability_function(t, z) - stability_function(embedded, z)) > 1e-5);
    }
  });
}

TEST_CASE("one step of x' = -1e6 x is the stability function: damped at once") {
  each_method([](const MethodEntry& m, const RosenbrockTableau& t) {
    auto p = problems::autonomous(
        1, [](const double* x, double* f) { f[0] = -1e6 * x[0]; }, [](const double*, Matrix& j) { j(0, 0) = -1e6; });
    Statistics s;
    const auto stepper = m.make(p, s, {});
    const Vector x = vector({1});
    Vector x_new = x;
    stepper->try_step(0, x, 1, x_new, nullptr);
    CHECK(std::abs(x_new[0] - stability_function(t, -1e6).real()) < 1e-12);
    CHECK((std::abs(x_new[0]) < 2e-5) == (m.name != "ros3p"));
  });
}

TEST_CASE("Prothero-Robinson, lambda = -1e6: how far the order falls") {
  const auto order = [](const char* name) {
    const auto& m = *find_entry(methods(), name);
    return std::log2(prothero_error(m, -1e6, 20) / prothero_error(m, -1e6, 40));
  };
  CHECK(order("rosenbrock23") == doctest::Approx(2).epsilon(0.01));
  CHECK(order("ros3p") == doctest::Approx(2).epsilon(0.01));
  CHECK(order("rodas4") == doctest::Approx(1).epsilon(0.03));  // of an error below 1e-9: it carries 1 / lambda
  CHECK(order("rodas5p") == doctest::Approx(3).epsilon(0.01));
  for (double lambda : {-1e2, -1e3, -1e4, -1e5, -1e6}) {
    CAPTURE(lambda);
    CHECK(prothero_error(*find_entry(methods(), "rodas5p"), lambda, 20) < 3e-9);
    CHECK(prothero_error(*find_entry(methods(), "rodas4"), lambda, 20) < 1e-6);
    CHECK(prothero_error(*find_entry(methods(), "ros3p"), lambda, 20) < 5e-7);
  }
}

TEST_CASE("correct digits on published stiff problems, rtol 1e-8 (rosenbrock23: 1e-6)") {
  const auto digits = [](problems::Case (*make)(), const char* method, double rtol) {
    const auto r = run(make(), method, rtol);
    CHECK(r.outcome == Outcome::reached_end);
    return problems::mescd(r.x, make());
  };
  const struct {
    problems::Case (*make)();
    double rosenbrock23, ros3p, rodas4, rodas5p;
  } expected[] = {
      {problems::robertson_40, 6.85, 8.15, 8.91, 9.01},
      {problems::robertson_late, 5.21, 7.76, 9.47, 9.06},
      {problems::hires, 5.15, 9.37, 10.14, 9.05},
      {problems::van_der_pol_1000, 4.87, 7.55, 8.26, 8.96},
      {problems::van_der_pol_singular, 4.80, 8.10, 9.30, 8.30},
  };
  for (const auto& e : expected) {
    CHECK(std::abs(digits(e.make, "rosenbrock23", 1e-6) - e.rosenbrock23) < 0.3);
    CHECK(std::abs(digits(e.make, "ros3p", 1e-8) - e.ros3p) < 0.3);
    CHECK(std::abs(digits(e.make, "rodas4", 1e-8) - e.rodas4) < 0.3);
    CHECK(std::abs(digits(e.make, "rodas5p", 1e-8) - e.rodas5p) < 0.3);
  }
  CHECK(digits(problems::hires, "rodas5p", 1e-10) > 11);
  CHECK(digits(problems::robertson_40, "rodas5p", 1e-10) > 11);
  CHECK(digits(problems::robertson_late, "rodas5p", 1e-12) > 12);
  CHECK(digits(problems::van_der_pol_singular, "rodas5p", 1e-12) > 11.5);
}

TEST_CASE("steps and rejections at rtol 1e-6, pinned: a rise is a regression") {
  const auto count = [](problems::Case (*make)(), const char* method) {
    const auto s = run(make(), method, 1e-6).statistics;
    return std::to_string(s.steps) + " " + std::to_string(s.rejected);
  };
  CHECK(count(problems::robertson_40, "rosenbrock23") == "936 1");
  CHECK(count(problems::robertson_40, "ros3p") == "384 2");
  CHECK(count(problems::robertson_40, "rodas4") == "112 0");
  CHECK(count(problems::robertson_40, "rodas5p") == "61 1");
  CHECK(count(problems::hires, "rosenbrock23") == "2061 0");
  CHECK(count(problems::hires, "ros3p") == "1751 17");
  CHECK(count(problems::hires, "rodas4") == "390 1");
  CHECK(count(problems::hires, "rodas5p") == "220 2");
  CHECK(count(problems::van_der_pol_1000, "rosenbrock23") == "4523 7");
  CHECK(count(problems::van_der_pol_1000, "ros3p") == "4053 4");
  CHECK(count(problems::van_der_pol_1000, "rodas4") == "920 21");
  CHECK(count(problems::van_der_pol_1000, "rodas5p") == "537 59");
  CHECK(count(problems::van_der_pol_singular, "rosenbrock23") == "6398 7");
  // One of its rejections (54) hangs on rounding, and so on the compiler's options.
  CHECK(run(problems::van_der_pol_singular(), "ros3p", 1e-6).statistics.steps == 4717);
  CHECK(count(problems::van_der_pol_singular, "rodas4") == "1077 12");
  CHECK(count(problems::van_der_pol_singular, "rodas5p") == "608 26");
}

TEST_CASE("a step costs its right-hand sides, one Jacobian and one LU; a rejected one no Jacobian") {
  each_method([](const MethodEntry& m, const RosenbrockTableau&) {
    auto c = problems::van_der_pol_1000();
    const auto s = drive(c.problem, 0, c.x0, c.end, options(m.name, 1e-4, 1e-6), {}, {}, {}).statistics;
    CHECK(s.rejected > 20);
    CHECK(s.jacobians == s.steps);
    CHECK(s.factorisations == s.steps + s.rejected);
    // F at the start of a step is kept when it is rejected; two more to begin with (F at the start, the first step).
    const std::int64_t fresh = m.fsal ? m.stages : m.stages - 1;
    CHECK(s.rhs == fresh * (s.steps + s.rejected) + (m.fsal ? 0 : s.steps) + (m.fsal ? 2 : 1));
  });
}

TEST_CASE("dF/dt is asked for once a step, and its right-hand sides are not counted") {
  each_method([](const MethodEntry& m, const RosenbrockTableau&) {
    // Without a dF/dt of its own: two right-hand sides each.
    problems::Problem p(1, [](double t, const double* x, double* f) { f[0] = -20 * (x[0] - std::cos(t)); });
    const auto r = drive(p, 0, vector({1}), 3, options(m.name, 1e-7, 1e-7), {}, {}, {});
    CHECK(p.calls == r.statistics.rhs + 2 * r.statistics.jacobians);
    const double exact = (20 * (20 * std::cos(3) + std::sin(3)) + std::exp(-60)) / 401;
    CHECK(std::abs(r.x[0] - exact) < 20 * problems::attainable(m.name, 1e-7));
  });
}

TEST_CASE("a singular matrix is a failed trial, and a smaller step goes on") {
  each_method([](const MethodEntry& m, const RosenbrockTableau& t) {
    for (Index n : {1, 2, 9, 20}) {
      CAPTURE(n);
      const double dt = 0.125, lambda = 1 / (t.gamma * dt);
      auto p = problems::autonomous(
          n, [=](const double* x, double* f) { std::transform(x, x + n, f, [=](double v) { return lambda * v; }); },
          [=](const double*, Matrix& j) { j.diagonal().setConstant(lambda); });
      Statistics s;
      const auto stepper = m.make(p, s, {});
      const Vector x = Vector::Ones(n);
      Vector x_new = x, error = x;
      CHECK(stepper->try_step(0, x, dt, x_new, &error) == Trial::solver_failed);
      CHECK(stepper->try_step(0, x, dt / 64, x_new, &error) == Trial::done);
      CHECK(std::abs(x_new[n - 1] - std::exp(lambda * dt / 64)) < 1e-3);
    }
  });
}

TEST_CASE("sparse and dense Jacobians give the same run") {
  for (const char* name : {"rodas4", "rodas5p", "ros3p"}) {
    CAPTURE(name);
    problems::Rod sparse(100, true), dense(100, false);
    const auto o = options(name, 1e-6, 1e-8);
    const auto a = drive(sparse, 0, sparse.start(), 0.5, o, {}, {}, {});
    const auto b = drive(dense, 0, dense.start(), 0.5, o, {}, {}, {});
    CHECK(a.statistics.steps == b.statistics.steps);
    CHECK((a.x - b.x).lpNorm<Eigen::Infinity>() < 1e-12);
    CHECK(sparse.products == 3 * a.statistics.jacobians);
    CHECK(dense.products == 100 * b.statistics.jacobians);
  }
}

TEST_CASE("a Rosenbrock tableau with a slip is refused, by name") {
  RosenbrockTableau good;
  each_method([&](const MethodEntry& m, const RosenbrockTableau& t) {
    CHECK_NOTHROW(checked(t));
    if (m.name == "rodas5p") good = t;
  });
  const auto refused = [&](auto spoil) {
    RosenbrockTableau t = good;
    spoil(t);
    CHECK_THROWS_AS(checked(t), std::logic_error);
  };
  refused([](RosenbrockTableau& t) { t.a[3][1] = -t.a[3][1]; });
  refused([](RosenbrockTableau& t) { t.c[6][4] += 1e-9; });
  refused([](RosenbrockTableau& t) { t.gamma = 0.2119; });
  refused([](RosenbrockTableau& t) { t.gamma = -t.gamma; });
  refused([](RosenbrockTableau& t) { t.alpha[2] += 1e-12; });
  refused([](RosenbrockTableau& t) { t.gamma_sum[4] -= 1e-12; });
  refused([](RosenbrockTableau& t) { t.m[0] += 1e-11; });
  refused([](RosenbrockTableau& t) { t.m_embedded[1] += 1e-11; });
  refused([](RosenbrockTableau& t) { t.m_embedded.pop_back(); });
  refused([](RosenbrockTableau& t) { t.bulge[1].push_back(0); });
  refused([](RosenbrockTableau& t) { t.c[5].pop_back(); });
  RosenbrockTableau other = good;
  other.m[0] += 1;
  CHECK_THROWS_WITH(checked(other), doctest::Contains("tableau of rodas5p: b sums to"));
}
