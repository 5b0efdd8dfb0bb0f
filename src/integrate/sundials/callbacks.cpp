#include "integrate/sundials/callbacks.hpp"

#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <utility>

#include "integrate/step_control.hpp"

namespace neurode::integrate::sundials {

Callbacks::Callbacks(System& system, Statistics& statistics, bool remember)
    : system_(system), statistics_(statistics), remember_(remember), x_(Vector::Zero(system.size())), f_(x_) {
  for (const Slice& s : system.layout().slices()) {
    auto& ranges = s.block == Block::weights ? weights_ : others_;
    if (s.size() == 0) continue;
    if (!ranges.empty() && ranges.back().offset + ranges.back().size == s.offset) {
      ranges.back().size += s.size();
    } else {
      ranges.push_back({s.offset, s.size()});
    }
  }
}

void Callbacks::hold(double t, const double* x, const Vector& f) {
  std::copy_n(x, x_.size(), x_.data());
  f_ = f;
  t_ = t;
  known_ = true;
}

void Callbacks::begin_step() {
  bad_element_ = -1;
  last_bad_ = false;
  thrown_ = nullptr;
}

void Callbacks::rethrow() {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

int Callbacks::rhs(double t, const double* x, double* f) {
  const Index n = x_.size();
  Eigen::Map<Vector> out(f, n);
  if (known_ && t == t_ && std::equal(x, x + n, x_.data())) {
    out = f_;
    known_ = remember_;
  } else {
    ++statistics_.rhs;
    try {
      system_.rhs(t, x, f);
    } catch (...) {
      known_ = false;
      thrown_ = std::current_exception();
      return -1;
    }
    if (remember_) {
      x_ = Eigen::Map<const Vector>(x, n);
      f_ = out;
      t_ = t;
      known_ = true;
    }
  }
  last_bad_ = (out.array() * 0).sum() != 0;
  if (!last_bad_) return 0;
  bad_element_ = first_non_finite(out);
  bad_time_ = t;
  return 1;
}

int Callbacks::rhs(double t, const double* x, double* f, Part part) {
  const int flag = rhs(t, x, f);
  if (part != Part::all) restrict_to(part, Eigen::Map<Matrix>(f, x_.size(), 1));
  return flag;
}

void Callbacks::restrict_to(Part part, Eigen::Ref<Matrix> rows) const {
  if (part == Part::all) return;
  for (const Range& r : part == Part::weights ? others_ : weights_) rows.middleRows(r.offset, r.size).setZero();
}

int Callbacks::jacobian(double t, const double* x, SUNMatrix j, Part part) {
  ++statistics_.jacobians;
  try {
    system_.jacobian(t, x, jacobian_);
  } catch (...) {
    thrown_ = std::current_exception();
    return -1;
  }
  const Index n = x_.size();
  Eigen::Map<Matrix> out(SM_DATA_D(j), n, n);
  out = jacobian_;
  restrict_to(part, out);
  return (out.array() * 0).sum() == 0 ? 0 : 1;
}

int Callbacks::jvp(double t, const double* x, const double* v, double* jv, Part part) {
  ++statistics_.jvps;
  try {
    system_.jvp(t, x, v, jv);
  } catch (...) {
    thrown_ = std::current_exception();
    return -1;
  }
  Eigen::Map<Matrix> out(jv, x_.size(), 1);
  restrict_to(part, out);
  return (out.array() * 0).sum() == 0 ? 0 : 1;
}

}  // namespace neurode::integrate::sundials
