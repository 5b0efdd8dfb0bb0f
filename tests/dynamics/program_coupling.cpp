// Sparse operations, sums over pairs and convolutions: values against plain loops, all derivatives against differences.
#include "neurode/dynamics/program.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "dynamics/program_fixture.hpp"

using namespace neurode;
using equations::Node;
using equations::Op;
using Along = Program::Along;
using End = Program::End;
using Side = Program::Side;

namespace {

/// About a third of the elements; one row and one column are empty where there are several.
std::shared_ptr<const SparsePattern> some_pattern(Index rows, Index cols) {
  auto s = std::make_shared<SparsePattern>();
  s->rows = rows;
  s->cols = cols;
  const CounterRandom random(1, "pattern");
  s->start.push_back(0);
  for (Index r = 0; r < rows; ++r) {
    for (Index c = 0; c < cols; ++c) {
      const bool empty = (rows > 1 && r == 1) || (cols > 2 && c == 2);
      if (!empty && random.normal(static_cast<std::uint64_t>(r * cols + c)) > 0.4) {
        s->column.push_back(static_cast<std::int32_t>(c));
      }
    }
    s->start.push_back(static_cast<std::int64_t>(s->column.size()));
  }
  return s;
}

Matrix dense(const SparsePattern& s, const Vector& values) {
  Matrix m = Matrix::Zero(s.rows, s.cols);
  for (Index r = 0; r < s.rows; ++r) {
    for (auto e = s.start[static_cast<std::size_t>(r)]; e < s.start[static_cast<std::size_t>(r) + 1]; ++e) {
      m(r, s.column[static_cast<std::size_t>(e)]) = values[values.size() == 1 ? 0 : e];
    }
  }
  return m;
}

}  // namespace

TEST_CASE("sparse products: values and what they multiply computed from the state, both ways, with and without base") {
  for (const Index samples : {1, 3, 6}) {
    for (const bool transpose : {false, true}) {
      CAPTURE(samples);
      CAPTURE(transpose);
      const auto s = some_pattern(7, 9);
      const Index count = s->nonzeros(), in = transpose ? 7 : 9, out = transpose ? 9 : 7;
      const Matrix base = random_matrix(out, samples);
      const auto build = [&](Program& p, ValueId x) {
        const ValueId values = square(p, p.view(x, 0, count, 1));
        const ValueId v = square(p, p.view(x, count, in, samples));
        const ValueId first = p.sparse_product(s, values, transpose, v, p.constant(base));
        return p.sparse_product(s, values, !transpose, square(p, first), v);
      };
      Fixture f(count + in * samples, 1, build);
      f.check_value([&](const Vector& x) {
        Matrix m = dense(*s, x.head(count).cwiseAbs2());
        if (transpose) m.transposeInPlace();
        const Matrix v = shaped(x.tail(in * samples), in, samples).cwiseAbs2();
        return flat(v + m.transpose() * (base + m * v).cwiseAbs2());
      });
      f.check();
      f.check_second();
    }
  }
}

TEST_CASE("one number for all elements of a sparse matrix") {
  const auto s = some_pattern(6, 5);
  for (const bool transpose : {false, true}) {
    const Index in = transpose ? 6 : 5;
    Fixture f(1 + in * 5, 1, [&](Program& p, ValueId x) {
      return p.sparse_product(s, square(p, p.view(x, 0, 1, 1)), transpose, square(p, p.view(x, 1, in, 5)));
    });
    f.check_value([&](const Vector& x) {
      Matrix m = dense(*s, x.head(1).cwiseAbs2());
      if (transpose) m.transposeInPlace();
      return flat(m * shaped(x.tail(in * 5), in, 5).cwiseAbs2());
    });
    f.check();
    f.check_second();
  }
}

