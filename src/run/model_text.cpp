#include "run/model_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace neurode::run {

namespace {

class Lines {
 public:
  /// "what: text", or nothing where there is no text.
  void fact(const std::string& what, const std::string& text) {
    if (!text.empty()) all.push_back(what + ": " + text);
  }
  /// The lines of a text below a title.
  void block(const std::string& title, const std::string& text) {
    if (text.find_first_not_of(" \n\t") == std::string::npos) return;
    all.push_back(title);
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      if (line.find_first_not_of(" \t") != std::string::npos) all.push_back("  " + line);
    }
  }
  std::vector<std::string> all;
};

std::string joined(const std::string& list, const std::string& next) {
  return list.empty() ? next : list + ", " + next;
}

std::string with_unit(const scenario::ModelSection& m, const std::string& name) {
  for (const auto& [of, unit] : m.units) {
    if (of == name && !unit.empty()) return name + " in " + unit;
  }
  return name;
}

std::string values(const std::vector<std::pair<std::string, Value>>& list) {
  std::string out;
  for (const auto& [name, value] : list) out = joined(out, name + " = " + value.to_toml(40));
  return out;
}

std::string units(const scenario::ModelSection& m) {
  std::string out;
  for (const auto& [name, unit] : m.units) {
    const bool input = std::find(m.inputs.begin(), m.inputs.end(), name) != m.inputs.end();
    if (!input && !unit.empty()) out = joined(out, name + " in " + unit);
  }
  return out;
}

}  // namespace

std::vector<std::string> model_details(const scenario::ModelSection& m) {
  Lines lines;
  lines.block("equations", m.equations.text);
  std::string inputs;
  for (const auto& i : m.inputs) inputs = joined(inputs, with_unit(m, i));
  lines.fact("inputs", inputs);
  lines.fact("output", m.output.text);
  for (const auto& [state, source] : m.steady_state) lines.fact("steady state", state + " = " + source.text);
  lines.fact("initial", values(m.initial));
  if (m.rest) lines.all.push_back("at rest without input");
  if (!m.calculus.empty())
    lines.fact("noise", m.calculus == "ito" ? "xi as Ito means it" : "xi as Stratonovich means it");
  lines.fact("threshold", m.threshold.text);
  lines.fact("reset", m.reset.text);
  if (m.refractory)
    lines.fact("refractory", m.refractory->is_string() ? m.refractory->string() : m.refractory->to_toml());
  std::string held;
  for (const auto& state : m.hold) held = joined(held, state);
  lines.fact("held while refractory", held);
  lines.fact("synapses, states carried by", m.site.empty()    ? ""
                                            : m.site == "pre" ? "neurons before"
                                                              : "neurons behind");
  lines.fact("current", m.current.text);
  lines.fact("at a spike", m.on_spike.text);
  lines.fact("time in", m.time_unit);
  lines.fact("units", units(m));
  if (!m.presets.empty()) lines.all.push_back("presets");
  for (const auto& p : m.presets) {
    lines.all.push_back(fmt::format("  {:<16} {}", p.name, p.summary));
    const std::string set = values(p.parameters), start = values(p.initial);
    lines.all.push_back(fmt::format("  {:<16} {}{}{}", "", set, set.empty() || start.empty() ? "" : "; ",
                                    start.empty() ? "" : "initial " + start));
    if (!p.citation.empty()) lines.all.push_back(fmt::format("  {:<16} {}", "", p.citation));
  }
  return lines.all;
}

std::string model_brief(const scenario::ModelSection& m) {
  equations::Graph graph;
  Diagnostics told_elsewhere;
  int states = 0;
  for (const auto& s : equations::parse_equations(graph, m.equations, {}, told_elsewhere).statements) {
    states += s.is_rate ? 1 : 0;
  }
  const char* special = !m.site.empty()             ? "synapse"
                        : !m.threshold.text.empty() ? "spikes"
                        : !m.calculus.empty()       ? "noise"
                        : m.takes_activation        ? "f"
                                                    : "";
  return fmt::format("{:>2} {:<8}", states, special);
}

}  // namespace neurode::run
