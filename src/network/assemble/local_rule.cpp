#include "network/assemble/local_rule.hpp"

#include <algorithm>
#include <stdexcept>

namespace neurode::network {

using equations::Node;
using Along = Program::Along;
using Side = Program::Side;
using Kind = LocalEquations::Reduction::Kind;

LocalRuleValues::LocalRuleValues(Program& program, const Wiring* wiring, Index post, Index pre, Index samples)
    : program_(program), g_(program.graph()), wiring_(wiring), post_(post), pre_(pre), samples_(samples) {}

template <class F>
Node LocalRuleValues::placed(Node e, F&& value_of) {
  equations::Substitution names;
  for (const Node s : equations::free_symbols(g_, std::span(&e, 1))) {
    const auto v = values_.find(s.id);
    if (v != values_.end()) names[s.id] = program_.symbol(value_of(s, v->second));
  }
  return equations::substitute(g_, e, names);
}

ValueId LocalRuleValues::over_samples(ValueId v, Index rows) {
  return program_[v].cols == samples_ ? v : program_.broadcast(v, rows, samples_);
}

ValueId LocalRuleValues::lane(Node e, bool post) {
  const Index n = size(post);
  return program_.elementwise(n, samples_, placed(e, [&](Node, ValueId v) { return over_samples(v, n); }));
}

ValueId LocalRuleValues::edges(Node e) {
  const Index n = wiring_->pattern ? wiring_->pattern->nonzeros() : post_;
  Separation sides(g_);
  return program_.elementwise(n, samples_, placed(e, [&](Node s, ValueId v) {
                                const unsigned side = sides.sides(s);
                                if (wiring_->pattern && side != Separation::kWeight) {
                                  const auto end = side == Separation::kPre ? Program::End::column : Program::End::row;
                                  v = program_.gather(wiring_->pattern, end, v);
                                }
                                return over_samples(v, n);
                              }));
}

ValueId LocalRuleValues::weights(Node e) {
  const bool kernel = kind() == Wiring::Kind::convolution;
  const Index rows = kernel ? wiring_->shape.out_channels : post_, cols = kernel ? wiring_->shape.taps() : pre_;
  return program_.elementwise(rows, cols, placed(e, [](Node, ValueId v) { return v; }));
}

ValueId LocalRuleValues::mean(ValueId v) {
  const Index n = program_[v].rows;
  if (samples_ == 1) return v;
  const ValueId total = program_.sum(v, Along::columns);
  return program_.elementwise(n, 1, g_.mul(program_.symbol(total), g_.constant(1.0 / static_cast<double>(samples_))));
}

std::optional<LocalRuleValues::Terms> LocalRuleValues::terms(Node e) {
  Separation separation(g_);
  auto found = separation.of(e);
  if (found && separation.shifts().empty()) return found;
  if (kind() == Wiring::Kind::convolution) {
    throw std::logic_error("a local rule over a kernel must be a sum of products");
  }
  return {};
}

ValueId LocalRuleValues::of_neurons(Node e, LocalEquations::Site site) {
  return mean(lane(e, site == LocalEquations::Site::post));
}

ValueId LocalRuleValues::of_connections(Node e) {
  if (by_edges()) return mean(edges(e));
  if (const auto t = terms(e)) {
    if (const ValueId v = by_products(*t); v.valid()) return v;
  }
  return by_samples(e);
}

void LocalRuleValues::reduce(const LocalEquations::Reduction& r) {
  ValueId v;
  switch (r.kind) {
    case Kind::sum_pre:
    case Kind::sum_post:
      v = sum(r.argument, r.kind == Kind::sum_pre);
      break;
    case Kind::sum_up_to:
      up_to_.push_back({r.symbol, r.argument});
      if (!triangle_.valid()) {
        triangle_ = program_.constant(Matrix(Matrix::Ones(post_, post_).triangularView<Eigen::Lower>()));
      }
      return;
    case Kind::mean: {
      const unsigned side = Separation(g_).sides(r.symbol);
      v = side == Separation::kWeight ? of_connections(r.argument) : mean(lane(r.argument, side == Separation::kPost));
    }
  }
  set(r.symbol, v);
}

ValueId LocalRuleValues::sum(Node e, bool over_pre) {
  if (kind() == Wiring::Kind::one_to_one) return edges(e);
  if (kind() == Wiring::Kind::sparse) {
    return program_.scatter(wiring_->pattern, over_pre ? Program::End::row : Program::End::column, edges(e));
  }
  const auto t = terms(e);
  return t ? sum_of_terms(*t, over_pre) : sum_of_pairs(e, over_pre);
}

/// A product with the matrix (or a convolution) for each function of w and of the side that is summed over.
ValueId LocalRuleValues::sum_of_terms(Terms terms, bool over_pre) {
  if (!over_pre) {
    for (Term& t : terms) std::swap(t.post, t.pre);
  }
  const Index n = size(over_pre);
  Node total = g_.constant(0);
  for (const Product& p : gather_products(g_, terms)) {
    const ValueId x = lane(p.pre, !over_pre);
    ValueId s;
    if (kind() == Wiring::Kind::convolution) {
      const ValueId w = weights(p.weight);
      s = over_pre ? program_.convolution(wiring_->shape, w, x) : program_.convolution_to_input(wiring_->shape, w, x);
    } else if (g_.is_constant(p.weight, 1)) {
      s = program_.broadcast(program_.sum(x, Along::rows), n, samples_);
    } else {
      s = program_.product(weights(p.weight), !over_pre, x, false);
    }
    const Node factor = placed(p.post, [&](Node, ValueId v) { return over_samples(v, n); });
    total = g_.add(total, g_.mul(factor, program_.symbol(s)));
  }
  return program_.elementwise(n, samples_, total);
}

ValueId LocalRuleValues::sum_of_pairs(Node e, bool over_pre) {
  // The shapes must be known even where e uses one side alone.
  std::vector<ValueId> post = {lane(g_.symbol("post"), true)}, pre = {lane(g_.symbol("pre"), false)}, pair;
  equations::Substitution names;
  Separation sides(g_);
  for (const Node s : equations::free_symbols(g_, std::span(&e, 1))) {
    const auto v = values_.find(s.id);
    if (v == values_.end()) continue;
    const unsigned side = sides.sides(s);
    (side == Separation::kPost ? post : side == Separation::kPre ? pre : pair).push_back(v->second);
    names[s.id] = program_.symbol(v->second, side == Separation::kPost  ? Side::post
                                             : side == Separation::kPre ? Side::pre
                                                                        : Side::pair);
  }
  return program_.pairwise(equations::substitute(g_, e, names), post, pre, pair,
                           over_pre ? Along::columns : Along::rows);
}

/// Invalid where a sum_up_to stands in the way.
ValueId LocalRuleValues::by_products(const Terms& terms) {
  const bool kernel = kind() == Wiring::Kind::convolution;
  const double places = kernel ? static_cast<double>(wiring_->shape.positions()) : 1;
  const Node scale = g_.constant(1.0 / (static_cast<double>(samples_) * places));
  const auto direct = [](Node, ValueId v) { return v; };
  Node total = g_.constant(0);
  for (const Term& t : terms) {
    const bool summed = std::any_of(up_to_.begin(), up_to_.end(),
                                    [&](const UpTo& u) { return equations::depends_on(g_, t.weight, u.symbol); });
    if (summed) {
      const auto value = up_to_products(t);
      if (!value) return {};
      total = g_.add(total, *value);
      continue;
    }
    const Node c = g_.mul(t.scalar, placed(t.weight, direct));
    if (g_.is_constant(t.post, 1) && g_.is_constant(t.pre, 1)) {
      total = g_.add(total, c);
      continue;
    }
    const ValueId q = lane(t.post, true), p = lane(t.pre, false);
    const ValueId s =
        kernel ? program_.convolution_to_kernel(wiring_->shape, p, q) : program_.product(q, false, p, true);
    total = g_.add(total, g_.mul(g_.mul(c, scale), program_.symbol(s)));
  }
  return weights(total);
}

std::optional<Node> LocalRuleValues::up_to_products(const Term& t) {
  const auto u = std::find_if(up_to_.begin(), up_to_.end(),
                              [&](const UpTo& x) { return equations::depends_on(g_, t.weight, x.symbol); });
  const Node slope = equations::differentiate(g_, t.weight, u->symbol);
  for (const auto& other : up_to_) {
    if (equations::depends_on(g_, slope, other.symbol)) return {};
  }
  if (!g_.is_constant(equations::substitute(g_, t.weight, {{u->symbol.id, g_.constant(0)}}), 0)) return {};
  const auto inner = terms(u->argument);
  if (!inner) return {};
  const auto direct = [](Node, ValueId v) { return v; };
  const Node c = g_.mul(t.scalar, placed(slope, direct));
  Node total = g_.constant(0);
  for (const Term& e : *inner) {
    if (!g_.is_constant(g_.mul(t.pre, e.pre), 1)) return {};
    // (mean of post_i post_k for k <= i) times what connections have
    const ValueId both = program_.product(lane(t.post, true), false, lane(e.post, true), true);
    const ValueId lower = program_.elementwise(post_, post_,
                                               g_.mul(g_.mul(program_.symbol(triangle_), program_.symbol(both)),
                                                      g_.constant(1.0 / static_cast<double>(samples_))));
    const ValueId s = program_.product(lower, false, weights(e.weight), false);
    total = g_.add(total, g_.mul(g_.mul(c, e.scalar), program_.symbol(s)));
  }
  return total;
}

/// Whatever it is: all pairs, sample by sample.
ValueId LocalRuleValues::by_samples(Node e) {
  const ValueId ones = program_.constant(Matrix::Ones(post_, 1));
  Separation sides(g_);
  Node total = g_.constant(0);
  for (Index s = 0; s < samples_; ++s) {
    const auto column = [&](ValueId v, Index n) { return program_[v].cols == 1 ? v : program_.view(v, s * n, n, 1); };
    const auto matrix = [&](Node symbol, ValueId v) {
      const unsigned side = sides.sides(symbol);
      if (side == Separation::kPre) return program_.product(ones, false, column(v, pre_), true);
      return side == Separation::kPost ? program_.broadcast(column(v, post_), post_, pre_) : v;
    };
    equations::Substitution sums;
    for (const UpTo& u : up_to_) {
      if (!equations::depends_on(g_, e, u.symbol)) continue;
      const ValueId each = program_.elementwise(post_, pre_, placed(u.argument, matrix));
      sums[u.symbol.id] = program_.symbol(program_.product(triangle_, false, each, false));
    }
    total = g_.add(total, equations::substitute(g_, placed(e, matrix), sums));
  }
  return program_.elementwise(post_, pre_, g_.mul(total, g_.constant(1.0 / static_cast<double>(samples_))));
}

}  // namespace neurode::network
