#include "integrate/runge_kutta/tableau.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <stdexcept>

#include "integrate/method_list.hpp"
#include "integrate/rooted_trees.hpp"

using namespace neurode::integrate;

namespace {

// The method with F at the end (where it is no stage) and the extra stages of the dense output as stages.
Tableau with_all_stages(const Tableau& t) {
  Tableau all = t;
  if (!t.fsal) all.a.push_back(t.b);
  for (const auto& row : t.extra) all.a.push_back(row);
  all.b.resize(t.end() + 1 + t.extra.size(), 0.0);
  return all;
}

double stability_function(const Tableau& t, double z) {
  std::vector<double> k(t.stages());
  double r = 1;
  for (std::size_t i = 0; i < k.size(); ++i) {
    double y = 1;
    for (std::size_t j = 0; j < i; ++j) y += z * t.a[i - 1][j] * k[j];
    k[i] = y;
    r += z * t.b[i] * y;
  }
  return r;
}

double real_interval(const Tableau& t) {
  double inside = 0;
  while (std::abs(stability_function(t, -(inside + 1e-3))) <= 1) inside += 1e-3;
  double outside = inside + 1e-3;
  for (int i = 0; i < 60; ++i) {
    const double middle = (inside + outside) / 2;
    (std::abs(stability_function(t, -middle)) <= 1 ? inside : outside) = middle;
  }
  return inside;
}

}  // namespace

TEST_CASE("rooted trees are all there") {
  const auto all = rooted_trees::trees(9);
  const int expected[] = {1, 1, 2, 4, 9, 20, 48, 115, 286};
  for (int n = 1; n <= 9; ++n) {
    CHECK(std::count_if(all.begin(), all.end(), [n](const auto& t) { return t.order == n; }) == expected[n - 1]);
  }
}

TEST_CASE("order conditions of every method, its embedded and its dense formula") {
  const auto all = rooted_trees::trees(9);
  for (const auto& m : method_list()) {
    if (!m.tableau) continue;
    const Tableau& t = *m.tableau;
    CAPTURE(t.name);
    const auto phi = rooted_trees::elementary_weights(t, all);
    for (int n = 1; n <= t.order; ++n) CHECK(rooted_trees::defect(all, phi, t.b, n) < 2e-14);
    CHECK(rooted_trees::defect(all, phi, t.b, t.order + 1) > 1e-5);
    if (t.embedded_order > 0) {
      for (int n = 1; n <= t.embedded_order; ++n) CHECK(rooted_trees::defect(all, phi, t.b_embedded, n) < 2e-14);
      CHECK(rooted_trees::defect(all, phi, t.b_embedded, t.embedded_order + 1) > 1e-5);
    }
    if (t.low_order > 0) {
      for (int n = 1; n <= t.low_order; ++n) CHECK(rooted_trees::defect(all, phi, t.b_low, n) < 2e-14);
      CHECK(rooted_trees::defect(all, phi, t.b_low, t.low_order + 1) > 1e-5);
    }
    const auto all_phi = rooted_trees::elementary_weights(with_all_stages(t), all);
    for (double theta : {0.1, 0.37, 0.5, 0.8, 0.95}) {
      CAPTURE(theta);
      const auto w = t.dense_weights(theta);
      for (int n = 1; n <= t.dense_order; ++n) CHECK(rooted_trees::defect(all, all_phi, w, n, theta) < 1e-14);
      CHECK(rooted_trees::defect(all, all_phi, w, t.dense_order + 1, theta) > 1e-7);
    }
  }
}

TEST_CASE("bootstrapped dense output: its cost, and where it cannot be made") {
  for (const auto& m : method_list()) {
    if (m.entry.name == "cash_karp54") CHECK(m.tableau->extra.size() == 1);
    if (m.entry.name == "fehlberg78") {
      CHECK(m.tableau->extra.size() == 10);
      Tableau t = *m.tableau;
      CHECK_THROWS_AS(bootstrapped(t), std::logic_error);  // it has one
      t.bulge.clear(), t.extra.clear(), t.extra_c.clear();
      CHECK(bootstrapped(t).bulge == m.tableau->bulge);
      t.dense_order = 8;
      CHECK_THROWS_AS(bootstrapped(t), std::logic_error);
    }
  }
}

TEST_CASE("declared stability on the negative real axis is the measured one") {
  for (const auto& m : method_list()) {
    if (!m.tableau) continue;
    CAPTURE(m.tableau->name);
    CHECK(real_interval(*m.tableau) == doctest::Approx(m.tableau->real_stability).epsilon(1e-7));
  }
}

TEST_CASE("a tableau with a slip is refused, by name") {
  Tableau good;
  for (const auto& m : method_list()) {
    if (m.entry.name == "dopri5") good = *m.tableau;
  }
  CHECK_NOTHROW(checked(good));
  const auto refused = [&](auto spoil) {
    Tableau t = good;
    spoil(t);
    CHECK_THROWS_AS(checked(t), std::logic_error);
  };
  refused([](Tableau& t) { t.a[3][1] = -t.a[3][1]; });
  refused([](Tableau& t) { t.b[0] += 1e-12; });
  refused([](Tableau& t) { t.b_embedded[6] = 1.0 / 41; });
  refused([](Tableau& t) { t.b_embedded.clear(); });
  refused([](Tableau& t) { t.low_order = 3; });
  refused([](Tableau& t) { t.low_order = 3, t.b_low = {1, 1, 0, 0, 0, 0, 0}; });
  refused([](Tableau& t) { t.low_order = 4, t.b_low = t.b; });
  refused([](Tableau& t) { t.c[2] = 0.31; });
  refused([](Tableau& t) { t.bulge[0][0] = 1; });
  refused([](Tableau& t) { t.a[5] = {1, 0, 0, 0, 0, 0}; });
  refused([](Tableau& t) { t.c.pop_back(); });
  Tableau other = good;
  other.b[0] = 0;
  CHECK_THROWS_WITH(checked(other), doctest::Contains("tableau of dopri5: b sums to"));
}
