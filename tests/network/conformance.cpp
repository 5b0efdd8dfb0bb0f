// Every shipped model, by its mere presence: its texts, its values, its events, its state at rest.
#include <algorithm>
#include <cmath>
#include <regex>

#include "network/build/check_units.hpp"
#include "network/support.hpp"
#include "neurode/network/families.hpp"
#include "neurode/network/instantiate.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

using Values = std::unordered_map<std::string, double>;

bool says(const Diagnostics& ds, const std::string& text) { return messages(ds).find(text) != std::string::npos; }

/// A model's equations, or why they cannot be had yet.
struct Parsed {
  equations::Graph graph;
  Instance instance;
  Diagnostics ds;
  explicit Parsed(const scenario::ModelSection& m) {
    instance = instantiate(graph, m, {m.takes_activation ? "tanh(I)" : "", false, {}, ""}, ds);
  }
};

std::vector<std::string> names_in(const scenario::ModelSection& m, const Instance& i) {
  std::vector<std::string> names = {"t", "xi"};
  for (const auto& p : m.parameters) names.push_back(p.name);
  for (const auto& input : m.inputs) names.push_back(input);
  for (const auto& [name, node] : i.rates) names.push_back(name);
  for (const auto& [name, node] : i.definitions) names.push_back(name);
  return names;
}

bool is_state(const Instance& i, const std::string& name) {
  return std::any_of(i.rates.begin(), i.rates.end(), [&](const auto& r) { return r.first == name; });
}

/// An expression of these names alone.
void check_expression(const equations::SourceText& source, const std::vector<std::string>& names) {
  equations::Graph graph;
  Diagnostics ds;
  const auto parsed = equations::parse_expression(graph, source, {}, ds);
  CHECK(messages(ds) == "");
  if (!parsed) return;
  for (const auto& use : parsed->uses) {
    CAPTURE(graph.name(use.symbol));
    CHECK(std::find(names.begin(), names.end(), graph.name(use.symbol)) != names.end());
  }
}

/// "STATE = EXPRESSION; STATE += EXPRESSION; ..."
void check_assignments(const equations::SourceText& source, const Instance& i, const std::vector<std::string>& names) {
  static const std::regex pattern(R"(^\s*([A-Za-z_]\w*)\s*([+-]?=)\s*(.+)$)");
  std::string rest = source.text;
  while (!rest.empty()) {
    const auto end = rest.find(';');
    const std::string one = rest.substr(0, end);
    rest = end == std::string::npos ? "" : rest.substr(end + 1);
    std::smatch parts;
    CAPTURE(one);
    REQUIRE(std::regex_match(one, parts, pattern));
    CHECK(is_state(i, parts[1]));
    check_expression({parts[3], {}, source.key}, names);
  }
}

/// The largest rate where the model starts, with these values and no input.
double rate_at_start(const scenario::ModelSection& m, const Parsed& p, const scenario::PresetSection* preset) {
  Values all = {{"t", 0}, {"xi", 0}};
  for (const auto& input : m.inputs) all[input] = 0;
  for (const auto& spec : m.parameters) all[spec.name] = spec.default_value->number();
  for (const auto& [state, v] : m.initial) all[state] = v.number();
  if (preset) {
    for (const auto& [name, v] : preset->parameters) all[name] = v.number();
    for (const auto& [state, v] : preset->initial) all[state] = v.number();
  }
  double largest = 0;
  for (const auto& [state, node] : p.instance.rates) {
    largest = std::max(largest, std::abs(equations::evaluate(p.graph, node, all)));
  }
  return largest;
}

}  // namespace

