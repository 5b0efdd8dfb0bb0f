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
    {"ark436", 61},   {"bulirsch_stoer", 205}, {"cvode_adams", 30},   {"cvode_bdf", 56},        {"exprb32", 143},
    {"exprb43", 142}, {"fehlberg78", 29},      {"implicit_euler", 9}, {"implicit_midpoint", 9},
};

/// Numbers in each of the factors of a sparse matrix: at least what Eigen's SparseLU makes room for (bands, sheets), at
/// most a full matrix (random graphs of many connections). A guess.
double factor_numbers(const Sparsity& pattern) {
  constexpr double kRoom = 20;  // of SparseLU, times the numbers in the matrix
  const auto n = static_cast<double>(pattern.size()), nonzeros = static_cast<double>(pattern.nonzeros());
  return std::min(n * n, nonzeros * std::max(kRoom, nonzeros / n));
}

/// Does it factorise J where that is sparse or small, though it can do without?
bool may_factorise(const MethodEntry& m) { return m.name == "implicit_euler" || m.name == "implicit_midpoint"; }

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
  if (!m.needs_jacobian && !may_factorise(m)) return vectors;
  if (m.own_control) return vectors + (system.size() <= kSmallDense ? dense : 0);  // SUNDIALS: above, products
  const bool dense_fits = system.size() <= std::max(m.largest_dense, kSmallDense);
  const Sparsity* pattern = system.size() > 50 ? system.sparsity() : nullptr;
  const bool sparse = pattern != nullptr && pattern->density() <= (dense_fits ? 1.0 / 3 : 1.0);
  if (!sparse) return vectors + (dense_fits ? dense : 0);
  // Pattern, places, values and the matrix itself; then value and row of each number of both factors.
  return vectors + 40 * static_cast<double>(pattern->nonzeros()) + 24 * factor_numbers(*pattern);
}

}  // namespace neurode::integrate
