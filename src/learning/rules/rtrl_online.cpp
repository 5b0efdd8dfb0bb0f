// Real-time recurrent learning: sensitivities of all states to all weights, carried forward with activity.
#include <fmt/format.h>

#include <map>

#include "learning/parts/local_derivatives.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

/// Of one weight matrix: P (states x weights) of each population, column k + weights * sample.
///
///     dP_k/dt = sum_l dF_k/dx_l P_l + dF_k/dI dI,   dI = sum over projections W dr + what the weight adds itself,
///     dr = sum_l dr/dx_l P_l + dr/dI dI
///
/// The derivatives are local, one number a neuron; neurons meet in the products with W alone.
class Sensitivity {
 public:
  Sensitivity(const Setup& setup, Assembly& a, const std::vector<LocalDerivatives>& locals,
              const std::vector<char>& algebraic)
      : net_(setup.network), a_(a), p_(a.program), locals_(locals), algebraic_(algebraic) {}

  /// Of `slopes`, dL/dx of each state of each population: the sum of P^T dL/dx, in the shape of w; invalid: nothing.
  ValueId gradient(const Assembly::Plastic& w, const std::vector<std::vector<ValueId>>& slopes) {
    const std::size_t n_populations = net_.populations.size();
    const auto shape = p_[w.value];
    weights_ = shape.size();
    const std::size_t post = w.projection >= 0 ? net_.projections[static_cast<std::size_t>(w.projection)].post
                                               : static_cast<std::size_t>(w.population);
    std::vector<std::vector<ValueId>> states(n_populations);
    const std::vector<char> reached = reach(post);
    for (std::size_t q = 0; q < n_populations; ++q) {
      if (!reached[q]) continue;
      for (const auto& x : locals_[q].names) states[q].push_back(add(w.name, net_.populations[q], x));
    }
    std::vector<ValueId> inputs(n_populations), outputs(n_populations);
    const auto output = [&](std::size_t q) {
      ValueId r = add_product(p_, expand(locals_[q].output_by_input), inputs[q], {});
      for (std::size_t l = 0; l < states[q].size(); ++l) {
        r = add_product(p_, expand(locals_[q].output_by_state[l]), states[q][l], r);
      }
      outputs[q] = r;
    };
    const auto input = [&](std::size_t q) {
      ValueId sum = q == post ? own(w) : ValueId{};
      for (const auto& pr : net_.projections) {
        if (pr.post != q || !outputs[pr.pre].valid()) continue;
        sum = p_.product(a_.find(pr.name + ".weights")->value, false, outputs[pr.pre], false, sum);
      }
      inputs[q] = sum;
    };
    const auto order = network::evaluation_order(net_, algebraic_);
    for (const std::size_t q : order) {
      if (reached[q] && !algebraic_[q]) output(q);
    }
    for (const std::size_t q : order) {
      if (!reached[q]) continue;
      input(q);
      if (algebraic_[q]) output(q);
    }
    ValueId sum;  // over states of a population's P * slope: 1 x weights samples
    for (std::size_t q = 0; q < n_populations; ++q) {
      const LocalDerivatives& d = locals_[q];
      for (std::size_t k = 0; k < states[q].size(); ++k) {
        ValueId rate = add_product(p_, expand(d.rate_by_input[k]), inputs[q], {});
        for (std::size_t l = 0; l < states[q].size(); ++l) {
          rate = add_product(p_, expand(d.rate_by_state[k][l]), states[q][l], rate);
        }
        set_rate(a_, states[q][k], rate);
        if (!slopes[q][k].valid()) continue;
        const ValueId term = p_.sum(add_product(p_, expand(slopes[q][k]), states[q][k], {}), Program::Along::rows);
        sum = sum.valid() ? plus(sum, term) : term;
      }
    }
    if (!sum.valid()) return {};
    sum = p_.view(sum, 0, weights_, a_.samples);
    if (a_.samples > 1) sum = p_.sum(sum, Program::Along::columns);
    return p_.view(sum, 0, shape.rows, shape.cols);
  }

  ValueId plus(ValueId a, ValueId b) {
    if (!a.valid() || !b.valid()) return a.valid() ? a : b;
    const auto shape = p_[a];
    return p_.elementwise(shape.rows, shape.cols, p_.graph().add(p_.node(a), p_.node(b)));
  }

 private:
  /// Populations whose states or output depend on the input of `post`.
  std::vector<char> reach(std::size_t post) const {
    std::vector<char> reached(net_.populations.size(), 0);
    reached[post] = 1;
    for (bool more = true; more;) {
      more = false;
      for (const auto& pr : net_.projections) {
        if (!reached[pr.pre] || reached[pr.post]) continue;
        reached[pr.post] = 1;
        more = true;
      }
    }
    return reached;
  }

