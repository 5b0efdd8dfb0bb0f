// What projections add to inputs.
#include <algorithm>

#include "network/assemble/assembler.hpp"
#include "network/expressions/coupling.hpp"

namespace neurode::network {

using equations::Node;

namespace {

/// The numbers of a value that is made of constants alone.
Matrix evaluated(const Program& program, ValueId v) {
  Matrix out(program[v].rows, program[v].cols);
  Executable code(program, {{v, 0, 0, out.size()}});
  const double time[2] = {0, 0};
  const double* in[ProgramSystem::kVectors] = {time};
  double* to[] = {out.data()};
  code.run(in, to);
  return out;
}

/// One projection's part of an input.
class CoupledInput {
 public:
  using Named = std::vector<std::pair<Node, ValueId>>;  ///< symbol in the coupling -> value

  CoupledInput(Program& program, const Projection& pr, ValueId weights, Index post, Index pre, Index samples)
      : p_(program),
        g_(program.graph()),
        pr_(pr),
        kind_(kind_of(pr)),
        weights_(weights),
        n_(post),
        m_(pre),
        samples_(samples),
        w_(g_.symbol("w")) {}

  void read(bool post, Node symbol, ValueId v) { (post ? post_ : pre_).emplace_back(symbol, v); }

  ValueId add(Node coupling, ValueId base) {
    CouplingPlan plan = plan_coupling(g_, coupling, kind_);
    switch (plan.way) {
      case CouplingPlan::Way::elements:
        return by_elements(coupling, base);
      case CouplingPlan::Way::pairs:
        return by_pairs(coupling, base);
      case CouplingPlan::Way::edges:
        return by_edges(coupling, base);
      default:
        return by_products(plan, base);
    }
  }

 private:
  Node weight_node(Index rows) {
    if (p_[weights_].size() == 1) return p_.node(weights_);
    return p_.symbol(p_.broadcast(weights_, rows, samples_));
  }

  Node replaced(Node n, const std::vector<std::pair<Node, Node>>& by) {
    equations::Substitution s;
    for (const auto& [symbol, node] : by) s[symbol.id] = node;
    return equations::substitute(g_, n, s);
  }
  std::vector<std::pair<Node, Node>> symbols(const Named& side) const {
    std::vector<std::pair<Node, Node>> out;
    for (const auto& [symbol, v] : side) out.emplace_back(symbol, p_.symbol(v));
    return out;
  }

  ValueId sum(ValueId base, Node n) {
    if (base.valid()) n = g_.add(p_.symbol(base), n);
    return p_.elementwise(n_, samples_, n);
  }

  ValueId by_elements(Node coupling, ValueId base) {
    auto by = symbols(pre_);
    for (const auto& x : symbols(post_)) by.push_back(x);
    by.emplace_back(w_, weight_node(n_));
    return sum(base, replaced(coupling, by));
  }

  ValueId by_pairs(Node coupling, ValueId base) {
    using Side = Program::Side;
    std::vector<std::pair<Node, Node>> by;
    std::vector<ValueId> post, pre, pair;
    const auto put = [&](Node symbol, ValueId v, Side side, std::vector<ValueId>& into) {
      into.push_back(v);
      by.emplace_back(symbol, p_.symbol(v, side));
    };
    for (const auto& [symbol, v] : post_) put(symbol, v, Side::post, post);
    for (const auto& [symbol, v] : pre_) put(symbol, v, Side::pre, pre);
    if (p_[weights_].size() == 1) {
      by.emplace_back(w_, p_.node(weights_));
    } else {
      put(w_, weights_, Side::pair, pair);
    }
    if (pr_.wiring && !pr_.wiring->self) {
      const ValueId numbers = p_.constant(Matrix(Vector::LinSpaced(n_, 0, static_cast<double>(n_ - 1))));
      const Node i = g_.symbol("%i"), j = g_.symbol("%j");
      put(i, numbers, Side::post, post);
      put(j, numbers, Side::pre, pre);
      coupling = g_.where(g_.binary(equations::Op::not_equal, i, j), coupling, g_.constant(0));
    }
    if (post.empty()) post.push_back(p_.constant(Matrix::Zero(n_, 1)));  // tells how many there are
    if (pre.empty()) pre.push_back(p_.constant(Matrix::Zero(m_, 1)));
    return p_.pairwise(replaced(coupling, by), post, pre, pair, Program::Along::columns, base);
  }

  ValueId by_edges(Node coupling, ValueId base) {
    const auto& pattern = pr_.wiring->pattern;
    std::vector<std::pair<Node, Node>> by;
    for (const auto& [symbol, v] : pre_)
      by.emplace_back(symbol, p_.symbol(p_.gather(pattern, Program::End::column, v)));
    for (const auto& [symbol, v] : post_) by.emplace_back(symbol, p_.symbol(p_.gather(pattern, Program::End::row, v)));
    by.emplace_back(w_, weight_node(pattern->nonzeros()));
    const ValueId edges = p_.elementwise(pattern->nonzeros(), samples_, replaced(coupling, by));
    return p_.scatter(pattern, Program::End::row, edges, base);
  }

  /// Symbols for the largest value of an exponent, put into both sides.
  void add_shift(const Separation::Shift& shift) {
    const ValueId q = p_.elementwise(m_, samples_, replaced(shift.pre, symbols(pre_)));
    const ValueId top = p_.max(q, Program::Along::rows);
    pre_.emplace_back(shift.symbol, p_.broadcast(top, m_, samples_));
    post_.emplace_back(shift.symbol, p_.broadcast(top, n_, samples_));
  }

