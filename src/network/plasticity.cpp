#include <optional>
#include <stdexcept>
#include <vector>

#include "network/assembler.hpp"

namespace neurode::network {

using equations::Node;
using equations::Op;

namespace {

/// weight(w) * post(post) * pre(pre)
struct Term {
  Node weight, post, pre;
};

/// Writes an expression as a sum of such products, where it is one.
class Separation {
 public:
  explicit Separation(equations::Graph& graph)
      : g_(graph), w_(graph.symbol("w")), pre_(graph.symbol("pre")), post_(graph.symbol("post")) {}

  std::optional<std::vector<Term>> of(Node n) {
    const bool pre = depends_on(g_, n, pre_), post = depends_on(g_, n, post_), w = depends_on(g_, n, w_);
    const Node one = g_.constant(1);
    if (!pre && !post) return {{Term{n, one, one}}};
    if (!w && !pre) return {{Term{one, n, one}}};
    if (!w && !post) return {{Term{one, one, n}}};
    const auto d = g_[n];
    switch (d.op) {
      case Op::neg:
        return scaled(of(d.a), g_.constant(-1));
      case Op::add:
        return joined(of(d.a), of(d.b));
      case Op::sub:
        return joined(of(d.a), scaled(of(d.b), g_.constant(-1)));
      case Op::mul:
        return multiplied(of(d.a), of(d.b));
      case Op::div:
        return multiplied(of(d.a), inverse(of(d.b)));
      case Op::pow:
        if (g_.is_constant(d.b, 2)) return multiplied(of(d.a), of(d.a));
        return {};
      default:
        return {};
    }
  }

 private:
  using Terms = std::optional<std::vector<Term>>;
  static constexpr std::size_t kMost = 32;

  Terms scaled(Terms t, Node factor) {
    if (!t) return t;
    for (auto& x : *t) x.weight = g_.mul(x.weight, factor);
    return t;
  }
  static Terms joined(Terms a, Terms b) {
    if (!a || !b || a->size() + b->size() > kMost) return {};
    a->insert(a->end(), b->begin(), b->end());
    return a;
  }
  Terms multiplied(const Terms& a, const Terms& b) {
    if (!a || !b || a->size() * b->size() > kMost) return {};
    std::vector<Term> out;
    for (const auto& x : *a) {
      for (const auto& y : *b) {
        out.push_back({g_.mul(x.weight, y.weight), g_.mul(x.post, y.post), g_.mul(x.pre, y.pre)});
      }
    }
    return out;
  }
  Terms inverse(const Terms& t) {
    if (!t || t->size() != 1) return {};
    const Node one = g_.constant(1);
    const Term& x = (*t)[0];
    return {{Term{g_.div(one, x.weight), g_.div(one, x.post), g_.div(one, x.pre)}}};
  }

  equations::Graph& g_;
  Node w_, pre_, post_;
};

Node replaced(Program& program, Node n, const char* name, ValueId v) {
  return equations::substitute(program.graph(), n, {{program.graph().symbol(name).id, program.symbol(v)}});
}

ValueId by_products(Program& program, const std::vector<Term>& terms, ValueId w, ValueId pre, ValueId post) {
  auto& g = program.graph();
  const auto wv = program[w], pv = program[pre];
  const Index samples = pv.cols;
  Node total = g.constant(0);
  for (const Term& t : terms) {
    const Node c = replaced(program, t.weight, "w", w);
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

}  // namespace

ValueId plasticity_rate(Program& program, Node rate, ValueId w, ValueId pre, ValueId post) {
  const auto terms = Separation(program.graph()).of(rate);
  return terms ? by_products(program, *terms, w, pre, post) : by_pairs(program, rate, w, pre, post);
}

}  // namespace neurode::network
