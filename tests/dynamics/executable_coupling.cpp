// Coupling operations large enough for threads: the same bits for any number of them.
#include <doctest/doctest.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "dynamics/program_fixture.hpp"

using namespace neurode;
using equations::Op;
using Along = Program::Along;
using End = Program::End;

namespace {

/// f with 1, 2 and 3 threads: all that a Fixture computes.
void check_same_bits(Index n, const std::function<ValueId(Program&, ValueId)>& build) {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  std::vector<Vector> first;
  for (const int threads : {1, 2, 3}) {
    omp_set_num_threads(threads);
    Fixture f(n, 1, build);
    const Index m = f.program[f.y].size();
    const Vector at = noise(n, "point"), v = noise(n, "direction"), u = noise(m, "cotangent");
    const std::vector<Vector> results{Fixture::run(*f.value, m, at, v, u), Fixture::run(*f.tangent, m, at, v, u),
                                      Fixture::run(*f.adjoint, n, at, v, u), Fixture::run(*f.hessian, n, at, v, u)};
    if (first.empty()) first = results;
    for (std::size_t k = 0; k < results.size(); ++k) {
      CAPTURE(threads);
      CAPTURE(k);
      CHECK(results[k] == first[k]);
      CHECK(results[k].norm() > 0);
      CHECK(results[k].allFinite());
    }
  }
  omp_set_num_threads(before);
#else
  (void)n, (void)build;
#endif
}

std::shared_ptr<const SparsePattern> large_pattern(Index rows, Index cols, Index step) {
  auto s = std::make_shared<SparsePattern>();
  s->rows = rows;
  s->cols = cols;
  s->start.push_back(0);
  for (Index r = 0; r < rows; ++r) {
    for (Index c = r % step; c < cols; c += step + r % 3) s->column.push_back(static_cast<std::int32_t>(c));
    s->start.push_back(static_cast<std::int64_t>(s->column.size()));
  }
  return s;
}

}  // namespace

TEST_CASE("same bits for any number of threads: sparse") {
  const auto s = large_pattern(1500, 2000, 20);
  const Index samples = 6, count = s->nonzeros();
  REQUIRE(count * samples > 1 << 19);
  check_same_bits(count + 2000 * samples, [&](Program& p, ValueId x) {
    auto& g = p.graph();
    const ValueId values = p.view(x, 0, count, 1), v = p.view(x, count, 2000, samples);
    const ValueId squares = p.elementwise(2000, samples, g.mul(p.node(v), p.node(v)));
    const ValueId y = p.sparse_product(s, values, false, squares);
    const ValueId e = p.elementwise(count, samples,
                                    g.mul(p.node(p.gather(s, End::row, y)), p.node(p.gather(s, End::column, squares))));
    const ValueId back = p.scatter(s, End::column, e, squares);
    const ValueId rows = p.scatter(s, End::row, e, y);
    return p.sparse_product(s, values, true, rows, back);
  });
}

TEST_CASE("same bits for any number of threads: pairs") {
  for (const Index n : {700, 40}) {
    const Index m = 300000 / n;
    check_same_bits(2 * (n + m), [&](Program& p, ValueId x) {
      auto& g = p.graph();
      const ValueId post = p.view(x, 0, n, 2), pre = p.view(x, 2 * n, m, 2);
      const ValueId posts[] = {post}, pres[] = {pre};
      const auto e = g.unary(Op::sin, g.mul(p.node(post), p.node(pre)));
      const ValueId a = p.pairwise(e, posts, pres, {}, Along::columns), b = p.pairwise(e, posts, pres, {}, Along::rows);
      return p.product(p.sum(a, Along::rows), true, p.sum(b, Along::rows), false);
    });
  }
}

TEST_CASE("same bits for any number of threads: convolutions") {
  const ConvolutionShape s{16, 20, 20, 8, 3, 3, 1, 1, 1, 1};
  const Index kernel = s.kernel_size(), samples = 6;
  REQUIRE(kernel * s.positions() * samples > 1 << 21);
  check_same_bits(kernel + s.in_size() * samples, [&](Program& p, ValueId x) {
    const ValueId k = p.view(x, 0, s.out_channels, s.taps()), v = p.view(x, kernel, s.in_size(), samples);
    const ValueId y = p.convolution(s, k, v);
    return p.convolution_to_kernel(s, p.convolution_to_input(s, k, y, v), y);
  });
}

TEST_CASE("more threads than scratch was made for: one does the work") {
#ifdef _OPENMP
  const int before = omp_get_max_threads();
  const ConvolutionShape s{16, 20, 20, 8, 3, 3};
  omp_set_num_threads(1);
  Fixture f(s.in_size() * 6, 1, [&](Program& p, ValueId x) {
    return p.convolution(s, p.constant(random_matrix(8, s.taps())), p.view(x, 0, s.in_size(), 6));
  });
  const Vector at = noise(f.n, "point"), one = Fixture::run(*f.value, s.out_size() * 6, at, at, at);
  omp_set_num_threads(4);
  CHECK(Fixture::run(*f.value, s.out_size() * 6, at, at, at) == one);
  omp_set_num_threads(before);
#endif
}
