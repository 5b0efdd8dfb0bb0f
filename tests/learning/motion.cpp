// What weights keep to while they move: rates of their own, decay, l1, bounds, signs; by flows and by local rules.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "differences.hpp"
#include "learning/flow_paths.hpp"

using namespace neurode;

namespace {

/// y = w x with keys for w; `learning`: keys of [learning] or nothing, `more`: keys of the projection.
std::string line(const std::string& init, const std::string& keys, const std::string& x, const std::string& learning,
                 const std::string& more, double end, const std::string& targets = "") {
  return fmt::format(R"(schema = 1
[data]
inputs = {}
{}
[population.x]
size = {}
model = "clamped"
[population.y]
size = 1
model = "{}"
activation = "identity"
[projection."x -> y"]
weights = {{ init = {}{} }}
{}
{}
[integrator]
method = "dop853"
rtol = 1e-10
atol = 1e-12
[time]
end = {}
)",
                     x, targets, std::count(x.begin(), x.end(), ',') + 1,
                     learning.empty() ? "instantaneous" : "leaky_rate", init, keys, more,
                     learning.empty() ? "" : "[learning]\n" + learning, end);
}

const char* const kHalf = "loss = { name = \"squared_error\", factor = 0.5 }\n";

std::string follow(const std::string& init, const std::string& keys, const std::string& target, double end) {
  return line(init, ", plastic = true" + keys, "[[1]]", kHalf + ("target = \"" + target + "\"\n"), "", end);
}

}  // namespace

TEST_CASE("decay alone: w' = -rate decay w, by learning and by a local rule") {
  const auto r = path(line("[[0.7, -2]]", ", plastic = true, decay = 0.3, rate = 0.5", "[[0, 0]]",
                           kHalf + std::string("rate = 2\n"), "", 3, "targets = [[1]]"),
                      0.5);
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    CHECK(std::abs(r.x[k][0] - 0.7 * std::exp(-0.3 * r.t[k])) < 1e-10);
    CHECK(std::abs(r.x[k][1] + 2 * std::exp(-0.3 * r.t[k])) < 1e-10);
    CHECK(r.loss[k] == 0.5);  // the data's, without the penalty
  }
  // hebb: w' = factor (rate C w - decay w), here C = 0.25.
  const auto p = prepared(
      line("[[0.7]]", ", decay = 0.6, rate = 0.5", "[[0.5]]", "", "plasticity = { rule = \"hebb\", rate = 2 }", 3));
  CHECK(std::abs(integrated(*p).x[0] - 0.7 * std::exp(0.5 * (2 * 0.25 - 0.6) * 3)) < 1e-9);
}

TEST_CASE("l1 and decay: the gradient of the whole cost, which Polyak's flow takes down as exp(-t)") {
  const auto p = prepared(line("[[0.3, -0.02]]", ", plastic = true, decay = 0.4, l1 = 0.2, l1_width = 0.05", "[[1, 2]]",
                               kHalf, "", 1, "targets = [[0]]"));
  Vector x = p->problem.initial, f(2);
  p->problem.system->rhs(0, x.data(), f.data());
  const double y = 0.3 - 0.04;
  CHECK(f[0] == doctest::Approx(-(y + 0.4 * 0.3 + 0.2 * 0.3 / std::hypot(0.3, 0.05))).epsilon(1e-13));
  CHECK(f[1] == doctest::Approx(-(2 * y - 0.4 * 0.02 - 0.2 * 0.02 / std::hypot(0.02, 0.05))).epsilon(1e-13));
  CHECK(p->problem.system->symmetric_jacobian());
  check_products(*p->problem.system, 0, x);
  const auto r = path(line("[[0.3, -0.2]]", ", plastic = true, decay = 0.4, l1 = 0.2, l1_width = 0.05", "[[1, 2]]",
                           kHalf + std::string("flow = \"polyak\"\n"), "", 3, "targets = [[0]]"),
                      0.5);
  const auto cost = [&](std::size_t k) {
    double c = r.loss[k];
    for (const double w : {r.x[k][0], r.x[k][1]}) c += 0.2 * w * w + 0.2 * (std::hypot(w, 0.05) - 0.05);
    return c;
  };
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    CHECK(cost(k) == doctest::Approx(cost(0) * std::exp(-r.t[k])).epsilon(1e-8));
  }
}

