#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "integrate/problems.hpp"
#include "neurode/integrate/method.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;

TEST_CASE("the list of methods is sorted, complete and documented") {
  const auto names = entry_names(methods());
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
  for (const char* name : {"bs3", "cash_karp54", "dopri5", "euler", "fehlberg78", "heun", "midpoint", "rk4", "rkc2",
                           "rock2", "rock4", "tsit5"}) {
    CHECK(find_entry(methods(), name) != nullptr);
  }
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    CHECK(m.citation.find_first_of("0123456789") != std::string::npos);
    CHECK(m.summary.size() > 10);
    CHECK(m.summary.find('\n') == std::string::npos);
    CHECK(m.order >= 1);
    CHECK(m.dense_order >= 1);
    CHECK(m.dense_order <= m.order);
    CHECK(m.stages >= 1);
    CHECK((m.real_stability > 0 || m.varying_stages || m.variable_order));
    CHECK((m.make != nullptr));
    CHECK(m.adaptive() == (m.embedded_order > 0));
  }
}

TEST_CASE("methods of an optional library are there, or their absence has a name") {
  for (const char* name : {"ark436", "cvode_adams", "cvode_bdf"}) {
    CAPTURE(name);
    CHECK(missing_library(name) == (find_entry(methods(), name) ? "" : "SUNDIALS"));
  }
  CHECK(missing_library("tsit5").empty());
  CHECK(missing_library("tsit6").empty());
  if (missing_library("cvode_bdf").empty()) return;
  auto p = problems::oscillator();
  CHECK_THROWS_WITH_AS(drive(p, 0, problems::vector({1, 0}), 1, options("cvode_bdf", 1e-6, 1e-9), {}, {}, {}),
                       doctest::Contains("needs SUNDIALS"), std::invalid_argument);
}

TEST_CASE("real-axis stability of published methods") {
  const auto limit = [](const char* name) { return find_entry(methods(), name)->real_stability; };
  CHECK(limit("euler") == 2);
  CHECK(limit("rk4") == doctest::Approx(2.7853).epsilon(2e-5));
  CHECK(limit("dopri5") == doctest::Approx(3.3066).epsilon(2e-5));
  CHECK(limit("cash_karp54") == doctest::Approx(3.7344).epsilon(2e-5));
  CHECK(limit("fehlberg78") == doctest::Approx(5.0076).epsilon(2e-5));
}

TEST_CASE("every method: decay inside its stability interval, growth outside") {
  for (const auto& m : methods()) {
    if (m.real_stability == 0 || m.own_control) continue;
    CAPTURE(m.name);
    problems::Problem decay(
        1, [](double, const double* x, double* f) { f[0] = -x[0]; },
        [](double, const double*, Matrix& j) { j(0, 0) = -1; }, [](double, const double*, double* ft) { ft[0] = 0; });
    decay.rates = [](double, const double*, double* d) { d[0] = -1; };
    Statistics s;
    if (std::isinf(m.real_stability)) {
      const auto stepper = m.make(decay, s, {});
      Vector x = problems::vector({1}), x_new = x;
      for (int k = 0; k < 20; ++k) {
        stepper->try_step(0, x, 1e3, x_new, nullptr);
        stepper->accept();
        x.swap(x_new);
      }
      CHECK(std::abs(x[0]) < 1);
      continue;
    }
    for (double factor : {0.999, 1.001}) {
      const auto stepper = m.make(decay, s, {});
      Vector x = problems::vector({1}), x_new = x;
      for (int k = 0; k < 40000; ++k) {
        stepper->try_step(0, x, factor * m.real_stability, x_new, nullptr);
        stepper->accept();
        x.swap(x_new);
      }
      CHECK((std::abs(x[0]) < 1) == (factor < 1));
    }
  }
}

TEST_CASE("every method: a whole run, and one that fails") {
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    problems::Problem good = problems::smooth();
    const auto o = options(m.name, 1e-6, 1e-8, m.adaptive() ? 0 : 1e-3);
    const auto r = drive(good, 0.3, problems::smooth_solution(0.3), 3.3, o, {}, {}, {});
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(r.t == 3.3);
    CHECK(r.statistics.rhs == good.calls);
    CHECK((r.x - problems::smooth_solution(3.3)).lpNorm<Eigen::Infinity>() <
          (m.order == 1 ? 1e-2 : 20 * (m.adaptive() ? problems::attainable(m.name, 1e-6) : 1e-6)));

    problems::Problem bad(
        2,
        [](double t, const double*, double* f) {
          f[0] = 1;
          f[1] = t > 0.5 ? std::nan("") : 0.0;
        },
        [](double, const double*, Matrix&) {}, [](double, const double*, double* ft) { ft[0] = ft[1] = 0; });
    auto short_steps = options(m.name, 1e-6, 1e-8, 0.01);
    if (m.varying_stages || m.stochastic) short_steps.dt_max = 0.01;  // its last stage may lie well inside the step
    const auto f = drive(bad, 0, problems::vector({0, 0}), 1, short_steps, {}, {}, {});
    CHECK(f.outcome == Outcome::non_finite);
    CHECK(f.bad_element == 1);
    CHECK(std::abs(f.t - 0.5) < 0.011);
    CHECK(f.bad_time >= 0.5);
    CHECK(f.x.allFinite());
    CHECK(f.message.find("x[1]") != std::string::npos);
  }
}

TEST_CASE("parameters of [integrator] have their defaults and ranges") {
  const auto& table = integrator_parameters();
  for (const char* name :
       {"rtol", "atol", "dt", "dt_min", "dt_max", "max_steps", "max_rhs", "max_rejected", "max_wall_seconds"}) {
    CAPTURE(name);
    REQUIRE(find_entry(table, name) != nullptr);
    CHECK_FALSE(find_entry(table, name)->help.empty());
  }
  Diagnostics d;
  Value given;
  given.data = Value::Table{};
  const auto p = read_parameters(table, given, "[integrator]", d);
  CHECK(d.empty());
  const Options standard;
  CHECK(p.number("rtol") == standard.rtol);
  CHECK(p.integer("max_rejected") == standard.max_rejected);
  CHECK(p.number("dt") == standard.dt);
  CHECK_FALSE(p.has("dt_max"));
}
