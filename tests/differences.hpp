#pragma once

#include <doctest/doctest.h>

#include "neurode/core/random.hpp"
#include "neurode/dynamics/system.hpp"

/// n standard normal numbers, the same every time.
inline neurode::Vector noise(neurode::Index n, const char* stream) {
  const neurode::CounterRandom random(1, stream);
  neurode::Vector v(n);
  for (neurode::Index i = 0; i < n; ++i) v[i] = random.normal(static_cast<std::uint64_t>(i));
  return v;
}

/// Holds J v, J^T u and J of a system against central differences of F at (t, x). Fourth-order differences, so that
/// 1e-6 means the products and not the differences.
inline void check_products(neurode::System& system, double t, const neurode::Vector& x, double tolerance = 1e-6) {
  using neurode::Index;
  using neurode::Vector;
  const Index n = system.size();
  REQUIRE(x.size() == n);
  const Vector v = noise(n, "v"), u = noise(n, "u");
  const auto at = [&](double h, const Vector& direction) {
    Vector f(n);
    const Vector moved = x + h * direction;
    system.rhs(t, moved.data(), f.data());
    return f;
  };
  const double h = 1e-3 / (1 + v.norm()) * (1 + 1e-2 * x.norm());
  const auto difference = [&](const Vector& d) {
    return Vector((8 * (at(h, d) - at(-h, d)) - (at(2 * h, d) - at(-2 * h, d))) / (12 * h));
  };
  Vector jv(n), jtu(n);
  system.jvp(t, x.data(), v.data(), jv.data());
  system.vjp(t, x.data(), u.data(), jtu.data());
  const Vector expected = difference(v);
  REQUIRE(jv.allFinite());
  CHECK((jv - expected).norm() <= tolerance * expected.norm());
  CHECK(jtu.dot(v) == doctest::Approx(u.dot(jv)).epsilon(1e-10).scale(u.norm() * jv.norm()));
  neurode::Matrix j;
  system.jacobian(t, x.data(), j);
  CHECK((j * v - jv).norm() <= 1e-11 * (1 + j.norm() * v.norm()));
  CHECK((j.transpose() * u - jtu).norm() <= 1e-11 * (1 + j.norm() * u.norm()));
  CHECK(jv.norm() > 0);

  // dF/dt, and the linear rates of single states: d_i is J_ii (no synapse onto oneself), and J_ii ignores x_i.
  Vector ft = Vector::Zero(n), d = Vector::Zero(n);
  const double k = 1e-4;
  const auto later = [&](double dt) {
    Vector f(n);
    system.rhs(t + dt, x.data(), f.data());
    return f;
  };
  const Vector in_time = (8 * (later(k) - later(-k)) - (later(2 * k) - later(-2 * k))) / (12 * k);
  if (!system.time_derivative(t, x.data(), ft.data())) CHECK(in_time.norm() == 0);
  CHECK((ft - in_time).norm() <= tolerance * (1e-3 + in_time.norm()));
}
