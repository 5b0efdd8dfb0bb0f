// What a ProgramSystem knows of its own structure: sparsity, dF/dt, linear rates.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "neurode/dynamics/program_system.hpp"

using namespace neurode;
using equations::Node;
using equations::Op;

namespace {

Index slice(StateLayout& layout, const char* name, Index rows, Index cols) {
  Slice s;
  s.name = name;
  s.rows = rows;
  s.cols = cols;
  return layout.add(s);
}

/// a (3 x 2): a' = -a t^2 + W tanh(a) + 3 b^T;  b (2 x 1): b' = -b^3;  W is not full, columns of a do not meet.
ProgramSystem example() {
  Program p;
  StateLayout layout;
  auto& g = p.graph();
  const ValueId a = p.input(1, slice(layout, "a", 3, 2), 3, 2), b = p.input(1, slice(layout, "b", 2, 1), 2, 1);
  Matrix w(3, 3);
  w << 0, 2, 0, 0, 0, 0.5, -1, 0, 0;
  const ValueId f = p.elementwise(3, 2, g.unary(Op::tanh, p.node(a)));
  const ValueId wf = p.product(p.constant(w), false, f, false);
  const ValueId row = p.product(p.constant(Matrix::Ones(3, 1)), false, b, true);
  const Node t = p.node(p.time());
  const ValueId rate = p.elementwise(
      3, 2, g.add(g.add(g.neg(g.mul(p.node(a), g.mul(t, t))), p.node(wf)), g.mul(g.constant(3), p.node(row))));
  const ValueId cube = p.elementwise(2, 1, g.neg(g.binary(Op::pow, p.node(b), g.constant(3))));
  return {std::move(p), std::move(layout), {{a, rate}, {b, cube}}, {}};
}

const Vector kPlace = (Vector(8) << 0.1, -0.4, 0.9, 1.2, 0.3, -0.6, 0.7, -0.2).finished();

}  // namespace

TEST_CASE("sparsity: exactly the elements that can move, and columns of one colour share no row") {
  ProgramSystem s = example();
  const Sparsity* pattern = s.sparsity();
  REQUIRE(pattern != nullptr);
  Matrix expected = Matrix::Identity(8, 8);
  const auto a = [](Index i, Index sample) { return sample * 3 + i; };
  for (Index c = 0; c < 2; ++c) {
    expected(a(0, c), a(1, c)) = expected(a(1, c), a(2, c)) = expected(a(2, c), a(0, c)) = 1;
    for (Index i = 0; i < 3; ++i) expected(a(i, c), 6 + c) = 1;
  }
  Matrix found = Matrix::Zero(8, 8);
  for (Index j = 0; j < 8; ++j) {
    for (int e = pattern->start[static_cast<std::size_t>(j)]; e < pattern->start[static_cast<std::size_t>(j) + 1];
         ++e) {
      found(pattern->row[static_cast<std::size_t>(e)], j) = 1;
    }
  }
  CHECK(found == expected);
  CHECK(pattern->nonzeros() == 20);
  CHECK(pattern->density() == 20.0 / 64);
  CHECK(pattern->groups.size() == 4);  // a row of a holds three elements and b's: four colours are the least
  for (const auto& group : pattern->groups) {
    Vector seen = Vector::Zero(8);
    for (const int j : group) seen += expected.col(j);
    CHECK(seen.maxCoeff() == 1);
  }

  // The Jacobian put together colour by colour is the one taken column by column.
  Matrix j, columns(8, 8);
  s.jacobian(1.5, kPlace.data(), j);
  Vector v = Vector::Zero(8), values(pattern->nonzeros());
  for (Index k = 0; k < 8; ++k) {
    v[k] = 1;
    s.jvp(1.5, kPlace.data(), v.data(), columns.col(k).data());
    v[k] = 0;
  }
  CHECK(j == columns);
  s.sparse_jacobian(1.5, kPlace.data(), values.data());
  double sum = 0;
  for (Index j2 = 0; j2 < 8; ++j2) {
    for (int e = pattern->start[static_cast<std::size_t>(j2)]; e < pattern->start[static_cast<std::size_t>(j2) + 1];
         ++e) {
      CHECK(values[e] == columns(pattern->row[static_cast<std::size_t>(e)], j2));
      sum += std::abs(values[e]);
    }
  }
  CHECK(sum == doctest::Approx(columns.cwiseAbs().sum()).epsilon(1e-14));
}

