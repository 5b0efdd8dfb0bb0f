#include "integrate/exponential/krylov_phi.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace neurode::integrate {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
// A remainder below this share of a product is rounding: the space is invariant.
constexpr double kBreakdown = 10 * kEpsilon;
// A last element of phi(H) e_1 below this share of the first is rounding: a larger space adds nothing.
constexpr double kRounding = 32 * kEpsilon;
// Systems up to this size get their whole space at once: the bound says little of a few dimensions.
constexpr Index kAlwaysWhole = 8;
// Checks of the bound are this share of the dimension apart. They are cheap beside the products only where J is
// symmetric: of order m^2, not m^3.
constexpr Index kChecks = 6, kChecksSymmetric = 10;
constexpr double kScales[] = {0.5, 1.0};

}  // namespace

KrylovPhi::KrylovPhi(Index n, bool symmetric)
    : symmetric_(symmetric),
      n_(n),
      largest_(std::min(n, kLargest)),
      basis_(Matrix::Zero(n, largest_ + 1)),
      h_(Matrix::Zero(largest_ + 1, largest_)),
      phi_(Matrix::Zero(largest_, 2 * (kTop + 2))),
      exponential_(symmetric ? 0 : largest_ + kTop + 1),
      diagonal_(Vector::Zero(largest_)),
      off_diagonal_(diagonal_),
      blame_(Vector::Zero(n)),
      next_(blame_),
      coefficients_(Vector::Zero(largest_ + 1)),
      vectors_(symmetric ? Matrix::Zero(largest_, largest_) : Matrix()) {}

bool KrylovPhi::project(const Jacobian& jacobian, const Vector& b, double h, const Accuracy& accuracy) {
  m_ = 0;
  tail_ = 0;
  h_used_ = h;
  finite_ = true;
  size_ = b.norm();
  if (!std::isfinite(size_)) return failed(b);
  if (size_ == 0) return true;
  top_ = 1;
  for (int k = 1; k <= kTop; ++k) {
    if (accuracy.sizes[static_cast<std::size_t>(k)] > 0) top_ = k + 1;
  }
  basis_.col(0) = b / size_;
  Index check = n_ <= kAlwaysWhole ? n_ : std::max<Index>(2, accuracy.first);
  while (m_ < largest_) {
    double* product = basis_.col(m_ + 1).data();
    jacobian.times(basis_.col(m_).data(), product);
    const double norm = basis_.col(m_ + 1).norm();
    if (!std::isfinite(norm)) return failed(basis_.col(m_ + 1));
    extend(m_);
    tail_ = h_(m_ + 1, m_);
    ++m_;
    const bool exact = m_ == n_ || tail_ <= kBreakdown * norm;
    if (exact) {
      tail_ = 0;
    } else {
      basis_.col(m_) /= tail_;
      if (m_ < check && m_ < largest_) continue;
      check = m_ + std::max<Index>(1, m_ / (symmetric_ ? kChecksSymmetric : kChecks));
    }
    if (!evaluate(h, exact)) return failed(Vector());
    if (exact) return true;
    if (accurate(h, accuracy, 1)) return !symmetric_ || evaluate(h, true) || failed(Vector());
  }
  longest_ = h;
  for (int k = 0; k < 40; ++k) {
    longest_ /= 2;
    if (evaluate(longest_, false) && accurate(longest_, accuracy, longest_ / h)) break;
  }
  return false;
}

bool KrylovPhi::failed(const Eigen::Ref<const Vector>& culprit) {
  finite_ = false;
  blame_.setConstant(std::numeric_limits<double>::quiet_NaN());
  // Who reads the result sees which elements are to blame, where any is.
  if (culprit.size() > 0 && !culprit.allFinite()) blame_ = 0 * culprit;
  return true;
}

void KrylovPhi::extend(Index j) {
  auto column = h_.col(j);
  auto next = basis_.col(j + 1);
  column.setZero();
  for (int pass = 0; pass < 2; ++pass) {
    // In exact arithmetic a symmetric J leaves the last two alone.
    const Index from = symmetric_ && pass == 0 ? std::max<Index>(0, j - 1) : 0;
    const Index count = j + 1 - from;
    auto c = coefficients_.head(count);
    c.noalias() = basis_.middleCols(from, count).transpose() * next;
    next.noalias() -= basis_.middleCols(from, count) * c;
    column.segment(from, count) += c;
  }
  column[j + 1] = next.norm();
}

