#include "equations/lower.hpp"

#include <bit>
#include <cmath>
#include <map>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "equations/ops.hpp"

namespace neurode::equations {

namespace {

using Code = Tape::Code;
using Value = Lowered::Value;

Code code_of(Op op) {
  switch (op) {
    case Op::add:
      return Code::add;
    case Op::sub:
      return Code::sub;
    case Op::mul:
      return Code::mul;
    case Op::div:
      return Code::div;
    case Op::pow:
      return Code::pow;
    case Op::min:
      return Code::min;
    case Op::max:
      return Code::max;
    case Op::less:
      return Code::less;
    case Op::less_equal:
      return Code::less_equal;
    case Op::equal:
      return Code::equal;
    case Op::not_equal:
      return Code::not_equal;
    case Op::logical_and:
      return Code::logical_and;
    case Op::logical_or:
      return Code::logical_or;
    case Op::neg:
      return Code::neg;
    case Op::logical_not:
      return Code::logical_not;
    case Op::exp:
      return Code::exp;
    case Op::expm1:
      return Code::expm1;
    case Op::log:
      return Code::log;
    case Op::log1p:
      return Code::log1p;
    case Op::sqrt:
      return Code::sqrt;
    case Op::sin:
      return Code::sin;
    case Op::cos:
      return Code::cos;
    case Op::tan:
      return Code::tan;
    case Op::tanh:
      return Code::tanh;
    case Op::atan:
      return Code::atan;
    case Op::logistic:
      return Code::logistic;
    case Op::relu:
      return Code::relu;
    case Op::softplus:
      return Code::softplus;
    case Op::erf:
      return Code::erf;
    case Op::exprel:
      return Code::exprel;
    case Op::exprel_derivative:
      return Code::exprel_derivative;
    case Op::exprel_second_derivative:
      return Code::exprel_second_derivative;
    case Op::abs:
      return Code::abs;
    case Op::sign:
      return Code::sign;
    case Op::heaviside:
      return Code::heaviside;
    case Op::floor:
      return Code::floor;
    case Op::where:
      return Code::where;
    case Op::constant:
    case Op::symbol:
      break;
  }
  return Code::copy;
}

bool is_power_of_two(double x) {
  int exponent = 0;
  return std::isnormal(x) && std::abs(std::frexp(x, &exponent)) == 0.5 && std::isnormal(1 / x);
}

class Lowering {
 public:
  Lowering(const Graph& graph, std::span<const Node> outputs, std::span<const Node> inputs) : graph_(graph) {
    const auto marks = reachable(graph, outputs);
    place_.resize(marks.size());
    std::vector<bool> is_input(marks.size());
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      out_.values.push_back({Lowered::Kind::input, Code::copy, {static_cast<std::uint32_t>(k), 0, 0}});
      if (inputs[k].id >= marks.size()) continue;
      place_[inputs[k].id] = static_cast<std::uint32_t>(k);
      is_input[inputs[k].id] = true;
    }
    for (std::uint32_t i = 0; i < marks.size(); ++i) {
      if (marks[i] && !is_input[i]) place_[i] = node(Node{i});
    }
    for (const Node n : outputs) out_.outputs.push_back(place_[n.id]);
  }

  Lowered run() {
    fuse();
    return std::move(out_);
  }

 private:
  std::uint32_t node(Node n) {
    const NodeData& d = graph_[n];
    if (d.op == Op::constant) return constant(d.value);
    if (d.op == Op::symbol) {
      throw std::invalid_argument("an expression depends on \"" + graph_.name(n) + "\", which is not an input");
    }
    const std::uint32_t a = place_[d.a.id], b = place_[d.b.id], c = place_[d.c.id];
    if (d.op == Op::pow && graph_.is_constant(d.b)) return power(a, b, graph_[d.b].value);
    if (d.op == Op::div && graph_.is_constant(d.b) && is_power_of_two(graph_[d.b].value)) {
      return make(Code::mul, a, constant(1 / graph_[d.b].value));
    }
    const int n_operands = arity(d.op);
    return make(code_of(d.op), a, n_operands > 1 ? b : 0, n_operands > 2 ? c : 0);
  }

  /// Products for whole exponents up to 8 (at most three roundings one after the other), roots for halves.
  std::uint32_t power(std::uint32_t a, std::uint32_t b, double exponent) {
    const double size = std::abs(exponent);
    if (size != 0.5 && !(size >= 1 && size <= 8 && size == std::floor(size))) return make(Code::pow, a, b);
    const std::uint32_t p = size == 0.5 ? make(Code::sqrt, a) : whole_power(a, static_cast<int>(size));
    return exponent < 0 ? make(Code::div, constant(1), p) : p;
  }

