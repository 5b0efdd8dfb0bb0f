#pragma once

#include "neurode/dynamics/convolution.hpp"

namespace neurode {

/// Doubles of scratch that the functions below need for each thread.
Index convolution_scratch(const ConvolutionShape& shape);

// Matrices as ConvolutionShape has them; with `add` results are added to what is there. Work is cut by the shape alone,
// so results are the same for any number of threads. `scratch`: convolution_scratch() doubles for each thread, `stride`
// apart. `threads`: may there be several?

/// y = convolution of x
void convolve(const ConvolutionShape& shape, const double* kernel, const double* x, Index samples, bool add, double* y,
              double* scratch, Index stride, bool threads);
/// x = adjoint: what the outputs y give back to the inputs
void convolve_to_input(const ConvolutionShape& shape, const double* kernel, const double* y, Index samples, bool add,
                       double* x, double* scratch, Index stride, bool threads);
/// kernel = adjoint: what the outputs y give back to the kernel where the inputs are x
void convolve_to_kernel(const ConvolutionShape& shape, const double* x, const double* y, Index samples, bool add,
                        double* kernel, double* scratch, Index stride, bool threads);

}  // namespace neurode