TEST_CASE("outer products in a pattern are summed over samples") {
  const auto s = some_pattern(6, 8);
  const Index count = s->nonzeros();
  const Vector base = noise(count, "base");
  Fixture f(14, 5, [&](Program& p, ValueId x) {
    const ValueId q = square(p, x);
    Matrix first = Matrix::Zero(6, 14), second = Matrix::Zero(8, 14);
    first.leftCols(6).setIdentity(), second.rightCols(8).setIdentity();
    return p.sparse_outer(s, p.product(p.constant(first), false, q, false),
                          p.product(p.constant(second), false, q, false), p.constant(base));
  });
  f.check_value([&](const Vector& x) {
    const Matrix q = shaped(x, 14, 5).cwiseAbs2();
    const Matrix full = q.topRows(6) * q.bottomRows(8).transpose();
    Vector y = base;
    const Matrix where = dense(*s, Vector::LinSpaced(count, 1, static_cast<double>(count)));
    for (Index r = 0; r < 6; ++r) {
      for (Index c = 0; c < 8; ++c) {
        if (where(r, c) > 0) y[static_cast<Index>(std::lround(where(r, c))) - 1] += full(r, c);
      }
    }
    return y;
  });
  f.check();
  f.check_second();
}

TEST_CASE("gather and scatter at both ends: an expression over a pattern's elements is a sum over neighbours") {
  const Index n = 7, samples = 3;
  const auto s = some_pattern(n, n);
  for (const End end : {End::row, End::column}) {
    const Matrix base = random_matrix(n, samples);
    Fixture f(n, samples, [&](Program& p, ValueId x) {
      auto& g = p.graph();
      const ValueId own = p.gather(s, End::row, x), other = p.gather(s, End::column, x);
      const ValueId e = p.elementwise(s->nonzeros(), samples,
                                      g.unary(Op::sin, g.sub(p.node(other), g.mul(g.constant(2), p.node(own)))));
      return p.scatter(s, end, e, p.constant(base));
    });
    f.check_value([&](const Vector& v) {
      const Matrix x = shaped(v, n, samples), there = dense(*s, Vector::Ones(1));
      Matrix y = base;
      for (Index k = 0; k < samples; ++k) {
        for (Index i = 0; i < n; ++i) {
          for (Index j = 0; j < n; ++j) {
            y(end == End::row ? i : j, k) += there(i, j) * std::sin(x(j, k) - 2 * x(i, k));
          }
        }
      }
      return flat(y);
    });
    f.check();
    f.check_second();
  }
}

TEST_CASE("pairs: post, pre, pair and single values, many and few post elements, all three results") {
  struct Case {
    Index post, pre, samples;
  };
  for (const Case c :
       {Case{1, 1, 1}, Case{5, 4, 1}, Case{4, 6, 3}, Case{3, 400, 2}, Case{150, 5, 2}, Case{600, 3, 1}}) {
    CAPTURE(c.post);
    CAPTURE(c.samples);
    const Matrix w = random_matrix(c.post, c.pre, "weights");
    const Vector bias = noise(c.post, "bias");
    const Index n = c.post * c.samples, m = c.pre * c.samples, nm = c.post * c.pre;
    for (const Side into : {Side::post, Side::pre, Side::pair}) {
      const Index rows = into == Side::pre ? c.pre : c.post, cols = into == Side::pair ? c.pre : c.samples;
      const Matrix base = random_matrix(rows, cols, "base");
      // w(i, j)^2 sin(pre - post - bias * k) + post
      Fixture f(n + m + nm + 1, 1, [&](Program& p, ValueId x) {
        auto& g = p.graph();
        const ValueId post = p.view(x, 0, c.post, c.samples), pre = p.view(x, n, c.pre, c.samples);
        const ValueId pair = square(p, p.view(x, n + m, c.post, c.pre)), one = p.view(x, n + m + nm, 1, 1);
        const ValueId b = p.constant(bias);
        const Node phase = g.sub(g.sub(p.node(pre), p.node(post)), g.mul(p.node(b), p.node(one)));
        const Node e = g.add(g.mul(p.node(pair), g.unary(Op::sin, phase)), p.node(post));
        const std::vector<ValueId> posts{post, b}, pres{pre}, pairs{pair};
        const ValueId y = into == Side::pair
                              ? p.all_pairs(e, posts, pres, pairs, p.constant(base))
                              : p.pairwise(e, posts, pres, pairs, into == Side::post ? Along::columns : Along::rows,
                                           p.constant(base));
        return y;
      });
      f.check_value([&](const Vector& x) {
        const Matrix post = shaped(x.head(n), c.post, c.samples), pre = shaped(x.segment(n, m), c.pre, c.samples);
        const Matrix pair = shaped(x.segment(n + m, nm), c.post, c.pre).cwiseAbs2();
        Matrix y = base;
        for (Index k = 0; k < c.samples; ++k) {
          for (Index j = 0; j < c.pre; ++j) {
            for (Index i = 0; i < c.post; ++i) {
              const double e = pair(i, j) * std::sin(pre(j, k) - post(i, k) - bias[i] * x[n + m + nm]) + post(i, k);
              y(into == Side::pre ? j : i, into == Side::pair ? j : k) += e;
            }
          }
        }
        return flat(y);
      });
      f.check();
      f.check_second();
    }
  }
}

