#pragma once

extern "C" {

/// odeint's rosenbrock4 under its own step control through integrate_adaptive, with the Jacobian of stiff_problems.hpp.
/// Solves from 0 to the problem's end; x becomes the state there. A C interface, for it is compiled as C++17.
typedef void (*bench_rosenbrock4)(double atol, double rtol, double* x);

void bench_rosenbrock4_van_der_pol(double atol, double rtol, double* x);
void bench_rosenbrock4_robertson(double atol, double rtol, double* x);
void bench_rosenbrock4_hires(double atol, double rtol, double* x);
}
