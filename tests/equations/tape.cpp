#include "neurode/equations/tape.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "equations/tape_code.hpp"
#include "neurode/equations/parse.hpp"
#include "random_expression.hpp"

using namespace neurode;
using namespace neurode::equations;
using Code = Tape::Code;

namespace {

Node parse(Graph& g, const std::string& text) {
  Diagnostics d;
  const auto p = parse_expression(g, {text, {"", 1, 1}, ""}, {}, d);
  for (const auto& item : d.items()) FAIL(text << ": " << item.format());
  return p->value;
}

/// Inputs x, y (lanes) and z (uniform), and outputs with a guard before and behind each.
struct Bench {
  Tape tape;
  std::size_t n, outputs;
  std::vector<double> x, y, z, out, scratch;
  bool uniform_y = false;

  Bench(Graph& g, const std::vector<Node>& nodes, std::size_t lanes)
      : tape(g, nodes, std::vector<Node>{g.symbol("x"), g.symbol("y"), g.symbol("z")}),
        n(lanes),
        outputs(nodes.size()),
        x(lanes),
        y(lanes),
        z(1),
        out(outputs * (lanes + 2), 12345.0),
        scratch(tape.scratch_size(), std::numeric_limits<double>::quiet_NaN()) {}

  double* output(std::size_t k) { return out.data() + k * (n + 2) + 1; }
  void run(std::size_t first = 0, std::size_t count = static_cast<std::size_t>(-1)) {
    const LaneInput in[] = {
        {x.data() + first, false}, {y.data() + (uniform_y ? 0 : first), uniform_y}, {z.data(), true}};
    std::vector<double*> outs;
    for (std::size_t k = 0; k < outputs; ++k) outs.push_back(output(k) + first);
    tape.run(std::min(count, n - first), in, outs.data(), scratch.data());
  }
  bool guards_hold() {
    for (std::size_t k = 0; k < outputs; ++k) {
      if (output(k)[-1] != 12345.0 || output(k)[n] != 12345.0) return false;
    }
    return true;
  }
};

std::size_t count(const Tape& tape, Code code) {
  return static_cast<std::size_t>(
      std::count_if(tape.code().begin(), tape.code().end(), [&](const auto& i) { return i.code == code; }));
}

std::size_t registers(const Tape& tape) {
  std::size_t n = 0;
  for (const auto& i : tape.code()) {
    if (i.target.where == Tape::Operand::Where::reg) n = std::max<std::size_t>(n, i.target.index + 1);
  }
  return n;
}

/// f's value in numbers a little off at every step: how much rounding may change it.
double rounding_scale(Graph& g, Node f, const std::unordered_map<std::string, double>& at) {
  double scale = std::abs(evaluate(g, f, at));
  // Fused products round once where evaluate() rounds twice: that matters as far as terms cancel.
  std::vector<Node> stack{f};
  while (!stack.empty()) {
    const Node n = stack.back();
    stack.pop_back();
    const NodeData d = g[n];
    if (arity(d.op) > 0) stack.push_back(d.a);
    if (arity(d.op) > 1) stack.push_back(d.b);
    if (arity(d.op) > 2) stack.push_back(d.c);
    const double v = std::abs(evaluate(g, n, at));
    if (std::isfinite(v)) scale = std::max(scale, v);
  }
  return scale;
}

}  // namespace

