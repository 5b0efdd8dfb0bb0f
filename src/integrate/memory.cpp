#include "neurode/integrate/memory.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace neurode::integrate {

namespace {

constexpr int kDriver = 7;          // x before, after, between and at a cut; the error; tolerances; the result's
constexpr int kBeside = 4;          // of a method beside its stages: F at both ends, an argument, one in reserve
constexpr double kDense = 3;        // J, the shifted matrix, its factors
constexpr Index kSmallDense = 500;  // up to this size methods take a dense J that else go by products

/// Vectors of methods that hold others than stages and kBeside. tests/integrate/memory.cpp measures all methods.
constexpr std::pair<std::string_view, int> kOthers[] = {
    {"none", 0},
};

/// Numbers in the factors of a sparse matrix: from little fill-in (bands, sheets) to the full matrix (random graphs of
/// many connections). A guess.
double factor_numbers(const Sparsity& pattern) {
  const auto n = static_cast<double>(pattern.size()), nonzeros = static_cast<double>(pattern.nonzeros());
  return std::min(n * n, nonzeros * std::max(2.0, nonzeros / n));
}

}  // namespace

int vectors_held(const MethodEntry& m) {
  for (const auto& [name, vectors] : kOthers) {
    if (name == m.name) return kDriver + vectors;
  }
  return kDriver + m.stages + kBeside;
}

double memory_estimate(const MethodEntry& m, System& system) {
  const auto n = static_cast<double>(system.size());
  const double vectors = sizeof(double) * n * vectors_held(m);
  const double dense = kDense * sizeof(double) * n * n;
  if (!m.needs_jacobian) return vectors;
  if (m.own_control) return vectors + (system.size() <= kSmallDense ? dense : 0);  // SUNDIALS: above, products
  const bool dense_fits = system.size() <= std::max(m.largest_dense, kSmallDense);
  const Sparsity* pattern = system.size() > 50 ? system.sparsity() : nullptr;
  const bool sparse = pattern != nullptr && pattern->density() <= (dense_fits ? 1.0 / 3 : 1.0);
  if (!sparse) return vectors + (dense_fits ? dense : 0);
  // Pattern, places, values and the matrix itself; then value and row of each number of the factors.
  return vectors + 40 * static_cast<double>(pattern->nonzeros()) + 12 * factor_numbers(*pattern);
}

}  // namespace neurode::integrate
