#include <algorithm>
#include <cmath>
#include <map>

#include "network/support.hpp"
#include "neurode/network/families.hpp"
#include "neurode/network/instantiate.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

using State = std::map<std::string, double>;

/// A built-in model as a right-hand side, evaluated symbol by symbol.
class Model {
 public:
  explicit Model(const char* name, const char* activation = "") : section_(find_entry(models(), name)) {
    REQUIRE(section_ != nullptr);
    Diagnostics ds;
    instance_ = instantiate(graph_, *section_, {activation, false, {}, ""}, ds);
    INFO(messages(ds));
    REQUIRE(ds.empty());
    for (const auto& spec : section_->parameters) {
      REQUIRE(spec.default_value.has_value());
      values_[spec.name] = spec.default_value->number();
    }
    for (const auto& input : section_->inputs) values_[input] = 0;
  }
  const scenario::ModelSection& section() const { return *section_; }
  void set(const char* name, double x) { values_[name] = x; }

  State initial() const {
    State x;
    for (const auto& [state, v] : section_->initial) x[state] = v.number();
    CHECK(x.size() == instance_.rates.size());
    return x;
  }
  State rates(const State& x) {
    State out;
    for (const auto& [state, node] : instance_.rates) out[state] = value(node, x);
    return out;
  }
  double definition(const char* name, const State& x) {
    for (const auto& [known, node] : instance_.definitions) {
      if (known == name) return value(node, x);
    }
    FAIL("no definition " << name);
    return 0;
  }
  double output(const State& x) { return value(instance_.output, x); }
  double steady(const char* state) {
    for (const auto& [known, node] : instance_.steady_state) {
      if (known == state) return value(node, {});
    }
    FAIL("no steady state of " << state);
    return 0;
  }
  std::size_t states() const { return instance_.rates.size(); }

  State step(const State& x, double h) {  // classical Runge-Kutta
    const State k1 = rates(x), k2 = rates(plus(x, k1, h / 2)), k3 = rates(plus(x, k2, h / 2)),
                k4 = rates(plus(x, k3, h));
    State y = x;
    for (auto& [name, v] : y) v += h / 6 * (k1.at(name) + 2 * k2.at(name) + 2 * k3.at(name) + k4.at(name));
    return y;
  }

 private:
  static State plus(State x, const State& k, double h) {
    for (auto& [name, v] : x) v += h * k.at(name);
    return x;
  }
  double value(equations::Node node, const State& x) {
    auto all = values_;
    for (const auto& [name, v] : x) all[name] = v;
    return equations::evaluate(graph_, node, all);
  }

  const scenario::ModelSection* section_;
  equations::Graph graph_;
  Instance instance_;
  std::unordered_map<std::string, double> values_;
};

const double kClose = 1e-14;
bool close(double a, double b) { return std::abs(a - b) <= kClose * std::max(1.0, std::abs(b)); }

}  // namespace

TEST_CASE("built-in models: names, texts, activations, units of time") {
  const auto names = entry_names(models());
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK(names.size() >= 41);
  for (const auto& m : models()) {
    CAPTURE(m.name);
    const bool f = m.name == "instantaneous" || m.name == "leaky_rate" || m.name == "voltage_rate";
    CHECK(m.takes_activation == f);
    const Entry e = model_entry(m);
    CHECK(e.name == m.name);
    CHECK(e.needs.empty() != f);
    CHECK(e.parameters.size() == m.parameters.size());
  }
  CHECK(find_entry(models(), "wilson_cowan")->inputs == std::vector<std::string>{"P", "Q"});
  CHECK(find_entry(models(), "hodgkin_huxley")->time_unit == "ms");
  CHECK(find_entry(models(), "leaky_rate")->time_unit == "s");
  CHECK(find_entry(models(), "lorenz")->time_unit == "");
}

TEST_CASE("clamped and instantaneous have no state") {
  Model clamped("clamped"), instantaneous("instantaneous", "logistic(I)");
  for (auto* m : {&clamped, &instantaneous}) {
    CHECK(m->states() == 0);
    m->set("I", 0.7);
  }
  CHECK(clamped.output({}) == 0.7);
  CHECK(close(instantaneous.output({}), 1 / (1 + std::exp(-0.7))));
}

