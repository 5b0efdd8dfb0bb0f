// Mean field of wide layers, against published and closed-form numbers.
#include "suggest/mean_field.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

using namespace neurode;
using suggest::Unit;

TEST_CASE("mean field: moments of tanh-like, rectified and linear units") {
  const Unit relu("relu(I)");
  for (const double q : {0.3, 4.0}) {
    const auto [square, slope] = relu.means(q, 0);
    CHECK(square == doctest::Approx(q / 2).epsilon(1e-7));
    CHECK(slope == doctest::Approx(0.5).epsilon(1e-7));
  }
  // erf(z): <f^2> = (2/pi) asin(2q/(1 + 2q)), <f'^2> = (4/pi)/sqrt(1 + 4q) (C. K. I. Williams, Neural Comput. 10
  // (1998)).
  const Unit erf("erf(I)");
  for (const double q : {0.1, 1.0, 9.0}) {
    const auto [square, slope] = erf.means(q, 0);
    CHECK(square == doctest::Approx(2 / std::numbers::pi * std::asin(2 * q / (1 + 2 * q))).epsilon(1e-12));
    CHECK(slope == doctest::Approx(4 / std::numbers::pi / std::sqrt(1 + 4 * q)).epsilon(1e-12));
  }
}

TEST_CASE("mean field: where chi is 1") {
  const Unit tanh("tanh(I)");
  // S. S. Schoenholz et al., ICLR 2017: the edge of chaos of tanh.
  for (const auto& [bias, weight] : {std::pair{0.01, 1.42421}, {0.05, 1.76095}, {0.1, 1.98607}}) {
    const auto m = tanh.critical(bias);
    CHECK(m.weight_variance == doctest::Approx(weight).epsilon(5e-6));
    const auto [square, slope] = tanh.means(m.q, 0);
    CHECK(m.q == doctest::Approx(m.weight_variance * square + bias).epsilon(1e-10));
    CHECK(m.weight_variance * slope == doctest::Approx(1).epsilon(1e-12));
    const auto there = tanh.at_fixed_point(m.weight_variance, bias);
    CHECK(there.chi == doctest::Approx(1).epsilon(1e-6));
  }
  CHECK(tanh.critical(0).weight_variance == doctest::Approx(1).epsilon(1e-6));
  CHECK(Unit("logistic(I)").critical(0).weight_variance == doctest::Approx(16).epsilon(1e-6));  // about its middle
  CHECK(Unit("relu(I)").critical(0).weight_variance == doctest::Approx(2).epsilon(1e-6));
  CHECK(std::isnan(Unit("relu(I)").critical(0.05).weight_variance));  // (2, 0) is the only point
  // sw^2 = 0.5, sb^2 = 0: q = 0 and chi = 0.5.
  const auto ordered = tanh.at_fixed_point(0.5, 0);
  CHECK(ordered.chi == doctest::Approx(0.5).epsilon(1e-6));
  CHECK(ordered.q == 0);
  CHECK(tanh.at_fixed_point(1, 0).chi == doctest::Approx(1).epsilon(1e-3));  // reached like 1/layers
  CHECK(tanh.at_fixed_point(3, 0).chi > 1.05);
  CHECK(Unit("relu(I)").at_fixed_point(1, 0).chi == doctest::Approx(0.5).epsilon(1e-6));
}

TEST_CASE("mean field: slopes, and the list of units") {
  CHECK(Unit("tanh(I)").largest_slope() == doctest::Approx(1).epsilon(1e-14));
  CHECK(Unit("logistic(I)").largest_slope() == doctest::Approx(0.25).epsilon(1e-14));
  CHECK(Unit("logistic(I)").value(0) == 0.5);
  const auto all = suggest::activations();
  CHECK(all.size() == 5);
  for (const auto& a : all) CHECK(a.plain.weight_variance > 0);
  CHECK(suggest::activation_text("softmax").empty());
}