TEST_CASE("tape: random expressions give what evaluate() gives") {
  std::size_t checked = 0, exact = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Graph g;
    RandomExpression random(g, seed);
    const std::vector<Node> nodes{random.make(5), random.make(3), random.make(4)};
    Bench b(g, nodes, 37);
    for (std::size_t i = 0; i < b.n; ++i) {
      b.x[i] = random.uniform(-2, 2);
      b.y[i] = random.uniform(-2, 2);
    }
    b.z[0] = random.uniform(-2, 2);
    b.run();
    CHECK(b.guards_hold());
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      for (std::size_t i = 0; i < b.n; i += 6) {
        const std::unordered_map<std::string, double> at{{"x", b.x[i]}, {"y", b.y[i]}, {"z", b.z[0]}};
        const double want = evaluate(g, nodes[k], at), got = b.output(k)[i];
        ++checked;
        if (got == want) ++exact;
        if (std::abs(got - want) <= 1e-13 * rounding_scale(g, nodes[k], at)) continue;
        // A step function may fall on the other side of a tie; nothing else may differ.
        const double nudged =
            evaluate(g, nodes[k], {{"x", b.x[i] * (1 + 1e-13)}, {"y", b.y[i] * (1 - 1e-13)}, {"z", b.z[0]}});
        CAPTURE(to_text(g, nodes[k]));
        CAPTURE(b.x[i]);
        CAPTURE(b.y[i]);
        CAPTURE(b.z[0]);
        CHECK(std::abs(got - nudged) <= 1e-11 * std::max(1.0, std::abs(nudged)));
      }
    }
  }
  CHECK(checked == 500 * 3 * 7);
  CHECK(exact > checked / 3);
}

TEST_CASE("tape: a lane's result depends neither on its position nor on the number of lanes") {
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    Graph g;
    RandomExpression random(g, 1000 + seed);
    const Node f = random.make(7);
    // An output that others read, one that is an input, one that is uniform, one twice.
    const std::vector<Node> nodes{f, g.mul(f, g.symbol("y")), g.symbol("x"),       parse(g, "exp(z) + 1"),
                                  f, g.constant(3),           parse(g, "x*exp(z)")};
    Bench all(g, nodes, 3 * Tape::kBlock + 77);
    for (std::size_t i = 0; i < all.n; ++i) {
      all.x[i] = random.uniform(-2, 2);
      all.y[i] = random.uniform(-2, 2);
    }
    all.z[0] = 0.3;
    all.run();
    REQUIRE(all.guards_hold());
    CHECK(all.output(2)[all.n - 1] == all.x[all.n - 1]);
    CHECK(all.output(3)[all.n - 1] == doctest::Approx(std::exp(0.3) + 1).epsilon(1e-14));
    CHECK(all.output(5)[all.n - 1] == 3);
    for (const std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{8},
                                std::size_t{9}, std::size_t{16}, std::size_t{17}, std::size_t{63}, std::size_t{64},
                                std::size_t{65}, std::size_t{71}, std::size_t{100}, Tape::kBlock - 1, Tape::kBlock,
                                Tape::kBlock + 1, Tape::kBlock + 9, 2 * Tape::kBlock, 2 * Tape::kBlock + 5}) {
      for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{5}}) {
        Bench part = all;
        std::fill(part.out.begin(), part.out.end(), 12345.0);
        part.run(first, n);
        CAPTURE(n);
        CAPTURE(first);
        bool same = true, untouched = true;
        for (std::size_t k = 0; k < nodes.size(); ++k) {
          for (std::size_t i = 0; i < part.n; ++i) {
            const bool inside = i >= first && i < first + n;
            if (inside && part.output(k)[i] != all.output(k)[i]) same = false;
            if (!inside && part.output(k)[i] != 12345.0) untouched = false;
          }
        }
        CHECK(same);
        CHECK(untouched);
      }
    }
  }
}

TEST_CASE("tape: uniform inputs and lanes of one number give the same") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Graph g;
    RandomExpression random(g, 2000 + seed);
    const std::vector<Node> nodes{random.make(5), random.make(5)};
    for (const std::size_t n : {5, 24, 70}) {
      Bench lanes(g, nodes, n);
      for (std::size_t i = 0; i < n; ++i) lanes.x[i] = random.uniform(-2, 2);
      std::fill(lanes.y.begin(), lanes.y.end(), random.uniform(-2, 2));
      lanes.z[0] = 0.7;
      Bench uniform = lanes;
      uniform.uniform_y = true;
      lanes.run();
      uniform.run();
      CAPTURE(to_text(g, nodes[0]));
      CAPTURE(to_text(g, nodes[1]));
      for (std::size_t i = 0; i < lanes.out.size(); ++i) {
        const double a = lanes.out[i], b = uniform.out[i];
        CHECK((a == b || (std::isnan(a) && std::isnan(b))));
      }
    }
  }
}

