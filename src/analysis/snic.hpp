#pragma once

#include <functional>

#include "neurode/dynamics/system.hpp"

namespace neurode::analysis {

/// Does a fold of rest at (t, x) lie on an invariant circle (saddle-node on an invariant circle, SNIC), so that where
/// rest vanishes a periodic orbit is born whose period grows like 1/sqrt(distance)?
///
/// All other eigenvalues must be left of the axis. From a thousandth of `scale` beside x, on the side of the null
/// vector on which x' = a y^2 leads away, the trajectory at the fold itself is followed: it lies on a circle where it
/// comes back on the other side, the one that is drawn in. Elements by which F has the period 2 pi are angles.
/// @par Source  Y. A. Kuznetsov, Elements of Applied Bifurcation Theory, 3rd ed. (Springer, 2004), theorem 7.1 (n =
/// 2), 7.2
bool on_invariant_circle(System& system, double t, const Vector& x, const Vector& scale,
                         const std::function<bool()>& interrupt);

}  // namespace neurode::analysis
