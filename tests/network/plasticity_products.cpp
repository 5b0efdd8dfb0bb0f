// Local rules in every wiring: J v and J^T u against differences, two threads against one.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <omp.h>

#include "differences.hpp"
#include "neurode/network/families.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

/// Every part of the language, products of matrices or not.
const char* kOwn = R"(
[plasticity.everything]
equations = """
gain = mean(post^2) + 0.1*a*sum_pre(w*pre*c)
dw/dt = rate*(post*pre*gain - w*sum_post(w*post^2) - sum_up_to(w*post*e)*pre*h + c*cos(t))
da/dt = mean(post^2) - a - 0.2*sum_pre(w*pre)*post
dh/dt = 0.3*sum_post(w*post) - h*pre
dc/dt = pre*post*e - c*w^2
de/dt = mean(pre*post) - e
"""
states = { a = "post", h = "pre", c = "connection", e = "connection" }
parameters = { rate = 0.4 }
[plasticity.inseparable]
equations = """
dw/dt = tanh(w*pre + post*s) - 0.3*tanh(sum_up_to(tanh(w*post))) + s
ds/dt = sum_pre(tanh(w*pre - post)) - s
du/dt = sum_post(tanh(w*pre - post)) - u^3
"""
states = { s = "post", u = "pre" }
[plasticity.sums]
equations = """
dw/dt = post*(pre - sum_pre(pre)/sum_pre(1)) - w*sum_pre(w^2) + 0.2*u*w*s
ds/dt = sum_pre(tanh(w*pre)) - s
du/dt = mean(pre)*sum_post(w) - u
"""
states = { s = "post", u = "pre" }
)";

std::string text_of(const std::string& rule, const std::string& connect, bool data) {
  std::string text = std::string("schema = 1\nseed = 4\n") + kOwn;
  if (data) text += "[data]\ninputs = [[0.3, -0.4, 0.7, 0.2], [0.9, 0.1, -0.6, -0.3], [-0.5, 0.8, 0.2, 0.6]]\n";
  const bool image = connect == "convolution";
  text += fmt::format(
      "[population.x]\n{0}\nmodel = \"{1}\"\n{2}[population.y]\n{3}\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n"
      "bias = {{ init = 0.1, plasticity = {{ rule = \"homeostatic_bias\", target = 0.4 }} }}\n"
      "[projection.\"x -> y\"]\nweights = {{ init = \"uniform\", low = 0.2, high = 0.9 }}\nplasticity = \"{4}\"\n",
      image ? "shape = [2, 2]" : "size = 4", data ? "clamped" : "leaky_rate",
      data ? "" : "activation = \"logistic\"\nbias = 0.4\n",
      image                     ? "shape = [2, 2]"
      : connect == "one_to_one" ? "size = 4"
                                : "size = 3",
      rule);
  if (image) text += "connect = { rule = \"convolution\", kernel = 3, padding = 1 }\n";
  if (connect == "sparse") text += "connect = { rule = \"fixed_in_degree\", n = 2 }\n";
  if (connect == "one_to_one") text += "connect = \"one_to_one\"\n";
  // Onto itself, where pre and post are one value.
  if (!image)
    text += fmt::format(
        "[projection.\"y -> y\"]\nweights = {{ init = \"normal\", std = 0.3 }}\nplasticity = \"{}\"\n{}", rule,
        connect == "dense"    ? ""
        : connect == "sparse" ? "connect = { rule = \"all_to_all\", self = false }\n"
                              : "connect = \"one_to_one\"\n");
  return text + "[time]\nend = 1\n";
}

void check(const std::string& rule, const std::string& connect, bool data) {
  CAPTURE(rule);
  CAPTURE(connect);
  CAPTURE(data);
  auto p = prepared(text_of(rule, connect, data));
  const Vector& start = p->problem.initial;
  const Vector x = start + 0.3 * noise(start.size(), "place");
  check_products(*p->problem.system, 0.3, x);
}

}  // namespace

TEST_CASE("products of networks with every local rule, over every wiring, with samples and without") {
  for (const auto& rule : network::plasticity_rules()) {
    if (rule.name == "homeostatic_bias" || rule.name == "stdp") continue;  // of biases: in all of these; of spikes
    for (const bool data : {false, true}) {
      for (const char* connect : {"dense", "sparse", "one_to_one", "convolution"}) {
        if (rule.name == "sanger" && std::string(connect) != "dense") continue;
        check(rule.name, connect, data);
      }
    }
  }
}

TEST_CASE("products of rules of one's own: sums, means, states at every site") {
  for (const bool data : {false, true}) {
    for (const char* rule : {"everything", "inseparable"}) check(rule, "dense", data);
    for (const char* connect : {"dense", "sparse", "one_to_one"}) check("sums", connect, data);
  }
}

TEST_CASE("all pairs and products of matrices say the same") {
  // The same rule twice, once dressed so that it is no sum of products any more: the smallest of x and x + 1 is x.
  const auto rate = [](const std::string& equations, bool data) {
    auto text = text_of("mine", "dense", data);
    text = "[plasticity.mine]\nequations = \"\"\"\n" + equations + "\"\"\"\nstates = { s = \"post\", u = \"pre\" }\n" +
           text.substr(std::string("schema = 1\nseed = 4\n").size());
    auto p = prepared("schema = 1\nseed = 4\n" + text);
    Vector f(p->problem.initial.size());
    const Vector x = p->problem.initial + 0.3 * noise(f.size(), "place");
    p->problem.system->rhs(0, x.data(), f.data());
    return f;
  };
  for (const bool data : {false, true}) {
    const Vector products = rate(
        "dw/dt = post*pre - w - post*sum_up_to(w*post)\nds/dt = sum_pre(w*pre*post)\ndu/dt = sum_post(w*pre)\n", data);
    const Vector pairs = rate(
        "dw/dt = min(post*pre, post*pre + 1) - w - min(post*w, post*w + 1)/w*sum_up_to(min(w*post, w*post + 1))\n"
        "ds/dt = sum_pre(min(w*pre*post, w*pre*post + 1))\ndu/dt = sum_post(min(w*pre, w*pre + 1 + post^2))\n",
        data);
    CHECK((products - pairs).norm() < 1e-13 * products.norm());
    CHECK(products.norm() > 0.1);
  }
}

TEST_CASE("two threads, the same bits") {
  const auto end = [](int threads) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    auto text = text_of("everything", "dense", true);
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"size = 3", "size = 90"}}) {
      text.replace(text.find(from), from.size(), to);
    }
    auto p = prepared(text, {"integrator={method=\"rk4\", dt=0.01}", "time.end=0.2"});
    const Vector x = integrated(*p).x;
    omp_set_num_threads(before);
    return x;
  };
  const Vector one = end(1), two = end(2);
  REQUIRE(one.allFinite());
  CHECK((one.array() == two.array()).all());
}