TEST_CASE("tape: instructions are fused and shared") {
  Graph g;
  const std::vector<Node> in{g.symbol("x"), g.symbol("y"), g.symbol("z")};
  const auto tape = [&](const std::vector<std::string>& texts) {
    std::vector<Node> nodes;
    for (const auto& t : texts) nodes.push_back(parse(g, t));
    return Tape(g, nodes, in);
  };
  CHECK(tape({"x*y + z"}).instructions() == 1);
  CHECK(count(tape({"x*y + z"}), Code::mul_add) == 1);
  CHECK(count(tape({"x*y - z"}), Code::mul_sub) == 1);
  CHECK(count(tape({"z - x*y"}), Code::sub_mul) == 1);
  CHECK(tape({"x*y + z", "x*y"}).instructions() == 2);
  CHECK(count(tape({"x*y + z", "x*y"}), Code::add) == 1);
  CHECK(tape({"tanh(x)", "1 - tanh(x)^2"}).instructions() == 2);
  CHECK(tape({"x^2 + x*x"}).instructions() <= 2);
  CHECK(tape({"x^8"}).instructions() == 3);
  CHECK(tape({"x^7"}).instructions() == 4);
  CHECK(count(tape({"x^9"}), Code::pow) == 1);
  CHECK(count(tape({"x^-0.5"}), Code::sqrt) == 1);
  CHECK(count(tape({"x/4"}), Code::mul) == 1);
  CHECK(count(tape({"x/3"}), Code::mul) == 0);
  CHECK(tape({"x"}).instructions() == 1);
  CHECK(count(tape({"(x + y)*z"}), Code::sum_times) == 1);
  CHECK(count(tape({"z*(x - y)"}), Code::difference_times) == 1);
  CHECK(count(tape({"(x - y)/z"}), Code::difference_over) == 1);
  CHECK(count(tape({"(x + y)/z", "x + y"}), Code::sum_over) == 0);
  CHECK(count(tape({"z/(x + y)"}), Code::div) == 1);
  CHECK(count(tape({"0.1/exprel(x)"}), Code::div_exprel) == 1);
  CHECK(tape({"x"}).inputs() == 3);
  CHECK(tape({"x", "y"}).outputs() == 2);
  CHECK(Tape().instructions() == 0);
}

TEST_CASE("tape: few registers") {
  Graph g;
  const std::vector<Node> in{g.symbol("x"), g.symbol("y"), g.symbol("z")};
  Node sum = g.symbol("x");
  for (int i = 1; i <= 10000; ++i) sum = g.add(sum, g.unary(Op::sin, g.mul(g.constant(i), g.symbol("y"))));
  const std::vector<Node> out{sum, parse(g, "((x+1)*(y+2)) / ((z+3)*(x+4)) - ((x+5)*(y+6)) / ((z+7)*(x+8))")};
  const Tape tape(g, out, in);
  CHECK(registers(tape) <= 4);
  Bench b(g, out, 3);
  b.y = {0, 1e-3, 0.2};
  b.run();
  CHECK(b.output(0)[2] == doctest::Approx(evaluate(g, sum, {{"x", 0}, {"y", 0.2}})).epsilon(1e-11));
}

TEST_CASE("tape: a symbol that is no input is named") {
  Graph g;
  const std::vector<Node> in{g.symbol("x")}, out{parse(g, "x + gain")};
  CHECK_THROWS_WITH_AS(Tape(g, out, in), "an expression depends on \"gain\", which is not an input",
                       std::invalid_argument);
}
