#ifdef NEURODE_HAVE_SUNDIALS
#include <cvode/cvode.h>
#include <doctest/doctest.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "integrate/problems.hpp"
#include "neurode/integrate/method.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::Problem;
using problems::vector;

namespace {

const std::vector<std::string> kMethods = {"ark436", "cvode_adams", "cvode_bdf"};
const std::vector<std::string> kImplicit = {"ark436", "cvode_bdf"};

double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<Eigen::Infinity>(); }

Result run(System& p, const Vector& x0, double t1, const Options& o) { return drive(p, 0, x0, t1, o, {}, {}, {}); }

Problem robertson() {
  return {3,
          [](double, const double* x, double* f) {
            f[0] = -0.04 * x[0] + 1e4 * x[1] * x[2];
            f[2] = 3e7 * x[1] * x[1];
            f[1] = -f[0] - f[2];
          },
          [](double, const double* x, Matrix& j) {
            j << -0.04, 1e4 * x[2], 1e4 * x[1], 0.04, -1e4 * x[2] - 6e7 * x[1], -1e4 * x[1], 0, 6e7 * x[1], 0;
          }};
}

// CVODE by its manual, with nothing of ours but F and J.
struct Bare {
  long steps = 0, rhs = 0, jacobians = 0, setups = 0, rejected = 0;
  Vector x;
};
Bare bare_cvode(int formula, Problem p, const Vector& x0, double t1, const Options& o) {
  const Index n = p.size();
  SUNContext c = nullptr;
  SUNContext_Create(nullptr, &c);
  N_Vector x = N_VNew_Serial(n, c), atol = N_VNew_Serial(n, c);
  Eigen::Map<Vector>(NV_DATA_S(x), n) = x0;
  for (Index i = 0; i < n; ++i) NV_Ith_S(atol, i) = o.atol.size() == 1 ? o.atol[0] : o.atol[i];
  void* m = CVodeCreate(formula, c);
  const CVRhsFn f = [](realtype t, N_Vector y, N_Vector dy, void* d) {
    static_cast<Problem*>(d)->rhs(t, NV_DATA_S(y), NV_DATA_S(dy));
    return 0;
  };
  const CVLsJacFn j = [](realtype t, N_Vector y, N_Vector, SUNMatrix a, void* d, N_Vector, N_Vector, N_Vector) {
    Matrix dense;
    static_cast<Problem*>(d)->jacobian(t, NV_DATA_S(y), dense);
    Eigen::Map<Matrix>(SM_DATA_D(a), dense.rows(), dense.cols()) = dense;
    return 0;
  };
  CVodeInit(m, f, 0, x);
  CVodeSetUserData(m, &p);
  CVodeSVtolerances(m, o.rtol, atol);
  CVodeSetStopTime(m, t1);
  SUNMatrix a = SUNDenseMatrix(n, n, c);
  SUNLinearSolver dense = SUNLinSol_Dense(x, a, c);
  SUNNonlinearSolver fixed = SUNNonlinSol_FixedPoint(x, 0, c);
  if (formula == CV_ADAMS) {
    CVodeSetNonlinearSolver(m, fixed);
  } else {
    CVodeSetLinearSolver(m, dense, a);
    CVodeSetJacFn(m, j);
  }
  double t = 0;
  while (CVode(m, t1, x, &t, CV_ONE_STEP) == CV_SUCCESS) continue;
  Bare b;
  long error_fails = 0, solver_fails = 0;
  CVodeGetNumSteps(m, &b.steps);
  CVodeGetNumRhsEvals(m, &b.rhs);
  CVodeGetNumErrTestFails(m, &error_fails);
  CVodeGetNumStepSolveFails(m, &solver_fails);
  b.rejected = error_fails + solver_fails;
  CVodeGetNumLinSolvSetups(m, &b.setups);
  if (formula == CV_BDF) CVodeGetNumJacEvals(m, &b.jacobians);
  b.x = Eigen::Map<Vector>(NV_DATA_S(x), n);
  CVodeFree(&m);
  SUNNonlinSolFree(fixed);
  SUNLinSolFree(dense);
  SUNMatDestroy(a);
  N_VDestroy(x);
  N_VDestroy(atol);
  SUNContext_Free(&c);
  return b;
}

void check_same(int formula, const Problem& p, const Vector& x0, double t1, const Options& o) {
  Problem ours = p;
  const auto r = run(ours, x0, t1, o);
  const auto b = bare_cvode(formula, p, x0, t1, o);
  REQUIRE(r.outcome == Outcome::reached_end);
  CHECK(r.statistics.steps == b.steps);
  CHECK(r.statistics.rhs == b.rhs);
  CHECK(r.statistics.rhs == ours.calls);
  CHECK(r.statistics.jacobians == b.jacobians);
  CHECK(r.statistics.factorisations == b.setups);
  CHECK(r.statistics.rejected == b.rejected);
  CHECK(r.x == b.x);
}

