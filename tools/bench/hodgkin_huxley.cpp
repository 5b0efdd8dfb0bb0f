// Hodgkin-Huxley, 10^4 neurons: one right-hand side against the loop written by hand in scalar C++.
#include <cmath>

#include "bench.hpp"

namespace {

constexpr long kNeurons = 10000;

void hand_loop(const double* x, double* dx) {
  const double *V = x, *m = x + kNeurons, *h = x + 2 * kNeurons, *n = x + 3 * kNeurons;
  for (long i = 0; i < kNeurons; ++i) {
    const double v = V[i];
    const double am = 0.1 * (v + 40) / (1 - std::exp(-(v + 40) / 10)), bm = 4 * std::exp(-(v + 65) / 18);
    const double ah = 0.07 * std::exp(-(v + 65) / 20), bh = 1 / (1 + std::exp(-(v + 35) / 10));
    const double an = 0.01 * (v + 55) / (1 - std::exp(-(v + 55) / 10)), bn = 0.125 * std::exp(-(v + 65) / 80);
    const double na = 120 * m[i] * m[i] * m[i] * h[i] * (v - 50), k = 36 * n[i] * n[i] * n[i] * n[i] * (v + 77);
    dx[i] = 10 - na - k - 0.3 * (v + 54.387);
    dx[kNeurons + i] = am * (1 - m[i]) - bm * m[i];
    dx[2 * kNeurons + i] = ah * (1 - h[i]) - bh * h[i];
    dx[3 * kNeurons + i] = an * (1 - n[i]) - bn * n[i];
  }
}

}  // namespace

void bench::add_hodgkin_huxley() {
  const auto p = std::shared_ptr<neurode::run::Prepared>(scenario_text(R"(schema = 1
[time]
end = 1
[integrator]
method = "rk4"
dt = 0.01
[population.axon]
size = 10000
model = "hodgkin_huxley"
bias = 10.0
initial = { V = { init = "uniform", low = -80.0, high = 30.0 } }
)"));
  benchmark::RegisterBenchmark("hh_rhs", [p](benchmark::State& state) {
    neurode::Vector dx(4 * kNeurons);
    for (auto _ : state) {
      p->problem.system->rhs(0, p->problem.initial.data(), dx.data());
      benchmark::ClobberMemory();
    }
  });
  benchmark::RegisterBenchmark("hh_rhs_by_hand", [p](benchmark::State& state) {
    neurode::Vector dx(4 * kNeurons);
    for (auto _ : state) {
      hand_loop(p->problem.initial.data(), dx.data());
      benchmark::ClobberMemory();
    }
  });
  pairs().push_back({"Hodgkin-Huxley, 10^4 neurons / scalar loop", "hh_rhs", "hh_rhs_by_hand", 0.6});
}
