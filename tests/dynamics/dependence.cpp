// Which state elements coupling operations depend on: exactly those that the tangent shows to matter.
#include "dynamics/dependence.hpp"

#include <doctest/doctest.h>

#include "dynamics/program_fixture.hpp"
#include "neurode/dynamics/program_system.hpp"

using namespace neurode;
using equations::Op;
using Along = Program::Along;
using End = Program::End;

namespace {

using Build = std::function<ValueId(Program&, ValueId)>;

std::shared_ptr<const SparsePattern> small_pattern() {
  return std::make_shared<const SparsePattern>(SparsePattern{3, 4, {0, 2, 2, 5}, {0, 3, 0, 1, 3}});
}

/// 1 where an output depends on a state, by Dependence and by the tangent at some point.
void check(Index n, const Build& build) {
  Program p;
  const ValueId x = p.input(1, 0, n, 1), y = build(p, x);
  Dependence d(p, n);
  for (Index i = 0; i < n; ++i) d.open(x).insert(i, i);
  for (const auto& op : p.ops()) REQUIRE(d.run(op));
  const Index m = p[y].size();
  Matrix found = Matrix::Zero(m, n), expected = found;
  for (Index i = 0; i < m; ++i) {
    for (Index j = 0; j < n; ++j) {
      if (d.of(y).any() && (d.of(y).at(i)[j / 64] >> (static_cast<unsigned>(j) % 64U) & 1U) != 0) found(i, j) = 1;
    }
  }
  Fixture f(n, 1, build);
  const Vector at = noise(n, "point"), u = noise(m, "u");
  for (Index j = 0; j < n; ++j) {
    const Vector column = Fixture::run(*f.tangent, m, at, Vector::Unit(n, j), u);
    for (Index i = 0; i < m; ++i) expected(i, j) = column[i] != 0 ? 1 : 0;
  }
  CHECK(found == expected);
  CHECK(expected.sum() > 0);
  CHECK(expected.sum() < static_cast<double>(m * n));
}

}  // namespace

TEST_CASE("sparse products, outer products, gather and scatter") {
  const auto s = small_pattern();
  const Vector some = (Vector(5) << 1, 2, 0, 3, 4).finished();  // the element (2, 0) is 0 for good
  check(8, [&](Program& p, ValueId x) { return p.sparse_product(s, p.constant(some), false, p.view(x, 0, 4, 2)); });
  check(9, [&](Program& p, ValueId x) {
    return p.sparse_product(s, p.constant(some), true, p.view(x, 0, 3, 2),
                            p.product(p.view(x, 1, 4, 2), false, p.constant(Matrix::Identity(2, 2)), false));
  });
  check(13, [&](Program& p, ValueId x) { return p.sparse_product(s, p.view(x, 8, 5, 1), false, p.view(x, 0, 4, 2)); });
  check(5, [&](Program& p, ValueId x) { return p.sparse_product(s, p.view(x, 4, 1, 1), false, p.view(x, 0, 4, 1)); });
  check(14, [&](Program& p, ValueId x) { return p.sparse_outer(s, p.view(x, 0, 3, 2), p.view(x, 6, 4, 2)); });
  check(6, [&](Program& p, ValueId x) { return p.gather(s, End::row, p.view(x, 0, 3, 2)); });
  check(8, [&](Program& p, ValueId x) { return p.gather(s, End::column, p.view(x, 0, 4, 2)); });
  check(10, [&](Program& p, ValueId x) { return p.scatter(s, End::row, p.view(x, 0, 5, 2)); });
  check(10, [&](Program& p, ValueId x) { return p.scatter(s, End::column, p.view(x, 0, 5, 2)); });
}

TEST_CASE("pairs, of all sides into all sides") {
  // post 2 x 3 samples, pre 4 x 3, one bias a post element, pairs 2 x 4, one number for all
  for (const int into : {0, 1, 2}) {
    CAPTURE(into);
    check(6 + 12 + 2 + 8 + 1 + 1, [&](Program& p, ValueId x) {
      auto& g = p.graph();
      const ValueId post = p.view(x, 0, 2, 3), pre = p.view(x, 6, 4, 3), bias = p.view(x, 18, 2, 1);
      const ValueId pair = p.view(x, 20, 2, 4), one = p.view(x, 28, 1, 1);
      const auto e = g.mul(g.add(g.mul(p.node(post), p.node(pre)), p.node(bias)), g.mul(p.node(pair), p.node(one)));
      const ValueId posts[] = {post, bias}, pres[] = {pre}, pairs[] = {pair};
      return into == 2 ? p.all_pairs(e, posts, pres, pairs)
                       : p.pairwise(e, posts, pres, pairs, into == 0 ? Along::columns : Along::rows);
    });
  }
}

TEST_CASE("convolutions reach their neighbourhood alone") {
  const ConvolutionShape s{2, 4, 4, 2, 3, 3, 2, 1, 1, 0, 2};
  Matrix k = random_matrix(2, 9);
  k(1, 4) = 0;
  const Index in = s.in_size(), out = s.out_size();
  check(2 * in, [&](Program& p, ValueId x) { return p.convolution(s, p.constant(k), p.view(x, 0, in, 2)); });
  check(out, [&](Program& p, ValueId x) { return p.convolution_to_input(s, p.constant(k), p.view(x, 0, out, 1)); });
  check(in + out,
        [&](Program& p, ValueId x) { return p.convolution_to_kernel(s, p.view(x, 0, in, 1), p.view(x, in, out, 1)); });
  check(18 + in, [&](Program& p, ValueId x) { return p.convolution(s, p.view(x, 0, 2, 9), p.view(x, 18, in, 1)); });
}

TEST_CASE("a ring coupled by a sparse matrix has three elements a column, and three colours") {
  constexpr Index kSize = 30;
  auto s = std::make_shared<SparsePattern>();
  s->rows = s->cols = kSize;
  s->start.push_back(0);
  for (Index i = 0; i < kSize; ++i) {
    for (Index j = 0; j < kSize; ++j) {
      if ((i + 1) % kSize == j || (j + 1) % kSize == i) s->column.push_back(static_cast<std::int32_t>(j));
    }
    s->start.push_back(static_cast<std::int64_t>(s->column.size()));
  }
  Program p;
  StateLayout layout;
  Slice slice;
  slice.name = "x";
  slice.rows = kSize;
  layout.add(slice);
  const ValueId x = p.input(1, 0, kSize, 1);
  const ValueId weights = p.constant(Matrix(noise(s->nonzeros(), "weights")));
  const ValueId rate =
      p.sparse_product(s, weights, false, x, p.elementwise(kSize, 1, p.graph().unary(Op::sin, p.node(x))));
  ProgramSystem system(std::move(p), std::move(layout), {{x, rate}}, {});
  const Sparsity* pattern = system.sparsity();
  REQUIRE(pattern != nullptr);
  CHECK(pattern->nonzeros() == 3 * kSize);
  CHECK(pattern->groups.size() == 3);
}