TEST_CASE("rate units: rates, outputs, steady states") {
  Model leaky("leaky_rate", "tanh(I)"), voltage("voltage_rate", "tanh(I)");
  for (auto* m : {&leaky, &voltage}) {
    m->set("I", 0.8);
    m->set("tau", 0.25);
    const auto& tau = m->section().parameters[0];
    CHECK(tau.unit == "s");
    CHECK(tau.default_value->number() == 1);
    CHECK(tau.allowed() == "a number > 0, in s, a list of one a neuron, or { init = ..., ... }");
  }
  CHECK(leaky.initial() == State{{"a", 0}});
  CHECK(close(leaky.rates({{"a", 0.3}}).at("a"), (-0.3 + std::tanh(0.8)) / 0.25));
  CHECK(leaky.output({{"a", 0.3}}) == 0.3);
  CHECK(close(leaky.steady("a"), std::tanh(0.8)));
  CHECK(std::abs(leaky.rates({{"a", leaky.steady("a")}}).at("a")) < kClose);
  CHECK(voltage.initial() == State{{"v", 0}});
  CHECK(close(voltage.rates({{"v", 0.3}}).at("v"), (-0.3 + 0.8) / 0.25));
  CHECK(close(voltage.output({{"v", 0.3}}), std::tanh(0.3)));
  CHECK(voltage.steady("v") == 0.8);
}

TEST_CASE("FitzHugh-Nagumo: formula and rest") {
  Model m("fitzhugh_nagumo");
  for (const auto& [name, rate] : m.rates(m.initial())) CHECK(std::abs(rate) < 1e-8);
  m.set("I", 0.5);
  const double v = 0.4, w = -0.2;
  const auto r = m.rates({{"v", v}, {"w", w}});
  CHECK(close(r.at("v"), v - v * v * v / 3 - w + 0.5));
  CHECK(close(r.at("w"), 0.08 * (v + 0.7 - 0.8 * w)));
  CHECK(m.output({{"v", v}, {"w", w}}) == v);
}

TEST_CASE("Hodgkin-Huxley: formula, rest, and the places where the rates are 0/0 in print") {
  Model m("hodgkin_huxley");
  for (const auto& [name, rate] : m.rates(m.initial())) CHECK(std::abs(rate) < 2e-6);
  m.set("I", 10);
  for (const double V : {-90.0, -64.0, -40.001, -30.0, 0.0, 45.0}) {
    const double n = 0.4, mm = 0.1, h = 0.5;
    const auto r = m.rates({{"V", V}, {"m", mm}, {"h", h}, {"n", n}});
    const double am = .1 * (V + 40) / (1 - std::exp(-(V + 40) / 10)), bm = 4 * std::exp(-(V + 65) / 18);
    const double ah = .07 * std::exp(-(V + 65) / 20), bh = 1 / (1 + std::exp(-(V + 35) / 10));
    const double an = .01 * (V + 55) / (1 - std::exp(-(V + 55) / 10)), bn = .125 * std::exp(-(V + 65) / 80);
    const double current = 120 * mm * mm * mm * h * (V - 50) + 36 * n * n * n * n * (V + 77) + 0.3 * (V + 54.387);
    CHECK(r.at("V") == doctest::Approx(10 - current).epsilon(1e-13));
    CHECK(r.at("m") == doctest::Approx(am * (1 - mm) - bm * mm).epsilon(1e-12));  // am loses digits near -40
    CHECK(r.at("h") == doctest::Approx(ah * (1 - h) - bh * h).epsilon(1e-13));
    CHECK(r.at("n") == doctest::Approx(an * (1 - n) - bn * n).epsilon(1e-13));
  }
  CHECK(m.definition("alpha_m", {{"V", -40}}) == 1);
  CHECK(m.definition("alpha_n", {{"V", -55}}) == 0.1);
  CHECK(std::abs(m.definition("alpha_m", {{"V", -40 + 1e-7}}) - (1 + 0.5e-8)) < 1e-15);
  const auto unit = [&](const char* name) {
    for (const auto& [of, u] : m.section().units) {
      if (of == name) return u;
    }
    return std::string();
  };
  CHECK(unit("V") == "mV");
  CHECK(unit("I_Na") == "uA/cm2");
  CHECK(unit("I") == "uA/cm2");
  CHECK(unit("alpha_m") == "1/ms");
}

TEST_CASE("Lorenz and van der Pol: formulas") {
  Model lorenz("lorenz");
  CHECK(lorenz.initial() == State{{"x", 1}, {"y", 1}, {"z", 1}});
  lorenz.set("I", 0.25);
  auto r = lorenz.rates({{"x", 2}, {"y", 3}, {"z", 5}});
  CHECK(r == State{{"x", 10.25}, {"y", 2 * 23 - 3}, {"z", r.at("z")}});
  CHECK(close(r.at("z"), 6 - 5 * 8.0 / 3));
  Model vdp("van_der_pol");
  CHECK(vdp.initial() == State{{"x", 2}, {"y", 0}});
  vdp.set("mu", 3);
  vdp.set("I", 0.5);
  r = vdp.rates({{"x", 2}, {"y", 0.5}});
  CHECK(r == State{{"x", 0.5}, {"y", 3 * (1 - 4) * 0.5 - 2 + 0.5}});
}

