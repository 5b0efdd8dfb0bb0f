#pragma once

#include <array>
#include <cstddef>

#include "equations/tape_code.hpp"

namespace neurode::equations {

/// One instruction over n lanes, n a multiple of 8. Operands that an instruction does not have are not read. `out` may
/// be one of the operands, but must not overlap them otherwise.
using Kernel = void (*)(std::size_t n, double* out, const double* a, const double* b, const double* c);

/// Kernels of an instruction by which operands are one number for all lanes: bit 0 for a, 1 for b, 2 for c (an operand
/// the instruction does not have counts as one number). With all bits set: the kernel that takes all of them as lanes.
using KernelRow = std::array<Kernel, 8>;

/// Copies n lanes and pads them with ones to a multiple of 8. In whole vectors, since a load that spans several earlier
/// stores has to wait for them.
void copy_padded(std::size_t n, double* out, const double* in);

/// By Tape::Code.
extern const std::array<KernelRow, kTapeCodes> kKernels;

}  // namespace neurode::equations
