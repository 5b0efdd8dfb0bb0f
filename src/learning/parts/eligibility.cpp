#include "learning/parts/eligibility.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "learning/parts/expr.hpp"
#include "learning/parts/feedback.hpp"

namespace neurode::learning {

using network::Assembly;

namespace {

/// The projection from p to the output population; null where there is none.
const network::Projection* readout(const Setup& setup, std::size_t p) {
  for (const auto& pr : setup.network.projections) {
    if (pr.pre == p && pr.post == static_cast<std::size_t>(setup.output)) return &pr;
  }
  return nullptr;
}

}  // namespace

Eligibility::Eligibility(const Setup& setup, Assembly& assembly, ValueId loss)
    : setup_(setup), a_(assembly), p_(assembly.program), loss_(loss), output_(static_cast<std::size_t>(setup.output)) {}

const LocalDerivatives& Eligibility::local(std::size_t p) {
  const auto [at, added] = locals_.try_emplace(p);
  if (added) at->second = local_derivatives(setup_.network, a_, p);
  return at->second;
}

ValueId Eligibility::add(const std::string& name, const std::string& what, Index rows, Index cols) {
  Slice s;
  s.name = name;
  s.long_name = what;
  s.rows = rows;
  s.cols = cols;
  s.block = Block::auxiliary;
  s.row_dimension = row_;
  s.col_dimension = cols == 1 ? "" : col_;
  const ValueId v = add_state(a_, s, Matrix::Zero(rows, cols));
  a_.named.back().population = owner_;
  return v;
}

/// n x samples for each weight into the neuron: (n samples) x m.
ValueId Eligibility::by_weight(ValueId v, Index m) {
  if (!v.valid()) return v;
  const Index rows = p_[v].size();
  return p_.broadcast(p_[v].cols == 1 ? v : p_.view(v, 0, rows, 1), rows, m);
}

/// v (n x samples) times what each weight reads, m x samples; invalid `pre`: 1, of a bias.
ValueId Eligibility::times_pre(ValueId v, ValueId pre) {
  if (!v.valid()) return v;
  const Index n = p_[v].rows, samples = a_.samples;
  if (!pre.valid()) return p_.view(v, 0, n * samples, 1);
  if (samples == 1) return p_.product(v, false, pre, true);
  Matrix each = Matrix::Zero(n * samples, samples);
  for (Index s = 0; s < samples; ++s) each.block(s * n, s, n, 1).setOnes();
  const ValueId repeated = p_.product(p_.constant(std::move(each)), false, pre, true);
  return add_product(p_, by_weight(v, p_[pre].rows), repeated, {});
}

ValueId Eligibility::over_samples(ValueId v, Index n) {
  if (a_.samples == 1) return v;
  Matrix fold(n, n * a_.samples);
  for (Index s = 0; s < a_.samples; ++s) fold.middleCols(s * n, n) = Matrix::Identity(n, n);
  return p_.product(p_.constant(std::move(fold)), false, v, false);
}

/// e of weight w.
ValueId Eligibility::trace(const Assembly::Plastic& w, std::size_t post, ValueId pre) {
  const LocalDerivatives& d = local(post);
  const Index m = pre.valid() ? p_[pre].rows : 1, rows = p_[a_.outputs[post]].size();
  std::vector<ValueId> states;
  for (const auto& x : d.names) {
    const std::string suffix = d.names.size() == 1 ? "" : "." + x;
    states.push_back(
        add(w.name + ".eligibility" + suffix, "what " + w.name + " has done to " + x + " of its neuron", rows, m));
  }
  ValueId e = times_pre(d.output_by_input, pre);
  for (std::size_t k = 0; k < states.size(); ++k) {
    ValueId rate = times_pre(d.rate_by_input[k], pre);
    for (std::size_t l = 0; l < states.size(); ++l) {
      rate = add_product(p_, by_weight(d.rate_by_state[k][l], m), states[l], rate);
    }
    set_rate(a_, states[k], rate);
    e = add_product(p_, by_weight(d.output_by_state[k], m), states[k], e);
  }
  return e;
}

/// What the trace has done to the readout's state, per unit of readout weight.
ValueId Eligibility::filtered(const std::string& name, ValueId e) {
  const LocalDerivatives& d = local(output_);
  if (d.states.empty()) return e;
  const auto shape = p_[e];
  const ValueId f = add(name + ".filtered_eligibility", "trace of " + name + " through the leak of the readout",
                        shape.rows, shape.cols);
  const auto number = [&](ValueId v) { return Expr(p_.graph(), p_.node(v)); };  // constants: check
  set_rate(a_, f,
           p_.elementwise(shape.rows, shape.cols,
                          number(d.rate_by_state[0][0]) * Expr(p_, f) + number(d.rate_by_input[0]) * Expr(p_, e)));
  return f;
}

/// The error that reaches population p, n x samples.
ValueId Eligibility::signal(std::size_t p) {
  const auto [at, added] = signals_.try_emplace(p);
  if (!added) return at->second;
  const ValueId one = p_.elementwise(1, 1, p_.graph().constant(1));
  const auto slope = [&](ValueId by) {
    const ValueId targets[] = {by};
    return p_.adjoint({{loss_, one}}, targets)[0];
  };
  if (p == output_) return at->second = slope(a_.outputs[p]);
  const auto& net = setup_.network;
  const auto &pop = net.populations[p], &out = net.populations[output_];
  const std::string read = out.model->inputs[0];
  const LocalDerivatives* d = out.softmax ? nullptr : &local(output_);
  const ValueId error = slope(d && !d->states.empty() ? d->states[0] : a_.find(out.name + "." + read)->value);
  const network::Projection* pr = readout(setup_, p);
  ValueId v;
  if (setup_.rule.text("feedback") == "symmetric") {
    v = p_.product(a_.find(pr->name + ".weights")->value, true, error, false);
  } else {
    v = p_.product(feedback(setup_, a_, pop.name + ".feedback", pop.size, out.size, pop.dimension, out.dimension),
                   false, error, false);
  }
  a_.named.push_back({pop.name + ".learning_signal", v, "", "error that reaches population " + pop.name, pop.dimension,
                      a_.samples > 1 ? "sample" : "", false, pop.size, a_.samples, pop.name});
  return at->second = v;
}

std::vector<ValueId> Eligibility::gradient() {
  const auto& net = setup_.network;
  std::vector<ValueId> weights, out;
  for (const auto& w : a_.plastic) weights.push_back(w.value);
  // What the loss takes from a weight at once: into a readout without states all there is.
  const auto direct = p_.adjoint({{loss_, p_.elementwise(1, 1, p_.graph().constant(1))}}, weights);
  const auto plastic = a_.plastic;
  for (std::size_t k = 0; k < plastic.size(); ++k) {
    const auto& w = plastic[k];
    const std::size_t post = post_of(net, w);
    if (post == output_ && net.populations[post].initial.empty()) {
      out.push_back(direct[k]);
      continue;
    }
    const ValueId pre =
        w.projection >= 0 ? a_.outputs[net.projections[static_cast<std::size_t>(w.projection)].pre] : ValueId{};
    const network::Named named = *a_.find(w.name);
    row_ = a_.samples == 1 ? named.row_dimension : w.name + ".neuron and sample";
    col_ = named.col_dimension;
    owner_ = a_.samples == 1 ? named.population : "";
    ValueId e = trace(w, post, pre);
    if (post != output_ && !net.populations[output_].softmax) e = filtered(w.name, e);
    const ValueId g = e.valid() ? add_product(p_, by_weight(signal(post), p_[e].cols), e, {}) : e;
    out.push_back(g.valid() ? over_samples(g, net.populations[post].size) : g);
  }
  return out;
}

void Eligibility::check(const Setup& setup, bool one_state, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  const auto output = static_cast<std::size_t>(setup.output);
  const auto& out = net.populations[output];
  std::vector<char> local(net.populations.size(), 0), dense(net.projections.size(), 0);
  for (std::size_t p = 0; p < net.populations.size(); ++p) {
    for (const auto& b : net.populations[p].biases) local[p] |= static_cast<char>(b.plastic);
  }
  for (std::size_t k = 0; k < net.projections.size(); ++k) {
    const auto& pr = net.projections[k];
    if (pr.plastic) local[pr.post] = dense[k] = 1;
  }
  const bool symmetric = setup.rule.text("feedback") == "symmetric";
  bool hidden = false;
  for (std::size_t p = 0; p < net.populations.size(); ++p) {
    if (!local[p] || p == output) continue;
    hidden = true;
    const auto& pop = net.populations[p];
    if (one_state && pop.initial.size() > 1) {
      refuse_rule(setup, diagnostics,
                  fmt::format("needs units with one state, and those of \"{}\" have {}", pop.name, pop.initial.size()),
                  "rule = \"eprop\", whose eligibility has as many states as the unit");
    }
    if (!symmetric) continue;
    const network::Projection* pr = readout(setup, p);
    if (!pr) {
      refuse_rule(setup, diagnostics,
                  fmt::format("has no way back from \"{}\" to \"{}\", which it does not read", out.name, pop.name),
                  "feedback = \"random\", or a projection from it");
    } else {
      dense[static_cast<std::size_t>(pr - net.projections.data())] = 1;
    }
  }
  if (hidden && !out.initial.empty()) {
    const std::string found = fmt::format("\"{}\" is of model \"{}\"", out.name, out.model->name);
    if (one_state) {
      refuse_rule(setup, diagnostics, "needs a readout without states: " + found,
                  "model = \"instantaneous\"; rule = \"eprop\", which follows a leaking readout");
    } else if (!linear_leak(net, output)) {
      refuse_rule(setup, diagnostics, "needs a readout that is linear, with one time constant for all: " + found,
                  "model = \"instantaneous\", or \"leaky_rate\" with activation = \"identity\"");
    }
  }
  // A softmax at the end of everything needs no derivative neuron by neuron: the loss has it.
  local[output] = static_cast<char>(!(out.softmax && out.initial.empty()));
  check_local(setup, local, diagnostics);
  if (std::find(dense.begin(), dense.end(), 1) != dense.end()) check_dense(setup, dense, diagnostics);
}

}  // namespace neurode::learning
