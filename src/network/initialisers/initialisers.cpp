#include "network/initialisers/initialisers.hpp"

#include <fmt/format.h>

#include <cmath>

namespace neurode::network {

const std::vector<InitialiserEntry>& initialisers() {
  // Sorted by name.
  static const std::vector<InitialiserEntry> list = {
      constant_initialiser(), distance_initialiser(),   file_initialiser(),
      glorot_initialiser(),   he_initialiser(),         lecun_initialiser(),
      normal_initialiser(),   orthogonal_initialiser(), spectral_radius_initialiser(),
      uniform_initialiser(),  values_initialiser(),
  };
  return list;
}

void report(const InitialiserContext& context, std::string problem, std::string found, std::string allowed,
            Diagnostics& diagnostics) {
  diagnostics.add(
      {context.source.where, context.source.key, std::move(problem), std::move(found), std::move(allowed), ""});
}

std::string shape_text(Index rows, Index cols) { return fmt::format("{} x {}", rows, cols); }

void fill_normal(const InitialiserContext& context, double mean, double std, Matrix& out) {
  const CounterRandom random(context.seed, context.stream);
  for (Index k = 0; k < out.size(); ++k) out.data()[k] = mean + std * random.normal(static_cast<std::uint64_t>(k));
}

void fill_uniform(const InitialiserContext& context, double low, double high, Matrix& out) {
  const CounterRandom random(context.seed, context.stream);
  for (Index k = 0; k < out.size(); ++k) {
    const double u = random.uniform(static_cast<std::uint64_t>(k));
    out.data()[k] = low * (1 - u) + high * u;  // high - low may overflow
  }
}

ParameterSpec diagonal_parameter() {
  return ParameterSpec::make(Kind::boolean, "diagonal", "false: no self-connections, the diagonal is 0").standard(true);
}

void apply_diagonal(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  if (context.parameters.flag("diagonal")) return;
  if (out.rows() != out.cols()) {
    report(context, "only a square matrix has a diagonal to leave out",
           "a matrix of " + shape_text(out.rows(), out.cols()) + " with diagonal = false",
           "diagonal = false where a population projects onto itself", diagnostics);
    return;
  }
  out.diagonal().setZero();
}

bool is_matrix(const InitialiserContext& context, Diagnostics& diagnostics) {
  if (!context.places || !context.places->pattern) return true;
  report(context, "needs a whole matrix of weights", "weights of single connections",
         "this initialiser where all are connected to all; \"normal\", \"lecun\" and the like here", diagnostics);
  return false;
}

double fan_in(const InitialiserContext& context) {
  return context.fan_in > 0 ? context.fan_in : static_cast<double>(context.cols);
}

double fan_out(const InitialiserContext& context) {
  return context.fan_out > 0 ? context.fan_out : static_cast<double>(context.rows);
}

ParameterTable variance_parameters() {
  return {
      ParameterSpec::make(Kind::choice, "distribution", "what is drawn from")
          .one_of({"normal", "uniform"})
          .standard("normal"),
      ParameterSpec::make(Kind::number, "gain", "factor on every number").above(0).standard(1.0),
  };
}

void fill_variance(const InitialiserContext& context, double variance, Matrix& out) {
  const double std = context.parameters.number("gain") * std::sqrt(variance);
  if (context.parameters.text("distribution") == "normal") {
    fill_normal(context, 0, std, out);
  } else {
    const double half_width = std::sqrt(3.0) * std;
    fill_uniform(context, -half_width, half_width, out);
  }
}

}  // namespace neurode::network
