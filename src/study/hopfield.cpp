#include "study/hopfield.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace neurode::study {

namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
constexpr double kSame = 1e-11;  ///< relative: numbers that differ by less are the same
constexpr double kPanel = 0.25;  ///< widest piece of an integral
constexpr double kSlack = 1e-8;  ///< beyond the range of f, relative to 1 + |x|
constexpr double kMostPanels = 20000;
constexpr double kFarthest = 1e6;  ///< inputs beyond which f is taken to be at its end

/// Gauss and Legendre's points and weights on [-1, 1], those above 0 of 8.
constexpr std::array<double, 4> kNodes = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                                          0.9602898564975363};
constexpr std::array<double, 4> kWeights = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                                            0.1012285362903763};

bool alike(const Vector& a, const Vector& b, const Vector& size) {
  return ((a - b).array().abs() <= kSame * size.array()).all();
}

}  // namespace

HopfieldEnergy::HopfieldEnergy(const network::Network& net, double t, const Vector& x) : units_(net) {
  refusal_ = form_at(t, x);
  if (!refusal_.empty()) return;
  form_ = relaxes_ ? "Hopfield, rate form" : "Cohen-Grossberg";
  asymmetry_ = units_.asymmetry(t);
  drive_ = units_.inputs(t, Vector::Zero(units_.size()));
  last_ = sum_ = Vector::Zero(units_.size());
}

/// Finds which form the units have, at inputs and states around those of the trajectory; else what is amiss.
std::string HopfieldEnergy::form_at(double t, const Vector& x) {
  const Index n = units_.size();
  const auto all = [n](double v) { return Vector(Vector::Constant(n, v)); };
  bool linear = true, relaxes = true, own_output = true, growing = true;
  for (const double shift : {0.0, -0.7, 0.45, 1.3}) {
    const Vector at = x.array() + shift;
    if (!alike(units_.rate(t, at, all(0.3)), units_.rate(t + 1, at, all(0.3)), all(1e-300))) {
      return "the rates of its units depend on time";
    }
    const auto rate = [&](double input) { return units_.rate(t, at, all(input)); };
    for (const double wide : {0.3, 4.0}) {
      const Vector low = rate(-wide), middle = rate(0), high = rate(2 * wide);  // odd functions are no lines
      const Vector size = 2 * low.cwiseAbs() + 3 * middle.cwiseAbs() + high.cwiseAbs();
      linear = linear && alike(2 * low + high, 3 * middle, size) && (high.array() > low.array()).all();
      growing = growing && (high.array() >= low.array()).all();
    }
    own_output = own_output && alike(units_.output(t, at), at, at.cwiseAbs().array() + 1);
    for (const double input : {-4.0, 0.3, 4.0}) {
      const Vector slope = units_.slope(t, at, all(input));
      if (gain_.size() == 0) gain_ = -slope;
      relaxes = relaxes && alike(-slope, gain_, gain_.cwiseAbs()) && (gain_.array() > 0).all();
    }
    const Vector more = at.array() + 0.1;
    if (!(units_.output(t, more).array() >= units_.output(t, at).array() - kSame).all()) {
      return "the output of its units falls where their state rises";
    }
  }
  if (linear) return "";
  relaxes_ = relaxes && own_output && growing;
  return relaxes_ ? ""
                  : "its units are neither linear in their input nor do they relax to a rising function of it, which "
                    "they give";
}

/// -A/B, of the first form.
Vector HopfieldEnergy::h(double t, const Vector& x) {
  const Vector zero = Vector::Zero(x.size()), one = Vector::Ones(x.size());
  const Vector a = units_.rate(t, x, zero);
  return -a.cwiseQuotient(units_.rate(t, x, one) - a);
}

Vector HopfieldEnergy::integrand(double t, const Vector& z) {
  const Vector zero = Vector::Zero(z.size()), one = Vector::Ones(z.size());
  const Vector a = units_.rate(t, z, zero);
  if (relaxes_) return (units_.rate(t, zero, z)).cwiseQuotient(gain_);
  const Vector b = units_.rate(t, z, one) - a, da = units_.slope(t, z, zero), db = units_.slope(t, z, one) - da;
  const Vector dh = -(da.cwiseProduct(b) - a.cwiseProduct(db)).cwiseQuotient(b.cwiseAbs2());
  return dh.cwiseProduct(units_.output(t, z));
}

Vector HopfieldEnergy::integral(double t, const Vector& from, const Vector& to) {
  const double width = (to - from).cwiseAbs().maxCoeff();
  const double panels = std::clamp(std::ceil(width / kPanel), 1.0, kMostPanels);
  const Vector half = 0.5 * (to - from) / panels;
  Vector sum = Vector::Zero(from.size());
  for (double k = 0; k < panels; ++k) {
    const Vector middle = from + (2 * k + 1) * half;
    for (std::size_t i = 0; i < kNodes.size(); ++i) {
      sum += kWeights[i] * (integrand(t, middle - kNodes[i] * half) + integrand(t, middle + kNodes[i] * half));
    }
  }
  return sum.cwiseProduct(half);
}

/// f^-1, of the second form: of the inputs that give x the one nearest to 0. NaN outside of f's range, but for what an
/// integration leaves.
Vector HopfieldEnergy::inverse(double t, const Vector& state) {
  const Vector zero = Vector::Zero(state.size()), ones = Vector::Ones(state.size());
  const auto f = [&](const Vector& input) { return Vector(units_.rate(t, zero, input).cwiseQuotient(gain_)); };
  const Vector x = state.cwiseMax(f(-kFarthest * ones)).cwiseMin(f(kFarthest * ones));
  const Vector sign = (f(zero).array() <= x.array()).select(ones, -ones);
  Vector near = zero, far = kFarthest * sign;
  for (int k = 0; k < 75; ++k) {
    const Vector middle = 0.5 * (near + far);
    const auto reached = ((f(middle) - x).cwiseProduct(sign).array() >= 0).eval();
    far = reached.select(middle, far);
    near = reached.select(near, middle);
  }
  const auto inside = ((x - state).array().abs() <= kSlack * (1 + state.array().abs())).eval();
  return inside.select(far, Vector::Constant(x.size(), kNothing));
}

double HopfieldEnergy::at(double t, const Vector& x) {
  const Vector y = relaxes_ ? x : units_.output(t, x), b = units_.inputs(t, Vector::Zero(x.size()));
  const Vector u = units_.inputs(t, y), z = relaxes_ ? inverse(t, x) : x;
  if (!z.allFinite()) return kNothing;
  driven_ = driven_ || b != drive_;
  sum_ += integral(t, last_, z);
  last_ = z;
  const double outer = -0.5 * y.dot(u + b);
  return relaxes_ ? outer + x.dot(z) - sum_.sum() : outer + h(t, x).dot(y) - sum_.sum();
}

}  // namespace neurode::study
