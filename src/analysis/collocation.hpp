#pragma once

#include <Eigen/LU>
#include <vector>

#include "neurode/analysis/family.hpp"

namespace neurode::analysis {

/// A closed orbit as a polynomial of degree 4 on each interval of a mesh over [0, 1], by its values at 5 equidistant
/// points of each, the ends shared.
struct Orbit {
  static constexpr Index kDegree = 4;
  Vector mesh;  ///< intervals + 1 places from 0 to 1
  Matrix u;     ///< n x (kDegree * intervals + 1)
  double period = 0, p = 0;

  Index intervals() const { return mesh.size() - 1; }
  Vector at(double s) const;  ///< 0 <= s <= 1
};

/// Periodic orbits u' = T F(u; p), u(1) = u(0) + winding, by orthogonal collocation at Gauss points, and the curve they
/// form over p.
/// @par Source  E. J. Doedel, H. B. Keller, J. P. Kernevez, Int. J. Bifurcation and Chaos 1 (1991) 745-772;
/// R. D. Russell, J. Christiansen, SIAM J. Numer. Anal. 15 (1978) 59-80 (mesh)
class OrbitCurve {
 public:
  /// scale: changes of x that count as 1; width: of p; period: of the period.
  OrbitCurve(Family& family, double t, const Vector& scale, double width, double period, const Vector& winding);

  struct Tangent {
    Matrix u;
    double period = 0, p = 0;
  };
  struct Place {
    Orbit orbit;
    Tangent tangent;               ///< of length 1
    Eigen::VectorXcd multipliers;  ///< of Floquet, the trivial one left out; the largest first
    double trivial_error = 0;      ///< of that one: |m - 1|
  };

  double dot(const Orbit& on, const Tangent& a, const Tangent& b) const;
  /// The orbit across the tangent from `from`, at distance s. False where Newton's method does not get there.
  bool go(const Place& from, double s, Place& to, int& iterations);
  /// The small orbit at distance s from rest, a Hopf point, in the direction of its eigenvector.
  bool born(const Orbit& rest, const Tangent& along, double s, Place& to);
  /// The orbit near `orbit` at its p, with the tangent in the sense of rising p.
  bool settle(const Orbit& orbit, Place& to);
  /// The same orbit on a mesh that has as much error in each interval; the tangent with it.
  void adapt(Place& at, Index intervals);
  /// Changes of x as large as the orbit's half width count as 1 from now on, where the scale was smaller.
  void widen_scale(const Orbit& orbit);

 private:
  bool newton(Orbit& orbit, const Orbit& reference, const Tangent* along, double s, const Orbit& origin,
              int& iterations);
  /// Linearises at `orbit`: each interval's inner values as functions of its first, of T and of p.
  bool condense(const Orbit& orbit);
  /// Factorises the whole with rows for the phase and, along a tangent, for arclength (null: p is held).
  bool assemble(const Orbit& orbit, const Orbit& reference, const Tangent* along);
  /// The change of the orbit for the right sides of those rows; `homogeneous`: residuals count as 0.
  bool solve(const Orbit& orbit, bool homogeneous, double phase, double arc, Tangent& out);
  bool tangent(const Orbit& orbit, const Tangent& along, Place& to);
  void multipliers(Place& to) const;        ///< from what condense() left
  Matrix slopes(const Orbit& orbit) const;  ///< du/ds at the Gauss points, n x (kDegree * intervals)

  Family& family_;
  const double t_;
  const Index n_;
  Vector scale_;
  const Vector winding_;
  const double width_, period_;
  // Of each interval: the inner values = from_first * first + by_period dT + by_p dp + rest, columns side by side.
  std::vector<Matrix> condensed_;  ///< (kDegree n) x (n + 3)
  Matrix phase_, arc_;             ///< rows of the two conditions, like u
  double arc_period_ = 0, arc_p_ = 0;
  Matrix whole_;
  Eigen::PartialPivLU<Matrix> lu_;
};

}  // namespace neurode::analysis
