#pragma once

#include <exception>
#include <vector>

#include "integrate/sundials/memory.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/integrate/statistics.hpp"

namespace neurode::integrate::sundials {

/// What SUNDIALS calls: F, J and J v of a System, counted and checked. SUNDIALS looks at no value for being finite, and
/// is C: an exception must not pass through it. So F that is not finite is a failure it may step around (1), and an
/// exception is kept for rethrow() and ends the step (-1).
class Callbacks {
 public:
  enum class Part { all, weights, others };

  /// With `remember`, F at the point of the last call is not computed again; without it only F of hold() is kept, until
  /// it is asked for once.
  Callbacks(System& system, Statistics& statistics, bool remember);

  /// f = F(t, x). 0, 1 or -1, as above.
  int rhs(double t, const double* x, double* f);
  /// The same with zeros where the state is not in `part`.
  int rhs(double t, const double* x, double* f, Part part);
  /// J of the rows in `part`.
  int jacobian(double t, const double* x, SUNMatrix j, Part part);
  int jvp(double t, const double* x, const double* v, double* jv, Part part);

  /// F(t, x) = f is known already.
  void hold(double t, const double* x, const Vector& f);
  /// F is another from now on.
  void forget() { known_ = false; }

  /// Has the state weights, and other things as well?
  bool mixed() const { return !weights_.empty() && !others_.empty(); }

  void begin_step();
  /// Throws what a callback threw.
  void rethrow();
  /// First element of F that was not finite since begin_step(), or -1, and where.
  Index bad_element() const { return bad_element_; }
  double bad_time() const { return bad_time_; }
  /// Was F of the last call not finite?
  bool last_bad() const { return last_bad_; }

 private:
  struct Range {
    Index offset, size;
  };
  /// Sets to zero what is not in `part`.
  void restrict_to(Part part, Eigen::Ref<Matrix> rows) const;

  System& system_;
  Statistics& statistics_;
  const bool remember_;
  bool known_ = false;
  double t_ = 0;
  Vector x_, f_;  ///< F(t_, x_) = f_ where known_
  Matrix jacobian_;
  std::vector<Range> weights_, others_;
  Index bad_element_ = -1;
  double bad_time_ = 0;
  bool last_bad_ = false;
  std::exception_ptr thrown_;
};

}  // namespace neurode::integrate::sundials
