#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <vector>

#include "neurode/core/random.hpp"
#include "neurode/dynamics/executable.hpp"
#include "neurode/dynamics/program.hpp"

namespace neurode {

inline Vector noise(Index n, const char* stream) {
  const CounterRandom random(1, stream);
  Vector v(n);
  for (Index i = 0; i < n; ++i) v[i] = random.normal(static_cast<std::uint64_t>(i));
  return v;
}

inline Matrix random_matrix(Index rows, Index cols, const char* stream = "matrix") {
  const Vector v = noise(rows * cols, stream);
  return Eigen::Map<const Matrix>(v.data(), rows, cols);
}

/// x (input vector 1, n numbers) -> y (m numbers), and its products, from a function that adds operations.
struct Fixture {
  Program program;
  Index n = 0;
  ValueId x, y;
  std::unique_ptr<Executable> value, tangent, adjoint, hessian, hessian_reverse;

  Fixture(Index rows, Index cols, const std::function<ValueId(Program&, ValueId)>& build) : n(rows * cols) {
    x = program.input(1, 0, rows, cols);
    y = build(program, x);
    const Index m = program[y].size();
    const ValueId ys[] = {y}, xs[] = {x};
    const auto compile = [&](ValueId v, Index size) {
      return std::make_unique<Executable>(program, std::vector<Executable::Output>{{v, 0, 0, size}});
    };
    value = compile(y, m);
    const ValueId direction = program.input(2, 0, rows, cols);
    tangent = compile(program.tangent({{x, direction}}, ys)[0], m);
    const ValueId bar = program.input(3, 0, program[y].rows, program[y].cols);
    const ValueId xbar = program.adjoint({{y, bar}}, xs)[0];
    adjoint = compile(xbar, n);
    if (!xbar.valid()) return;
    const ValueId bars[] = {xbar};
    hessian = compile(program.tangent({{x, direction}}, bars)[0], n);
    hessian_reverse = compile(program.adjoint({{xbar, direction}}, xs)[0], n);
  }

  /// v: the direction; u: what the outputs weigh.
  static Vector run(Executable& code, Index size, const Vector& at, const Vector& v, const Vector& u) {
    const double time[] = {0.3, 0.25};
    const double* in[] = {time, at.data(), v.data(), u.data()};
    Vector out(size);
    double* outs[] = {out.data()};
    code.run(in, outs);
    return out;
  }

  /// First derivatives against differences and each other.
  void check() {
    const Index m = program[y].size();
    const Vector at = noise(n, "point"), v = noise(n, "direction"), u = noise(m, "cotangent");
    const double h = 1e-5;
    const Vector difference = (run(*value, m, at + h * v, v, u) - run(*value, m, at - h * v, v, u)) / (2 * h);
    const Vector jv = run(*tangent, m, at, v, u);
    CHECK((jv - difference).norm() <= 1e-8 * (1 + difference.norm()));
    const Vector jtu = run(*adjoint, n, at, v, u);
    CHECK(jtu.dot(v) == doctest::Approx(u.dot(jv)).epsilon(1e-12));
    CHECK(jv.norm() > 1e-3);  // the test sees something
  }

  /// Second derivatives of <u, y>: the tangent of the adjoint against differences of the adjoint, and the adjoint of
  /// the adjoint, which is the same matrix.
  void check_second() {
    const Index m = program[y].size();
    const Vector at = noise(n, "point"), v = noise(n, "direction"), u = noise(m, "cotangent");
    const double h = 1e-5;
    const Vector difference = (run(*adjoint, n, at + h * v, v, u) - run(*adjoint, n, at - h * v, v, u)) / (2 * h);
    const Vector hv = run(*hessian, n, at, v, u);
    CHECK((hv - difference).norm() <= 1e-8 * (1 + difference.norm()));
    const Vector reverse = run(*hessian_reverse, n, at, v, u);
    CHECK((hv - reverse).norm() <= 1e-13 * (1 + hv.norm()));
    CHECK(hv.norm() > 1e-3);
  }

  /// The value against a plain loop.
  void check_value(const std::function<Vector(const Vector&)>& naive, double tolerance = 1e-13) {
    const Vector at = noise(n, "point"), expected = naive(at);
    const Vector found = run(*value, program[y].size(), at, at, at);
    REQUIRE(found.size() == expected.size());
    CHECK((found - expected).norm() <= tolerance * (1 + expected.norm()));
    CHECK(expected.norm() > 1e-3);
  }
};

inline Vector flat(const Matrix& m) { return Eigen::Map<const Vector>(m.data(), m.size()); }
inline Matrix shaped(const Vector& v, Index rows, Index cols) { return Eigen::Map<const Matrix>(v.data(), rows, cols); }

inline ValueId square(Program& p, ValueId v) {
  return p.elementwise(p[v].rows, p[v].cols, p.graph().mul(p.node(v), p.node(v)));
}

}  // namespace neurode
