#include "neurode/integrate/memory.hpp"

#include <algorithm>

namespace neurode::integrate {

namespace {

constexpr int kDriver = 7;    // x before, after, between and at a cut; the error; tolerances; the result's
constexpr int kBeside = 4;    // of a method beside its stages: F at both ends, an argument, one in reserve
constexpr double kDense = 3;  // J, the shifted matrix, its factors
/// Numbers in each of the factors of a sparse matrix: at least what Eigen's SparseLU makes room for (bands, sheets), at
/// most a full matrix (random graphs of many connections). A guess.
double factor_numbers(const Sparsity& pattern) {
  constexpr double kRoom = 20;  // of SparseLU, times the numbers in the matrix
  const auto n = static_cast<double>(pattern.size()), nonzeros = static_cast<double>(pattern.nonzeros());
  return std::min(n * n, nonzeros * std::max(kRoom, nonzeros / n));
}

}  // namespace

int vectors_held(const MethodEntry& m) { return kDriver + (m.vectors > 0 ? m.vectors : m.stages + kBeside); }

double memory_estimate(const MethodEntry& m, System& system) {
  const auto n = static_cast<double>(system.size());
  const double vectors = sizeof(double) * n * vectors_held(m);
  const double dense = kDense * sizeof(double) * n * n;
  const Index largest_dense = std::max(m.largest_dense, m.dense_up_to);
  if (largest_dense == 0) return vectors;
  const bool dense_fits = system.size() <= largest_dense;
  if (m.own_control) return vectors + (dense_fits ? dense : 0);  // SUNDIALS has no sparse matrices here
  const Sparsity* pattern = system.size() > 50 ? system.sparsity() : nullptr;
  const bool sparse = pattern != nullptr && pattern->density() <= (dense_fits ? 1.0 / 3 : 1.0);
  if (!sparse) return vectors + (dense_fits ? dense : 0);
  // Pattern, places, values and the matrix itself; then value and row of each number of both factors.
  return vectors + 40 * static_cast<double>(pattern->nonzeros()) + 24 * factor_numbers(*pattern);
}

}  // namespace neurode::integrate
