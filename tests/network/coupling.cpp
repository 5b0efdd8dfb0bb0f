// Every coupling over every wiring against a loop over the connections, with all products of it.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "differences.hpp"
#include "network/connectivity/wiring.hpp"
#include "network/support.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;

namespace {

/// What a projection adds to the input of one neuron for one connection.
struct Ends {
  double w, pre, pre_b, post, post_b, t;
};
struct Case {
  const char* text;
  std::function<double(const Ends&)> value;
  bool linear = true;     ///< in w
  bool separable = true;  ///< a sum of products
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"", [](const Ends& e) { return e.w * e.pre; }},
      {"w*(pre - post)", [](const Ends& e) { return e.w * (e.pre - e.post); }},
      {"w*sin(pre - post - alpha)", [](const Ends& e) { return e.w * std::sin(e.pre - e.post - 0.3); }},
      {"cos(2*pre + post/3)*w*t", [](const Ends& e) { return e.w * e.t * std::cos(2 * e.pre + e.post / 3); }},
      {"w*g*(alpha - post)*pre.b", [](const Ends& e) { return e.w * 1.7 * (0.3 - e.post) * e.pre_b; }},
      {"w*exp(-(pre - 2*post.b))", [](const Ends& e) { return e.w * std::exp(-(e.pre - 2 * e.post_b)); }},
      {"w*(pre - post.b)^2/(1 + post^2)",
       [](const Ends& e) { return e.w * std::pow(e.pre - e.post_b, 2) / (1 + e.post * e.post); }},
      {"w*pre.c*post.c", [](const Ends& e) { return e.w * e.pre * e.pre_b * e.post * e.post_b; }},
      {"w^2*pre.b + t*post - 0.5", [](const Ends& e) { return e.w * e.w * e.pre_b + e.t * e.post - 0.5; }, false},
      {"pre*post", [](const Ends& e) { return e.pre * e.post; }, false},
      {"sin(pre - post - w)", [](const Ends& e) { return std::sin(e.pre - e.post - e.w); }, false},
      {"w*tanh(pre - post)", [](const Ends& e) { return e.w * std::tanh(e.pre - e.post); }, true, false},
      {"tanh(w*pre + post.b)", [](const Ends& e) { return std::tanh(e.w * e.pre + e.post_b); }, false, false},
  };
  return all;
}

/// Connections with their numbers.
struct Pair {
  Index post, pre;
  double w;
};

std::vector<Pair> pairs_of(const network::Projection& pr, Index n, Index m) {
  using Kind = network::Wiring::Kind;
  std::vector<Pair> out;
  const Matrix& w = *pr.weights;
  const auto at = [&](Index k) { return w.size() == 1 ? w(0, 0) : w.data()[k]; };
  const Kind kind = pr.wiring ? pr.wiring->kind : Kind::dense;
  const bool self = !pr.wiring || pr.wiring->self;
  if (kind == Kind::sparse) {
    const auto& p = *pr.wiring->pattern;
    for (Index i = 0; i < n; ++i) {
      for (auto e = p.start[static_cast<std::size_t>(i)]; e < p.start[static_cast<std::size_t>(i) + 1]; ++e) {
        out.push_back({i, p.column[static_cast<std::size_t>(e)], at(e)});
      }
    }
  } else if (kind == Kind::convolution) {
    pr.wiring->shape.for_each_product([&](Index k, Index j, Index i) { out.push_back({i, j, at(k)}); });
  } else if (kind == Kind::one_to_one) {
    for (Index i = 0; i < n; ++i) out.push_back({i, i, at(i)});
  } else {
    const Matrix full = kind == Kind::low_rank ? Matrix(*pr.wiring->left * pr.wiring->right->transpose() * w(0, 0))
                        : kind == Kind::equal  ? Matrix::Constant(n, m, w(0, 0))
                                               : w;
    for (Index j = 0; j < m; ++j) {
      for (Index i = 0; i < n; ++i) {
        if (self || i != j) out.push_back({i, j, full(i, j)});
      }
    }
  }
  return out;
}

struct Wired {
  const char *name, *from, *to, *keys;
  bool kernel = false, low_rank = false;
};