TEST_CASE("pairs of a population with itself: a side's symbol says which element") {
  Fixture f(6, 2, [](Program& p, ValueId x) {
    auto& g = p.graph();
    const Node e = g.unary(Op::sin, g.sub(p.symbol(x, Side::pre), p.symbol(x, Side::post)));
    const ValueId xs[] = {x};
    return p.pairwise(e, xs, xs, {}, Along::columns);
  });
  f.check_value([](const Vector& v) {
    const Matrix x = shaped(v, 6, 2);
    Matrix y = Matrix::Zero(6, 2);
    for (Index k = 0; k < 2; ++k) {
      for (Index i = 0; i < 6; ++i) {
        for (Index j = 0; j < 6; ++j) y(i, k) += std::sin(x(j, k) - x(i, k));
      }
    }
    return flat(y);
  });
  f.check();
  f.check_second();
}

TEST_CASE("pairs: what an expression leaves out still counts in the sums") {
  // The state is read on the post side alone, once a sample; weights are shared by samples.
  Fixture f(4, 3, [](Program& p, ValueId x) {
    auto& g = p.graph();
    const ValueId w = p.constant(random_matrix(4, 5));
    const ValueId xs[] = {x}, ws[] = {w};
    const ValueId y = p.all_pairs(g.mul(p.node(w), g.mul(p.node(x), p.node(x))), xs, {}, ws);
    const ValueId ys[] = {y};  // read for each of three samples that nothing else tells of
    return p.pairwise(g.mul(p.node(y), p.node(y)), xs, {}, ys, Along::rows);
  });
  f.check_value([](const Vector& v) {
    const Matrix w = random_matrix(4, 5), x = shaped(v, 4, 3);
    const Matrix y = w.array().colwise() * x.rowwise().squaredNorm().array();
    return flat(y.cwiseAbs2().colwise().sum().transpose().replicate(1, 3));
  });
  f.check();
  f.check_second();
}

TEST_CASE("a base that is an input too is not overwritten; one that nobody reads later is added to in place") {
  const auto s = some_pattern(6, 6);
  const Vector values = noise(s->nonzeros(), "values");
  Fixture f(6, 3, [&](Program& p, ValueId x) {
    auto& g = p.graph();
    const ValueId z = square(p, x), w = p.constant(Matrix(values));
    const ValueId first = p.sparse_product(s, w, false, z, z);
    const Node e = g.mul(p.symbol(first, Side::pre), p.symbol(first, Side::post));
    const ValueId firsts[] = {first};
    const ValueId second = p.pairwise(e, firsts, firsts, {}, Along::columns, first);
    return p.sparse_product(s, w, true, x, second);
  });
  f.check_value([&](const Vector& v) {
    const Matrix x = shaped(v, 6, 3), m = dense(*s, values);
    const Matrix z = x.cwiseAbs2(), first = z + m * z;
    const Matrix pairs = first.array().rowwise() * first.colwise().sum().array();
    return flat(first + pairs + m.transpose() * x);
  });
  f.check();
  f.check_second();
}

