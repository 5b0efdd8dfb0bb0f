#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "neurode/analysis/family.hpp"
#include "neurode/analysis/spectrum.hpp"

namespace neurode::analysis {

/// What is special about a point of a branch.
enum class Special {
  none,
  start,
  end,
  fold,  ///< of states of rest (saddle-node), or of periodic orbits
  snic,  ///< a fold of states of rest on an invariant circle, which is a periodic orbit where they are gone
  hopf,
  branch,  ///< another branch crosses (transcritical, pitchfork)
  period_doubling,
  torus,       ///< a complex pair of multipliers leaves the unit circle (Neimark-Sacker)
  homoclinic,  ///< the period grows without bounds
};
std::string_view special_name(Special s);

struct BranchPoint {
  double p = 0;
  Vector x;            ///< of a periodic orbit: its point of phase 0
  Spectrum spectrum;   ///< eigenvalues; of a periodic orbit its Floquet multipliers, the largest first
  Index unstable = 0;  ///< eigenvalues to the right of the axis, multipliers outside of the circle
  Special special = Special::none;
  double period = 0;       ///< of a periodic orbit; at a Hopf point, that of the orbit that is born
  Vector low, high;        ///< of a periodic orbit: the smallest and the largest of each element
  double criticality = 0;  ///< of a Hopf point, its first Lyapunov coefficient: < 0 supercritical, > 0 subcritical
};

struct Branch {
  std::vector<BranchPoint> points;  ///< in the order of the curve, those located among them
  std::string ended[2];             ///< why it ends, backwards and forwards
};

struct BranchOptions {
  double low = 0, high = 0;  ///< the parameter's range
  double t = 0;              ///< the time at which F is looked at
  double step = 0.01;        ///< first arclength step, where the range of p counts as 1
  double smallest = 1e-7, largest = 0.05;
  int most = 2000;  ///< points in each direction
  Vector scale;     ///< changes of x that count as 1; empty: max(1, |x|) at the start
  std::function<bool()> interrupt{};
};

/// The branch of states of rest through (x, p), both ways, by pseudo-arclength continuation; x is first brought to rest
/// at p. Folds, Hopf points and branch points are located to about 1e-9 of the range of p.
/// @par Source  H. B. Keller, in Applications of Bifurcation Theory (Academic Press, 1977) 359-384; W. Govaerts,
/// Numerical Methods for Bifurcations of Dynamical Equilibria (SIAM, 2000)
/// @throws NumericalError where there is no rest near x
Branch continue_rest(Family& family, const Vector& x, double p, const BranchOptions& options);

struct OrbitOptions {
  BranchOptions branch;  ///< step, largest: of arclength, where the range of p and the first period count as 1
  Index intervals = 40;  ///< of the mesh
  double longest = 0;    ///< a period that ends the branch; 0: 100 times the first
  Vector winding;        ///< what is added to x in a turn (of angles); empty: nothing
};

/// The branch of periodic orbits that is born at a Hopf point, up to the range's end, to another Hopf point, or to
/// where the period grows without bounds. Folds, period doublings and torus points are located to about 1e-7 of the
/// range.
/// @par Source  E. J. Doedel, H. B. Keller, J. P. Kernevez, Int. J. Bifurcation and Chaos 1 (1991) 745-772
/// @throws NumericalError where no orbit is found beside the point
Branch continue_orbits(Family& family, const BranchPoint& hopf, const OrbitOptions& options);

/// A periodic orbit as a simulation has it: states at equal distances of a period, both ends among them.
struct Cycle {
  double p = 0, period = 0;
  Matrix states;  ///< n x points
};

/// The same through a cycle, both ways. @throws NumericalError where no orbit is found near it
Branch continue_orbits(Family& family, const Cycle& cycle, const OrbitOptions& options);

}  // namespace neurode::analysis
