// cvode_bdf through drive(), a whole solve each, against CVODE driven through its C interface as its manual says.
#include "bench.hpp"

#ifdef NEURODE_HAVE_SUNDIALS
#include <cvode/cvode.h>
#include <fmt/format.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <cstdlib>

#include "stiff_problems.hpp"
#include "stiff_system.hpp"

namespace {

constexpr double kTolerance = 1e-6;

struct Counts {
  long steps = 0, rhs = 0, jacobians = 0;
  double x[8] = {};
};

template <class P>
Counts bare() {
  SUNContext context = nullptr;
  SUNContext_Create(nullptr, &context);
  N_Vector y = N_VNew_Serial(P::kSize, context);
  std::copy_n(P::kStart, P::kSize, NV_DATA_S(y));
  SUNMatrix matrix = SUNDenseMatrix(P::kSize, P::kSize, context);
  SUNLinearSolver dense = SUNLinSol_Dense(y, matrix, context);
  void* m = CVodeCreate(CV_BDF, context);
  const CVRhsFn f = [](realtype, N_Vector at, N_Vector dy, void*) {
    P::rhs(NV_DATA_S(at), NV_DATA_S(dy));
    return 0;
  };
  const CVLsJacFn j = [](realtype, N_Vector at, N_Vector, SUNMatrix a, void*, N_Vector, N_Vector, N_Vector) {
    P::jacobian(NV_DATA_S(at), [a](int row, int column) -> double& { return SM_ELEMENT_D(a, row, column); });
    return 0;
  };
  CVodeInit(m, f, 0, y);
  CVodeSStolerances(m, kTolerance, P::kAtol * kTolerance);
  CVodeSetLinearSolver(m, dense, matrix);
  CVodeSetJacFn(m, j);
  CVodeSetStopTime(m, P::kEnd);
  double t = 0;
  while (CVode(m, P::kEnd, y, &t, CV_ONE_STEP) == CV_SUCCESS) continue;
  Counts c;
  CVodeGetNumSteps(m, &c.steps);
  CVodeGetNumRhsEvals(m, &c.rhs);
  CVodeGetNumJacEvals(m, &c.jacobians);
  std::copy_n(NV_DATA_S(y), P::kSize, c.x);
  CVodeFree(&m);
  SUNLinSolFree(dense);
  SUNMatDestroy(matrix);
  N_VDestroy(y);
  SUNContext_Free(&context);
  return c;
}

template <class P>
void add_problem() {
  std::string ours = std::string("cvode_bdf_") + P::kName;
  std::replace(ours.begin(), ours.end(), ' ', '_');
  const std::string theirs = ours + "_bare";
  const auto our_turn = [] {
    auto r = bench::solve_stiff<P>("cvode_bdf", kTolerance);
    benchmark::DoNotOptimize(r);
  };
  const auto bare_turn = [] {
    auto c = bare<P>();
    benchmark::DoNotOptimize(c);
  };
  benchmark::RegisterBenchmark(ours.c_str(), [our_turn](benchmark::State& state) {
    for (auto _ : state) our_turn();
  });
  benchmark::RegisterBenchmark(theirs.c_str(), [bare_turn](benchmark::State& state) {
    for (auto _ : state) bare_turn();
  });
  const auto note = [] {
    const auto r = bench::solve_stiff<P>("cvode_bdf", kTolerance);
    const auto& s = r.statistics;
    const Counts c = bare<P>();
    return fmt::format("steps {}, {}; right-hand sides {}, {}; Jacobians {}, {}; results {}", s.steps, c.steps, s.rhs,
                       c.rhs, s.jacobians, c.jacobians,
                       std::equal(c.x, c.x + P::kSize, r.x.data()) ? "equal to the last bit" : "DIFFER");
  };
  bench::pairs().push_back({.what = std::string(P::kName) + ": cvode_bdf / bare CVODE",
                            .ours = ours,
                            .yardstick = theirs,
                            .target = 1.1,
                            .note = note,
                            .turns = {our_turn, bare_turn}});
}

}  // namespace

void bench::add_cvode() {
  add_problem<VanDerPol>();
  add_problem<Robertson>();
  add_problem<Hires>();
}
#else
void bench::add_cvode() {}
#endif
