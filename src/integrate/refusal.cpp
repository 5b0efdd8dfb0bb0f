#include <fmt/format.h>

#include "integrate/stochastic/stepper.hpp"
#include "neurode/core/diagnostics.hpp"
#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

namespace {

/// Above this density a sparse factorisation fills in and costs what a dense one does.
constexpr double kSparse = 0.1;

std::string refusal_by_noise(const MethodEntry& m, const Noise* noise) {
  if (!noise) {
    return m.stochastic
               ? fmt::format("\"{}\" is for white noise (xi in equations), of which there is none here", m.name)
               : "";
  }
  if (fits(m, *noise)) return "";
  std::vector<std::string> names;
  for (const auto& other : methods()) {
    if (fits(other, *noise)) names.push_back(other.name);
  }
  const bool ito = noise->calculus() == Noise::Calculus::ito;
  const std::string kind =
      fmt::format("{}{}",
                  noise->additive() ? "additive"
                  : ito             ? "Ito"
                                    : "Stratonovich",
                  noise->diagonal() ? ", a source of its own for each state" : ", shared or mixed");
  return fmt::format("\"{}\" cannot integrate the white noise of these equations ({}); methods that can: {}", m.name,
                     kind, names.empty() ? "none" : quoted_list(names));
}

}  // namespace

std::string refusal(const MethodEntry& m, System& system, const Options& o) {
  const Index n = system.size();
  if (auto why = refusal_by_noise(m, system.noise()); !why.empty()) return why;
  if (m.scalar_atol && o.atol.size() > 1 && (o.atol.array() != o.atol[0]).any()) {
    return fmt::format("\"{}\" takes one absolute tolerance for the whole state, not one a block or variable", m.name);
  }
  if (m.needs_jacobian && m.largest_dense > 0 && n > m.largest_dense) {
    const Sparsity* pattern = system.sparsity();
    if (pattern == nullptr || pattern->density() > kSparse) {
      const double gigabytes = static_cast<double>(n) * static_cast<double>(n) * 8e-9;
      return fmt::format(
          "\"{}\" factorises the Jacobian, which here is {} x {} ({:.3g} GB) and not sparse; it goes up to {}. Methods "
          "that need J v products only: \"exprb43\", \"exprb32\", \"cvode_bdf\"; none at all: \"rock2\", \"rock4\"",
          m.name, n, n, gigabytes, m.largest_dense);
    }
  }
  return "";
}

}  // namespace neurode::integrate
