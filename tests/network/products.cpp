// Every shipped model, by its mere presence: all products of a random network of it against differences.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "differences.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;

namespace {

std::unique_ptr<network::Network> network_of(const std::string& text) {
  Diagnostics diagnostics;
  const auto root = scenario::parse_toml(text, "test.toml", diagnostics);
  const auto s = scenario::read_scenario(root, "test.toml", diagnostics);
  auto net = network::build_network(s, diagnostics);
  diagnostics.throw_if_any();
  return net;
}

/// Two populations of the model, wired both ways and to themselves, and a leaky one so that something always moves.
std::string random_network(const scenario::ModelSection& model) {
  const std::string activation = model.takes_activation ? "activation = \"tanh\"\n" : "";
  std::string text = "schema = 1\nseed = 3\n[time]\nend = 1\n";
  for (const char* name : {"a", "b"}) {
    text += fmt::format(
        "[population.{}]\nsize = {}\nmodel = \"{}\"\n{}bias = {{ init = \"normal\", std = 0.3, plastic = true }}\n",
        name, name[0] == 'a' ? 3 : 2, model.name, activation);
  }
  text += "[population.c]\nsize = 2\nmodel = \"leaky_rate\"\nactivation = \"logistic\"\n";
  const bool instant = model.equations.text.find("/dt") == std::string::npos;
  for (const char* arrow : {"a -> a", "a -> b", "b -> a", "b -> c", "c -> a"}) {
    if (instant && (std::string(arrow) == "a -> a" || std::string(arrow) == "b -> a")) continue;  // an algebraic loop
    text += fmt::format("[projection.\"{}\"]\nweights = {{ init = \"normal\", std = 0.5, plastic = true }}\n", arrow);
  }
  return text;
}

std::unique_ptr<ProgramSystem> system_of(network::Assembly a) {
  auto system = std::make_unique<ProgramSystem>(std::move(a.program), std::move(a.layout), std::move(a.parts), nullptr);
  system->set_noise(std::move(a.noise));
  system->set_spikes(std::move(a.spikes));
  return system;
}

}  // namespace

TEST_CASE("products of random networks of every shipped model") {
  CHECK(network::models().size() >= 41);
  for (const auto& model : network::models()) {
    CAPTURE(model.name);
    if (!model.site.empty()) continue;  // of synapses: no population has it
    const auto net = network_of(random_network(model));
    network::Assembly a = network::assemble(*net, {});
    const Vector start = a.initial;
    const auto owned = system_of(std::move(a));
    ProgramSystem& system = *owned;
    // The weights' part of J^T u is the parameter product u^T dF/dw.
    check_products(
        system, 0.3,
        start + 0.05 * noise(start.size(), "place").cwiseProduct(start.cwiseAbs().array().max(0.2).matrix()));
  }
}

TEST_CASE("the rest state of Hodgkin-Huxley and of FitzHugh-Nagumo is a fixed point") {
  for (const auto& [model, scale] : {std::pair{"hodgkin_huxley", 1e-4}, std::pair{"fitzhugh_nagumo", 1e-6}}) {
    const auto net = network_of(
        fmt::format("schema = 1\n[time]\nend = 1\n[population.p]\nmodel = \"{}\"\n{}", model,
                    std::string(model) == "fitzhugh_nagumo" ? "initial = { v = -1.19940804, w = -0.62426004 }\n" : ""));
    network::Assembly a = network::assemble(*net, {});
    const Vector x = a.initial;
    const auto owned = system_of(std::move(a));
    ProgramSystem& system = *owned;
    Vector f(x.size());
    system.rhs(0, x.data(), f.data());
    CHECK(f.cwiseAbs().maxCoeff() < scale);
  }
}

TEST_CASE("Hopf points of FitzHugh-Nagumo: the eigenvalues are imaginary there") {
  for (const double current : {0.33128134, 1.41871866}) {
    const auto net = network_of(
        fmt::format("schema = 1\n[time]\nend = 1\n[population.p]\nmodel = \"fitzhugh_nagumo\"\nbias = {}\n", current));
    network::Assembly a = network::assemble(*net, {});
    const auto owned = system_of(std::move(a));
    ProgramSystem& system = *owned;
    Vector x(2), f(2);
    x << -1, -0.4;
    Matrix j;
    for (int k = 0; k < 50; ++k) {  // Newton
      system.rhs(0, x.data(), f.data());
      system.jacobian(0, x.data(), j);
      Matrix inverse(2, 2);
      inverse << j(1, 1), -j(0, 1), -j(1, 0), j(0, 0);
      x -= inverse * f / (j(0, 0) * j(1, 1) - j(0, 1) * j(1, 0));
    }
    CHECK(std::abs(j(0, 0) + j(1, 1)) < 2e-8);
    CHECK(j(0, 0) * j(1, 1) - j(0, 1) * j(1, 0) > 0);
  }
}

TEST_CASE("local rules: sums of products and pairs agree, and average over samples") {
  const char* text = R"toml(schema = 1
seed = 2
[data]
inputs = [[0.5, -1.0], [1.5, 0.3], [-0.7, 0.9]]
[time]
end = 1
[plasticity.apart]
equations = "dw/dt = rate * (pre - 2*w) * (post + post^2 * w) / 3"
parameters = { rate = 0.7 }
[plasticity.paired]
equations = "dw/dt = rate * (pre - 2*w) * (post + post^2 * w) / 3 + 0 * tanh(pre*post) + (tanh(pre*post) - tanh(pre*post))"
parameters = { rate = 0.7 }
[plasticity.together]
equations = "dw/dt = tanh(pre * post) - w"
[population.x]
size = 2
model = "clamped"
[population.y]
size = 3
model = "instantaneous"
activation = "identity"
[projection."x -> y"]
weights = { init = "normal", std = 1 }
plasticity = "RULE"
)toml";
  const auto rates = [&](const std::string& rule) {
    std::string own = text;
    own.replace(own.find("RULE"), 4, rule);
    const auto net = network_of(own);
    network::AssemblyOptions options;
    options.samples = &net->data->train;
    network::Assembly a = network::assemble(*net, options);
    const Vector w = a.initial;
    const auto owned = system_of(std::move(a));
    ProgramSystem& system = *owned;
    Vector f(w.size()), direct = Vector::Zero(w.size());
    system.rhs(0, w.data(), f.data());
    check_products(system, 0, w);
    const Eigen::Map<const Matrix> weights(w.data(), 3, 2);
    for (Index s = 0; s < 3; ++s) {
      const Vector pre = net->data->train.inputs.col(s), post = weights * pre;
      for (Index j = 0; j < 2; ++j) {
        for (Index i = 0; i < 3; ++i) {
          const double x = weights(i, j);
          direct[j * 3 + i] += (rule == "together" ? std::tanh(pre[j] * post[i]) - x
                                                   : 0.7 * (pre[j] - 2 * x) * (post[i] + post[i] * post[i] * x) / 3) /
                               3;
        }
      }
    }
    CHECK((f - direct).norm() <= 1e-13 * (1 + direct.norm()));
  };
  rates("apart");
  rates("together");
  rates("paired");
}