TEST_CASE("shipped models: equations, texts, sources") {
  for (const auto& m : models()) {
    CAPTURE(m.name);
    Parsed p(m);
    if (says(p.ds, "nothing is called \"xi\"")) {
      MESSAGE(m.name << ": xi is not understood");
    } else {
      CHECK(messages(p.ds) == "");
    }
    CHECK(m.summary.size() > 10);
    CHECK(m.summary.size() < 110);
    const bool nothing_to_cite = m.name == "clamped" || m.name == "instantaneous";
    CHECK(std::regex_search(m.citation, std::regex(R"(\((18|19|20)\d\d\))")) != nothing_to_cite);
    CHECK_FALSE(m.output.text.empty());
    CHECK((m.inputs.empty()) == !m.site.empty());
    for (const auto& [owner, unit] : m.units) {
      const auto names = names_in(m, p.instance);
      const std::string of = owner;
      CAPTURE(of);
      CHECK(std::find(names.begin(), names.end(), of) != names.end());
    }
    const bool random = m.equations.text.find("xi") != std::string::npos;
    CHECK(m.calculus.empty() != random);
  }
}

TEST_CASE("shipped models: declared units do not contradict each other") {
  for (const auto& m : models()) {
    CAPTURE(m.name);
    Diagnostics ds;
    check_units(m, ds);
    CHECK(messages(ds) == "");
  }
}

TEST_CASE("shipped models: parameters have help and a default within their range, states a number to start at") {
  for (const auto& m : models()) {
    CAPTURE(m.name);
    Parsed p(m);
    for (const auto& spec : m.parameters) {
      CAPTURE(spec.name);
      CHECK_FALSE(spec.help.empty());
      REQUIRE(spec.default_value.has_value());
      Diagnostics ds;
      CHECK(check_value(spec, *spec.default_value, ds).has_value());
    }
    CHECK(m.initial.size() == p.instance.rates.size());
    for (const auto& [state, v] : m.initial) {
      CHECK(is_state(p.instance, state));
      CHECK(v.is_number());
    }
  }
}

TEST_CASE("shipped models: those that claim to start at rest do, in every preset that says where") {
  int at_rest = 0;
  for (const auto& m : models()) {
    if (!m.rest) continue;
    CAPTURE(m.name);
    ++at_rest;
    Parsed p(m);
    REQUIRE(p.ds.empty());
    CHECK_FALSE(m.initial.empty());
    CHECK(rate_at_start(m, p, nullptr) < 1e-8);
    for (const auto& preset : m.presets) {
      CAPTURE(preset.name);
      if (!preset.initial.empty()) CHECK(rate_at_start(m, p, &preset) < 1e-8);
    }
  }
  CHECK(at_rest >= 28);
}

TEST_CASE("shipped models: presets have a name, a line and values that are the model's") {
  int presets = 0;
  for (const auto& m : models()) {
    for (const auto& preset : m.presets) {
      CAPTURE(m.name);
      CAPTURE(preset.name);
      ++presets;
      CHECK_FALSE(preset.summary.empty());
      CHECK_FALSE(preset.parameters.empty());
      for (const auto& [name, v] : preset.parameters) {
        const auto spec = std::find_if(m.parameters.begin(), m.parameters.end(),
                                       [name = name](const ParameterSpec& s) { return s.name == name; });
        REQUIRE(spec != m.parameters.end());
        Diagnostics ds;
        CHECK(check_value(*spec, v, ds).has_value());
      }
    }
  }
  CHECK(presets >= 30);
}

TEST_CASE("shipped models: thresholds, resets and synapses speak of their own states") {
  int spiking = 0, synapses = 0;
  for (const auto& m : models()) {
    CAPTURE(m.name);
    Parsed p(m);
    auto names = names_in(m, p.instance);
    CHECK(m.threshold.text.empty() == m.reset.text.empty());
    if (!m.threshold.text.empty()) {
      ++spiking;
      check_expression(m.threshold, names);
      check_assignments(m.reset, p.instance, names);
      for (const auto& state : m.hold) CHECK(is_state(p.instance, state));
      if (m.refractory && m.refractory->is_string()) check_expression({m.refractory->string(), {}, ""}, names);
    }
    CHECK(m.site.empty() == m.on_spike.text.empty());
    CHECK((m.site == "post") == !m.current.text.empty());
    if (m.site.empty()) continue;
    ++synapses;
    names.emplace_back("w");
    check_assignments(m.on_spike, p.instance, names);
    names.emplace_back("post");
    if (!m.current.text.empty()) check_expression(m.current, names);
  }
  CHECK(spiking >= 4);
  CHECK(synapses >= 6);
}