TEST_CASE("shapes that do not fit are refused") {
  Program p;
  auto& g = p.graph();
  const auto s = std::make_shared<const SparsePattern>(SparsePattern{3, 4, {0, 2, 2, 5}, {0, 3, 0, 1, 3}});
  const ValueId three = p.input(1, 0, 3, 1), four = p.input(1, 3, 4, 1), values = p.input(1, 7, 5, 1);
  CHECK_THROWS_WITH(p.sparse_product(s, values, false, three), "what a sparse matrix multiplies has 3 rows, not 4");
  CHECK_THROWS_WITH(p.sparse_product(s, three, false, four), "the elements of a sparse matrix is 3 x 1, not 5 x 1");
  CHECK_THROWS_WITH(p.sparse_product(s, values, false, four, four), "the base is 4 x 1, not 3 x 1");
  CHECK_THROWS_WITH(p.sparse_product(nullptr, values, false, four), "a sparse operation without a pattern");
  CHECK_THROWS_AS(p.scatter(s, End::row, four), std::invalid_argument);
  CHECK_THROWS_AS(p.gather(s, End::row, four), std::invalid_argument);
  CHECK_THROWS_AS(p.sparse_outer(s, four, three), std::invalid_argument);
  auto broken = *s;
  broken.start.pop_back();
  CHECK_THROWS_AS(p.gather(std::make_shared<SparsePattern>(broken), End::row, three), std::invalid_argument);

  const ValueId threes[] = {three}, fours[] = {four}, both[] = {three, four};
  const Node e = g.mul(p.node(three), p.node(four));
  CHECK_THROWS_WITH(p.pairwise(e, both, fours, {}, Along::columns), "post side values of 3 and 4 elements");
  CHECK_THROWS_WITH(p.pairwise(e, threes, {}, {}, Along::columns), "pairs of how many elements nobody can tell");
  CHECK_THROWS_WITH(p.pairwise(e, threes, threes, {}, Along::columns),
                    "a value on two sides of its pairs, by a symbol that does not say which");
  CHECK_THROWS_WITH(p.pairwise(e, threes, fours, {}, Along::all), "pairs are summed along rows or columns");
  CHECK_THROWS_WITH(p.pairwise(g.add(e, p.node(values)), threes, fours, {}, Along::rows),
                    "a 5 x 1 value on side \"none\" of 3 x 4 pairs, 1 samples");
  CHECK_NOTHROW(p.pairwise(e, threes, fours, {}, Along::rows));

  const ConvolutionShape c{1, 1, 4, 1, 1, 3};
  const ValueId image = p.input(1, 0, 4, 1);
  CHECK_THROWS_WITH(p.convolution(c, four, image), "the kernel of a convolution is 4 x 1, not 1 x 3");
  CHECK_THROWS_WITH(p.convolution(c, three, three), "the input of a convolution has 3 rows, not 4");
  CHECK_THROWS_WITH(p.convolution({1, 1, 2, 1, 1, 3}, three, image),
                    "a kernel of 1 x 3 on an image of 1 x 2 with its padding");
  CHECK_THROWS_WITH(p.convolution({3, 1, 4, 2, 1, 3, 1, 1, 0, 0, 2}, three, image), "3 and 2 channels in 2 groups");
  CHECK_THROWS_WITH(p.convolution({0, 1, 4}, three, image), "a convolution with a size of 0");
}

TEST_CASE("a rewritten expression over pairs finds its inputs again") {
  Program p;
  auto& g = p.graph();
  const ValueId x = p.input(1, 0, 2, 1), y = p.input(1, 2, 3, 1);
  const ValueId xs[] = {x}, ys[] = {y};
  const ValueId sum = p.pairwise(g.mul(p.node(p.time()), g.mul(p.node(x), p.node(y))), xs, ys, {}, Along::columns);
  p.rewrite([&](Node e) { return substitute(g, e, {{p.node(p.time()).id, p.node(p.segment_time())}}); });
  Executable code(p, {{sum, 0, 0, 2}});
  const double time[] = {100, 2}, in[] = {1, 10, 1, 2, 3};
  const double* ins[] = {time, in};
  double out[2], *outs[] = {out};
  code.run(ins, outs);
  CHECK(out[0] == 12);
  CHECK(out[1] == 120);
}
