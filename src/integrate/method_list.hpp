#pragma once

#include <vector>

#include "integrate/rosenbrock/tableau.hpp"
#include "integrate/runge_kutta/tableau.hpp"
#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// A member of the family and, where it is a plain Runge-Kutta or Rosenbrock method, its coefficients (the conformance
/// tests check them).
struct Method {
  MethodEntry entry = {};
  const Tableau* tableau = nullptr;
  const RosenbrockTableau* rosenbrock = nullptr;
};

/// The one list of methods, sorted by name; methods() is its entries.
const std::vector<Method>& method_list();

}  // namespace neurode::integrate
