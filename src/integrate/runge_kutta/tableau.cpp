#include "integrate/runge_kutta/tableau.hpp"

#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace neurode::integrate {
namespace {

double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

/// Rounding of a sum whose terms may be much larger than it is (Tsitouras' rows reach 13, dense outputs some hundreds),
/// whatever order and width a processor adds them with.
double rounding(const std::vector<double>& v) {
  double size = 1;
  for (const double x : v) size += std::abs(x);
  return 4 * std::numeric_limits<double>::epsilon() * size;
}

}  // namespace

Tableau checked(Tableau t) {
  const auto require = [&t](bool good, const std::string& what) {
    if (!good) throw std::logic_error(fmt::format("tableau of {}: {}", t.name, what));
  };
  const auto require_sum = [&](const std::vector<double>& v, double expected, const std::string& what) {
    require(std::abs(sum(v) - expected) < rounding(v), fmt::format("{} sums to {}, not {}", what, sum(v), expected));
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
  require(t.b_low.empty() == (t.low_order == 0), "low weights and low order disagree");
  if (!t.b_low.empty()) {
    require(t.low_order < t.embedded_order, "the low order is not below the embedded one");
    require(t.b_low.size() == s, "b and b_low differ in length");
    require_sum(t.b_low, 1, "b_low");
  }
  if (t.fsal) {
    require(s > 1 && t.c[s - 1] == 1 && t.b[s - 1] == 0, "the last stage is not at the end of the step");
    for (std::size_t j = 0; j + 1 < s; ++j) require(t.a[s - 2][j] == t.b[j], "the last row of a is not b");
  }
  if (t.bulge.empty() && t.dense_order > 3) t = bootstrapped(std::move(t));
  require(t.extra.size() == t.extra_c.size(), "extra and extra_c differ in number");
  for (std::size_t i = 0; i < t.extra.size(); ++i) {
    require(t.extra[i].size() == t.end() + 1 + i,
            fmt::format("row {} of extra has {} numbers", i + 1, t.extra[i].size()));
    require_sum(t.extra[i], t.extra_c[i], fmt::format("row {} of extra", i + 1));
  }
  for (const auto& row : t.bulge) {
    require(row.size() == t.end() + 1 + t.extra.size(), "the bulge has another length than there are stages");
    require_sum(row, 0, "bulge");
  }
  return t;
}

int Tableau::error_order() const {
  const int error = std::min(order, embedded_order) + 1;
  return low_order > 0 ? 2 * error - (low_order + 1) : error;
}

std::vector<double> Tableau::dense_weights(double theta) const {
  const double rest = 1 - theta;
  std::vector<double> w(end() + 1 + extra.size(), 0.0);
  for (std::size_t i = 0; i < b.size(); ++i) w[i] = theta * theta * (3 - 2 * theta) * b[i];
  w[0] += theta * rest * rest;
  w[end()] -= theta * theta * rest;
  double height = theta * theta * rest * rest;
  for (const auto& row : bulge) {
    for (std::size_t i = 0; i < row.size(); ++i) w[i] += height * row[i];
    height *= 2 * theta - 1;
  }
  return w;
}

Tableau bootstrapped(Tableau t) {
  // Not symmetric where odd in number: with points at 0 and 1, the slopes would then not determine the polynomial.
  static const std::vector<double> points[] = {{0.2}, {0.2, 0.8}, {0.15, 0.6, 0.85}, {0.1, 0.3, 0.7, 0.9}};
  const auto levels = static_cast<std::size_t>(std::max(0, t.dense_order - 3));
  if (!t.bulge.empty() || levels < 1 || levels > std::size(points) || t.dense_order >= t.order) {
    throw std::logic_error(
        fmt::format("tableau of {}: no dense output of order {} can be made", t.name, t.dense_order));
  }
  for (std::size_t level = 1; level <= levels; ++level) {
    const auto& c = points[level - 1];
    const std::size_t first = t.end() + 1 + t.extra.size(), total = first + level;
    // residual_j = k(c_j) - slope of the cubic there, as weights of the stages
    const auto n = static_cast<Eigen::Index>(level);
    Eigen::MatrixXd residual = Eigen::MatrixXd::Zero(n, static_cast<Eigen::Index>(total)), slopes(n, n);
    std::vector<std::vector<double>> rows;
    for (std::size_t j = 0; j < level; ++j) {
      const double x = c[j];
      const auto at = static_cast<Eigen::Index>(j);
      auto row = t.dense_weights(x);
      row.resize(first + j, 0.0);
      rows.push_back(row);
      for (std::size_t i = 0; i < t.b.size(); ++i)
        residual(at, static_cast<Eigen::Index>(i)) -= 6 * x * (1 - x) * t.b[i];
      residual(at, 0) -= (1 - x) * (1 - 3 * x);
      residual(at, static_cast<Eigen::Index>(t.end())) -= x * (3 * x - 2);
      residual(at, static_cast<Eigen::Index>(first + j)) += 1;
      for (Eigen::Index m = 0; m < n; ++m) {
        // d/dx of x^2 (1 - x)^2 u^m
        const double u = 2 * x - 1, hill = x * (1 - x), power = std::pow(u, static_cast<double>(m));
        slopes(at, m) = -2 * hill * u * power;
        if (m > 0) slopes(at, m) += hill * hill * 2 * static_cast<double>(m) * power / u;
      }
    }
    t.extra.insert(t.extra.end(), rows.begin(), rows.end());
    t.extra_c.insert(t.extra_c.end(), c.begin(), c.end());
    const Eigen::MatrixXd bulge = slopes.partialPivLu().solve(residual);
    t.bulge.assign(level, std::vector<double>(total));
    for (std::size_t m = 0; m < level; ++m) {
      for (std::size_t i = 0; i < total; ++i) {
        t.bulge[m][i] = bulge(static_cast<Eigen::Index>(m), static_cast<Eigen::Index>(i));
      }
    }
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
  if (t.low_order > 0) e.error_order = t.error_order();
  e.dense_order = t.dense_order;
  e.dense = t.bulge.empty() ? DenseOutput::hermite : DenseOutput::own;
  e.stages = static_cast<int>(t.stages()) - (t.fsal ? 1 : 0);
  e.fsal = t.fsal;
  e.real_stability = t.real_stability;
  if (!t.extra.empty()) e.vectors = e.stages + static_cast<int>(t.extra.size()) + 4;
  return e;
}

}  // namespace neurode::integrate
