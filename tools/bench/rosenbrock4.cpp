// The yardstick of the stiff methods at its best: ublas without its checks.
#define BOOST_UBLAS_NDEBUG

#include "rosenbrock4.hpp"

#include <algorithm>
#include <boost/numeric/odeint.hpp>
#include <boost/numeric/ublas/matrix.hpp>
#include <boost/numeric/ublas/vector.hpp>
#include <utility>

#include "stiff_problems.hpp"

namespace {

using Vector = boost::numeric::ublas::vector<double>;
using Matrix = boost::numeric::ublas::matrix<double>;

template <class P>
void solve(double atol, double rtol, double* x_end) {
  using namespace boost::numeric::odeint;
  const auto f = [](const Vector& x, Vector& dxdt, double) { P::rhs(x, dxdt); };
  const auto j = [](const Vector& x, Matrix& m, double, Vector& dfdt) {
    std::fill(m.data().begin(), m.data().end(), 0.0);
    std::fill(dfdt.begin(), dfdt.end(), 0.0);
    P::jacobian(x, m);
  };
  Vector x(P::kSize);
  std::copy_n(P::kStart, P::kSize, x.begin());
  integrate_adaptive(make_controlled<rosenbrock4<double>>(atol, rtol), std::make_pair(f, j), x, 0.0, P::kEnd, 1e-4);
  std::copy(x.begin(), x.end(), x_end);
}

}  // namespace

void bench_rosenbrock4_van_der_pol(double atol, double rtol, double* x) { solve<bench::VanDerPol>(atol, rtol, x); }
void bench_rosenbrock4_robertson(double atol, double rtol, double* x) { solve<bench::Robertson>(atol, rtol, x); }
void bench_rosenbrock4_hires(double atol, double rtol, double* x) { solve<bench::Hires>(atol, rtol, x); }
