#include "integrate/rosenbrock/tableau.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace neurode::integrate {
namespace {

double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

// Rounding of sums whose terms may be a few hundred times the sum (c of rodas5p reaches 170).
constexpr double kRounding = 2e-13;
// Dense J and LU of this size: 64 MB, a second or so a step.
constexpr Index kLargestDense = 2000;

/// v Gamma
std::vector<double> times(const std::vector<double>& v, const std::vector<std::vector<double>>& gamma) {
  std::vector<double> out(gamma.size(), 0.0);
  for (std::size_t j = 0; j < v.size(); ++j) {
    for (std::size_t i = 0; i < gamma.size(); ++i) out[i] += v[j] * gamma[j][i];
  }
  return out;
}

}  // namespace

bool RosenbrockTableau::same_point(std::size_t i) const {
  if (i < 2 || alpha[i] != alpha[i - 1] || a[i - 1].back() != 0) return false;
  for (std::size_t j = 0; j + 1 < i; ++j) {
    if (a[i - 1][j] != a[i - 2][j]) return false;
  }
  return true;
}

bool RosenbrockTableau::fsal() const {
  const std::size_t s = stages();
  if (s < 2 || m[s - 1] != 0 || alpha[s - 1] != 1) return false;
  for (std::size_t j = 0; j + 1 < s; ++j) {
    if (m[j] != a[s - 2][j]) return false;
  }
  return true;
}

RosenbrockWeights untransformed(const RosenbrockTableau& t) {
  const std::size_t s = t.stages();
  RosenbrockWeights w;
  // Gamma = (I / gamma - C)^-1, by rows: Gamma_i = gamma (e_i + sum_j c_ij Gamma_j)
  for (std::size_t i = 0; i < s; ++i) {
    std::vector<double> row(s, 0.0);
    for (std::size_t j = 0; j < i; ++j) {
      for (std::size_t k = 0; k <= j; ++k) row[k] += t.c[i - 1][j] * w.gamma[j][k];
    }
    row[i] += 1;
    for (double& g : row) g *= t.gamma;
    w.gamma.push_back(row);
  }
  for (std::size_t i = 0; i < s; ++i) w.alpha.push_back(times(i > 0 ? t.a[i - 1] : std::vector<double>{}, w.gamma));
  w.b = times(t.m, w.gamma);
  w.b_embedded = times(t.m_embedded, w.gamma);
  for (const auto& row : t.bulge) w.bulge.push_back(times(row, w.gamma));
  return w;
}

std::vector<double> RosenbrockWeights::dense(double theta) const {
  std::vector<double> w(b.size(), 0.0);
  for (std::size_t i = 0; i < b.size(); ++i) w[i] = theta * b[i];
  double height = theta * (1 - theta);
  for (const auto& row : bulge) {
    for (std::size_t i = 0; i < row.size(); ++i) w[i] += height * row[i];
    height *= theta;
  }
  return w;
}

RosenbrockTableau checked(RosenbrockTableau t) {
  const auto require = [&t](bool good, const std::string& what) {
    if (!good) throw std::logic_error(fmt::format("tableau of {}: {}", t.name, what));
  };
  const auto require_sum = [&](const std::vector<double>& v, double expected, const std::string& what) {
    require(std::abs(sum(v) - expected) < kRounding, fmt::format("{} sums to {}, not {}", what, sum(v), expected));
  };
  const std::size_t s = t.stages();
  require(s > 0 && t.a.size() == s - 1 && t.c.size() == s - 1 && t.alpha.size() == s && t.gamma_sum.size() == s &&
              t.m_embedded.size() == s,
          "a, c, alpha, gamma_sum, m and m_embedded differ in number");
  require(t.gamma > 0, "gamma is not > 0");
  require(t.alpha[0] == 0, "the first stage is not at the start");
  require(t.embedded_order > 0, "there is no embedded formula");
  for (std::size_t i = 1; i < s; ++i) {
    require(t.a[i - 1].size() == i, fmt::format("row {} of a has {} numbers", i + 1, t.a[i - 1].size()));
    require(t.c[i - 1].size() == i, fmt::format("row {} of c has {} numbers", i + 1, t.c[i - 1].size()));
  }
  for (const auto& row : t.bulge) require(row.size() == s, "the bulge has another length than there are stages");
  const RosenbrockWeights w = untransformed(t);
  for (std::size_t i = 0; i < s; ++i) {
    require_sum(w.alpha[i], t.alpha[i], fmt::format("row {} of alpha", i + 1));
    require_sum(w.gamma[i], t.gamma_sum[i], fmt::format("row {} of gamma", i + 1));
  }
  require_sum(w.b, 1, "b");
  require_sum(w.b_embedded, 1, "b_embedded");
  return t;
}

std::complex<double> stability_function(const RosenbrockTableau& t, std::complex<double> z) {
  // u_i (1 / gamma - z) = z (1 + sum a_ij u_j) + sum c_ij u_j; at the limit -u_i = 1 + sum a_ij u_j.
  std::vector<std::complex<double>> u(t.stages());
  std::complex<double> r = 1;
  for (std::size_t i = 0; i < u.size(); ++i) {
    std::complex<double> y = 1, c = 0;
    for (std::size_t j = 0; j < i; ++j) {
      y += t.a[i - 1][j] * u[j];
      c += t.c[i - 1][j] * u[j];
    }
    u[i] = std::isinf(z.real()) ? -y : (z * y + c) / (1.0 / t.gamma - z);
    r += t.m[i] * u[i];
  }
  return r;
}

MethodEntry describe(const RosenbrockTableau& t) {
  MethodEntry e;
  e.name = t.name;
  e.summary = t.summary;
  e.citation = t.citation;
  e.order = t.order;
  e.embedded_order = t.embedded_order;
  e.dense_order = t.dense_order;
  e.dense = t.bulge.empty() ? DenseOutput::hermite : DenseOutput::own;
  e.smooth_dense = t.bulge.empty();
  e.fsal = t.fsal();
  e.stages = static_cast<int>(t.stages()) - (e.fsal ? 1 : 0);
  for (std::size_t i = 0; i < t.stages(); ++i) e.stages -= t.same_point(i) ? 1 : 0;
  e.stiff = true;
  e.needs_jacobian = true;
  e.largest_dense = kLargestDense;
  e.real_stability = std::numeric_limits<double>::infinity();
  return e;
}

}  // namespace neurode::integrate