TEST_CASE("Lorenz: the solution at t = 1") {
  Model m("lorenz");
  State x = m.initial();
  for (int i = 0; i < 2000; ++i) x = m.step(x, 5e-4);
  CHECK(std::abs(x.at("x") - -9.37857001092506236) < 1e-8);
  CHECK(std::abs(x.at("y") - -8.35703378842664473) < 1e-8);
  CHECK(std::abs(x.at("z") - 29.3623253373634282) < 1e-8);
}

TEST_CASE("Wilson-Cowan: formula; silent without drive, a limit cycle at P = 1.25") {
  Model m("wilson_cowan");
  const auto rest = m.rates({{"E", 0}, {"I", 0}});
  CHECK(rest.at("E") == 0);
  CHECK(rest.at("I") == 0);
  m.set("P", 1.25);
  m.set("Q", 0.5);
  const double e = 0.2, i = 0.1;
  const auto s = [](double x, double a, double theta) {
    return 1 / (1 + std::exp(-a * (x - theta))) - 1 / (1 + std::exp(a * theta));
  };
  const auto r = m.rates({{"E", e}, {"I", i}});
  CHECK(close(r.at("E"), -e + (1 - 1 / (1 + std::exp(1.3 * 4)) - e) * s(16 * e - 12 * i + 1.25, 1.3, 4)));
  CHECK(close(r.at("I"), -i + (1 - 1 / (1 + std::exp(2 * 3.7)) - i) * s(15 * e - 3 * i + 0.5, 2, 3.7)));
  m.set("Q", 0);
  State x = {{"E", 0}, {"I", 0}};
  double low = 1, high = 0, first = 0, last = 0;
  int crossings = 0;
  const double h = 0.02;
  for (int k = 0; k < 5000; ++k) {
    const State y = m.step(x, h);
    if (k >= 2000) {
      low = std::min(low, y.at("E"));
      high = std::max(high, y.at("E"));
      if (x.at("E") < 0.2 && y.at("E") >= 0.2) {
        last = h * (k + (0.2 - x.at("E")) / (y.at("E") - x.at("E")));
        if (crossings++ == 0) first = last;
      }
    }
    x = y;
  }
  // Extremes and period of an independent integration.
  CHECK(std::abs(low - 0.1025593) < 5e-5);
  CHECK(std::abs(high - 0.2696595) < 5e-5);
  REQUIRE(crossings > 10);
  CHECK(std::abs((last - first) / (crossings - 1) - 4.995894) < 1e-4);
}

TEST_CASE("plasticity rules") {
  CHECK(entry_names(plasticity_rules()) == std::vector<std::string>{"anti_hebbian", "bcm", "covariance", "hebb",
                                                                    "homeostatic_bias", "oja", "sanger", "stdp",
                                                                    "synaptic_scaling"});
  for (const auto& [name, expected] : {std::pair{"hebb", 0.5 * 3 * 2}, {"oja", 0.5 * 2 * (3 - 2 * 0.7)}}) {
    equations::Graph graph;
    Diagnostics ds;
    const auto* rule = find_entry(plasticity_rules(), name);
    REQUIRE(rule != nullptr);
    const auto node = instantiate(graph, *rule, ds).rate;
    CHECK(messages(ds) == "");
    CHECK(close(equations::evaluate(graph, node, {{"w", 0.7}, {"pre", 3}, {"post", 2}, {"rate", 0.5}}), expected));
    const Entry e = plasticity_entry(*rule);
    CHECK(e.name == name);
    CHECK_FALSE(e.summary.empty());
    CHECK_FALSE(e.citation.empty());
    CHECK(e.parameters.at(0).default_value->number() == 1);
  }
}

TEST_CASE("activations: sorted, and expressions of I") {
  std::string before;
  for (const auto& a : activations()) {
    CHECK(before < a.name);
    before = a.name;
    CHECK(a.expression.empty() == a.population_wide);
    CHECK(a.population_wide == (a.name == "softmax"));
  }
  const auto f = [](const char* name, double x) {
    const auto* a = find_entry(activations(), name);
    REQUIRE(a != nullptr);
    equations::Graph graph;
    Diagnostics ds;
    const auto parsed = equations::parse_expression(graph, {a->expression, {}, ""}, {}, ds);
    REQUIRE(parsed);
    return equations::evaluate(graph, parsed->value, {{"I", x}});
  };
  for (const double x : {-2.0, 0.0, 0.5}) {
    CHECK(close(f("identity", x), x));
    CHECK(close(f("logistic", x), 1 / (1 + std::exp(-x))));
    CHECK(close(f("tanh", x), std::tanh(x)));
    CHECK(close(f("relu", x), std::max(x, 0.0)));
    CHECK(close(f("softplus", x), std::log(1 + std::exp(x))));
    CHECK(close(f("erf", x), std::erf(x)));
  }
  CHECK(activations().size() == 7);
}
