// Rosenbrock methods on stiff problems, a whole solve each, against odeint's rosenbrock4.
#include "bench.hpp"
#include "rosenbrock4.hpp"
#include "stiff_problems.hpp"
#include "stiff_system.hpp"
#include "work_precision.hpp"

namespace {

template <class P>
void add_problem(bench_rosenbrock4 odeint) {
  bench::Contest c;
  c.problem = P::kName;
  c.tolerance = 1e-6;
  c.target = 1.0;
  c.truth = [] { return bench::vector_of<P>(P::kTruth); };
  for (const char* method : {"rodas4", "rodas5p"}) {
    c.ours.push_back(
        {method, [method](double tolerance, neurode::Vector& x) { x = bench::solve_stiff<P>(method, tolerance).x; }});
  }
  c.yardsticks.push_back({"rosenbrock4", [odeint](double tolerance, neurode::Vector& x) {
                            x.resize(P::kSize);
                            odeint(P::kAtol * tolerance, tolerance, x.data());
                          }});
  bench::add(c);
}

}  // namespace

void bench::add_stiff() {
  add_problem<VanDerPol>(bench_rosenbrock4_van_der_pol);
  add_problem<Robertson>(bench_rosenbrock4_robertson);
  add_problem<Hires>(bench_rosenbrock4_hires);
}