bool KrylovPhi::evaluate_symmetric(double h, bool whole) {
  const Index m = m_;
  auto d = diagonal_.head(m), e = off_diagonal_.head(m);
  for (Index k = 0; k < m; ++k) d[k] = h_(k, k), e[k] = h_(k + 1, k);
  // The rows of the eigenvectors that are wanted: all, or the first and the last.
  const Index rows = whole || m == 1 ? m : 2;
  auto q = vectors_.topLeftCorner(rows, m);
  q.setZero();
  for (Index i = 0; i + 1 < rows; ++i) q(i, i) = 1;
  q(rows - 1, m - 1) = 1;
  if (!diagonalise(d, e, q)) return false;
  phi_.topRows(m).setZero();
  double values[kTop + 2];
  for (const Scale c : {kHalf, kWhole}) {
    for (Index k = 0; k < m; ++k) {
      scalar_phi(kScales[c] * h * d[k], top_, values);
      for (int i = 1; i <= top_; ++i) phi_.col(column(c, i)).head(rows) += (values[i] * q(0, k)) * q.col(k);
    }
    if (rows == m) continue;
    for (int i = 1; i <= top_; ++i) std::swap(phi(c, i, 1), phi(c, i, m - 1));
  }
  return true;
}

bool KrylovPhi::evaluate(double h, bool whole) {
  if (symmetric_) return evaluate_symmetric(h, whole);
  const Index m = m_;
  const Index rows = m + top_;
  auto a = exponential_.input(rows);
  a.setZero();
  a.topLeftCorner(m, m) = h * h_.topLeftCorner(m, m);
  a(0, m) = 1;
  for (Index k = 1; k < top_; ++k) a(m + k - 1, m + k) = 1;
  if (!exponential_.compute(rows)) return false;
  // e^{c A} has c^k phi_k(c h H) e_1 in its column m + k - 1.
  double power = 1;
  for (int k = 1; k <= top_; ++k) {
    power *= 2;
    phi_.col(column(kHalf, k)).head(m) = power * exponential_.half(rows).col(m + k - 1).head(m);
    phi_.col(column(kWhole, k)).head(m) = exponential_.whole(rows).col(m + k - 1).head(m);
  }
  return true;
}

bool KrylovPhi::accurate(double h, const Accuracy& accuracy, double scale) {
  const Index m = m_;
  double bound = 0;
  bool rounding = true;
  for (const Scale c : {kHalf, kWhole}) {
    double sum = 0;
    for (int k = 1; k <= kTop; ++k) {
      const double size = accuracy.sizes[static_cast<std::size_t>(k)];
      if (size == 0) continue;
      const double last = std::abs(phi(c, k + 1, m - 1));
      sum += size * kScales[c] * last;
      if (!(last <= kRounding * std::abs(phi(c, k + 1, 0)))) rounding = false;
    }
    bound = std::max(bound, sum);
  }
  if (rounding) return true;
  bound *= scale * size_ * h * tail_;
  next_ = basis_.col(m);
  return bound * accuracy.norm.at(next_, accuracy.x) <= accuracy.tolerance;
}

void KrylovPhi::add(Scale c, const Weights& w, Vector& out) {
  if (!finite_) {
    out += blame_;
    return;
  }
  if (m_ == 0) return;
  auto sum = coefficients_.head(m_ + 1);
  sum.setZero();
  for (int k = 1; k < top_; ++k) {
    const double weight = size_ * w[static_cast<std::size_t>(k)];
    if (weight == 0) continue;
    sum.head(m_) += weight * phi_.col(column(c, k)).head(m_);
    sum[m_] += weight * kScales[c] * h_used_ * tail_ * phi(c, k + 1, m_ - 1);
  }
  const Index used = tail_ > 0 ? m_ + 1 : m_;
  out.noalias() += basis_.leftCols(used) * sum.head(used);
}

}  // namespace neurode::integrate
