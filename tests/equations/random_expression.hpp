#pragma once

#include <string>
#include <vector>

#include "neurode/core/random.hpp"
#include "neurode/equations/graph.hpp"

namespace neurode::equations {

/// Random expressions of x, y, z, the same for the same seed.
class RandomExpression {
 public:
  RandomExpression(Graph& graph, std::uint64_t seed) : graph_(graph), random_(seed, "expressions") {}

  Node make(int depth) {
    if (depth == 0 || pick(8) == 0) return leaf();
    static const std::vector<Op> two{Op::add, Op::sub, Op::mul, Op::div, Op::add, Op::sub, Op::mul, Op::min, Op::max};
    static const std::vector<Op> one{Op::neg,  Op::tanh, Op::logistic, Op::sin,    Op::cos,      Op::atan,
                                     Op::erf,  Op::relu, Op::softplus, Op::exprel, Op::abs,      Op::exprel_derivative,
                                     Op::sign, Op::exp,  Op::floor,    Op::expm1,  Op::heaviside};
    static const std::vector<Op> tests{Op::less,      Op::less_equal,  Op::equal,
                                       Op::not_equal, Op::logical_and, Op::logical_or};
    static const std::vector<double> exponents{2, 3, 4, 5, 7, 8, -1, -2, 0.5, 1.5, 9};
    switch (pick(8)) {
      case 0:
      case 1:
        return graph_.unary(one[pick(one.size())], bounded(make(depth - 1)));
      case 2:
        return graph_.binary(Op::pow, positive(make(depth - 1)), graph_.constant(exponents[pick(exponents.size())]));
      case 3: {
        const Node test = graph_.binary(tests[pick(tests.size())], make(depth - 1), leaf());
        return graph_.where(pick(2) == 0 ? test : graph_.unary(Op::logical_not, test), make(depth - 1),
                            make(depth - 1));
      }
      default: {
        const Op op = two[pick(two.size())];
        const Node a = make(depth - 1);
        return graph_.binary(op, a, op == Op::div ? positive(make(depth - 1)) : make(depth - 1));
      }
    }
  }

  double uniform(double a, double b) { return a + (b - a) * random_.uniform(next_++); }

 private:
  std::size_t pick(std::size_t n) { return random_.integer(next_++, n); }
  Node leaf() {
    static const std::vector<std::string> names{"x", "y", "z"};
    static const std::vector<double> numbers{0.5, 1, 2, 3, -1, -2.25, 0.1, 1e-3, 7};
    return pick(3) == 0 ? graph_.constant(numbers[pick(numbers.size())]) : graph_.symbol(names[pick(3)]);
  }
  Node bounded(Node a) { return graph_.mul(graph_.constant(4), graph_.unary(Op::tanh, a)); }
  Node positive(Node a) { return graph_.add(graph_.constant(0.5), graph_.unary(Op::logistic, a)); }

  Graph& graph_;
  CounterRandom random_;
  std::uint64_t next_ = 0;
};

}  // namespace neurode::equations
