#include "learning/flows/flows.hpp"

namespace neurode::learning {

using equations::Node;

const std::vector<FlowEntry>& flows() {
  static const std::vector<FlowEntry> all = {adagrad(),  adam(),       gradient(), heavy_ball(), mirror(),
                                             nesterov(), normalised(), polyak(),   rmsprop(),    sign()};
  return all;
}

ValueId FlowContext::state_like(std::size_t k, const std::string& suffix, const std::string& long_name,
                                double initial) {
  Slice s;
  for (const auto& slice : a.layout.slices()) {
    if (slice.name == names[k]) s = slice;
  }
  s.name += "." + suffix;
  s.long_name = long_name + " of " + names[k];
  s.block = Block::auxiliary;
  s.unit = "";
  return add_state(a, s, Matrix::Constant(s.rows, s.cols, initial));
}

ValueId FlowContext::scalar(const std::string& name, const std::string& long_name, double initial) {
  Slice s;
  s.name = name;
  s.long_name = long_name;
  s.rows = s.cols = 1;
  s.block = Block::auxiliary;
  return add_state(a, s, Matrix::Constant(1, 1, initial));
}

Expr FlowContext::total(const std::vector<Node>& terms) {
  std::vector<Node> sums;
  for (std::size_t k = 0; k < terms.size(); ++k) {
    const auto shape = a.program[weights[k]];
    const ValueId all = a.program.elementwise(shape.rows, shape.cols, terms[k]);
    sums.push_back(a.program.node(a.program.sum(all, Program::Along::all)));
  }
  Node out = graph().constant(0);
  for (const Node s : sums) out = graph().add(out, s);
  return of(a.program.elementwise(1, 1, out));
}

Expr FlowContext::squared_gradient() {
  std::vector<Node> squares;
  for (std::size_t k = 0; k < size(); ++k) squares.push_back(g(k) * g(k));
  return total(squares);
}

Expr FlowContext::flow_time() {
  const ValueId s = scalar("flow.time", "flow time since the start", 0);
  move(s, graph().constant(1));
  return of(s);
}

void add_flow(const Setup& setup, network::Assembly& a, ValueId loss, const std::vector<ValueId>& gradient,
              const std::vector<std::pair<ValueId, ValueId>>& with_weights) {
  FlowContext c{a, setup.flow_parameters, setup.scenario.time.start, loss, {}, {}, {}, {}, {}};
  for (std::size_t k = 0; k < a.plastic.size(); ++k) {
    if (!gradient[k].valid()) continue;
    c.names.push_back(a.plastic[k].name);
    c.weights.push_back(a.plastic[k].value);
    c.gradient.push_back(gradient[k]);
  }
  c.direction.resize(c.weights.size());
  setup.flow->build(c);
  const auto moves = std::move(c.moves);
  c.moves.clear();
  const Node rate = setup.rate->build(c, setup.rate_parameters);
  const auto set = [&a](ValueId state, Node derivative) {
    const auto shape = a.program[state];
    set_rate(a, state, a.program.elementwise(shape.rows, shape.cols, derivative));
  };
  for (std::size_t k = 0; k < c.weights.size(); ++k) set(c.weights[k], c.graph().mul(rate, c.direction[k]));
  for (const auto& [state, derivative] : moves) set(state, c.graph().mul(rate, derivative));
  for (const auto& [state, derivative] : with_weights) set(state, c.graph().mul(rate, a.program.node(derivative)));
  for (const auto& [state, derivative] : c.moves) set(state, derivative);  // the rate's own: by time
}

}  // namespace neurode::learning
