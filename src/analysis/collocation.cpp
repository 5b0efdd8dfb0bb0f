#include "analysis/collocation.hpp"

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <array>
#include <cmath>

namespace neurode::analysis {

namespace {

constexpr Index kD = Orbit::kDegree;
constexpr int kMostIterations = 10;
constexpr double kConverged = 1e-10;
constexpr double kLargestCorrection = 2;  // in units of the step
constexpr double kRemeshed = 1e-2;        // what a change of the mesh may add to it

/// Gauss-Legendre on [0, 1].
constexpr std::array<double, 4> kGauss = {0.06943184420297371, 0.33000947820757187, 0.66999052179242813,
                                          0.93056815579702629};
constexpr std::array<double, 4> kWeight = {0.17392742256872693, 0.32607257743127307, 0.32607257743127307,
                                           0.17392742256872693};

/// The polynomial that is 1 at the i-th of 5 equidistant points of [0, 1] and 0 at the others, and its slope.
double lagrange(Index i, double s) {
  double out = 1;
  for (Index k = 0; k <= kD; ++k) {
    if (k != i) out *= (s * kD - static_cast<double>(k)) / static_cast<double>(i - k);
  }
  return out;
}
double lagrange_slope(Index i, double s) {
  double out = 0;
  for (Index m = 0; m <= kD; ++m) {
    if (m == i) continue;
    double term = static_cast<double>(kD) / static_cast<double>(i - m);
    for (Index k = 0; k <= kD; ++k) {
      if (k != i && k != m) term *= (s * kD - static_cast<double>(k)) / static_cast<double>(i - k);
    }
    out += term;
  }
  return out;
}

struct Basis {
  double value[kD][kD + 1], slope[kD][kD + 1];  // at the Gauss points
  Basis() {
    for (Index k = 0; k < kD; ++k) {
      for (Index i = 0; i <= kD; ++i) {
        value[k][i] = lagrange(i, kGauss[static_cast<std::size_t>(k)]);
        slope[k][i] = lagrange_slope(i, kGauss[static_cast<std::size_t>(k)]);
      }
    }
  }
};
const Basis& basis() {
  static const Basis b;
  return b;
}

/// u at Gauss point k of interval j.
Vector inside(const Orbit& o, Index j, Index k) {
  Vector out = Vector::Zero(o.u.rows());
  for (Index i = 0; i <= kD; ++i) out += basis().value[k][i] * o.u.col(kD * j + i);
  return out;
}

/// Weight of point c of the mesh's points in the mean over [0, 1].
double weight(const Orbit& o, Index c) {
  const Index m = o.intervals(), j = std::min(c / kD, m - 1);
  double out = (o.mesh[j + 1] - o.mesh[j]) / kD;
  if (c % kD != 0) return out;
  const double here = c < kD * m ? out : 0, before = c > 0 ? (o.mesh[c / kD] - o.mesh[c / kD - 1]) / kD : 0;
  return 0.5 * (here + before);
}

}  // namespace

Vector Orbit::at(double s) const {
  const auto above = std::upper_bound(mesh.begin() + 1, mesh.end() - 1, s);
  const Index j = above - mesh.begin() - 1;
  const double local = (s - mesh[j]) / (mesh[j + 1] - mesh[j]);
  Vector out = Vector::Zero(u.rows());
  for (Index i = 0; i <= kDegree; ++i) out += lagrange(i, local) * u.col(kDegree * j + i);
  return out;
}

OrbitCurve::OrbitCurve(Family& family, double t, const Vector& scale, double width, double period,
                       const Vector& winding)
    : family_(family), t_(t), n_(scale.size()), scale_(scale), winding_(winding), width_(width), period_(period) {}

double OrbitCurve::dot(const Orbit& on, const Tangent& a, const Tangent& b) const {
  double sum = a.period * b.period / (period_ * period_) + a.p * b.p / (width_ * width_);
  const Vector inverse = (scale_.array().square() * static_cast<double>(n_)).inverse();
  for (Index c = 0; c < on.u.cols(); ++c) sum += weight(on, c) * a.u.col(c).cwiseProduct(b.u.col(c)).dot(inverse);
  return sum;
}

Matrix OrbitCurve::slopes(const Orbit& o) const {
  Matrix out = Matrix::Zero(n_, kD * o.intervals());
  for (Index j = 0; j < o.intervals(); ++j) {
    for (Index k = 0; k < kD; ++k) {
      for (Index i = 0; i <= kD; ++i) {
        out.col(kD * j + k) += basis().slope[k][i] / (o.mesh[j + 1] - o.mesh[j]) * o.u.col(kD * j + i);
      }
    }
  }
  return out;
}

bool OrbitCurve::condense(const Orbit& o) {
  const Index m = o.intervals();
  // F, its derivative in p, at all Gauss points: a system is made for each p, not for each point.
  Matrix points(n_, kD * m);
  for (Index j = 0; j < m; ++j) {
    for (Index k = 0; k < kD; ++k) points.col(kD * j + k) = inside(o, j, k);
  }
  Matrix f(n_, kD * m), fp;
  parameter_derivatives(family_, t_, points, o.p, width_, fp);
  System& system = family_.at(o.p);
  const Matrix du = slopes(o);
  condensed_.resize(static_cast<std::size_t>(m));
  Matrix inner(kD * n_, kD * n_), rest(kD * n_, n_ + 3), jacobian(n_, n_);
  for (Index j = 0; j < m; ++j) {
    const double h = o.mesh[j + 1] - o.mesh[j];
    for (Index k = 0; k < kD; ++k) {
      const Index c = kD * j + k;
      system.rhs(t_, points.col(c).data(), f.col(c).data());
      system.jacobian(t_, points.col(c).data(), jacobian);
      for (Index i = 0; i <= kD; ++i) {
        Matrix block = -o.period * basis().value[k][i] * jacobian;
        block.diagonal().array() += basis().slope[k][i] / h;
        if (i == 0) {
          rest.block(k * n_, 0, n_, n_) = block;
        } else {
          inner.block(k * n_, (i - 1) * n_, n_, n_) = block;
        }
      }
      rest.block(k * n_, n_, n_, 1) = -f.col(c);
      rest.block(k * n_, n_ + 1, n_, 1) = -o.period * fp.col(c);
      rest.block(k * n_, n_ + 2, n_, 1) = du.col(c) - o.period * f.col(c);
    }
    if (!inner.allFinite() || !rest.allFinite()) return false;
    condensed_[static_cast<std::size_t>(j)] = -inner.partialPivLu().solve(rest);
  }
  return true;
}

bool OrbitCurve::assemble(const Orbit& o, const Orbit& reference, const Tangent* along) {
  const Index m = o.intervals(), size = n_ * (m + 1) + 2;
  phase_.setZero(n_, kD * m + 1), arc_.setZero(n_, kD * m + 1);
  const Matrix du = slopes(reference);
  for (Index j = 0; j < m; ++j) {
    for (Index k = 0; k < kD; ++k) {
      const double w = kWeight[static_cast<std::size_t>(k)] * (o.mesh[j + 1] - o.mesh[j]);
      for (Index i = 0; i <= kD; ++i) {
        phase_.col(kD * j + i) +=
            w * basis().value[k][i] * du.col(kD * j + k).cwiseQuotient(scale_.cwiseProduct(scale_));
      }
    }
  }
  arc_period_ = 0, arc_p_ = 1 / width_;
  if (along) {
    const Vector inverse = (scale_.array().square() * static_cast<double>(n_)).inverse();
    for (Index c = 0; c < arc_.cols(); ++c) arc_.col(c) = weight(o, c) * along->u.col(c).cwiseProduct(inverse);
    arc_period_ = along->period / (period_ * period_), arc_p_ = along->p / (width_ * width_);
  }
  whole_.setZero(size, size);
  const Index period = size - 2, p = size - 1;
  for (Index j = 0; j < m; ++j) {
    const Matrix& c = condensed_[static_cast<std::size_t>(j)];
    const Index row = j * n_;
    whole_.block(row, (j + 1) * n_, n_, n_).setIdentity();
    whole_.block(row, j * n_, n_, n_) = -c.block((kD - 1) * n_, 0, n_, n_);
    whole_.block(row, period, n_, 2) = -c.block((kD - 1) * n_, n_, n_, 2);
    for (const auto& [rows, at] : {std::pair{&phase_, size - 2}, std::pair{&arc_, size - 1}}) {
      whole_.block(at, j * n_, 1, n_) += rows->col(kD * j).transpose();
      for (Index i = 1; i <= kD; ++i) {
        if (i == kD && j + 1 < m) continue;  // the next interval's first point
        const auto r = rows->col(kD * j + i).transpose();
        whole_.block(at, j * n_, 1, n_) += r * c.block((i - 1) * n_, 0, n_, n_);
        whole_.block(at, period, 1, 2) += r * c.block((i - 1) * n_, n_, n_, 2);
      }
    }
  }
  whole_.block(m * n_, m * n_, n_, n_).setIdentity();
  whole_.block(m * n_, 0, n_, n_) -= Matrix::Identity(n_, n_);
  whole_(size - 1, period) += arc_period_;
  whole_(size - 1, p) += arc_p_;
  if (!whole_.allFinite()) return false;
  lu_.compute(whole_);
  return true;
}

bool OrbitCurve::solve(const Orbit& o, bool homogeneous, double phase, double arc, Tangent& out) {
  const Index m = o.intervals(), size = n_ * (m + 1) + 2;
  Vector right = Vector::Zero(size);
  right[size - 2] = phase, right[size - 1] = arc;
  if (!homogeneous) {
    for (Index j = 0; j < m; ++j) {
      const auto rest = condensed_[static_cast<std::size_t>(j)].col(n_ + 2);
      right.segment(j * n_, n_) = rest.tail(n_);
      for (Index i = 1; i <= kD; ++i) {
        if (i == kD && j + 1 < m) continue;
        right[size - 2] -= phase_.col(kD * j + i).dot(rest.segment((i - 1) * n_, n_));
        right[size - 1] -= arc_.col(kD * j + i).dot(rest.segment((i - 1) * n_, n_));
      }
    }
    right.segment(m * n_, n_) = -(o.u.col(kD * m) - o.u.col(0) - winding_);
  }
  const Vector found = lu_.solve(right);
  if (!found.allFinite()) return false;
  out.period = found[size - 2], out.p = found[size - 1];
  out.u.resize(n_, kD * m + 1);
  for (Index j = 0; j < m; ++j) {
    const Matrix& c = condensed_[static_cast<std::size_t>(j)];
    out.u.col(kD * j) = found.segment(j * n_, n_);
    const Vector inner = c.leftCols(n_) * found.segment(j * n_, n_) + c.col(n_) * out.period + c.col(n_ + 1) * out.p +
                         (homogeneous ? Vector(Vector::Zero(kD * n_)) : Vector(c.col(n_ + 2)));
    for (Index i = 1; i < kD; ++i) out.u.col(kD * j + i) = inner.segment((i - 1) * n_, n_);
  }
  out.u.col(kD * m) = found.segment(m * n_, n_);
  return true;
}

bool OrbitCurve::newton(Orbit& o, const Orbit& reference, const Tangent* along, double s, const Orbit& origin,
                        int& iterations) {
  for (iterations = 1; iterations <= kMostIterations; ++iterations) {
    if (!condense(o) || !assemble(o, reference, along)) return false;
    double phase = 0, arc = 0;
    for (Index c = 0; c < o.u.cols(); ++c) phase -= phase_.col(c).dot(o.u.col(c) - reference.u.col(c));
    if (along) {
      const Tangent gone{o.u - origin.u, o.period - origin.period, o.p - origin.p};
      arc = s - dot(o, gone, *along);
    } else {
      arc = (origin.p - o.p) / width_;
    }
    Tangent change;
    if (!solve(o, false, phase, arc, change)) return false;
    o.u += change.u;
    o.period += change.period;
    o.p += change.p;
    if (!(o.period > 0)) return false;
    if (along) {
      const Tangent gone{o.u - origin.u, o.period - origin.period, o.p - origin.p};
      if (std::sqrt(dot(o, gone, gone)) > kLargestCorrection * std::abs(s) + kRemeshed) return false;
    }
    if (std::sqrt(dot(o, change, change)) <= kConverged) return true;
  }
  return false;
}

bool OrbitCurve::tangent(const Orbit& o, const Tangent& along, Place& to) {
  if (!condense(o) || !assemble(o, o, &along) || !solve(o, true, 0, 1, to.tangent)) return false;
  const double length = std::sqrt(dot(o, to.tangent, to.tangent));
  if (!(length > 0) || !std::isfinite(length)) return false;
  to.tangent.u /= length, to.tangent.period /= length, to.tangent.p /= length;
  to.orbit = o;
  multipliers(to);
  return true;
}

bool OrbitCurve::go(const Place& from, double s, Place& to, int& iterations) {
  Orbit o = from.orbit;
  o.u += s * from.tangent.u;
  o.period += s * from.tangent.period;
  o.p += s * from.tangent.p;
  return newton(o, from.orbit, &from.tangent, s, from.orbit, iterations) && tangent(o, from.tangent, to);
}

bool OrbitCurve::born(const Orbit& rest, const Tangent& along, double s, Place& to) {
  Orbit o = rest;
  o.u += s * along.u;
  const Orbit reference = o;
  int iterations = 0;
  return newton(o, reference, &along, s, rest, iterations) && tangent(o, along, to);
}

bool OrbitCurve::settle(const Orbit& orbit, Place& to) {
  Orbit o = orbit;
  int iterations = 0;
  if (!newton(o, orbit, nullptr, 0, orbit, iterations)) return false;
  const Tangent along{Matrix::Zero(n_, o.u.cols()), 0, width_};
  return tangent(o, along, to);
}

void OrbitCurve::multipliers(Place& to) const {
  Matrix monodromy = Matrix::Identity(n_, n_);
  for (const Matrix& c : condensed_) monodromy = c.block((kD - 1) * n_, 0, n_, n_) * monodromy;
  Eigen::VectorXcd all = Eigen::EigenSolver<Matrix>(monodromy, false).eigenvalues();
  Index trivial = 0;
  to.trivial_error = (all.array() - 1.0).abs().minCoeff(&trivial);
  to.multipliers.resize(std::max<Index>(n_ - 1, 0));
  for (Index k = 0, at = 0; k < n_; ++k) {
    if (k != trivial) to.multipliers[at++] = all[k];
  }
  std::sort(to.multipliers.begin(), to.multipliers.end(), [](const auto& a, const auto& b) {
    return std::abs(a) != std::abs(b) ? std::abs(a) > std::abs(b) : a.imag() > b.imag();
  });
}

void OrbitCurve::widen_scale(const Orbit& orbit) {
  scale_ = scale_.cwiseMax((orbit.u.rowwise().maxCoeff() - orbit.u.rowwise().minCoeff()) / 2);
}

void OrbitCurve::adapt(Place& at, Index intervals) {
  const Orbit& o = at.orbit;
  const Index m = o.intervals();
  // The highest derivative of each interval's polynomial; its jumps stand for the next one.
  constexpr double kBinomial[5] = {1, -4, 6, -4, 1};
  Matrix highest = Matrix::Zero(n_, m);
  for (Index j = 0; j < m; ++j) {
    const double h = (o.mesh[j + 1] - o.mesh[j]) / kD;
    for (Index i = 0; i <= kD; ++i) highest.col(j) += kBinomial[i] * o.u.col(kD * j + i) / std::pow(h, kD);
    highest.col(j) = highest.col(j).cwiseQuotient(scale_).eval();
  }
  Vector density(m);
  for (Index j = 0; j < m; ++j) {
    const Index before = (j + m - 1) % m, after = (j + 1) % m;
    const auto width = [&](Index k) { return o.mesh[k + 1] - o.mesh[k]; };
    const double left = (highest.col(j) - highest.col(before)).norm() / (0.5 * (width(j) + width(before)));
    const double right = (highest.col(after) - highest.col(j)).norm() / (0.5 * (width(j) + width(after)));
    density[j] = std::pow(0.5 * (left + right), 1.0 / (kD + 1));
  }
  const double mean = density.dot(o.mesh.tail(m) - o.mesh.head(m));
  density.array() += 0.1 * mean + 1e-12;  // nowhere a mesh that is too wide
  Vector sum = Vector::Zero(m + 1);
  for (Index j = 0; j < m; ++j) sum[j + 1] = sum[j] + density[j] * (o.mesh[j + 1] - o.mesh[j]);
  Orbit next;
  next.period = o.period, next.p = o.p;
  next.mesh = Vector::LinSpaced(intervals + 1, 0, 1);
  for (Index j = 1, k = 0; j < intervals; ++j) {
    const double wanted = sum[m] * static_cast<double>(j) / static_cast<double>(intervals);
    while (sum[k + 1] < wanted) ++k;
    next.mesh[j] = o.mesh[k] + (wanted - sum[k]) / (sum[k + 1] - sum[k]) * (o.mesh[k + 1] - o.mesh[k]);
  }
  next.u.resize(n_, kD * intervals + 1);
  Orbit moving = o;
  moving.u = at.tangent.u;
  Tangent along{Matrix(n_, kD * intervals + 1), at.tangent.period, at.tangent.p};
  for (Index c = 0; c <= kD * intervals; ++c) {
    const Index j = std::min(c / kD, intervals - 1);
    const double s = next.mesh[j] + static_cast<double>(c - kD * j) / kD * (next.mesh[j + 1] - next.mesh[j]);
    next.u.col(c) = o.at(s);
    along.u.col(c) = moving.at(s);
  }
  at.orbit = std::move(next);
  const double length = std::sqrt(dot(at.orbit, along, along));
  along.u /= length, along.period /= length, along.p /= length;
  at.tangent = std::move(along);
}

}  // namespace neurode::analysis
