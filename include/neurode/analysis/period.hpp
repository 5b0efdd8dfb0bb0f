#pragma once

#include <functional>

#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/options.hpp"

namespace neurode::analysis {

struct PeriodSearch {
  double t0 = 0;
  double skip = 0;     ///< time before it is looked at
  double span = 0;     ///< time that is looked at
  Index element = -1;  ///< whose crossings are counted; -1: the one that swings widest, relative to `scale`
  double level = 0;    ///< that it crosses upwards; used where has_level, else the middle of its range
  bool has_level = false;
  double same = 1e-6;  ///< two crossings are the same where all elements differ by less, relative to their ranges
  Vector scale;        ///< of the elements; empty: 1 each
  integrate::Options integrator;
  std::function<bool()> interrupt{};
};

struct Period {
  bool found = false;   ///< the state comes back to where it was
  double period = 0;    ///< between the last crossings that are the same
  double spread = 0;    ///< of that, over the last turns
  Index turns = 0;      ///< crossings a period
  Index crossings = 0;  ///< in all
  double change = 0;    ///< what is left between the crossings that are the same, relative to the ranges
  Index element = 0;
  double level = 0;
  Vector x;          ///< state at the last crossing
  Vector low, high;  ///< over the time looked at
};

/// The period of what the system does after `skip`, from the crossings of a Poincare section (element = level,
/// upwards), which are located on the method's dense output. Crossings that repeat every m turns give the period of m.
/// @throws NumericalError where the integration fails
Period find_period(System& system, const Vector& x, const PeriodSearch& search);

}  // namespace neurode::analysis
