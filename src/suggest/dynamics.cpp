// What the untrained network does: spread of activity over its layers, rest and time scales, curvature of the loss.
#include "suggest/dynamics.hpp"

#include <fmt/format.h>
#include <Eigen/Eigenvalues>
#include <Eigen/SVD>

#include <algorithm>
#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/integrate/drive.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/run/train.hpp"
#include "suggest/mean_field.hpp"

namespace neurode::suggest {

namespace {

constexpr Index kLargest = 1200;  ///< states whose Jacobian is diagonalised

bool all_to_all(const network::Projection& pr) { return !pr.wiring && pr.coupling.empty() && pr.weights; }

/// Mean square of what a population sends, about its middle f(0): of the data where it is clamped, of a unit at the
/// spread of its input.
double mean_square(const network::Network& net, std::size_t p, const std::vector<double>& spread) {
  const auto& pop = net.populations[p];
  if (pop.clamped) {
    if (!net.data || net.data->train.stream || net.data->train.inputs.size() == 0) return kUnknown;
    return net.data->train.inputs.squaredNorm() / static_cast<double>(net.data->train.inputs.size());
  }
  if (pop.softmax || pop.activation.empty() || std::isnan(spread[p])) return kUnknown;
  const Unit f(pop.activation);
  return f.means(spread[p], f.value(0)).first;
}

/// Variance of each population's input, where all that comes in is known; layers stand in any order.
std::vector<double> spreads(const network::Network& net) {
  std::vector<double> spread(net.populations.size(), kUnknown);
  for (std::size_t round = 0; round < net.populations.size(); ++round) {
    for (std::size_t p = 0; p < net.populations.size(); ++p) {
      if (!std::isnan(spread[p])) continue;
      double sum = 0;
      bool any = false;
      for (const auto& pr : net.projections) {
        if (pr.post != p || pr.pre == p) continue;
        any = true;
        sum += all_to_all(pr) ? mean_square(net, pr.pre, spread) * pr.weights->squaredNorm() /
                                    static_cast<double>(pr.weights->rows())
                              : kUnknown;
      }
      if (any) spread[p] = sum;
    }
  }
  return spread;
}

/// The key of a projection in the file, which may be spelled with other blanks than its name.
std::string key_in_file(const Value& root, const std::string& name) {
  const auto bare = [](std::string s) {
    std::erase(s, ' ');
    return s;
  };
  if (const Value* all = root.find("projection"); all && all->is_table()) {
    for (const auto& [key, value] : all->table()) {
      if (bare(key) == bare(name)) return key;
    }
  }
  return name;
}

Activity::Recurrent recurrent(const network::Projection& pr, const network::Population& pop) {
  Activity::Recurrent r;
  r.projection = pr.name;
  if (pr.weights->rows() <= kLargest) {
    r.radius = Eigen::EigenSolver<Matrix>(*pr.weights, false).eigenvalues().cwiseAbs().maxCoeff();
    r.norm = Eigen::JacobiSVD<Matrix>(*pr.weights).singularValues()[0];
  }
  if (!pop.softmax && !pop.activation.empty()) {
    const Unit f(pop.activation);
    r.slope = f.largest_slope();
    r.at_rest = std::abs(f.slope(0));
  }
  return r;
}

}  // namespace

double input_scale(const Layer& l) { return l.from_data && l.mean_square > 0 ? l.mean_square : 1; }

std::vector<Layer> layers_of(const run::Prepared& p) {
  const auto& net = *p.network;
  std::vector<Layer> out;
  const std::vector<double> spread = spreads(net);
  for (const auto& pr : net.projections) {
    if (!pr.plastic || !all_to_all(pr) || pr.pre == pr.post) continue;
    const auto& post = net.populations[pr.post];
    Layer l;
    l.projection = pr.name;
    l.post = post.name;
    l.key = key_in_file(p.scenario.root, pr.name);
    l.shared =
        static_cast<double>(std::count_if(net.projections.begin(), net.projections.end(), [&](const auto& other) {
          return other.post == pr.post && other.pre != pr.post && all_to_all(other);
        }));
    l.to_output = static_cast<int>(pr.post) == p.problem.output_population;
    l.bounded = pr.motion.bounded();
    l.from_data = net.populations[pr.pre].clamped;
    l.inputs = static_cast<double>(pr.weights->cols());
    l.mean_square = mean_square(net, pr.pre, spread);
    l.deviation = std::sqrt(pr.weights->squaredNorm() / static_cast<double>(pr.weights->size()));
    for (const auto& entry : network::activations()) {
      if (!entry.expression.empty() && entry.expression == post.activation) l.activation = entry.name;
    }
    if (!l.activation.empty() && l.activation != "identity") {
      const Unit f(post.activation);
      l.chi =
          l.inputs * l.deviation * l.deviation * f.means(std::isnan(spread[pr.post]) ? 1 : spread[pr.post], 0).second;
      l.reach = l.chi < 1 ? -1 / std::log(l.chi) : std::numeric_limits<double>::infinity();
      const MeanField m = f.critical(0);
      if (!std::isnan(m.weight_variance)) {
        l.suggested = std::sqrt(m.weight_variance / (l.inputs * l.shared * input_scale(l)));
      }
    } else {
      l.suggested = std::sqrt(1 / (l.inputs * l.shared));
    }
    out.push_back(l);
  }
  return out;
}

Activity activity_of(const run::Prepared& p) {
  Activity out;
  const auto& net = *p.network;
  for (const auto& pr : net.projections) {
    if (all_to_all(pr) && pr.pre == pr.post) out.recurrent.push_back(recurrent(pr, net.populations[pr.post]));
  }
  for (const auto& pop : net.populations) {
    if (pop.noise.empty() && pop.model->threshold.text.empty()) continue;
    out.note = "activity does not rest: \"" + pop.name + "\" is noisy or spikes";
    return out;
  }
  network::Samples one;
  if (net.data && !net.data->train.stream && net.data->train.inputs.cols() > 0) {
    one.inputs = net.data->train.inputs.block(0, 0, net.data->train.input_rows(), 1);
    one.targets =
        net.data->train.targets.block(0, 0, std::min(net.data->train.target_rows(), net.data->train.targets.rows()),
                                      net.data->train.targets.cols() > 0 ? 1 : 0);
  } else if (net.data) {
    out.note = "the samples stay in their files";
    return out;
  }
  auto a = network::assemble(net, {net.data ? &one : nullptr, false, true, true});
  if (!a.delayed.empty()) {
    out.note = "what it does depends on the past";
    return out;
  }
  std::vector<std::pair<Index, Index>> places;  // of activity in the state
  for (const std::size_t k : a.activity) {
    const Slice& s = a.layout.slices()[k];
    places.emplace_back(s.offset, s.size());
    out.states += s.size();
  }
  if (out.states == 0 || out.states > kLargest) {
    out.note = out.states == 0 ? "no activity has a differential equation"
                               : fmt::format("{} states: more than {} are not diagonalised", out.states, kLargest);
    return out;
  }
  const Vector start = a.initial;
  ProgramSystem system(std::move(a.program), std::move(a.layout), std::move(a.parts), {});
  integrate::Options options;
  options.method = "auto";
  options.rtol = 1e-6;
  options.atol = Vector::Constant(1, 1e-9);
  options.max_wall_seconds = 5;
  options.max_steps = 20000;
  const double from = p.scenario.time.start;
  integrate::Result r;
  try {
    r = integrate::drive(system, from, start, from + 1e6, options, {}, {}, {}, 1e-7);
  } catch (const NumericalError& e) {
    out.note = e.what();
    return out;
  }
  out.rests = r.outcome == integrate::Outcome::steady_state;
  if (!out.rests) {
    out.note = "activity does not come to rest from its initial state";
    return out;
  }
  Matrix j(system.size(), system.size()), part(out.states, out.states);
  system.jacobian(r.t, r.x.data(), j);
  Index row = 0;
  for (const auto& [i, n] : places) {
    Index col = 0;
    for (const auto& [k, m] : places) part.block(row, col, n, m) = j.block(i, k, n, m), col += m;
    row += n;
  }
  const Eigen::VectorXcd all = Eigen::EigenSolver<Matrix>(part, false).eigenvalues();
  out.growth = all.real().maxCoeff();
  const Vector rates = all.real().cwiseAbs();
  out.slowest = 1 / rates.minCoeff();
  out.fastest = 1 / rates.maxCoeff();
  out.fastest_turn = all.imag().cwiseAbs().maxCoeff();
  return out;
}

Curvature curvature_of(run::Prepared& p) {
  Curvature c;
  const double t = p.scenario.time.start;
  const Vector& x = p.problem.initial;
  const auto figure = [&](const char* name) {
    std::string why;
    double value = kUnknown;
    try {
      if (const auto* m = p.problem.figure(name, &why)) value = m->evaluate(t, x.data());
    } catch (const NumericalError& e) {
      why = e.what();
    }
    if (std::isnan(value) && c.note.empty()) c.note = why;
    return value;
  };
  try {
    c.loss = run::loss_of(p.problem)->evaluate(t, x.data());
  } catch (const NumericalError& e) {
    c.note = e.what();
  }
  c.gradient = figure("gradient_norm");
  c.sharpness = figure("sharpness");
  c.lowest = figure("lowest_curvature");
  const double tiny = 1e-12 * std::max(std::abs(c.sharpness), 1.0);
  for (double* v : {&c.sharpness, &c.lowest}) {
    if (std::abs(*v) < tiny) *v = 0;  // rounding
  }
  // In other modes g is not there before errors have formed.
  c.saddle = p.problem.mode == "adiabatic" && c.lowest < 0 && c.gradient < 0.1 * std::sqrt(c.loss * c.sharpness);
  const Value* rate = p.scenario.root.find("learning") ? p.scenario.root.find("learning")->find("rate") : nullptr;
  if (rate && rate->is_table()) rate = rate->find("value");
  if (rate && rate->is_number()) c.rate = rate->number();
  if (!(c.sharpness > 0)) return c;
  for (const auto& m : integrate::methods()) {
    if (m.stiff || m.stochastic || m.real_stability <= 0 || std::isinf(m.real_stability)) continue;
    c.limits.push_back({m.name, m.real_stability, m.real_stability / (c.rate * c.sharpness)});
  }
  std::sort(c.limits.begin(), c.limits.end(), [](const auto& a, const auto& b) { return a.interval < b.interval; });
  return c;
}

}  // namespace neurode::suggest
