// Rest, onset, synchrony and chaos: numbers of analysis and of print for the shipped models.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <Eigen/QR>
#include <array>
#include <cmath>

#include "crossings.hpp"

using namespace neurode;

namespace {

/// The largest `count` Lyapunov exponents: RK4 on the state and on its directions, made orthonormal once a unit of
/// time.
Vector exponents(System& s, Vector x, Index count, double dt, double skip, double span) {
  const Index n = x.size();
  Matrix q = Matrix::Zero(n, count), stage_q[4], y_q(n, count);
  for (Index k = 0; k < count; ++k) q(k, k) = 1;
  Vector stage[4], y(n), sums = Vector::Zero(count);
  for (int k = 0; k < 4; ++k) stage[k].setZero(n), stage_q[k].setZero(n, count);
  const std::array<double, 4> at = {0, 0.5, 0.5, 1};
  const int per_unit = static_cast<int>(std::lround(1 / dt));
  for (double t = 0; t < skip + span; t += 1) {
    for (int step = 0; step < per_unit; ++step) {
      for (std::size_t k = 0; k < 4; ++k) {
        y = k == 0 ? x : Vector(x + at[k] * dt * stage[k - 1]);
        y_q = k == 0 ? q : Matrix(q + at[k] * dt * stage_q[k - 1]);
        s.rhs(0, y.data(), stage[k].data());
        for (Index d = 0; d < count; ++d) s.jvp(0, y.data(), y_q.col(d).data(), stage_q[k].col(d).data());
      }
      x += dt / 6 * (stage[0] + 2 * stage[1] + 2 * stage[2] + stage[3]);
      q += dt / 6 * (stage_q[0] + 2 * stage_q[1] + 2 * stage_q[2] + stage_q[3]);
    }
    const Eigen::HouseholderQR<Matrix> qr(q);
    if (t >= skip) sums.array() += qr.matrixQR().diagonal().array().abs().log();
    q = qr.householderQ() * Matrix::Identity(n, count);
  }
  return sums / span;
}

double spikes_late(double current) {
  auto p =
      prepared(fmt::format("schema = 1\n[time]\nend = 3000\n[integrator]\nmethod = \"tsit5\"\nrtol = 1e-9\natol = "
                           "1e-11\n[population.p]\nmodel = \"hodgkin_huxley\"\nbias = {}\n",
                           current));
  double count = 0;
  for (const double t : crossings(*p, "p.V[0]")) count += t > 2000;
  return count;
}

}  // namespace

TEST_CASE("rest: FitzHugh-Nagumo and Hodgkin-Huxley start where they stay") {
  for (const auto& [model, rest] :
       {std::pair{"fitzhugh_nagumo", std::vector{-1.19940804, -.62426004}},
        std::pair{"hodgkin_huxley", std::vector{-64.996379, .05295509, .59599412, .31773240}}}) {
    auto p = prepared(fmt::format(
        "schema = 1\n[time]\nend = 500\n[integrator]\nrtol = 1e-9\natol = 1e-12\n[population.p]\nmodel = \"{}\"\n",
        model));
    const Vector start = p->problem.initial, end = integrated(*p).x;
    for (Index i = 0; i < start.size(); ++i) {
      const double unit = std::abs(rest[static_cast<std::size_t>(i)]) > 10 ? 1e-6 : 1e-8;
      CHECK(std::abs(start[i] - rest[static_cast<std::size_t>(i)]) < unit);
      CHECK(std::abs(end[i] - rest[static_cast<std::size_t>(i)]) < unit);
    }
  }
}

TEST_CASE("Hodgkin-Huxley fires on from rest at 6.2602 uA/cm2 and more") {
  CHECK(spikes_late(6.2597) == 0);
  CHECK(spikes_late(6.2607) > 40);
}

TEST_CASE("Kuramoto: order beyond K = 2 D, as the theory of infinitely many has it") {
  const auto order = [](double k) {
    std::string omega;
    for (int i = 1; i <= 2000; ++i) omega += fmt::format("{},", 0.5 * std::tan(M_PI * (2 * i - 2001) / 4002.0));
    auto p =
        prepared(fmt::format("schema = 1\n[time]\nend = 100\n[integrator]\nmethod = \"dop853\"\nrtol = 1e-6\natol = "
                             "1e-6\n[population.p]\nmodel = \"kuramoto\"\nsize = 2000\nomega = [{}]\n"
                             "initial = {{ theta = {{ init = \"uniform\", low = 0, high = 6.283185307179586 }} }}\n"
                             "[projection.\"p -> p\"]\ncoupling = \"{}/2000*sin(pre - post)\"\n",
                             omega, k));
    const auto end = integrated(*p);
    return std::hypot(end.x.array().cos().mean(), end.x.array().sin().mean());
  };
  CHECK(std::abs(order(2.0) - std::sqrt(0.5)) < 0.02);
  CHECK(std::abs(order(4.0) - std::sqrt(0.75)) < 0.02);
  CHECK(order(0.5) < 0.06);
}

TEST_CASE("Lyapunov exponents of the Lorenz system: .906, 0 and -14.572; their sum to rounding of the method") {
  auto p = prepared("schema = 1\n[time]\nend = 1\n[population.p]\nmodel = \"lorenz\"\n");
  const Vector e = exponents(*p->problem.system, p->problem.initial, 3, 0.005, 50, 3000);
  CHECK(std::abs(e[0] - .906) < 0.01);
  CHECK(std::abs(e[1]) < 0.004);
  CHECK(std::abs(e[2] + 14.572) < 0.01);
  CHECK(std::abs(e.sum() + 41.0 / 3) < 1e-4);
}

TEST_CASE("random tanh networks: chaos beyond g = 1, and rest below") {
  const auto largest = [](double g, int n) {
    auto p = prepared(fmt::format(
        "schema = 1\nseed = 3\n[time]\nend = 1\n[population.p]\nmodel = \"voltage_rate\"\nactivation = \"tanh\"\nsize "
        "= "
        "{}\ninitial = {{ v = {{ init = \"normal\", std = 1.0 }} }}\n[projection.\"p -> p\"]\nweights = {{ init = "
        "\"normal\", std = {} }}\n",
        n, g / std::sqrt(n)));
    return exponents(*p->problem.system, p->problem.initial, 1, 0.2, 60, 200)[0];
  };
  CHECK(std::abs(largest(2.0, 1000) - .11246) < .04);  // of infinitely many
  CHECK(largest(0.5, 200) < -0.3);
}