const std::vector<Wired>& wirings() {
  static const std::vector<Wired> all = {
      {"dense", "p", "q", "weights = { init = \"normal\", std = 0.7 }\n"},
      {"moving", "p", "q", "weights = { init = \"normal\", std = 0.7 }\nplasticity = \"decay\"\n"},
      {"without oneself", "p", "p",
       "weights = { init = \"normal\", std = 0.7 }\nconnect = { rule = \"all_to_all\", self = false }\n"},
      {"equal", "large", "large", "weights = 0.3\n"},
      {"equal without oneself", "large", "large", "weights = 0.3\nconnect = { rule = \"all_to_all\", self = false }\n"},
      {"one to one", "p", "p", "weights = { init = \"normal\", std = 0.7 }\nconnect = \"one_to_one\"\n"},
      {"sparse", "p", "q",
       "weights = { init = \"normal\", std = 0.7 }\nconnect = { rule = \"fixed_probability\", p = 0.4 }\n"},
      {"sparse and moving", "p", "p",
       "weights = { init = \"normal\", std = 0.7 }\nconnect = { rule = \"fixed_in_degree\", n = 3, self = false }\n"
       "plasticity = \"decay\"\n"},
      {"sparse alike", "q", "p", "weights = 0.4\nconnect = { rule = \"fixed_out_degree\", n = 3 }\n"},
      {"convolution", "image", "map",
       "weights = { init = \"normal\", std = 0.7 }\n"
       "connect = { rule = \"convolution\", kernel = [3, 2], stride = [1, 2], padding = 1 }\n",
       true},
      {"convolution that moves", "image", "map",
       "weights = { init = \"normal\", std = 0.7 }\nplasticity = \"decay\"\n"
       "connect = { rule = \"convolution\", kernel = [3, 2], stride = [1, 2], padding = 1 }\n",
       true},
      {"low rank", "p", "q",
       "connect = { rule = \"low_rank\", rank = 2, left = { init = \"normal\", std = 1 }, "
       "right = { init = \"normal\", std = 1 } }\nweights = 0.8\n",
       false, true},
  };
  return all;
}

std::unique_ptr<network::Network> network_of(const std::string& text) {
  Diagnostics diagnostics;
  const auto root = scenario::parse_toml(text, "test.toml", diagnostics);
  const auto s = scenario::read_scenario(root, "test.toml", diagnostics);
  auto net = network::build_network(s, diagnostics);
  INFO(text, network::test::messages(diagnostics));
  REQUIRE(diagnostics.empty());
  return net;
}

/// A model whose rate is its input.
std::string scenario_of(const Wired& wired, const std::string& coupling) {
  std::string text = R"toml(schema = 1
seed = 5
[time]
end = 1
[model.probe]
equations = """
da/dt = I
db/dt = -b
c = a*b
"""
initial = { a = 0.5, b = 0.25 }
[plasticity.decay]
equations = "dw/dt = -w + pre*post"
)toml";
  for (const char* end : {wired.from, wired.to}) {
    const std::string header = fmt::format("[population.{}]\n", end);
    if (text.find(header) != std::string::npos) continue;
    const std::string name = end;
    text += header + "model = \"probe\"\n";
    text += name == "image" ? "shape = [2, 4, 5]\n"
            : name == "map" ? "shape = [3, 4, 3]\n"
                            : fmt::format("size = {}\n", name == "p"   ? 6
                                                         : name == "q" ? 4
                                                                       : 70);
  }
  text += fmt::format("[projection.\"{} -> {}\"]\n{}", wired.from, wired.to, wired.keys);
  if (!coupling.empty()) text += "coupling = \"" + coupling + "\"\nparameters = { alpha = 0.3, g = \"1.7 nS\" }\n";
  return text;
}

