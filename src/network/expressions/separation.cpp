#include "network/expressions/separation.hpp"

#include <algorithm>
#include <string>

namespace neurode::network {

using equations::Node;
using equations::Op;

/// More terms than this, and pairs one by one are cheaper than products.
static constexpr std::size_t kMostTerms = 32;

Separation::Separation(equations::Graph& graph) : g_(graph) {}

unsigned Separation::sides(Node n) {
  const auto known = sides_.find(n.id);
  if (known != sides_.end()) return known->second;
  unsigned found = kNone;
  for (const Node s : equations::free_symbols(g_, std::vector<Node>{n})) {
    const std::string& name = g_.name(s);
    if (name == "w" || name.rfind("w.", 0) == 0) found |= kWeight;
    if (name == "pre" || name.rfind("pre.", 0) == 0) found |= kPre;
    if (name == "post" || name.rfind("post.", 0) == 0) found |= kPost;
  }
  return sides_[n.id] = found;
}

Separation::Terms Separation::one_sided(Node n, unsigned side) const {
  const Node one = g_.constant(1);
  Term t{one, one, one, one};
  if (side == kNone) t.scalar = n;
  if (side == kWeight) t.weight = n;
  if (side == kPost) t.post = n;
  if (side == kPre) t.pre = n;
  return {{t}};
}

Separation::Terms Separation::of(Node n) {
  const unsigned side = sides(n);
  const auto d = g_[n];
  // Factors without a side are taken out of products and sums, so that equal functions are seen to be equal.
  const bool splits = d.op == Op::neg || d.op == Op::add || d.op == Op::sub || d.op == Op::mul || d.op == Op::div;
  if (side == kNone || (!splits && (side == kPre || side == kPost || side == kWeight))) return one_sided(n, side);
  switch (d.op) {
    case Op::neg:
      return scaled(of(d.a), -1);
    case Op::add:
    case Op::sub: {
      if (side == kPre || side == kPost || side == kWeight) return one_sided(n, side);
      return joined(of(d.a), d.op == Op::add ? of(d.b) : scaled(of(d.b), -1));
    }
    case Op::mul:
      return multiplied(of(d.a), of(d.b));
    case Op::div:
      return multiplied(of(d.a), inverse(of(d.b)));
    case Op::pow:
      return power(of(d.a), d.b);
    case Op::sin:
    case Op::cos:
      return wave(d.a, d.op == Op::sin);
    case Op::exp:
      return exponential(d.a);
    default:
      return {};
  }
}

Separation::Terms Separation::scaled(Terms t, double factor) const {
  if (!t) return t;
  for (auto& x : *t) x.scalar = g_.mul(x.scalar, g_.constant(factor));
  return t;
}

Separation::Terms Separation::joined(Terms a, Terms b) const {
  if (!a || !b || a->size() + b->size() > kMostTerms) return {};
  a->insert(a->end(), b->begin(), b->end());
  return a;
}

Separation::Terms Separation::multiplied(const Terms& a, const Terms& b) const {
  if (!a || !b || a->size() * b->size() > kMostTerms) return {};
  std::vector<Term> out;
  for (const auto& x : *a) {
    for (const auto& y : *b) {
      out.push_back(
          {g_.mul(x.scalar, y.scalar), g_.mul(x.weight, y.weight), g_.mul(x.post, y.post), g_.mul(x.pre, y.pre)});
    }
  }
  return out;
}

Separation::Terms Separation::inverse(const Terms& t) const {
  if (!t || t->size() != 1) return {};
  const Node one = g_.constant(1);
  const Term& x = (*t)[0];
  return {{Term{g_.div(one, x.scalar), g_.div(one, x.weight), g_.div(one, x.post), g_.div(one, x.pre)}}};
}

Separation::Terms Separation::power(const Terms& base, Node exponent) const {
  if (!base) return {};
  for (int k = 2; k <= 4; ++k) {
    if (!g_.is_constant(exponent, k)) continue;
    Terms out = base;
    for (int i = 1; i < k; ++i) out = multiplied(out, base);
    return out;
  }
  return {};
}

/// n as a sum of functions of one side each.
std::optional<Separation::Parts> Separation::split(Node n) {
  const auto terms = of(n);
  if (!terms) return {};
  const Node one = g_.constant(1), zero = g_.constant(0);
  Parts parts{zero, zero, zero};
  for (const Term& t : *terms) {
    const bool w = !(t.weight == one), post = !(t.post == one), pre = !(t.pre == one);
    if (w + post + pre > 1) return {};
    Node& part = pre ? parts.pre : w ? parts.weight : parts.post;  // what has no side goes with post
    part = g_.add(part, g_.mul(t.scalar, pre ? t.pre : w ? t.weight : t.post));
  }
  return parts;
}

/// sin(a + b) = sin a cos b + cos a sin b and cos(a + b) = cos a cos b - sin a sin b.
Separation::Terms Separation::wave(Node argument, bool sine) {
  const auto parts = split(argument);
  if (!parts) return {};
  struct Both {
    Terms sin, cos;
  };
  const auto plus = [this](const Both& a, const Both& b) {
    return Both{joined(multiplied(a.sin, b.cos), multiplied(a.cos, b.sin)),
                joined(multiplied(a.cos, b.cos), scaled(multiplied(a.sin, b.sin), -1))};
  };
  const auto both = [this](Node n, unsigned side) {
    const Node sin = g_.unary(Op::sin, n), cos = g_.unary(Op::cos, n);
    return Both{one_sided(sin, g_.is_constant(sin) ? kNone : side), one_sided(cos, g_.is_constant(cos) ? kNone : side)};
  };
  Both sum = both(parts->post, kPost);
  for (const auto& [n, side] : {std::pair{parts->pre, kPre}, std::pair{parts->weight, kWeight}}) {
    if (!g_.is_constant(n, 0)) sum = plus(sum, both(n, side));
  }
  return sine ? sum.sin : sum.cos;
}

Separation::Terms Separation::exponential(Node argument) {
  const auto parts = split(argument);
  if (!parts) return {};
  const Node one = g_.constant(1);
  Node pre = parts->pre, post = parts->post;
  if (!g_.is_constant(pre, 0) && !g_.is_constant(post)) {
    const Node s = g_.symbol("%shift" + std::to_string(pre.id));
    const bool known = std::any_of(shifts_.begin(), shifts_.end(), [&](const Shift& x) { return x.symbol == s; });
    if (!known) shifts_.push_back({s, pre});
    pre = g_.sub(pre, s);
    post = g_.add(post, s);
  }
  const auto exp = [this](Node n) { return g_.unary(Op::exp, n); };
  return {{Term{one, exp(parts->weight), exp(post), exp(pre)}}};
}

std::vector<Product> gather_products(equations::Graph& graph, const std::vector<Term>& terms) {
  std::vector<Product> out;
  for (const Term& t : terms) {
    const Node factor = graph.mul(t.scalar, t.post);
    const auto same =
        std::find_if(out.begin(), out.end(), [&](const Product& p) { return p.weight == t.weight && p.pre == t.pre; });
    if (same == out.end()) {
      out.push_back({t.weight, t.pre, factor});
    } else {
      same->post = graph.add(same->post, factor);
    }
  }
  std::erase_if(out, [&](const Product& p) { return graph.is_constant(p.post, 0); });
  return out;
}

}  // namespace neurode::network
