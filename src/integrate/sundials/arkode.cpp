#include "integrate/sundials/arkode.hpp"

#include <arkode/arkode_arkstep.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <cmath>

#include "integrate/sundials/dense_solver.hpp"
#include "integrate/sundials/stepper.hpp"

namespace neurode::integrate::sundials {
namespace {

using Part = Callbacks::Part;

template <Part part>
int rhs(realtype t, N_Vector x, N_Vector f, void* callbacks) {
  return static_cast<Callbacks*>(callbacks)->rhs(t, data(x), data(f), part);
}
template <Part part>
int jacobian(realtype t, N_Vector x, N_Vector, SUNMatrix j, void* callbacks, N_Vector, N_Vector, N_Vector) {
  return static_cast<Callbacks*>(callbacks)->jacobian(t, data(x), j, part);
}
template <Part part>
int jvp(N_Vector v, N_Vector jv, realtype t, N_Vector x, N_Vector, void* callbacks, N_Vector) {
  return static_cast<Callbacks*>(callbacks)->jvp(t, data(x), data(v), data(jv), part);
}

void free_arkode(void* memory) { ARKStepFree(&memory); }

class Arkode final : public SundialsStepper {
 public:
  Arkode(System& system, Statistics& statistics, const Options& options)
      : SundialsStepper(system, statistics, options, true),
        mixed_(callbacks_->mixed()),
        explicit_(mixed_ ? rhs<Part::weights> : nullptr),
        implicit_(mixed_ ? rhs<Part::others> : rhs<Part::all>),
        arkode_(made(ARKStepCreate(explicit_, implicit_, 0, atol_.get(), context_.get()))) {
    void* m = arkode_.get();
    ARKStepSetErrHandlerFn(m, keep_message, static_cast<SundialsStepper*>(this));
    check(ARKStepSetUserData(m, callbacks_.get()));
    check(ARKStepSetTableNum(m, ARKODE_ARK436L2SA_DIRK_6_3_4, mixed_ ? ARKODE_ARK436L2SA_ERK_6_3_4 : ARKODE_ERK_NONE));
    check(ARKStepSetAdaptivityMethod(m, ARK_ADAPT_PI, 1, 0, nullptr));
    // Not ARKODE's defaults. F of a stage out of the stage's equation, not of its inexact solution (which stiff
    // components blow up): a tenth of the steps on stiff van der Pol. Stages predicted by the last step's interpolant,
    // and solved to a hundredth of the tolerance: a digit more for a fifth more right-hand sides.
    check(ARKStepSetDeduceImplicitRhs(m, SUNTRUE));
    check(ARKStepSetPredictorMethod(m, 1));
    check(ARKStepSetNonlinConvCoef(m, 0.01));
    check(ARKStepSVtolerances(m, options.rtol, atol_.get()));
    check(ARKStepSetMaxNumSteps(m, -1));
    check(ARKStepSetMaxHnilWarns(m, -1));
    check(ARKStepSetMaxErrTestFails(m, most_fails()));
    check(ARKStepSetMaxConvFails(m, most_fails()));
    if (std::isfinite(options.dt_max)) check(ARKStepSetMaxStep(m, options.dt_max));
    if (n_ <= kLargestDense) {
      matrix_.reset(made(SUNDenseMatrix(n_, n_, context_.get())));
      linear_ = dense_solver(n_, matrix_, atol_, context_);
      check(ARKStepSetLinearSolver(m, linear_.get(), matrix_.get()));
      check(ARKStepSetJacFn(m, mixed_ ? jacobian<Part::others> : jacobian<Part::all>));
    } else {
      linear_.reset(made(SUNLinSol_SPGMR(atol_.get(), SUN_PREC_NONE, kKrylovVectors, context_.get())));
      check(ARKStepSetLinearSolver(m, linear_.get(), nullptr));
      check(ARKStepSetJacTimes(m, nullptr, mixed_ ? jvp<Part::others> : jvp<Part::all>));
    }
  }

 private:
  int restart(double t, double first_step) override {
    ARKStepSetInitStep(arkode_.get(), first_step);
    return ARKStepReInit(arkode_.get(), explicit_, implicit_, t, in_.get());
  }
  void stop_at(double end) override { ARKStepSetStopTime(arkode_.get(), end); }
  void set_smallest(double dt) override { ARKStepSetMinStep(arkode_.get(), dt); }
  int step(double t, double end, double& t_new) override {
    int flag = ARKStepEvolve(arkode_.get(), end, out_.get(), &t_new, ARK_ONE_STEP);
    for (int tries = 1; flag == ARK_UNREC_RHSFUNC_ERR && tries < most_fails() && tried() > smallest(); ++tries) {
      count();
      ++statistics_.rejected;
      restart(t, tried() / 4);
      counters_restarted();
      stop_at(end);
      flag = ARKStepEvolve(arkode_.get(), end, out_.get(), &t_new, ARK_ONE_STEP);
    }
    return flag;
  }
  int dense(double t, N_Vector x) override { return ARKStepGetDky(arkode_.get(), t, 0, x); }
  double tried() const override {
    double dt = 0;
    ARKStepGetCurrentStep(arkode_.get(), &dt);
    return dt;
  }
  Counts counts() const override {
    Counts c;
    ARKStepGetNumErrTestFails(arkode_.get(), &c.error_fails);
    ARKStepGetNumStepSolveFails(arkode_.get(), &c.solver_fails);
    ARKStepGetNumLinSolvSetups(arkode_.get(), &c.setups);
    return c;
  }
  void errors(N_Vector error, N_Vector weight) const override {
    ARKStepGetEstLocalErrors(arkode_.get(), error);
    ARKStepGetErrWeights(arkode_.get(), weight);
  }

  const bool mixed_;
  const ARKRhsFn explicit_, implicit_;
  MatrixOwner matrix_;
  LinearSolverOwner linear_;
  Owner<void*, &free_arkode> arkode_;  // last: it uses the others until it is gone
};

}  // namespace

std::unique_ptr<Stepper> make_ark436(System& system, Statistics& statistics, const Options& options) {
  return std::make_unique<Arkode>(system, statistics, options);
}

}  // namespace neurode::integrate::sundials
