// Programs: every kind of operation, its tangent and its adjoint against central differences.
#include "neurode/dynamics/program.hpp"

#include <doctest/doctest.h>

#include "dynamics/program_fixture.hpp"

using namespace neurode;
using equations::Op;

TEST_CASE("elementwise: expressions of several values, one of them uniform") {
  Fixture f(3, 4, [](Program& p, ValueId x) {
    auto& g = p.graph();
    const ValueId total = p.sum(x, Program::Along::all);
    const ValueId a = p.elementwise(3, 4, g.unary(Op::tanh, p.symbol(x)));
    return p.elementwise(3, 4, g.mul(g.mul(p.symbol(a), p.symbol(total)), g.unary(Op::exp, p.symbol(x))));
  });
  f.check();
}

TEST_CASE("products: all four combinations of transposes, with a base, of the state on either side") {
  for (const bool ta : {false, true}) {
    for (const bool tb : {false, true}) {
      for (const Index size : {3, 40}) {  // the small kernel and the general one
        CAPTURE(ta);
        CAPTURE(tb);
        CAPTURE(size);
        Fixture f(size, size, [&](Program& p, ValueId x) {
          const ValueId c = p.constant(random_matrix(size, size) / static_cast<double>(size));
          const ValueId first = p.product(c, ta, x, tb, x);
          return p.product(first, ta, x, tb);
        });
        f.check();
      }
    }
  }
}

TEST_CASE("products give what Eigen gives, whatever the shape") {
  for (const Index m : {1, 2, 5, 8, 13, 40}) {
    for (const Index n : {1, 3, 40}) {
      for (const Index k : {1, 4, 40}) {
        const Matrix a = random_matrix(m, k), b = random_matrix(k, n);
        Program p;
        const ValueId base = p.constant(random_matrix(m, n));
        const ValueId y = p.product(p.constant(a), false, p.constant(b), false, base);
        const ValueId z = p.product(p.constant(Matrix(a.transpose())), true, p.constant(Matrix(b.transpose())), true);
        Executable code(p, {{y, 0, 0, m * n}, {z, 0, m * n, m * n}});
        Vector out(2 * m * n);
        const double time[] = {0, 0};
        const double* in[] = {time};
        double* outs[] = {out.data()};
        code.run(in, outs);
        const Eigen::Map<const Matrix> first(out.data(), m, n), second(out.data() + m * n, m, n);
        CHECK((first - random_matrix(m, n) - a * b).norm() <= 1e-13 * (1 + (a * b).norm()));
        CHECK((second - a * b).norm() <= 1e-13 * (1 + (a * b).norm()));
      }
    }
  }
}

TEST_CASE("sums, broadcasts, views, and softmax with its largest argument taken off") {
  Fixture f(4, 3, [](Program& p, ValueId x) {
    auto& g = p.graph();
    const ValueId top = p.broadcast(p.max(x, Program::Along::rows), 4, 3);
    const ValueId e = p.elementwise(4, 3, g.unary(Op::exp, g.sub(p.symbol(x), p.symbol(top))));
    const ValueId total = p.broadcast(p.sum(e, Program::Along::rows), 4, 3);
    const ValueId share = p.elementwise(4, 3, g.div(p.symbol(e), p.symbol(total)));
    const ValueId row = p.broadcast(p.sum(x, Program::Along::columns), 4, 3);
    const ValueId part = p.view(x, 4, 4, 1);
    const ValueId all =
        p.broadcast(p.sum(p.elementwise(4, 1, g.unary(Op::sin, p.symbol(part))), Program::Along::all), 4, 3);
    return p.elementwise(4, 3, g.add(g.mul(p.symbol(share), p.symbol(row)), p.symbol(all)));
  });
  f.check();
}

TEST_CASE("second derivatives: the tangent of an adjoint is a symmetric Hessian product") {
  Program p;
  auto& g = p.graph();
  const ValueId x = p.input(1, 0, 5, 4);
  const ValueId h =
      p.elementwise(3, 4, g.unary(Op::tanh, p.symbol(p.product(p.constant(random_matrix(3, 5)), false, x, false))));
  const ValueId square = p.elementwise(4, 4, g.binary(Op::pow, p.symbol(p.product(h, true, h, false)), g.constant(2)));
  const ValueId loss = p.sum(square, Program::Along::all);
  const ValueId xs[] = {x};
  const ValueId gradient = p.adjoint({{loss, p.elementwise(1, 1, g.constant(1))}}, xs)[0];
  const ValueId gs[] = {gradient};
  const ValueId hv = p.tangent({{x, p.input(2, 0, 5, 4)}}, gs)[0];
  Executable first(p, {{gradient, 0, 0, 20}}), second(p, {{hv, 0, 0, 20}});
  const auto run = [](Executable& code, const Vector& at, const Vector& v) {
    const double time[] = {0, 0};
    const double* in[] = {time, at.data(), v.data()};
    Vector out(20);
    double* outs[] = {out.data()};
    code.run(in, outs);
    return out;
  };
  const Vector at = noise(20, "point"), v = noise(20, "v"), u = noise(20, "u");
  const double e = 1e-5;
  const Vector difference = (run(first, at + e * v, v) - run(first, at - e * v, v)) / (2 * e);
  CHECK((run(second, at, v) - difference).norm() <= 1e-8 * difference.norm());
  CHECK(u.dot(run(second, at, v)) == doctest::Approx(v.dot(run(second, at, u))).epsilon(1e-12));
}

TEST_CASE("what is asked for twice, given, constant or absent is all written") {
  Program p;
  auto& g = p.graph();
  const ValueId x = p.input(1, 0, 2, 1);
  const ValueId y = p.elementwise(2, 1, g.mul(g.constant(3), p.symbol(x)));
  const ValueId c = p.constant(Matrix::Constant(2, 1, 7.0));
  Executable code(p, {{y, 0, 0, 2}, {y, 0, 2, 2}, {x, 0, 4, 2}, {c, 0, 6, 2}, {{}, 0, 8, 2}});
  const Vector in_x = Vector::LinSpaced(2, 1, 2);
  Vector out = Vector::Constant(10, -1);
  const double time[] = {0, 0};
  const double* in[] = {time, in_x.data()};
  double* outs[] = {out.data()};
  code.run(in, outs);
  Vector expected(10);
  expected << 3, 6, 3, 6, 1, 2, 7, 7, 0, 0;
  CHECK(out == expected);
}

TEST_CASE("tables: the piece is that of the segment's midpoint, lines and steps, held outside") {
  for (const bool linear : {false, true}) {
    auto table = std::make_shared<TimeTable>();
    table->times = {0, 1, 3};
    table->values = Matrix(1, 3);
    table->values << 10, 20, 60;
    table->linear = linear;
    Program p;
    const ValueId y = p.table(table);
    Executable code(p, {{y, 0, 0, 1}});
    const auto at = [&](double t, double segment) {
      const double time[] = {t, segment};
      const double* in[] = {time};
      double out = 0;
      double* outs[] = {&out};
      code.run(in, outs);
      return out;
    };
    CHECK(at(-1, -1) == 10);
    CHECK(at(0.5, 0.5) == (linear ? 15 : 10));
    CHECK(at(1, 0.5) == (linear ? 20 : 10));  // the end of the first piece
    CHECK(at(1, 2) == 20);                    // the start of the second
    CHECK(at(2, 2) == (linear ? 40 : 20));
    CHECK(at(5, 5) == 60);
  }
}