TEST_CASE("a rate of its own: gradient runs slower, other flows take their direction times it") {
  const auto r = path(follow("1.0", ", rate = 0.25", "0", 4), 1);
  for (std::size_t k = 0; k < r.t.size(); ++k) CHECK(std::abs(r.x[k][0] - std::exp(-0.25 * r.t[k])) < 1e-10);
  std::string text = curved("flow = \"heavy_ball\"\nrate = 3\n", 1);
  text.insert(text.find(", plastic", text.find("h -> y")), ", rate = 0.1");
  auto p = prepared(text), plain = prepared(curved("flow = \"heavy_ball\"\nrate = 3\n", 1));
  Vector x = p->problem.initial + noise(p->problem.initial.size(), "place"), f(x.size()), g(x.size());
  p->problem.system->rhs(0, x.data(), f.data());
  plain->problem.system->rhs(0, x.data(), g.data());
  for (const auto& s : p->problem.system->layout().slices()) {
    const double factor = s.name == "h -> y.weights" ? 0.1 : 1;
    CHECK((f - factor * g).segment(s.offset, s.size()).norm() <= 1e-14 * g.norm());
  }
  CHECK(prepared(curved("", 1))->problem.system->symmetric_jacobian());
  std::string uneven = curved("", 1);
  uneven.insert(uneven.find(", plastic"), ", rate = 0.1");
  CHECK_FALSE(prepared(uneven)->problem.system->symmetric_jacobian());
}

TEST_CASE("hard bounds: the projected flow, which stops at the bound and leaves it when the force turns") {
  // w' = -(w - 2 sin t) within [-0.5, 1].
  const auto r = path(follow("0.0", ", bounds = [-0.5, 1]", "2*sin(t)", 7), 0.01);
  const double pi = std::acos(-1.0), leaves = 5 * pi / 6;
  double largest = -9, least = 9;
  for (std::size_t k = 0; k < r.t.size(); ++k) {
    const double t = r.t[k], w = r.x[k][0];
    largest = std::max(largest, w);
    least = std::min(least, w);
    const double free = std::sin(t) - std::cos(t) + std::exp(-t);
    if (free < 1 && t < 1.5) CHECK(std::abs(w - free) < 1e-9);
    if (t > 2 && t < leaves) CHECK(std::abs(w - 1) < 2e-9);  // 20 rtol: the step that arrives
    const double c = (1 - std::sin(leaves) + std::cos(leaves)) * std::exp(leaves);
    const double back = std::sin(t) - std::cos(t) + c * std::exp(-t);
    if (t > leaves && t < 4.5 && back > -0.5) CHECK(std::abs(w - back) < 1e-8);
    if (t > 4.8 && t < 6) CHECK(std::abs(w + 0.5) < 1e-9);
  }
  CHECK(largest >= 1 - 1e-9);
  CHECK(largest <= 1 + 2e-9);  // the tolerance of the steps
  CHECK(least <= -0.5 + 1e-9);
  CHECK(least >= -0.5 - 1e-9);
}

TEST_CASE("soft bounds: slower the nearer, in closed form both ways") {
  // u = 1 - w: w' = (2 - w)(1 - w) up is u' = -u (1 + u); down, w' = -(w + 1) w: the same.
  const auto shrinks = [](double u, double t) {
    const double k = u / (1 + u) * std::exp(-t);
    return k / (1 - k);
  };
  const auto up = path(follow("0.25", ", bounds = [0, 1], bound = \"soft\"", "2", 3), 0.25);
  const auto down = path(follow("0.75", ", bounds = [0, 1], bound = \"soft\"", "-1", 3), 0.25);
  for (std::size_t k = 0; k < up.t.size(); ++k) {
    CHECK(std::abs(1 - up.x[k][0] - shrinks(0.75, up.t[k])) < 1e-10);
    CHECK(std::abs(down.x[k][0] - shrinks(0.75, down.t[k])) < 1e-10);
  }
  // Other bounds: w = 4 v - 1 in [-1, 3] has the rate of v times the width once more, and the same factor.
  const auto p = prepared(follow("0.0", ", bounds = [-1, 3], bound = \"soft\"", "2", 3));
  Vector f(1);
  p->problem.system->rhs(0, p->problem.initial.data(), f.data());
  CHECK(f[0] == doctest::Approx(2 * 3.0 / 4).epsilon(1e-14));
}

TEST_CASE("bounds: products, where none is at its bound and where some are") {
  for (const char* keys : {", bounds = [-3, 3]", ", bounds = [-3, 3], bound = \"soft\"", ", bounds = [-0.7, 0.7]"}) {
    std::string text = curved("flow = { name = \"heavy_ball\" }\n", 1);
    text.insert(text.find(", plastic", text.find("x -> h")), keys);
    const auto p = prepared(text);
    Vector x = p->problem.initial;
    const Vector moved = 0.05 * noise(x.size(), "place");
    for (Index i = 0; i < x.size(); ++i) x[i] += 0.01 + std::abs(moved[i]);  // 0.7 goes beyond its bound
    check_products(*p->problem.system, 0.3, x);
  }
}

