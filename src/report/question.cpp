#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "neurode/network/families.hpp"
#include "neurode/report/mathml.hpp"
#include "neurode/run/families.hpp"
#include "neurode/scenario/read.hpp"
#include "report/html.hpp"
#include "report/parts.hpp"

namespace neurode::report {

namespace {

using scenario::ModelSection;
using scenario::PopulationSection;
using scenario::Scenario;

constexpr std::size_t kMostRows = 300;
constexpr std::size_t kMostUsers = 8;  ///< populations whose parameters stand side by side

std::string code(const std::string& text) { return text.empty() ? "" : "<code>" + escaped(text) + "</code>"; }
std::string cited(const std::string& citation) {
  return citation.empty() ? "" : "<cite>" + escaped(citation) + "</cite>";
}

const Entry* entry_of(const char* family, const std::string& name) {
  const auto* f = run::find_family(family);
  return f ? find_entry(f->entries, name) : nullptr;
}

/// "normal (std = 1)"
std::string choice(const scenario::Choice& c) {
  std::string settings;
  if (c.settings.is_table()) {
    for (const auto& [name, v] : c.settings.table()) {
      const std::string value = v.to_toml(60);
      settings += (settings.empty() ? "" : ", ") + (name == "value" ? value : name + " = " + value);
    }
  }
  return c.name + (settings.empty() ? "" : " (" + settings + ")");
}

std::string weights(const scenario::WeightsSection& w) { return code(choice(w.init)) + (w.plastic ? " plastic" : ""); }

/// A member of a family: its name and settings, what it is, where it is from.
std::string member(const char* family, const scenario::Choice& c) {
  if (c.name.empty()) return "";
  const Entry* e = entry_of(family, c.name);
  return code(choice(c)) + (e ? " " + escaped(e->summary) + " " + cited(e->citation) : "");
}

const Value* preset_value(const PopulationSection& p, const ModelSection& m, const std::string& parameter) {
  if (!p.preset || !p.preset->is_string()) return nullptr;
  for (const auto& preset : m.presets) {
    if (preset.name != p.preset->string()) continue;
    for (const auto& [name, v] : preset.parameters) {
      if (name == parameter) return &v;
    }
  }
  return nullptr;
}

std::string parameter_table(const ModelSection& m, const std::vector<const PopulationSection*>& users) {
  if (m.parameters.empty()) return "";
  Table t;
  t.sorts = false;
  t.columns = {{"parameter"}, {"meaning"}, {"unit"}};
  const std::vector<const PopulationSection*> shown(
      users.begin(), users.begin() + static_cast<std::ptrdiff_t>(std::min(users.size(), kMostUsers)));
  for (const auto* p : shown) t.columns.push_back({escaped(p->name), true});
  for (const auto& spec : m.parameters) {
    std::vector<std::string> row = {"<math>" + name_mathml(spec.name) + "</math>", escaped(spec.help),
                                    escaped(spec.unit)};
    for (const auto* p : shown) {
      const Value* given = p->settings.find(spec.name);
      const Value* v = given ? given : preset_value(*p, m, spec.name);
      if (!v && spec.default_value) v = &*spec.default_value;
      const std::string text = v ? escaped(v->to_toml(60)) : "";
      row.push_back(given ? "<strong>" + text + "</strong>" : text);
    }
    t.rows.push_back(std::move(row));
  }
  return t.html() +
         (users.size() > shown.size()
              ? fmt::format("<p class=\"note\">{} more populations of this model.</p>\n", users.size() - shown.size())
              : "");
}

std::string activation_of(const PopulationSection& p) {
  if (!p.activation || !p.activation->is_string()) return "";
  const std::string& name = p.activation->string();
  const auto* known = find_entry(network::activations(), name);
  if (!known) return typeset_expression("", name);  // an expression of I
  const bool says_more = !known->expression.empty() && known->expression != name + "(I)";
  return code(name) + (says_more ? " " + typeset_expression("", known->expression) : "");
}

std::string spikes_of(const ModelSection& m) {
  std::string out;
  if (!m.threshold.text.empty()) {
    out += "<p>A spike where " + typeset_expression("", m.threshold.text) + "; then</p>\n" +
           typeset_assignments(m.reset.text);
  }
  if (!m.current.text.empty()) out += "<p>Into the target: " + typeset_expression("", m.current.text) + "</p>\n";
  if (!m.on_spike.text.empty()) out += "<p>At a spike:</p>\n" + typeset_assignments(m.on_spike.text);
  return out;
}

std::string model_html(const ModelSection& m, const std::vector<const PopulationSection*>& users) {
  std::string out = fmt::format("<section class=\"model\"><h4>{}</h4>\n<p>{} {}</p>\n", escaped(m.name),
                                escaped(m.summary), cited(m.citation));
  if (m.equations.text.find_first_not_of(" \n\t") != std::string::npos) out += typeset_equations(m.equations.text);
  out += spikes_of(m);
  if (!m.output.text.empty()) out += "<p>Output: " + typeset_expression("", m.output.text) + "</p>\n";
  return out + parameter_table(m, users) + "</section>\n";
}

std::string populations_html(const Scenario& s) {
  Table t;
  t.sorts = false;
  t.columns = {{"population"}, {"neurons", true}, {"model"}, {"activation"}, {"bias"}};
  for (const auto& p : s.populations) {
    std::string bias;
    for (const auto& [input, w] : p.bias) bias += (input.empty() ? "" : escaped(input) + ": ") + weights(w) + " ";
    std::string model = escaped(p.model);
    if (p.preset && p.preset->is_string()) model += ", " + escaped(p.preset->string());
    t.add({escaped(p.name), std::to_string(p.size), model, activation_of(p), bias}, kMostRows);
  }
  return "<h3>Populations</h3>\n" + t.html();
}

std::string projections_html(const Scenario& s) {
  if (s.projections.empty()) return "";
  Table t;
  t.sorts = false;
  t.columns = {{"projection"}, {"weights"}, {"connections"}, {"further"}};
  for (const auto& p : s.projections) {
    std::vector<std::pair<std::string, std::string>> more;
    if (!p.coupling.text.empty()) more.emplace_back("coupling", typeset_expression("", p.coupling.text));
    if (p.delay) more.emplace_back("delay", code(p.delay->to_toml(60)));
    if (p.synapse) more.emplace_back("synapse", code(choice(*p.synapse)));
    if (p.plasticity) more.emplace_back("rule", code(choice(*p.plasticity)));
    if (!p.into.empty()) more.emplace_back("into", code(p.into));
    t.add({escaped(p.name), weights(p.weights), p.connect ? code(choice(*p.connect)) : "all to all", definitions(more)},
          kMostRows);
  }
  return "<h3>Projections</h3>\n" + t.html();
}

/// Models of populations and synapses, each once, in the order of their use.
std::string models_html(const Scenario& s) {
  Diagnostics ignored;
  const auto own = scenario::extended(s.models, network::models(), ignored);
  const auto find = [&](const std::string& name) {
    const auto* m = find_entry(own, name);
    return m ? m : find_entry(network::models(), name);
  };
  std::string out;
  std::set<std::string> told;
  for (const auto& p : s.populations) {
    const auto* m = find(p.model);
    if (!m || !told.insert(p.model).second) continue;
    std::vector<const PopulationSection*> users;
    for (const auto& other : s.populations) {
      if (other.model == p.model) users.push_back(&other);
    }
    out += model_html(*m, users);
  }
  for (const auto& p : s.projections) {
    const auto* m = p.synapse ? find(p.synapse->name) : nullptr;
    if (m && told.insert(p.synapse->name).second) out += model_html(*m, {});
  }
  return out.empty() ? "" : "<h3>Equations</h3>\n" + out;
}

std::string rules_html(const Scenario& s) {
  std::string out;
  std::set<std::string> told;
  const auto tell = [&](const std::optional<scenario::Choice>& c) {
    if (!c || !told.insert(c->name).second) return;
    const auto* own = find_entry(s.plasticity, c->name);
    const auto* r = own ? own : find_entry(network::plasticity_rules(), c->name);
    if (!r) return;
    out += fmt::format("<section class=\"model\"><h4>{}</h4><p>{} {}</p>\n{}", escaped(r->name), escaped(r->summary),
                       cited(r->citation), typeset_equations(r->equations.text));
    if (!r->on_pre.text.empty()) out += "<p>At a spike that arrives:</p>\n" + typeset_assignments(r->on_pre.text);
    if (!r->on_post.text.empty()) out += "<p>At a spike of the target:</p>\n" + typeset_assignments(r->on_post.text);
    out += "</section>\n";
  };
  for (const auto& p : s.projections) tell(p.plasticity);
  for (const auto& p : s.populations) {
    for (const auto& [input, b] : p.bias) tell(b.plasticity);
  }
  return out.empty() ? "" : "<h3>Local rules</h3>\n" + out;
}

std::string learning_html(const Scenario& s) {
  if (!s.learning) return "";
  const auto& l = *s.learning;
  return "<h3>Learning</h3>\n" + definitions({{"rule", member("rules", l.rule)},
                                              {"loss", member("losses", l.loss)},
                                              {"flow", member("flows", l.flow)},
                                              {"rate", member("rates", l.rate)},
                                              {"output", l.output ? code(l.output->to_toml(60)) : ""}});
}

std::string data_html(const Scenario& s) {
  if (!s.data) return "";
  const auto told = [](const std::optional<Value>& v) {
    return !v             ? std::string()
           : v->is_list() ? fmt::format("{} rows in the scenario", v->list().size())
                          : code(v->to_toml(120));
  };
  std::string settings;
  for (const char* name : {"scale", "test", "classes", "one_hot"}) {
    const Value* v = s.data->settings.find(name);
    if (v && !v->is_none()) settings += (settings.empty() ? "" : ", ") + std::string(name) + " = " + v->to_toml(80);
  }
  return "<h3>Data</h3>\n" + definitions({{"file", told(s.data->file)},
                                          {"inputs", told(s.data->inputs)},
                                          {"targets", told(s.data->targets)},
                                          {"settings", code(settings)}});
}

std::string stimuli_html(const Scenario& s) {
  if (s.stimuli.empty()) return "";
  Table t;
  t.sorts = false;
  t.columns = {{"stimulus"}, {"into"}, {"kind"}};
  for (const auto& x : s.stimuli) {
    t.add({escaped(x.name),
           code(x.target.is_string() ? x.target.string() : "") + (x.into.empty() ? "" : " " + code(x.into)),
           code(choice(x.kind))},
          kMostRows);
  }
  return "<h3>Stimuli</h3>\n" + t.html();
}

std::string numerics_html(const Source& source, const Scenario& s) {
  std::string method = source.text("integrator");
  if (method.empty() && s.integrator.method.is_string()) method = s.integrator.method.string();
  const Entry* e = entry_of("integrators", method);
  std::string settings;
  if (s.integrator.settings.is_table()) {
    for (const auto& [name, v] : s.integrator.settings.table()) {
      if (name != "method") settings += (settings.empty() ? "" : ", ") + name + " = " + v.to_toml(80);
    }
  }
  for (const auto& [of, v] : s.integrator.atol) {
    settings += fmt::format("{}atol{} = {}", settings.empty() ? "" : ", ", of.empty() ? "" : "." + of, v.to_toml(40));
  }
  std::string stop;
  for (const auto& c : s.time.stop) stop += (stop.empty() ? "" : ", ") + c.kind + " " + c.value.to_toml(80);
  const std::string unit = source.time_unit();
  const std::string span = fmt::format("{:g} to {:g}{}{}", s.time.start, s.time.end, unit.empty() ? "" : " " + unit,
                                       stop.empty() ? "" : ", or until " + stop);
  return "<h3>Time and integrator</h3>\n" +
         definitions({{"method", code(method) + (e ? " " + escaped(e->summary) + " " + cited(e->citation) : "")},
                      {"settings", code(settings)},
                      {"time", escaped(span)}});
}

std::string summary(const Scenario& s) {
  std::int64_t neurons = 0;
  for (const auto& p : s.populations) neurons += p.size;
  std::string out = fmt::format("{} population{} with {} neuron{} in all", s.populations.size(),
                                s.populations.size() == 1 ? "" : "s", neurons, neurons == 1 ? "" : "s");
  if (!s.projections.empty()) {
    out += fmt::format(", {} projection{}", s.projections.size(), s.projections.size() == 1 ? "" : "s");
  }
  if (s.learning) out += ", learning by " + escaped(s.learning->rule.name);
  return "<p>" + out + ".</p>\n";
}

}  // namespace

std::string question(const Source& source) {
  if (!source.scenario) {
    return "<p class=\"note\">The scenario in this file is none that this version of neurode reads; its text stands "
           "below.</p>\n";
  }
  const Scenario& s = *source.scenario;
  return summary(s) + populations_html(s) + models_html(s) + projections_html(s) + rules_html(s) + stimuli_html(s) +
         data_html(s) + learning_html(s) + numerics_html(source, s);
}

}  // namespace neurode::report
