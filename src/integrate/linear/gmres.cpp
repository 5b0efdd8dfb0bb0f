#include "integrate/linear/gmres.hpp"

#include <algorithm>
#include <cmath>

namespace neurode::integrate {

Gmres::Gmres(System& system, Statistics& statistics, Index restart, int cycles)
    : system_(system), statistics_(statistics), restart_(std::min(restart, system.size())), cycles_(cycles) {
  const Index n = system.size();
  basis_.setZero(n, restart_ + 1);
  hessenberg_.setZero(restart_ + 1, restart_);
  for (Vector* v : {&residual_, &product_}) v->setZero(n);
  for (Vector* v : {&cosine_, &sine_, &right_}) v->setZero(restart_ + 1);
}

void Gmres::apply(double t, const double* x, double shift, const double* v, double* out) {
  ++statistics_.jvps;
  system_.jvp(t, x, v, product_.data());
  const Index n = product_.size();
  for (Index i = 0; i < n; ++i) out[i] = shift * v[i] - product_[i];
}

double Gmres::solve(double t, const double* x, double shift, const Vector& b, double tolerance, Vector& d) {
  const double size = b.norm();
  d.setZero();
  if (size == 0) return 0;
  residual_ = b;
  double rest = size;
  for (int cycle = 0; cycle < cycles_; ++cycle) {
    basis_.col(0) = residual_ / rest;
    right_[0] = rest;
    Index k = 0;
    while (k < restart_) {
      auto next = basis_.col(k + 1);
      apply(t, x, shift, basis_.col(k).data(), next.data());
      const double before = next.norm();
      if (!std::isfinite(before)) return before;
      for (Index i = 0; i <= k; ++i) {
        const double h = basis_.col(i).dot(next);
        hessenberg_(i, k) = h;
        next -= h * basis_.col(i);
      }
      const double after = next.norm();
      for (Index i = 0; i < k; ++i) {
        const double upper = hessenberg_(i, k), lower = hessenberg_(i + 1, k);
        hessenberg_(i, k) = cosine_[i] * upper + sine_[i] * lower;
        hessenberg_(i + 1, k) = cosine_[i] * lower - sine_[i] * upper;
      }
      const double diagonal = std::hypot(hessenberg_(k, k), after);
      if (diagonal == 0) break;  // singular, and b cannot be reached by this column
      cosine_[k] = hessenberg_(k, k) / diagonal;
      sine_[k] = after / diagonal;
      hessenberg_(k, k) = diagonal;
      right_[k + 1] = -sine_[k] * right_[k];
      right_[k] *= cosine_[k];
      rest = std::abs(right_[++k]);
      // The space is invariant: nothing is left to add but rounding.
      if (rest <= tolerance * size || after <= 1e-14 * before) break;
      next /= after;
    }
    if (k == 0) break;
    for (Index i = k; i-- > 0;) {
      for (Index j = i + 1; j < k; ++j) right_[i] -= hessenberg_(i, j) * right_[j];
      right_[i] /= hessenberg_(i, i);
      d += right_[i] * basis_.col(i);
    }
    if (rest <= tolerance * size || cycle + 1 == cycles_) break;
    apply(t, x, shift, d.data(), residual_.data());
    residual_ = b - residual_;
    rest = residual_.norm();
    if (rest <= tolerance * size) break;
  }
  return rest / size;
}

}  // namespace neurode::integrate
