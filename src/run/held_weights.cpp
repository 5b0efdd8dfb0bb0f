#include "run/held_weights.hpp"

#include <stdexcept>

namespace neurode::run {

HeldWeights::HeldWeights(System& system, const std::vector<Slice>& moved, Loss loss)
    : system_(system), moved_(moved), loss_(std::move(loss)) {
  for (const Slice& s : system.layout().slices()) {
    layout_.add(s);
    if (s.block == Block::weights) {
      held_.push_back(s);
    } else {
      for (Index k = 0; k < s.size(); ++k) fast_.push_back(s.offset + k);
    }
  }
  if (loss_) {
    for (Slice s : moved_) {
      s.name += ".integral";
      s.block = Block::auxiliary;
      layout_.add(s);
    }
    Slice s;
    s.name = "loss.integral";
    s.rows = s.cols = 1;
    s.block = Block::auxiliary;
    layout_.add(s);
  }
  f_.setZero(system.size());
  v_.setZero(system.size());
}

void HeldWeights::gradient(double t, const double* x, double* g) {
  system_.rhs(t, x, f_.data());
  for (const Slice& s : moved_) {
    Eigen::Map<Vector>(g, s.size()) = -f_.segment(s.offset, s.size());
    g += s.size();
  }
}

void HeldWeights::rhs(double t, const double* x, double* dxdt) {
  const Index n = inner();
  if (loss_) {
    gradient(t, x, dxdt + n);
    dxdt[size() - 1] = loss_(t, x);
  } else {
    system_.rhs(t, x, f_.data());
  }
  for (const Slice& s : held_) f_.segment(s.offset, s.size()).setZero();
  Eigen::Map<Vector>(dxdt, n) = f_;
}

void HeldWeights::jvp(double t, const double* x, const double* v, double* jv) {
  if (loss_) throw std::logic_error("no products where integrals follow the state");
  v_ = Eigen::Map<const Vector>(v, inner());
  for (const Slice& s : held_) v_.segment(s.offset, s.size()).setZero();
  system_.jvp(t, x, v_.data(), jv);
  for (const Slice& s : held_) Eigen::Map<Vector>(jv + s.offset, s.size()).setZero();
}

void HeldWeights::vjp(double t, const double* x, const double* u, double* jtu) {
  if (loss_) throw std::logic_error("no products where integrals follow the state");
  v_ = Eigen::Map<const Vector>(u, inner());
  for (const Slice& s : held_) v_.segment(s.offset, s.size()).setZero();
  system_.vjp(t, x, v_.data(), jtu);
  for (const Slice& s : held_) Eigen::Map<Vector>(jtu + s.offset, s.size()).setZero();
}

}  // namespace neurode::run