// Activity x (row 0) and weights w (row 1), each a block of the state.
class Learning : public Problem {
 public:
  Learning(problems::Rhs f, problems::Jacobian j, Block second) : Problem(2, std::move(f), std::move(j)) {
    for (const char* name : {"a", "w"}) {
      Slice s;
      s.name = name;
      s.rows = 1;
      s.block = layout_.slices().empty() ? Block::activity : second;
      layout_.add(s);
    }
  }
  const StateLayout& layout() const override { return layout_; }

 private:
  StateLayout layout_;
};

}  // namespace

TEST_CASE("the same steps, bit for bit, as CVODE driven by hand") {
  auto o = options("cvode_bdf", 1e-4, 1e-8);
  check_same(CV_BDF, robertson(), vector({1, 0, 0}), 40, o);
  o.atol = vector({1e-8, 1e-14, 1e-6});
  check_same(CV_BDF, robertson(), vector({1, 0, 0}), 40, o);
  check_same(CV_BDF, problems::van_der_pol(1000), vector({2, 0}), 2000, options("cvode_bdf", 1e-6, 1e-6));
  check_same(CV_ADAMS, problems::van_der_pol(5), vector({2, 0}), 50, options("cvode_adams", 1e-6, 1e-8));
  check_same(CV_ADAMS, problems::lorenz(), vector({1, 1, 1}), 10, options("cvode_adams", 1e-8, 1e-8));
}

TEST_CASE("dense systems of middling size: exact, with CVODE's own steps but for rounding") {
  // x' = H D H x - x^3 / 10 + ..., H a reflection: full Jacobian, rates from 1 to 1e4; x = H e^{D t} H x0 without the
  // cubic term, which makes the Jacobian change.
  const Index n = 60;
  Vector v(n), d(n);
  for (Index i = 0; i < n; ++i) {
    v[i] = std::cos(static_cast<double>(i));
    d[i] = -std::pow(10.0, 4.0 * static_cast<double>(i) / (n - 1));
  }
  const Matrix h = Matrix::Identity(n, n) - 2 / v.squaredNorm() * v * v.transpose();
  const Matrix a = h * d.asDiagonal() * h;
  for (const double cubic : {0.0, 0.1}) {
    Problem p(
        n,
        [&](double, const double* x, double* f) {
          const Eigen::Map<const Vector> at(x, n);
          Eigen::Map<Vector>(f, n) = a * at - cubic * at.cwiseProduct(at).cwiseProduct(at);
        },
        [&](double, const double* x, Matrix& j) {
          j = a;
          j.diagonal() -= 3 * cubic * Eigen::Map<const Vector>(x, n).array().square().matrix();
        });
    const Vector x0 = Vector::Ones(n), exact = h * ((d * 0.7).array().exp() * (h * x0).array()).matrix();
    const auto o = options("cvode_bdf", 1e-8, 1e-10);
    const auto b = bare_cvode(CV_BDF, p, x0, 0.7, o);
    const auto r = run(p, x0, 0.7, o);
    CHECK(distance(r.x, b.x) < 1e-9);
    CHECK(std::abs(r.statistics.steps - b.steps) <= b.steps / 50);
    CHECK(std::abs(r.statistics.factorisations - b.setups) <= b.setups / 20);
    const auto additive = run(p, x0, 0.7, options("ark436", 1e-8, 1e-10));
    CHECK(distance(additive.x, r.x) < 5e-7);
    CHECK(distance(additive.x, r.x) > 1e-13);
    if (cubic == 0) CHECK(distance(r.x, exact) < 5e-7);
  }
}

TEST_CASE("dense systems whose factors need row exchanges") {
  // y'' + (k + 1) y' + k y = 0 from (1, -1), for k up to 1e5: y = e^-t. In (y, y') the Newton matrix has its largest
  // elements off the diagonal as soon as steps are longer than 1/k.
  const Index pairs = 10;
  Vector k(pairs), x0(2 * pairs);
  for (Index i = 0; i < pairs; ++i) {
    k[i] = std::pow(10.0, 2 + static_cast<double>(i) / 3);
    x0[2 * i] = 1, x0[2 * i + 1] = -1;
  }
  Problem p(
      2 * pairs,
      [&](double, const double* x, double* f) {
        for (Index i = 0; i < pairs; ++i) {
          f[2 * i] = x[2 * i + 1];
          f[2 * i + 1] = -k[i] * x[2 * i] - (k[i] + 1) * x[2 * i + 1];
        }
      },
      [&](double, const double*, Matrix& j) {
        for (Index i = 0; i < pairs; ++i) {
          j(2 * i, 2 * i + 1) = 1;
          j(2 * i + 1, 2 * i) = -k[i], j(2 * i + 1, 2 * i + 1) = -(k[i] + 1);
        }
      });
  for (const auto& name : kImplicit) {
    CAPTURE(name);
    const auto r = run(p, x0, 3, options(name, 1e-7, 1e-9));
    REQUIRE(r.outcome == Outcome::reached_end);
    CHECK(distance(r.x, x0 * std::exp(-3)) < 1e-6);
    CHECK(r.statistics.steps < 200);
    CHECK(r.statistics.rejected < 20);
  }
}

