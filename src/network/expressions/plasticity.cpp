#include <stdexcept>
#include <vector>

#include "network/assemble/assembler.hpp"
#include "network/expressions/separation.hpp"

namespace neurode::network {

using equations::Node;

namespace {

Node replaced(Program& program, Node n, const char* name, ValueId v) {
  return equations::substitute(program.graph(), n, {{program.graph().symbol(name).id, program.symbol(v)}});
}

ValueId by_products(Program& program, const std::vector<Term>& terms, ValueId w, ValueId pre, ValueId post) {
  auto& g = program.graph();
  const auto wv = program[w], pv = program[pre];
  const Index samples = pv.cols;
  Node total = g.constant(0);
  for (const Term& t : terms) {
    const Node c = g.mul(t.scalar, replaced(program, t.weight, "w", w));
    if (g.is_constant(t.post, 1) && g.is_constant(t.pre, 1)) {
      total = g.add(total, c);
      continue;
    }
    const ValueId q = program.elementwise(wv.rows, samples, replaced(program, t.post, "post", post));
    const ValueId p = program.elementwise(wv.cols, samples, replaced(program, t.pre, "pre", pre));
    const ValueId mean = program.product(q, false, p, true);
    total = g.add(total, g.mul(g.mul(c, g.constant(1.0 / static_cast<double>(samples))), program.symbol(mean)));
  }
  return program.elementwise(wv.rows, wv.cols, total);
}

ValueId by_pairs(Program& program, Node rate, ValueId w, ValueId pre, ValueId post) {
  auto& g = program.graph();
  const auto wv = program[w];
  const Index samples = program[pre].cols;
  const ValueId ones = program.constant(Matrix::Ones(wv.rows, 1));
  Node total = g.constant(0);
  for (Index s = 0; s < samples; ++s) {
    const ValueId x = program.view(pre, s * wv.cols, wv.cols, 1), y = program.view(post, s * wv.rows, wv.rows, 1);
    const ValueId pre_all = program.product(ones, false, x, true);
    const ValueId post_all = program.broadcast(y, wv.rows, wv.cols);
    Node n = replaced(program, rate, "w", w);
    n = replaced(program, n, "pre", pre_all);
    n = replaced(program, n, "post", post_all);
    total = g.add(total, n);
  }
  return program.elementwise(wv.rows, wv.cols, g.mul(total, g.constant(1.0 / static_cast<double>(samples))));
}

/// Of one number a connection: whatever the rule says, over the connections.
ValueId by_connections(Program& program, Node rate, ValueId w, ValueId pre, ValueId post) {
  auto& g = program.graph();
  const Index n = program[w].rows, samples = program[pre].cols;
  Node total = replaced(program, rate, "pre", pre);
  total = replaced(program, total, "post", post);
  const ValueId all = program.broadcast(w, n, samples);
  const ValueId each = program.elementwise(n, samples, replaced(program, total, "w", all));
  const ValueId sum = program.sum(each, Program::Along::columns);
  return program.elementwise(n, 1, g.mul(program.symbol(sum), g.constant(1.0 / static_cast<double>(samples))));
}

ValueId by_kernel(Program& program, const std::vector<Term>& terms, const ConvolutionShape& shape, ValueId w,
                  ValueId pre, ValueId post) {
  auto& g = program.graph();
  const Index samples = program[pre].cols;
  const double scale = 1.0 / static_cast<double>(samples * shape.positions());
  Node total = g.constant(0);
  for (const Term& t : terms) {
    const Node c = g.mul(t.scalar, replaced(program, t.weight, "w", w));
    if (g.is_constant(t.post, 1) && g.is_constant(t.pre, 1)) {
      total = g.add(total, c);
      continue;
    }
    const ValueId q = program.elementwise(shape.out_size(), samples, replaced(program, t.post, "post", post));
    const ValueId p = program.elementwise(shape.in_size(), samples, replaced(program, t.pre, "pre", pre));
    const ValueId sum = program.convolution_to_kernel(shape, p, q);
    total = g.add(total, g.mul(g.mul(c, g.constant(scale)), program.symbol(sum)));
  }
  return program.elementwise(shape.out_channels, shape.taps(), total);
}

}  // namespace

ValueId plasticity_rate(Program& program, Node rate, const Wiring* wiring, ValueId w, ValueId pre, ValueId post) {
  if (wiring && wiring->kind == Wiring::Kind::sparse) {
    return by_connections(program, rate, w, program.gather(wiring->pattern, Program::End::column, pre),
                          program.gather(wiring->pattern, Program::End::row, post));
  }
  if (wiring && wiring->kind == Wiring::Kind::one_to_one) return by_connections(program, rate, w, pre, post);
  Separation separation(program.graph());
  const auto terms = separation.of(rate);
  const bool separable = terms && separation.shifts().empty();
  if (wiring && wiring->kind == Wiring::Kind::convolution) {
    if (!separable) throw std::logic_error("a local rule over a kernel must be a sum of products");
    return by_kernel(program, *terms, wiring->shape, w, pre, post);
  }
  return separable ? by_products(program, *terms, w, pre, post) : by_pairs(program, rate, w, pre, post);
}

}  // namespace neurode::network
