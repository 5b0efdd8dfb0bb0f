#pragma once

#include "neurode/dynamics/system.hpp"

namespace neurode::integrate {

/// The fastest that F's linearisation does at one point.
struct FastestScale {
  double rate = 0;       ///< spectral radius of J; 0: J is 0 or not finite there
  double direction = 0;  ///< Re(lambda) / |lambda| of that eigenvalue: -1 decays, 1 grows, about 0 turns
};

/// By power iteration on products J v, which no statistics count: right to a few percent where one eigenvalue, or a
/// complex pair, stands out.
FastestScale fastest_scale(System& system, double t, const Vector& x);

}  // namespace neurode::integrate