TEST_CASE("ten digits and more at tight tolerances") {
  const auto relative = [](const Vector& x, const Vector& truth) {
    return ((x - truth).array() / truth.array()).abs().maxCoeff();
  };
  const Vector truth = vector({0.715827068719405090, 9.18553476455776390e-6, 0.284163745745830352});
  for (const auto& name : kImplicit) {
    CAPTURE(name);
    auto o = options(name, 1e-12, 0);
    o.atol = vector({1e-14, 1e-20, 1e-14});
    auto p = robertson();
    CHECK(relative(run(p, vector({1, 0, 0}), 40, o).x, truth) < 1e-10);
    // No better than the tolerance lets it be.
    o.rtol = 1e-5;
    CHECK(relative(run(p, vector({1, 0, 0}), 40, o).x, truth) > 1e-8);
  }
  auto p = problems::smooth();
  const auto error = [&](double tolerance) {
    return distance(run(p, problems::smooth_solution(0), 6, options("cvode_adams", tolerance, tolerance)).x,
                    problems::smooth_solution(6));
  };
  CHECK(error(1e-13) < 1e-11);
  CHECK(error(1e-5) > 1e-7);
}

TEST_CASE("ark436: order 4, third-order dense output, of its implicit and its additive form") {
  // Linear in what is implicit, so that Newton's method is exact and only the formulas err.
  const problems::Rhs f = [](double t, const double* x, double* dx) {
    dx[0] = -3 * (x[0] - std::sin(t)) + std::cos(t) + x[1] * x[1] - std::exp(-2 * std::cos(t));
    dx[1] = x[1] * x[1] * std::sin(t) * std::exp(std::cos(t)) - 4 * (x[0] - std::sin(t));
  };
  const problems::Jacobian j = [](double, const double* x, Matrix& m) { m << -3, 2 * x[1], 1, 0; };
  // For the implicit form the same with the square, which is not linear in x, given.
  const problems::Rhs f_linear = [&](double t, const double* x, double* dx) {
    dx[0] = -3 * (x[0] - std::sin(t)) + std::cos(t) + x[1] - std::exp(-std::cos(t));
    dx[1] = -2 * x[1] + (2 + std::sin(t)) * std::exp(-std::cos(t)) + x[0] - std::sin(t);
  };
  const problems::Jacobian j_linear = [](double, const double*, Matrix& m) { m << -3, 1, 1, -2; };
  const auto errors = [&](bool additive, int steps) {
    Learning p = additive ? Learning(f, j, Block::weights) : Learning(f_linear, j_linear, Block::auxiliary);
    const double h = 2.0 / steps;
    const auto solution = [](double t) { return vector({std::sin(t), std::exp(-std::cos(t))}); };
    auto o = options("ark436", 1, 1, h);  // never rejected: dt_max is the step
    o.dt_max = h;
    Statistics s;
    const auto stepper = find_entry(methods(), "ark436")->make(p, s, o);
    Vector x = solution(0), x_new = x, at = x;
    double t = 0, between = 0, worst = 0;
    while (t < 2) {
      const double end = stepper->advance(t, x, 2, x_new).t;
      stepper->interpolate(0.4, at);
      if (t == 0) between = distance(at, solution(0.4 * end));
      stepper->accept();
      x.swap(x_new);
      t = end;
      worst = std::max(worst, distance(x, solution(t)));
    }
    return std::pair{worst, between};
  };
  for (const bool additive : {false, true}) {
    CAPTURE(additive);
    const int steps = additive ? 640 : 80;  // where the next orders no longer show
    const auto [e0, d0] = errors(additive, steps);
    const auto [e1, d1] = errors(additive, 2 * steps);
    CHECK(std::abs(std::log2(e0 / e1) - 4) < 0.1);
    CHECK(std::abs(std::log2(d0 / d1) - 4) < 0.1);
  }
}

