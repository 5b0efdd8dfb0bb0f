#pragma once

#include "neurode/integrate/method.hpp"

namespace neurode::integrate::sundials {

enum class Formula {
  adams,  ///< Adams-Moulton, orders 1 to 12, by fixed-point iteration
  bdf,    ///< backward differentiation, orders 1 to 5, by Newton's method
};
std::unique_ptr<Stepper> make_cvode(Formula formula, System& system, Statistics& statistics, const Options& options);

}  // namespace neurode::integrate::sundials
