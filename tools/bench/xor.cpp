// XOR, 2-4-1, four samples: one adiabatic right-hand side, and a whole solve, against a scalar loop and bare odeint.
#include <array>
#include <boost/numeric/odeint.hpp>
#include <cmath>

#include "bench.hpp"

namespace {

using State = std::array<double, 17>;

/// -dL/dw of the logistic net as one would write it by hand. w: W1 (4 x 2), W2 (4), b1 (4), b2.
void hand_loop(const State& w, State& dw, double) {
  static constexpr double x[4][2] = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}, target[4] = {0, 1, 1, 0};
  dw.fill(0);
  for (int s = 0; s < 4; ++s) {
    double a[4], sum = w[16];
    for (int j = 0; j < 4; ++j) {
      a[j] = 1 / (1 + std::exp(-(w[j] * x[s][0] + w[4 + j] * x[s][1] + w[12 + j])));
      sum += w[8 + j] * a[j];
    }
    const double y = 1 / (1 + std::exp(-sum));
    const double delta = 2 * (y - target[s]) * y * (1 - y);
    dw[16] -= delta;
    for (int j = 0; j < 4; ++j) {
      dw[8 + j] -= delta * a[j];
      const double d = delta * w[8 + j] * a[j] * (1 - a[j]);
      dw[j] -= d * x[s][0];
      dw[4 + j] -= d * x[s][1];
      dw[12 + j] -= d;
    }
  }
}

State start(const neurode::Vector& x) {
  State s;
  std::copy(x.data(), x.data() + 17, s.begin());
  return s;
}

}  // namespace

void bench::add_xor() {
  const auto p = std::shared_ptr<neurode::run::Prepared>(scenario("xor.toml"));
  const State w = start(p->problem.initial);
  // Both must compute the same thing, or the ratio means nothing.
  State by_hand;
  neurode::Vector ours(17);
  hand_loop(w, by_hand, 0);
  p->problem.system->rhs(0, p->problem.initial.data(), ours.data());
  for (int k = 0; k < 17; ++k) {
    if (std::abs(by_hand[static_cast<std::size_t>(k)] - ours[k]) > 1e-14) std::abort();
  }
  benchmark::RegisterBenchmark("xor_rhs", [p](benchmark::State& state) {
    neurode::Vector dx(17);
    for (auto _ : state) {
      p->problem.system->rhs(0, p->problem.initial.data(), dx.data());
      benchmark::ClobberMemory();
    }
  });
  benchmark::RegisterBenchmark("xor_rhs_by_hand", [w](benchmark::State& state) {
    State in = w, dw;
    for (auto _ : state) {
      benchmark::DoNotOptimize(in);
      hand_loop(in, dw, 0);
      benchmark::DoNotOptimize(dw);
    }
  });
  pairs().push_back({"XOR right-hand side / scalar loop", "xor_rhs", "xor_rhs_by_hand", 2.0});

  benchmark::RegisterBenchmark("xor_solve", [p](benchmark::State& state) {
    for (auto _ : state) {
      auto r = neurode::integrate::drive(*p->problem.system, 0, p->problem.initial, 2000, p->options, {}, {}, {});
      benchmark::DoNotOptimize(r);
    }
  });
  benchmark::RegisterBenchmark("xor_solve_odeint", [w](benchmark::State& state) {
    using namespace boost::numeric::odeint;
    for (auto _ : state) {
      State x = w;
      integrate_adaptive(make_controlled<runge_kutta_dopri5<State>>(1e-9, 1e-6), hand_loop, x, 0.0, 2000.0, 0.01);
      benchmark::DoNotOptimize(x);
    }
  });
  pairs().push_back({"XOR tsit5 solve to t = 2000 / odeint dopri5 on it", "xor_solve", "xor_solve_odeint", 2.0});
}
