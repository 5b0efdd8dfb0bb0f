// Dense tanh network: one right-hand side against the bare Eigen matrix-vector product, on 1 and 2 threads.
#include <fmt/format.h>
#include <omp.h>

#include "bench.hpp"

void bench::add_dense() {
  for (const long n : {1000L, 4000L}) {
    const auto p = std::shared_ptr<neurode::run::Prepared>(scenario_text(fmt::format(R"(schema = 1
[time]
end = 1
[population.p]
size = {0}
model = "leaky_rate"
activation = "tanh"
initial = {{ a = {{ init = "normal", std = 0.5 }} }}
[projection."p -> p"]
weights = {{ init = "normal", std = {1} }}
)",
                                                                                     n, 1.5 / std::sqrt(n))));
    const auto w = std::make_shared<neurode::Matrix>(*p->network->projections[0].weights);
    for (const int threads : {1, 2}) {
      if (threads > omp_get_num_procs()) continue;
      const std::string ours = fmt::format("dense_{}_{}", n, threads), bare = ours + "_gemv";
      benchmark::RegisterBenchmark(ours.c_str(), [p, n, threads](benchmark::State& state) {
        omp_set_num_threads(threads);
        neurode::Vector dx(n);
        for (auto _ : state) {
          p->problem.system->rhs(0, p->problem.initial.data(), dx.data());
          benchmark::ClobberMemory();
        }
      });
      // Eigen has no threaded matrix-vector product: each thread takes its share of the rows.
      benchmark::RegisterBenchmark(bare.c_str(), [p, w, n, threads](benchmark::State& state) {
        omp_set_num_threads(threads);
        neurode::Vector y(n);
        const neurode::Vector& x = p->problem.initial;
        for (auto _ : state) {
          if (threads == 1) {
            y.noalias() = *w * x;
          } else {
#pragma omp parallel for schedule(static)
            for (int k = 0; k < threads; ++k) {
              const long rows = n / threads;
              y.segment(k * rows, rows).noalias() = w->middleRows(k * rows, rows) * x;
            }
          }
          benchmark::ClobberMemory();
        }
      });
      pairs().push_back(
          {fmt::format("dense N = {}, {} thread{} / Eigen GEMV", n, threads, threads > 1 ? "s" : ""), ours, bare, 1.2});
    }
  }
}
