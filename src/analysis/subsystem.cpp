#include "neurode/analysis/subsystem.hpp"

namespace neurode::analysis {

Subsystem::Subsystem(System& system, std::vector<Index> elements, const Vector& hold)
    : system_(system), at_(std::move(elements)), x_(hold), f_(hold.size()), v_(Vector::Zero(hold.size())) {
  layout_.add({"part", 0, static_cast<Index>(at_.size()), 1, Block::activity, "", "", "", ""});
}

const Vector& Subsystem::whole(const double* x) {
  for (std::size_t k = 0; k < at_.size(); ++k) x_[at_[k]] = x[k];
  return x_;
}

Vector Subsystem::of(const Vector& whole) const { return whole(at_); }

void Subsystem::take(double* out) const {
  for (std::size_t k = 0; k < at_.size(); ++k) out[k] = f_[at_[k]];
}

void Subsystem::rhs(double t, const double* x, double* dxdt) {
  system_.rhs(t, whole(x).data(), f_.data());
  take(dxdt);
}

void Subsystem::jvp(double t, const double* x, const double* v, double* jv) {
  for (std::size_t k = 0; k < at_.size(); ++k) v_[at_[k]] = v[k];
  system_.jvp(t, whole(x).data(), v_.data(), f_.data());
  take(jv);
}

void Subsystem::vjp(double t, const double* x, const double* u, double* jtu) {
  for (std::size_t k = 0; k < at_.size(); ++k) v_[at_[k]] = u[k];
  system_.vjp(t, whole(x).data(), v_.data(), f_.data());
  take(jtu);
}

}  // namespace neurode::analysis
