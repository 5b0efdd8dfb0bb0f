#pragma once

#include <cstdint>

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/options.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate {

/// Upper estimate of the spectral radius of dF/dx: power iteration with differences of F, times 1.2.
///
/// The direction starts as F with as much noise, so that no eigenvector is missing from it (the published codes take F
/// alone, which on a smooth solution is orthogonal to just the fast directions), and goes on from the last one kept.
/// Norms are weighted by atol + rtol |x|, so that variables of different units are each moved by a small share of
/// themselves. Settled: two ratios in a row differ by less than 1 %. Where that does not come about in 50 right-hand
/// sides (a pair of complex eigenvalues), the largest of the later ratios is taken.
/// @par Source  B. P. Sommeijer, L. F. Shampine, J. G. Verwer, J. Comput. Appl. Math. 88 (1998) 315-326, section 3.3
class SpectralRadius {
 public:
  SpectralRadius(System& system, Statistics& statistics, const Options& o);

  /// Forget the direction, and start the noise anew.
  void forget();
  /// The estimate at (t, x), where F is `f`. `doubtful`: the last estimate was too small, perhaps; so noise is added to
  /// the direction kept. 0 where F does not vary. Not finite where F is not: then nothing is kept.
  double estimate(double t, const Vector& x, const Vector& f, double dt, bool doubtful);

 private:
  void weigh(const Vector& x);
  double norm(const Vector& v) const;
  void add_noise();
  double give_up();

  System& system_;
  Statistics& statistics_;
  const double relative_;  ///< size of the perturbation, as a share of |x|
  Vector absolute_;        ///< and apart from that
  Vector weight_, direction_, x_, f_;
  bool kept_ = false;
  std::uint64_t random_ = 0;
};

}  // namespace neurode::integrate