  std::uint32_t whole_power(std::uint32_t a, int k) {
    if (k == 1) return a;
    const std::uint32_t half = whole_power(a, k / 2);
    const std::uint32_t square = make(Code::mul, half, half);
    return k % 2 == 0 ? square : make(Code::mul, square, a);
  }

  std::uint32_t constant(double x) {
    const auto [it, is_new] = constants_.emplace(std::bit_cast<std::uint64_t>(x), 0);
    if (is_new) {
      it->second = static_cast<std::uint32_t>(out_.values.size());
      out_.values.push_back(
          {Lowered::Kind::constant, Code::copy, {static_cast<std::uint32_t>(out_.constants.size()), 0, 0}});
      out_.constants.push_back(x);
    }
    return it->second;
  }

  std::uint32_t make(Code code, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0) {
    const auto [it, is_new] = made_.emplace(std::tuple(code, a, b, c), 0);
    if (is_new) {
      it->second = static_cast<std::uint32_t>(out_.values.size());
      out_.values.push_back({Lowered::Kind::computed, code, {a, b, c}});
    }
    return it->second;
  }

  void fuse() {
    uses_.assign(out_.values.size(), 0);
    for (const std::uint32_t k : out_.outputs) ++uses_[k];  // an output must be there on its own
    for (std::size_t i = uses_.size(); i-- > 0;) {
      const Value& v = out_.values[i];
      if (v.kind != Lowered::Kind::computed || uses_[i] == 0) continue;
      for (int k = 0; k < operand_count(v.code); ++k) ++uses_[v.operand[k]];
    }
    for (Value& v : out_.values) fuse_product(v);
    for (std::size_t i = 0; i < uses_.size(); ++i) {
      if (uses_[i] > 0) fuse_factor(out_.values[i]);
    }
  }

  /// Is it there for one other value alone, and of that code?
  bool serves_one(std::uint32_t i, Code code) const {
    return uses_[i] == 1 && out_.values[i].kind == Lowered::Kind::computed && out_.values[i].code == code;
  }

  /// Takes over the only use of value i by giving its operands to v.
  void absorb(Value& v, Code code, std::uint32_t i, std::uint32_t other) {
    const Value& inner = out_.values[i];
    uses_[i] = 0;
    v = {Lowered::Kind::computed, code, {inner.operand[0], inner.operand[1], other}};
  }

  /// a*b + c, a*b - c, c - a*b
  void fuse_product(Value& v) {
    if (v.kind != Lowered::Kind::computed || (v.code != Code::add && v.code != Code::sub)) return;
    const std::uint32_t a = v.operand[0], b = v.operand[1];
    if (serves_one(b, Code::mul)) {
      absorb(v, v.code == Code::add ? Code::mul_add : Code::sub_mul, b, a);
    } else if (serves_one(a, Code::mul)) {
      absorb(v, v.code == Code::add ? Code::mul_add : Code::mul_sub, a, b);
    }
  }

  /// (a +- b) * c, (a +- b) / c, a / exprel(b)
  void fuse_factor(Value& v) {
    if (v.kind != Lowered::Kind::computed || (v.code != Code::mul && v.code != Code::div)) return;
    const bool times = v.code == Code::mul;
    const std::uint32_t a = v.operand[0], b = v.operand[1];
    const Code of_sum = times ? Code::sum_times : Code::sum_over;
    const Code of_difference = times ? Code::difference_times : Code::difference_over;
    if (serves_one(a, Code::add)) {
      absorb(v, of_sum, a, b);
    } else if (serves_one(a, Code::sub)) {
      absorb(v, of_difference, a, b);
    } else if (times && serves_one(b, Code::add)) {
      absorb(v, of_sum, b, a);
    } else if (times && serves_one(b, Code::sub)) {
      absorb(v, of_difference, b, a);
    } else if (!times && serves_one(b, Code::exprel)) {
      uses_[b] = 0;
      v = {Lowered::Kind::computed, Code::div_exprel, {a, out_.values[b].operand[0], 0}};
    }
  }

  const Graph& graph_;
  Lowered out_;
  std::vector<std::uint32_t> place_;  // of nodes: their values
  std::vector<std::uint32_t> uses_;   // of values
  std::unordered_map<std::uint64_t, std::uint32_t> constants_;
  std::map<std::tuple<Code, std::uint32_t, std::uint32_t, std::uint32_t>, std::uint32_t> made_;
};

}  // namespace

Lowered lower(const Graph& graph, std::span<const Node> outputs, std::span<const Node> inputs) {
  return Lowering(graph, outputs, inputs).run();
}

}  // namespace neurode::equations