void check(const Wired& wired, const Case& c, Index samples) {
  CAPTURE(wired.name);
  CAPTURE(c.text);
  CAPTURE(samples);
  const auto net = network_of(scenario_of(wired, c.text));
  network::Samples data;
  data.inputs.resize(0, samples);
  network::AssemblyOptions options;
  if (samples > 1) options.samples = &data;
  network::Assembly assembly = network::assemble(*net, options);
  const Vector x = assembly.initial + 0.6 * noise(assembly.initial.size(), "place");
  ProgramSystem system(std::move(assembly.program), std::move(assembly.layout), std::move(assembly.parts), {});
  const double t = 0.4;
  Vector f(x.size());
  system.rhs(t, x.data(), f.data());

  network::Projection pr = net->projections[0];
  const Slice* moving = system.layout().find(pr.name + ".weights");
  REQUIRE((moving != nullptr) == pr.moves());
  if (moving) {  // the numbers at x
    Matrix now = Eigen::Map<const Matrix>(x.data() + moving->offset, moving->rows, moving->cols);
    pr.weights = std::make_shared<const Matrix>(std::move(now));
  }
  const auto state = [&](const char* population, const char* name) {
    const Slice* s = system.layout().find(std::string(population) + "." + name);
    return Matrix(Eigen::Map<const Matrix>(x.data() + s->offset, s->rows, s->cols));
  };
  const Matrix pre = state(wired.from, "a"), pre_b = state(wired.from, "b");
  const Matrix post = state(wired.to, "a"), post_b = state(wired.to, "b");
  Matrix expected = Matrix::Zero(post.rows(), samples);
  for (const Pair& p : pairs_of(pr, post.rows(), pre.rows())) {
    for (Index s = 0; s < samples; ++s) {
      expected(p.post, s) += c.value({p.w, pre(p.pre, s), pre_b(p.pre, s), post(p.post, s), post_b(p.post, s), t});
    }
  }
  const Slice* into = system.layout().find(std::string(wired.to) + ".a");
  const Eigen::Map<const Matrix> got(f.data() + into->offset, into->rows, into->cols);
  CHECK((got - expected).norm() <= 2e-14 * (1 + expected.norm()) * std::sqrt(static_cast<double>(pre.rows())));
  if (x.size() < 200) check_products(system, t, x);
}

}  // namespace

TEST_CASE("every coupling over every wiring is what a loop over the connections gives") {
  for (const Wired& wired : wirings()) {
    for (const Case& c : cases()) {
      if (wired.kernel && !c.separable) continue;
      if (wired.low_rank && (!c.linear || !c.separable)) continue;
      for (const Index samples : {1, 3}) check(wired, c, samples);
    }
  }
}

TEST_CASE("exp of a sum does not overflow where its factors would") {
  const auto net = network_of(R"toml(schema = 1
[time]
end = 1
[model.probe]
equations = "da/dt = I"
initial = { a = 1 }
[population.p]
size = 3
model = "probe"
initial = { a = [2000, 2001, 1990] }
[projection."p -> p"]
weights = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
coupling = "w*exp(pre - post)"
)toml");
  network::Assembly a = network::assemble(*net, {});
  const Vector x = a.initial;
  ProgramSystem system(std::move(a.program), std::move(a.layout), std::move(a.parts), {});
  Vector f(3);
  system.rhs(0, x.data(), f.data());
  for (Index i = 0; i < 3; ++i) {
    double sum = 0;
    for (Index j = 0; j < 3; ++j) sum += static_cast<double>(3 * i + j + 1) * std::exp(x[j] - x[i]);
    CHECK(f[i] == doctest::Approx(sum).epsilon(1e-13));
  }
}

TEST_CASE("what a coupling costs is told") {
  const auto told = [](const Wired& wired, const char* coupling) {
    const auto net = network_of(scenario_of(wired, coupling));
    return network::describe(net->projections[0], *net);
  };
  const auto wired = [](const char* name) {
    for (const Wired& w : wirings()) {
      if (std::string(w.name) == name) return w;
    }
    throw std::logic_error(name);
  };
  CHECK(told(wired("dense"), "") == "p -> q: 4 x 6, all to all, linear: 1 product");
  CHECK(told(wired("dense"), "w*(pre - post)") == "p -> q: 4 x 6, all to all, separable: 1 product");
  CHECK(told(wired("dense"), "w*sin(pre - post - alpha)") == "p -> q: 4 x 6, all to all, separable: 2 products");
  CHECK(told(wired("dense"), "w*g*(alpha - post)*pre") == "p -> q: 4 x 6, all to all, separable: 1 product");
  CHECK(told(wired("dense"), "w*tanh(pre - post)") == "p -> q: 4 x 6, all to all, pair by pair");
  CHECK(told(wired("equal"), "w*sin(pre - post)") == "large -> large: 70 x 70, all to all alike, separable: 2 sums");
  CHECK(told(wired("one to one"), "") == "p -> p: 6 x 6, one to one, neuron by neuron");
  CHECK(told(wired("sparse alike"), "w*pre") == "q -> p: 6 x 4, sparse, 12 connections, linear: 1 product");
  CHECK(told(wired("sparse alike"), "tanh(w*pre*post)") ==
        "q -> p: 6 x 4, sparse, 12 connections, connection by connection");
  CHECK(told(wired("low rank"), "") == "p -> q: 4 x 6, rank 2, linear: 1 product");
  CHECK(told(wired("convolution"), "") ==
        "image -> map: 36 x 40, convolution with 3 x 2, 2 -> 3 channels, linear: 1 convolution");
}