TEST_CASE("ark436: stiff activity with weights that learn, weights explicit") {
  // a follows w cos t at a rate of 1e5, w decays to what a was on average.
  const problems::Rhs f = [](double t, const double* x, double* dx) {
    dx[0] = -1e5 * (x[0] - x[1] * std::cos(t));
    dx[1] = x[0] * std::cos(t) - x[1];
  };
  int asked = 0;
  const problems::Jacobian j = [&](double t, const double*, Matrix& m) {
    ++asked;
    m << -1e5, 1e5 * std::cos(t), std::cos(t), -1;
  };
  Learning p(f, j, Block::weights);
  const auto r = run(p, vector({1, 1}), 10, options("ark436", 1e-6, 1e-9));
  // In the limit w' = w (cos^2 t - 1); the rate moves it by about 1e-5.
  const double w = std::exp(-5 + std::sin(20.0) / 4);
  REQUIRE(r.outcome == Outcome::reached_end);
  CHECK(r.x[1] == doctest::Approx(w).epsilon(3e-5));
  CHECK(r.x[0] == doctest::Approx(w * std::cos(10)).epsilon(3e-5));
  CHECK(r.statistics.steps < 2500);  // stability would cost an explicit method 3e5
  CHECK(r.statistics.rhs == p.calls);
  CHECK(r.statistics.jacobians == asked);
  // The same with all implicit takes fewer right-hand sides: no explicit part to compute at the end of each stage.
  Learning whole(f, j, Block::auxiliary);
  const auto implicit = run(whole, vector({1, 1}), 10, options("ark436", 1e-6, 1e-9));
  CHECK(implicit.x[1] == doctest::Approx(w).epsilon(3e-5));
  CHECK(implicit.statistics.rhs < r.statistics.rhs);
}

TEST_CASE("a large system is solved with products J v: diffusion of a mode") {
  const Index n = 400;
  const double rate = 4e4 * (2 - 2 * std::cos(std::numbers::pi / (n + 1)));
  const auto laplace = [](double, const double* x, double* f) {
    for (Index i = 0; i < n; ++i) f[i] = 4e4 * ((i > 0 ? x[i - 1] : 0) - 2 * x[i] + (i + 1 < n ? x[i + 1] : 0));
  };
  class Diffusion : public Problem {
   public:
    using Problem::Problem;
    void jvp(double t, const double* x, const double* v, double* jv) override {
      static_cast<void>(x);
      ++products;
      const auto before = calls;
      rhs(t, v, jv);
      calls = before;
    }
    std::int64_t products = 0;
  };
  Vector mode(n);
  for (Index i = 0; i < n; ++i) mode[i] = std::sin(std::numbers::pi * static_cast<double>(i + 1) / (n + 1));
  for (const auto& name : kImplicit) {
    CAPTURE(name);
    Diffusion p(n, laplace);
    const auto r = run(p, mode, 0.5, options(name, 1e-7, 1e-9));
    REQUIRE(r.outcome == Outcome::reached_end);
    CHECK(distance(r.x, mode * std::exp(-0.5 * rate)) < 5e-6);
    CHECK(r.statistics.jvps == p.products);
    CHECK(r.statistics.jvps > 10);
    CHECK(r.statistics.jacobians == 0);
    CHECK(r.statistics.factorisations == 0);
    CHECK(r.statistics.rhs == p.calls);
    CHECK(r.statistics.steps < 500);
  }
}

TEST_CASE("a history does not outlive a breakpoint") {
  // x' = u(t) - x, u = 1 in [1, 2] and 0 elsewhere.
  class Pulse : public Problem {
   public:
    Pulse()
        : Problem(
              1, [this](double, const double* x, double* f) { f[0] = u - x[0]; },
              [](double, const double*, Matrix& j) { j << -1; }) {
      breaks = {1, 2};
    }
    void begin_segment(double a, double b) override { u = a >= 1 && b <= 2 ? 1 : 0; }
    double u = 0;
  };
  for (const auto& name : kMethods) {
    CAPTURE(name);
    Pulse p;
    double worst = 0;
    std::vector<double> dt;
    std::vector<double> ends;
    Observer o;
    o.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
      const double truth = t < 1 ? 0 : t < 2 ? 1 - std::exp(1 - t) : (1 - std::exp(-1)) * std::exp(2 - t);
      worst = std::max(worst, std::abs(x[0] - truth));
    };
    o.step = [&](double t, double h, const Vector&, const Statistics&) { ends.push_back(t), dt.push_back(h); };
    const auto r = drive(p, 0, vector({0}), 4, options(name, 1e-6, 1e-9), {{0.01}}, {}, o);
    CHECK(r.outcome == Outcome::reached_end);
    CHECK(worst < 5e-6);
    CHECK(worst > 1e-9);
    for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
      if (ends[k] == 1 || ends[k] == 2) CHECK(dt[k + 1] < 0.02);  // a start anew is a small step
    }
    CHECK(std::count(ends.begin(), ends.end(), 1.0) == 1);
    CHECK(std::count(ends.begin(), ends.end(), 2.0) == 1);
  }
}
#endif
