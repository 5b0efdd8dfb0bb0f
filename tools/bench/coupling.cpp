// Coupling that is no dense product: one run of an Executable against the bare loop or library product.
#include <fmt/format.h>
#include <omp.h>

#include <Eigen/SparseCore>
#include <algorithm>
#include <cmath>

#include "bench.hpp"
#include "neurode/core/random.hpp"
#include "neurode/dynamics/executable.hpp"

namespace {

using neurode::ConvolutionShape;
using neurode::Executable;
using neurode::Index;
using neurode::Matrix;
using neurode::Program;
using neurode::SparsePattern;
using neurode::ValueId;
using neurode::Vector;

Vector noise(Index n, std::uint64_t first = 0) {
  const neurode::CounterRandom random(1, "bench");
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = random.normal(first + static_cast<std::uint64_t>(i));
  return v;
}

/// x -> y of a program, made ready on first use: with the number of threads it is to run on.
struct Run {
  explicit Run(Index inputs) : x(noise(inputs)) {}
  void operator()() {
    if (!code) {
      const Index size = program[result].size();
      code = std::make_unique<Executable>(program, std::vector<Executable::Output>{{result, 0, 0, size}});
      y.resize(size);
    }
    const double time[] = {0, 0};
    const double* in[] = {time, x.data()};
    double* out[] = {y.data()};
    code->run(in, out);
  }
  Program program;
  ValueId result;
  Vector x, y;
  std::unique_ptr<Executable> code;
};

using Work = std::function<void()>;

void add(const std::string& what, const std::string& name, int threads, double target, const Work& ours,
         const Work& bare, std::function<std::string()> note = {}) {
  const auto one = [threads](const std::string& row, const Work& work) {
    benchmark::RegisterBenchmark(row.c_str(), [work, threads](benchmark::State& state) {
      omp_set_num_threads(threads);
      work();  // what is made ready on first use
      for (auto _ : state) {
        work();
        benchmark::ClobberMemory();
      }
    });
  };
  one(name, ours);
  one(name + "_bare", bare);
  std::vector<Work> turns;  // of this thread's own time, so only where it does all the work
  if (threads == 1) {
    turns = {[ours] {
               omp_set_num_threads(1);
               ours();
             },
             bare};
  }
  bench::pairs().push_back({what, name, name + "_bare", target, {}, std::move(note), std::move(turns)});
}

std::string difference(const Vector& a, const Vector& b) {
  return fmt::format("relative difference {:.1e}", (a - b).norm() / b.norm());
}

// 10^5 x 10^5, 100 random columns a row.

using Csr = Eigen::SparseMatrix<double, Eigen::RowMajor>;

struct SparseCase {
  static constexpr Index kSize = 100000, kInRow = 100;
  SparseCase() : pattern(std::make_shared<SparsePattern>()), values(kSize * kInRow, 1) {
    values.col(0) = noise(kSize * kInRow, 1 << 20);
    const neurode::CounterRandom random(2, "columns");
    pattern->rows = pattern->cols = kSize;
    pattern->start.push_back(0);
    for (Index r = 0; r < kSize; ++r) {
      // One column from each of kInRow equal stretches: random, ascending and different.
      for (Index k = 0; k < kInRow; ++k) {
        const double u = random.uniform(static_cast<std::uint64_t>(r * kInRow + k));
        pattern->column.push_back(static_cast<std::int32_t>((static_cast<double>(k) + u) * (kSize / kInRow)));
      }
      pattern->start.push_back(static_cast<std::int64_t>(pattern->column.size()));
    }
  }
  std::shared_ptr<SparsePattern> pattern;
  Matrix values;
};

void add_sparse() {
  static const auto made = [] { return std::make_shared<SparseCase>(); };
  static std::shared_ptr<SparseCase> data;
  static std::shared_ptr<Csr> csr;
  for (const bool transpose : {false, true}) {
    for (const int threads : {1, 2}) {
      if (threads > omp_get_num_procs()) continue;
      const auto run = std::make_shared<Run>(SparseCase::kSize);
      const auto y = std::make_shared<Vector>(SparseCase::kSize);
      const auto prepare = [run, transpose] {
        if (!data) data = made();
        if (run->result.valid()) return;
        Program& p = run->program;
        const ValueId values = p.constant(data->values.data(), data->values.rows(), 1, data);
        run->result = p.sparse_product(data->pattern, values, transpose, p.input(1, 0, SparseCase::kSize, 1));
      };
      const auto ours = [run, prepare] {
        prepare();
        (*run)();
      };
      const auto bare = [run, y, transpose, threads, prepare] {
        prepare();
        if (!csr) {
          const std::vector<int> start(data->pattern->start.begin(), data->pattern->start.end());
          csr = std::make_shared<Csr>(Eigen::Map<const Csr>(SparseCase::kSize, SparseCase::kSize, data->values.rows(),
                                                            start.data(), data->pattern->column.data(),
                                                            data->values.data()));
        }
        if (transpose) {
          y->noalias() = csr->transpose() * run->x;  // Eigen has no threaded one
        } else if (threads == 1) {
          y->noalias() = *csr * run->x;
        } else {
#pragma omp parallel for schedule(static)
          for (int k = 0; k < threads; ++k) {
            const Index rows = SparseCase::kSize / threads;
            y->segment(k * rows, rows).noalias() = csr->middleRows(k * rows, rows) * run->x;
          }
        }
      };
      add(fmt::format("{} {}^5 x 10^5, 10^7 elements, {} thread{} / Eigen CSR", transpose ? "sparse^T" : "sparse", 10,
                      threads, threads > 1 ? "s" : ""),
          fmt::format("sparse{}_{}", transpose ? "_transposed" : "", threads), threads,
          transpose && threads > 1 ? 0 : 1.3, ours, bare, [run, y] { return difference(run->y, *y); });
    }
  }
}

// Kuramoto-like coupling over all pairs.

void add_pairs() {
  constexpr Index kSize = 1000;
  constexpr double kAlpha = 0.3;
  for (const int threads : {1, 2}) {
    if (threads > omp_get_num_procs()) continue;
    const auto run = std::make_shared<Run>(kSize);
    Program& p = run->program;
    auto& g = p.graph();
    const ValueId x = p.input(1, 0, kSize, 1);
    const ValueId xs[] = {x};
    const auto d = g.sub(p.symbol(x, Program::Side::pre), p.symbol(x, Program::Side::post));
    const auto e = g.mul(g.unary(neurode::equations::Op::sin, g.sub(d, g.constant(kAlpha))),
                         g.unary(neurode::equations::Op::exp, g.neg(g.mul(d, d))));
    run->result = p.pairwise(e, xs, xs, {}, Program::Along::columns);
    const auto y = std::make_shared<Vector>(kSize);
    const auto bare = [run, y] {
      for (Index i = 0; i < kSize; ++i) {
        double sum = 0;
        for (Index j = 0; j < kSize; ++j) {
          const double between = run->x[j] - run->x[i];
          sum += std::sin(between - kAlpha) * std::exp(-between * between);
        }
        (*y)[i] = sum;
      }
    };
    add(
        fmt::format("sin and exp over 10^6 pairs, {} thread{} / plain loops", threads, threads > 1 ? "s" : ""),
        fmt::format("pairs_{}", threads), threads, 0.25, [run] { (*run)(); }, bare,
        [run, y] {
          double least = 1;
          for (int k = 0; k < 50; ++k) {
            omp_set_num_threads(1);
            const double start = bench::thread_seconds();
            (*run)();
            least = std::min(least, bench::thread_seconds() - start);
          }
          return fmt::format("{:.2f} ns a pair on one thread; {}", 1e9 * least / (kSize * kSize),
                             difference(run->y, *y));
        });
  }
}

// Convolutions against patches written out whole and one product of matrices a sample.

void add_convolution(const ConvolutionShape& s, Index samples) {
  const auto run = std::make_shared<Run>(s.in_size() * samples);
  const auto kernel = std::make_shared<Matrix>(s.out_channels, s.taps());
  *kernel = noise(s.kernel_size(), 1 << 20).reshaped(s.out_channels, s.taps());
  Program& p = run->program;
  run->result = p.convolution(s, p.constant(*kernel), p.input(1, 0, s.in_size(), samples));
  const auto y = std::make_shared<Vector>(s.out_size() * samples);
  const auto patches = std::make_shared<Matrix>(s.positions(), s.taps());
  const auto bare = [=] {
    const Index width = s.out_width(), height = s.out_height();
    for (Index sample = 0; sample < samples; ++sample) {
      const double* x = run->x.data() + sample * s.in_size();
      for (Index tap = 0; tap < s.taps(); ++tap) {
        const Index i = tap % s.kernel_width, j = tap / s.kernel_width % s.kernel_height;
        const double* image = x + tap / s.kernel_width / s.kernel_height * s.height * s.width;
        double* to = patches->col(tap).data();
        for (Index v = 0; v < height; ++v) {
          for (Index u = 0; u < width; ++u) *to++ = image[(v + j) * s.width + u + i];
        }
      }
      Eigen::Map<Matrix>(y->data() + sample * s.out_size(), s.positions(), s.out_channels).noalias() =
          *patches * kernel->transpose();
    }
  };
  const std::string name = fmt::format("convolution_{}_{}", s.width, samples);
  add(
      fmt::format("convolution {}x{}, {} -> {}, {}x{}, {} sample{} / im2col", s.height, s.width, s.in_channels,
                  s.out_channels, s.kernel_height, s.kernel_width, samples, samples > 1 ? "s" : ""),
      name, 1, 2, [run] { (*run)(); }, bare, [run, y] { return difference(run->y, *y); });
}

}  // namespace

void bench::add_coupling() {
  add_sparse();
  add_pairs();
  for (const Index samples : {1, 32}) {
    add_convolution({1, 28, 28, 16, 5, 5}, samples);
    add_convolution({16, 32, 32, 32, 3, 3}, samples);
  }
}
