#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/learning/problem.hpp"

namespace neurode::run {

class Monitor;
/// Expressions with a name that others may use. They must outlive those.
using NamedMonitors = std::vector<std::pair<std::string, Monitor*>>;

/// An expression of recordable quantities as a function of (t, x): elements (`hidden.a[3]`, `hidden.a[3, 1]` for sample
/// 1,
/// `"a -> b.weights"[0, 2]`), scalars and metrics (`loss`), reductions (`mean(hidden.a)`, sum, min, max) and `t`.
class Monitor {
 public:
  /// Faults (syntax, unknown names, indices out of range, units that do not fit) go to the diagnostics.
  Monitor(const equations::SourceText& source, learning::Problem& problem, Diagnostics& diagnostics,
          const NamedMonitors* names = nullptr);
  ~Monitor();
  Monitor(Monitor&&) noexcept;

  double evaluate(double t, const double* x);
  /// As it follows from those of the variables; "" where it does not.
  const std::string& unit() const;
  /// For a condition: a number that rises through zero where the condition becomes true. Comparisons become
  /// differences.
  bool is_condition() const;
  double margin(double t, const double* x);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace neurode::run