  ValueId add(const std::string& weight, const network::Population& pop, const std::string& state) {
    Slice s;
    s.name = fmt::format("{}.{} by {}", pop.name, state, weight);
    s.long_name = fmt::format("d {}.{} / d {}, weights column by column", pop.name, state, weight);
    s.rows = pop.size;
    s.cols = weights_ * a_.samples;
    s.block = Block::auxiliary;
    s.row_dimension = pop.dimension;
    s.col_dimension = s.cols == 1 ? "" : weight + ".each";
    const ValueId v = add_state(a_, s, Matrix::Zero(s.rows, s.cols));
    a_.named.back().population = pop.name;
    return v;
  }

  /// n x samples for every weight: n x (weights samples).
  ValueId expand(ValueId v) {
    if (!v.valid()) return v;
    const Index n = p_[v].rows, samples = a_.samples;
    if (samples == 1) return p_.broadcast(v, n, weights_);
    if (!repeat_.count(weights_)) {
      Matrix m = Matrix::Zero(samples, weights_ * samples);
      for (Index s = 0; s < samples; ++s) m.block(s, s * weights_, 1, weights_).setOnes();
      repeat_[weights_] = p_.constant(std::move(m));
    }
    return p_.product(v, false, repeat_[weights_], false);
  }

  /// What the weight itself adds to the inputs of its population: w_ij adds r_j to neuron i.
  ValueId own(const Assembly::Plastic& w) {
    const Index n = p_[w.value].rows, samples = a_.samples;
    if (w.projection < 0) return p_.constant(Matrix(Matrix::Identity(n, n).replicate(1, samples)));
    const ValueId pre = a_.outputs[net_.projections[static_cast<std::size_t>(w.projection)].pre];
    const Matrix identity = Matrix::Identity(n, n);
    const ValueId each = p_.constant(Matrix(identity.reshaped(n * n, 1)));
    const ValueId all = p_.product(each, false, p_.view(pre, 0, 1, p_[pre].size()), false);
    return p_.view(all, 0, n, p_[w.value].size() * samples);
  }

  const network::Network& net_;
  Assembly& a_;
  Program& p_;
  const std::vector<LocalDerivatives>& locals_;
  const std::vector<char>& algebraic_;
  std::map<Index, ValueId> repeat_;
  Index weights_ = 0;
};

}  // namespace

Problem rtrl_online(const Setup& setup) {
  const auto& net = setup.network;
  const auto* train = setup.train();
  Assembly a = network::assemble(net, {train, false, true});
  const ValueId loss = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  Program& p = a.program;

  std::vector<LocalDerivatives> locals;
  std::vector<ValueId> targets;
  for (std::size_t q = 0; q < net.populations.size(); ++q) {
    // Nothing reads a softmax (check): what it does is in the slopes of the loss.
    locals.push_back(net.populations[q].softmax ? LocalDerivatives{} : local_derivatives(net, a, q));
    targets.insert(targets.end(), locals.back().states.begin(), locals.back().states.end());
  }
  const std::size_t states = targets.size();
  for (const auto& w : a.plastic) targets.push_back(w.value);
  const auto bars = p.adjoint({{loss, p.elementwise(1, 1, p.graph().constant(1))}}, targets);
  std::vector<std::vector<ValueId>> slopes;
  std::size_t at = 0;
  for (const auto& d : locals) {
    slopes.emplace_back(bars.begin() + static_cast<std::ptrdiff_t>(at),
                        bars.begin() + static_cast<std::ptrdiff_t>(at + d.states.size()));
    at += d.states.size();
  }
  const auto algebraic = algebraic_outputs(net);
  Sensitivity sensitivity(setup, a, locals, algebraic);
  std::vector<ValueId> gradient;
  const auto plastic = a.plastic;
  for (std::size_t k = 0; k < plastic.size(); ++k) {
    gradient.push_back(sensitivity.plus(sensitivity.gradient(plastic[k], slopes), bars[states + k]));
  }
  return finish({setup, std::move(a), loss, output, std::move(gradient)});
}

void check_rtrl_online(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  check_dense(setup, {}, diagnostics);
  std::vector<char> local(net.populations.size(), 1);
  const auto& out = net.populations[static_cast<std::size_t>(setup.output)];
  bool read = false;
  for (const auto& pr : net.projections) read = read || pr.pre == static_cast<std::size_t>(setup.output);
  if (out.softmax && out.initial.empty() && !read) local[static_cast<std::size_t>(setup.output)] = 0;
  check_local(setup, local, diagnostics);
}

}  // namespace neurode::learning
