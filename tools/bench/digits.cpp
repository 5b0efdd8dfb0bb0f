// Digits, 64-32-10, 1348 samples: the gradient against the bare matrix products it needs.
#include <omp.h>

#include "bench.hpp"

void bench::add_digits() {
  const auto p = std::shared_ptr<neurode::run::Prepared>(scenario("digits.toml"));
  const auto x = std::make_shared<neurode::Matrix>(p->network->data->train.inputs);
  benchmark::RegisterBenchmark("digits_gradient", [p](benchmark::State& state) {
    omp_set_num_threads(1);
    neurode::Vector dx(p->problem.initial.size());
    for (auto _ : state) {
      p->problem.system->rhs(0, p->problem.initial.data(), dx.data());
      benchmark::ClobberMemory();
    }
  });
  benchmark::RegisterBenchmark("digits_products", [x](benchmark::State& state) {
    using neurode::Matrix;
    omp_set_num_threads(1);
    const auto s = x->cols();
    const Matrix w1 = Matrix::Random(32, 64), w2 = Matrix::Random(10, 32);
    Matrix h(32, s), y(10, s), d(32, s), g1(32, 64), g2(10, 32);
    for (auto _ : state) {
      h.noalias() = w1 * *x;
      y.noalias() = w2 * h;
      d.noalias() = w2.transpose() * y;
      g1.noalias() = d * x->transpose();
      g2.noalias() = y * h.transpose();
      benchmark::ClobberMemory();
    }
  });
  pairs().push_back({"digits gradient / its bare products", "digits_gradient", "digits_products", 1.5});
}
