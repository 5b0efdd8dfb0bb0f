#include "integrate/sundials/cvode.hpp"

#include <cvode/cvode.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <cmath>

#include "integrate/sundials/dense_solver.hpp"
#include "integrate/sundials/stepper.hpp"

namespace neurode::integrate::sundials {
namespace {

using Part = Callbacks::Part;

int rhs(realtype t, N_Vector x, N_Vector f, void* callbacks) {
  return static_cast<Callbacks*>(callbacks)->rhs(t, data(x), data(f));
}
int jacobian(realtype t, N_Vector x, N_Vector, SUNMatrix j, void* callbacks, N_Vector, N_Vector, N_Vector) {
  return static_cast<Callbacks*>(callbacks)->jacobian(t, data(x), j, Part::all);
}
int jvp(N_Vector v, N_Vector jv, realtype t, N_Vector x, N_Vector, void* callbacks, N_Vector) {
  return static_cast<Callbacks*>(callbacks)->jvp(t, data(x), data(v), data(jv), Part::all);
}

void free_cvode(void* memory) { CVodeFree(&memory); }

class Cvode final : public SundialsStepper {
 public:
  Cvode(Formula formula, System& system, Statistics& statistics, const Options& options)
      : SundialsStepper(system, statistics, options, false),
        cvode_(made(CVodeCreate(formula == Formula::bdf ? CV_BDF : CV_ADAMS, context_.get()))) {
    void* m = cvode_.get();
    CVodeSetErrHandlerFn(m, keep_message, static_cast<SundialsStepper*>(this));
    check(CVodeInit(m, rhs, 0, atol_.get()));  // a vector of the right kind; restart() has the state
    check(CVodeSetUserData(m, callbacks_.get()));
    check(CVodeSVtolerances(m, options.rtol, atol_.get()));
    check(CVodeSetMaxNumSteps(m, -1));
    check(CVodeSetMaxHnilWarns(m, -1));
    check(CVodeSetMaxErrTestFails(m, most_fails()));
    check(CVodeSetMaxConvFails(m, most_fails()));
    if (std::isfinite(options.dt_max)) check(CVodeSetMaxStep(m, options.dt_max));
    if (formula == Formula::adams) {
      fixed_point_.reset(made(SUNNonlinSol_FixedPoint(atol_.get(), 0, context_.get())));
      check(CVodeSetNonlinearSolver(m, fixed_point_.get()));
    } else if (n_ <= kLargestDense) {
      matrix_.reset(made(SUNDenseMatrix(n_, n_, context_.get())));
      linear_ = dense_solver(n_, matrix_, atol_, context_);
      check(CVodeSetLinearSolver(m, linear_.get(), matrix_.get()));
      check(CVodeSetJacFn(m, jacobian));
    } else {
      linear_.reset(made(SUNLinSol_SPGMR(atol_.get(), SUN_PREC_NONE, kKrylovVectors, context_.get())));
      check(CVodeSetLinearSolver(m, linear_.get(), nullptr));
      check(CVodeSetJacTimes(m, nullptr, jvp));
    }
  }

 private:
  int restart(double t, double first_step) override {
    CVodeSetInitStep(cvode_.get(), first_step);
    return CVodeReInit(cvode_.get(), t, in_.get());
  }
  void stop_at(double end) override { CVodeSetStopTime(cvode_.get(), end); }
  void set_smallest(double dt) override { CVodeSetMinStep(cvode_.get(), dt); }
  int step(double, double end, double& t_new) override {
    return CVode(cvode_.get(), end, out_.get(), &t_new, CV_ONE_STEP);
  }
  int dense(double t, N_Vector x) override { return CVodeGetDky(cvode_.get(), t, 0, x); }
  double tried() const override {
    double dt = 0;
    CVodeGetCurrentStep(cvode_.get(), &dt);
    return dt;
  }
  Counts counts() const override {
    Counts c;
    CVodeGetNumErrTestFails(cvode_.get(), &c.error_fails);
    CVodeGetNumStepSolveFails(cvode_.get(), &c.solver_fails);
    CVodeGetNumLinSolvSetups(cvode_.get(), &c.setups);
    return c;
  }
  void errors(N_Vector error, N_Vector weight) const override {
    CVodeGetEstLocalErrors(cvode_.get(), error);
    CVodeGetErrWeights(cvode_.get(), weight);
  }

  MatrixOwner matrix_;
  LinearSolverOwner linear_;
  NonlinearSolverOwner fixed_point_;
  Owner<void*, &free_cvode> cvode_;  // last: it uses the others until it is gone
};

}  // namespace

std::unique_ptr<Stepper> make_cvode(Formula formula, System& system, Statistics& statistics, const Options& options) {
  return std::make_unique<Cvode>(formula, system, statistics, options);
}

}  // namespace neurode::integrate::sundials