TEST_CASE("dF/dt, and rates of states that are linear in themselves") {
  ProgramSystem s = example();
  const double t = 1.5;
  Vector ft(8), d(8);
  REQUIRE(s.time_derivative(t, kPlace.data(), ft.data()));
  CHECK((ft.head(6) + 2 * t * kPlace.head(6)).norm() < 1e-15);
  CHECK(ft.tail(2).norm() == 0);
  REQUIRE(s.linear_rates(t, kPlace.data(), d.data()));
  CHECK((d.head(6).array() == -t * t).all());  // a decays with t^2; the way through W counts as another's
  CHECK(d.tail(2).norm() == 0);                // b^3 is not linear in b
}

TEST_CASE("time enters by a table's straight lines: their slopes, and nothing outside") {
  auto table = std::make_shared<TimeTable>();
  table->times = {1, 2, 4};
  table->values.resize(1, 3);
  table->values << 0, 3, 2;
  table->linear = true;
  Program p;
  StateLayout layout;
  auto& g = p.graph();
  const ValueId a = p.input(1, slice(layout, "a", 1, 1), 1, 1);
  const ValueId rate = p.elementwise(1, 1, g.mul(p.node(a), p.node(p.table(table))));
  ProgramSystem s(std::move(p), std::move(layout), {{a, rate}}, {});
  const double x = 2;
  const std::pair<double, double> expected[] = {{0.5, 0}, {1.5, 6}, {3.0, -1}, {5.0, 0}};
  for (const auto& [at, slope] : expected) {
    const double t = at;
    CAPTURE(t);
    double ft = -1;
    REQUIRE(s.time_derivative(t, &x, &ft));
    CHECK(ft == slope);
  }
}

TEST_CASE("a system without time says so; a full one has no sparsity") {
  Program p;
  StateLayout layout;
  const ValueId a = p.input(1, slice(layout, "a", 6, 1), 6, 1);
  const ValueId rate = p.product(p.constant(Matrix::Ones(6, 6)), false, a, false);
  ProgramSystem s(std::move(p), std::move(layout), {{a, rate}}, {});
  Vector x = Vector::Ones(6), ft = x;
  CHECK_FALSE(s.time_derivative(0, x.data(), ft.data()));
  CHECK(ft == x);
  CHECK_FALSE(s.linear_rates(0, x.data(), ft.data()));
  CHECK(s.sparsity() == nullptr);
}

TEST_CASE("conditions on time alone give breakpoints, and keep their side over a whole segment") {
  Program p;
  StateLayout layout;
  auto& g = p.graph();
  const ValueId a = p.input(1, slice(layout, "a", 2, 1), 2, 1);
  const Node t = p.node(p.time());
  Matrix onset(2, 1);
  onset << 1.5, 4;
  const Node from = p.node(p.constant(onset));
  const auto less = [&](Node x, Node y) { return g.binary(Op::less, x, y); };
  // on while onset < t < 5, plus |2 t - 1| (a kink at 0.5), and a condition that is not straight in time
  const Node on = g.binary(Op::logical_and, less(from, t), less(t, g.constant(5)));
  const Node bend = g.unary(Op::abs, g.sub(g.mul(g.constant(2), t), g.constant(1)));
  const Node wave = less(g.constant(0), g.unary(Op::sin, t));
  const ValueId rate = p.elementwise(2, 1, g.add(g.add(on, bend), g.add(wave, p.node(a))));
  ProgramSystem s(std::move(p), std::move(layout), {{a, rate}}, [](double, double) { return std::vector{7.0}; });
  CHECK(s.breakpoints(0, 10) == std::vector<double>{0.5, 1.5, 4, 5, 7});
  CHECK(s.breakpoints(1.5, 5) == std::vector<double>{4, 7});  // the 7 is the caller's affair

  const double x[] = {0, 0};
  double f[2];
  const auto others = [](double at) { return std::abs(2 * at - 1) + (std::sin(at) > 0 ? 1 : 0); };
  s.begin_segment(1.5, 4);
  for (const double at : {1.5, 2.0, 4.0}) {
    s.rhs(at, x, f);
    CHECK(f[0] == 1 + others(at));
    CHECK(f[1] == others(at));
  }
  s.begin_segment(4, 5);
  for (const double at : {4.0, 5.0}) {
    s.rhs(at, x, f);
    CHECK(f[1] == 1 + others(at));
  }
  s.begin_segment(5, 7);
  s.rhs(5, x, f);
  CHECK(f[0] == others(5));
}
