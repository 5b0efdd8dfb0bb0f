#include "integrate/runge_kutta/tableau.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace neurode::integrate {
namespace {

double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

// Rounding of sums whose terms may be much larger than the sum (Tsitouras' rows reach 13).
constexpr double kRounding = 2e-14;

}  // namespace

Tableau checked(Tableau t) {
  const auto require = [&t](bool good, const std::string& what) {
    if (!good) throw std::logic_error(fmt::format("tableau of {}: {}", t.name, what));
  };
  const auto require_sum = [&](const std::vector<double>& v, double expected, const std::string& what) {
    require(std::abs(sum(v) - expected) < kRounding, fmt::format("{} sums to {}, not {}", what, sum(v), expected));
  };
  const std::size_t s = t.stages();
  require(s > 0 && t.c.size() == s && t.a.size() == s - 1, "b, c and the rows of a differ in number");
  require(t.c[0] == 0, "c starts with something other than 0");
  for (std::size_t i = 1; i < s; ++i) {
    require(t.a[i - 1].size() == i, fmt::format("row {} of a has {} numbers", i + 1, t.a[i - 1].size()));
    require_sum(t.a[i - 1], t.c[i], fmt::format("row {} of a", i + 1));
  }
  require_sum(t.b, 1, "b");
  require(t.b_embedded.empty() == (t.embedded_order == 0), "embedded weights and embedded order disagree");
  if (!t.b_embedded.empty()) {
    require(t.b_embedded.size() == s, "b and b_embedded differ in length");
    require_sum(t.b_embedded, 1, "b_embedded");
  }
  if (!t.bulge.empty()) {
    require(t.bulge.size() == s, "b and bulge differ in length");
    require_sum(t.bulge, 0, "bulge");
  }
  if (t.fsal) {
    require(s > 1 && t.c[s - 1] == 1 && t.b[s - 1] == 0, "the last stage is not at the end of the step");
    for (std::size_t j = 0; j + 1 < s; ++j) require(t.a[s - 2][j] == t.b[j], "the last row of a is not b");
  }
  return t;
}

MethodEntry describe(const Tableau& t) {
  MethodEntry e;
  e.name = t.name;
  e.summary = t.summary;
  e.citation = t.citation;
  e.order = t.order;
  e.embedded_order = t.embedded_order;
  e.dense_order = t.dense_order;
  e.dense = t.bulge.empty() ? DenseOutput::hermite : DenseOutput::own;
  e.stages = static_cast<int>(t.stages()) - (t.fsal ? 1 : 0);
  e.fsal = t.fsal;
  e.real_stability = t.real_stability;
  return e;
}

}  // namespace neurode::integrate