TEST_CASE("Dale's law: signs stay where they would turn without it; columns of both signs are refused") {
  // w' = -(w + 1) from 0.5: through 0 after log(1.5).
  const auto least = [](const std::string& keys) {
    double w = 9;
    for (const auto& x : path(follow("0.5", keys, "-1", 2), 0.02).x) w = std::min(w, x[0]);
    return w;
  };
  CHECK(least("") == doctest::Approx(-1 + 1.5 * std::exp(-2.0)).epsilon(1e-8));
  CHECK(std::abs(least(", dale = true")) < 2e-9);
  std::string mixed = curved("", 1);
  mixed.insert(mixed.find(", plastic", mixed.find("x -> h")), ", dale = true");
  CHECK_THROWS_WITH(prepared(mixed),
                    doctest::Contains("neuron 0 of \"x\" has weights of both signs; found -0.4 and 0.7"));
  std::string silent = curved("", 1);
  silent.replace(silent.find("init = [[0.5, 0.8]]"), 19, "init = [[0.5, 0.0]], dale = true");
  CHECK_THROWS_WITH(prepared(silent), doctest::Contains("neuron 1 of \"h\" has no sign: all its weights start at 0"));
}

TEST_CASE("local rules keep to bounds and signs") {
  // hebb: w' = C w with C = diag(1, 0.25): each grows to its bound.
  const auto text = [](const std::string& keys, const std::string& more) {
    std::string s = line("[[0.5, -0.25]]", keys, "[[1.4142135623730951, 0]]", "", "plasticity = \"hebb\"", 3);
    s.replace(s.find("inputs = "), s.find('\n', s.find("inputs = ")) - s.find("inputs = "),
              "inputs = [[1.4142135623730951, 0], [0, 0.7071067811865476]]");
    s.replace(s.find("size = "), 8, "size = 2");
    return s + more;
  };
  auto p = prepared(text(", bounds = [-1, 1]", ""));
  const Vector x = integrated(*p).x;
  CHECK(std::abs(x[0] - 1) < 2e-9);
  CHECK(std::abs(x[1] + 0.25 * std::exp(0.25 * 3)) < 1e-9);
  auto soft = prepared(text(", bounds = [-1, 1], bound = \"soft\"", ""));
  Vector f(2);
  soft->problem.system->rhs(0, soft->problem.initial.data(), f.data());
  CHECK(f[0] == doctest::Approx(0.5 * 0.5 / 2).epsilon(1e-13));
  CHECK(f[1] == doctest::Approx(-0.0625 * 0.75 / 2).epsilon(1e-13));
  // By signs: anti-Hebbian weights of one neuron would cross; sparse wiring has its own order.
  auto dale = prepared(text(", dale = true", ""));
  dale->problem.system->rhs(0, dale->problem.initial.data(), f.data());
  CHECK(f[1] == doctest::Approx(-0.0625).epsilon(1e-13));
  Vector beyond(2);
  beyond << -1e-12, 1e-12;
  dale->problem.system->rhs(0, beyond.data(), f.data());
  CHECK(f.norm() == 0);
}

TEST_CASE("faults: keys for what stands still, bounds that are none, weights outside, soft without two bounds") {
  const auto faulty = [](const std::string& init, const std::string& keys) {
    return [=] { return prepared(line(init, keys, "[[1]]", kHalf + std::string("target = \"1\"\n"), "", 1)); };
  };
  CHECK_THROWS_WITH(prepared(line("1.0", ", decay = 0.1", "[[1]]", "", "", 1)),
                    doctest::Contains("weights.decay: is for what moves; found no rule that moves it"));
  CHECK_THROWS_WITH(faulty("1.0", ", plastic = true, bounds = [1, 0]")(),
                    doctest::Contains("must be two numbers, the smaller first"));
  CHECK_THROWS_WITH(faulty("1.5", ", plastic = true, bounds = [0, 1]")(),
                    doctest::Contains("a weight starts outside its bounds; found 1.5; allowed: 0 to 1"));
  CHECK_THROWS_WITH(faulty("0.5", ", plastic = true, bounds = [0, inf], bound = \"soft\"")(),
                    doctest::Contains("soft bounds need two finite bounds"));
  CHECK_THROWS_WITH(faulty("0.5", ", plastic = true, bound = \"soft\"")(), doctest::Contains("there are no bounds"));
}