  ValueId by_products(const CouplingPlan& plan, ValueId base) {
    for (const auto& shift : plan.shifts) add_shift(shift);
    const auto of_pre = symbols(pre_), of_post = symbols(post_);
    Node total = g_.constant(0);
    for (const Product& product : plan.products) {
      Node factor = replaced(product.post, of_post);
      if (g_.is_constant(product.pre)) {
        total = g_.add(total, g_.mul(g_.mul(factor, product.pre), row_sums(product.weight)));
        continue;
      }
      const ValueId pre = p_.elementwise(m_, samples_, replaced(product.pre, of_pre));
      if (g_.is_constant(factor, 1)) {
        base = apply(product.weight, pre, base);
      } else {
        total = g_.add(total, g_.mul(factor, p_.symbol(apply(product.weight, pre, {}))));
      }
    }
    return base.valid() && g_.is_constant(total, 0) ? base : sum(base, total);
  }

  /// Of f(w): is it known now?
  bool is_fixed(Node f) const {
    if (pr_.moves()) return equations::free_symbols(g_, std::vector<Node>{f}).empty();
    const auto free = equations::free_symbols(g_, std::vector<Node>{f});
    return std::all_of(free.begin(), free.end(), [&](Node s) { return s == w_; });
  }

  /// f(w), in the shape of the weights.
  ValueId weight_value(Node f) {
    if (f == w_) return weights_;
    if (g_.is_constant(f)) return p_.constant(Matrix::Constant(1, 1, g_[f].value));
    const auto shape = p_[weights_];
    const ValueId v = p_.elementwise(shape.rows, shape.cols, replaced(f, {{w_, p_.symbol(weights_)}}));
    return is_fixed(f) ? p_.constant(evaluated(p_, v)) : v;
  }

  /// base + f(W) x, x: pre x samples (or one column).
  ValueId apply(Node f, ValueId x, ValueId base) {
    switch (kind_) {
      case Wiring::Kind::sparse:
        return p_.sparse_product(pr_.wiring->pattern, weight_value(f), false, x, base);
      case Wiring::Kind::convolution: {
        ValueId kernel = weight_value(f);
        const ConvolutionShape& s = pr_.wiring->shape;
        if (p_[kernel].size() == 1 && s.kernel_size() > 1) {
          kernel = p_.constant(Matrix::Constant(s.out_channels, s.taps(), evaluated(p_, kernel)(0, 0)));
        }
        return p_.convolution(s, kernel, x, base);
      }
      case Wiring::Kind::low_rank: {
        const Wiring& wiring = *pr_.wiring;
        const ValueId right = p_.constant(wiring.right->data(), m_, wiring.right->cols(), wiring.right);
        const ValueId left = p_.constant(Matrix(*wiring.left * (*pr_.weights)(0, 0)));
        return p_.product(left, false, p_.product(right, true, x, false), false, base);
      }
      default:
        break;
    }
    const ValueId w = weight_value(f);
    const bool self = !pr_.wiring || pr_.wiring->self;
    if (p_[w].size() == 1 && (n_ * m_ != 1 || !self)) return total(p_.node(w), x, base);
    return p_.product(w, false, x, false, base);
  }

  /// base + w times the sum of x over all neurons (but oneself).
  ValueId total(Node w, ValueId x, ValueId base) {
    const Index columns = p_[x].cols;
    Node all = p_.symbol(p_.broadcast(p_.sum(x, Program::Along::rows), n_, columns));
    if (pr_.wiring && !pr_.wiring->self) all = g_.sub(all, p_.symbol(x));
    all = g_.mul(w, all);
    if (base.valid()) all = g_.add(p_.symbol(base), all);
    return p_.elementwise(n_, columns, all);
  }

  /// f(W) 1, over post x samples.
  Node row_sums(Node f) {
    ValueId v = apply(f, p_.constant(Matrix::Ones(m_, 1)), {});
    if (is_fixed(f)) v = p_.constant(evaluated(p_, v));
    return p_.node(p_.broadcast(v, n_, samples_));
  }

  Program& p_;
  equations::Graph& g_;
  const Projection& pr_;
  Wiring::Kind kind_;
  ValueId weights_;
  Index n_, m_, samples_;
  Node w_;
  Named pre_, post_;
};

}  // namespace

/// What a coupling calls pre.NAME or post.NAME, or the output where the name is empty.
ValueId Assembler::coupling_value(std::size_t p, const std::string& name) {
  if (name.empty()) return out_.outputs[p];
  Node node = out_.program.graph().symbol(name);
  for (const auto& [definition, meaning] : locals_[p].instance.definitions) {
    if (definition == name) node = meaning;
  }
  return out_.program.elementwise(net_.populations[p].size, out_.samples, local(p, node));
}

ValueId Assembler::coupled(std::size_t k, ValueId base) {
  const Projection& pr = net_.projections[k];
  if (pr.delay.size() > 1) return delayed_connections(k, base);
  Program& program = out_.program;
  if (!pr.wiring && pr.coupling.empty()) return program.product(weights_[k], false, source(k), false, base);
  auto& graph = program.graph();
  const Coupling coupling = read_coupling(graph, pr, net_);
  const Population &from = net_.populations[pr.pre], &to = net_.populations[pr.post];
  CoupledInput input(program, pr, weights_[k], to.size, from.size, out_.samples);
  for (const auto& name : coupling.pre) {
    input.read(false, graph.symbol(name.empty() ? "pre" : "pre." + name),
               name.empty() ? source(k) : coupling_value(pr.pre, name));
  }
  for (const auto& name : coupling.post) {
    input.read(true, graph.symbol(name.empty() ? "post" : "post." + name), coupling_value(pr.post, name));
  }
  const Node now = program.symbol(program.time());
  return input.add(equations::substitute(graph, coupling.value, {{graph.symbol("t").id, now}}), base);
}

}  // namespace neurode::network
