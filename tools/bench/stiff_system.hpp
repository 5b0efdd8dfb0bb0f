#pragma once

#include <algorithm>
#include <iterator>

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/drive.hpp"

namespace bench {

/// A problem of stiff_problems.hpp as a System of ours.
template <class P>
class StiffSystem : public neurode::System {
 public:
  StiffSystem() {
    neurode::Slice s;
    s.name = "y";
    s.rows = P::kSize;
    layout_.add(s);
  }
  const neurode::StateLayout& layout() const override { return layout_; }
  void rhs(double, const double* y, double* f) override { P::rhs(y, f); }
  void jacobian(double, const double* y, neurode::Matrix& j) override {
    j.setZero(P::kSize, P::kSize);
    P::jacobian(y, j);
  }
  bool time_derivative(double, const double*, double*) override { return false; }
  void jvp(double t, const double* y, const double* v, double* jv) override {
    jacobian(t, y, j_);
    Eigen::Map<neurode::Vector>(jv, P::kSize).noalias() = j_ * Eigen::Map<const neurode::Vector>(v, P::kSize);
  }
  void vjp(double t, const double* y, const double* u, double* jtu) override {
    jacobian(t, y, j_);
    Eigen::Map<neurode::Vector>(jtu, P::kSize).noalias() =
        j_.transpose() * Eigen::Map<const neurode::Vector>(u, P::kSize);
  }

 private:
  neurode::StateLayout layout_;
  neurode::Matrix j_;
};

template <class P>
neurode::Vector vector_of(const double (&v)[P::kSize]) {
  neurode::Vector x(P::kSize);
  std::copy(std::begin(v), std::end(v), x.data());
  return x;
}

/// The whole solve with drive() at rtol = tolerance.
template <class P>
neurode::integrate::Result solve_stiff(const char* method, double tolerance) {
  StiffSystem<P> system;
  neurode::integrate::Options o;
  o.method = method;
  o.rtol = tolerance;
  o.atol = neurode::Vector::Constant(1, P::kAtol * tolerance);
  return neurode::integrate::drive(system, 0, vector_of<P>(P::kStart), P::kEnd, o, {}, {}, {});
}

}  // namespace bench
