#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "neurode/core/units.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

namespace {

/// The name and value of an optional string key.
std::string text_of(const Parameters& p, const char* name) { return p.has(name) ? p.text(name) : ""; }

bool check_unit(const Value& v, Diagnostics& diagnostics) {
  if (v.is_string() && is_known_unit(v.string())) return true;
  fault(diagnostics, v, v.is_string() ? "is no known unit" : "must be a unit, as a string", known_units_text());
  return false;
}

/// Skips blanks, then takes a name [A-Za-z_][A-Za-z0-9_]* off the front of `s`; "" if there is none.
std::string take_name(std::string_view& s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  std::size_t n = 0;
  while (n < s.size() && is_identifier(std::string(1, 'a') + s[n])) ++n;
  std::string name(s.substr(0, n));
  if (!is_identifier(name)) return "";
  s.remove_prefix(n);
  return name;
}

}  // namespace

// The equations' own parser finds what is wrong with them.
std::vector<std::string> states_of(const std::string& equations) {
  std::vector<std::string> out;
  std::istringstream lines(equations);
  for (std::string line; std::getline(lines, line);) {
    std::string_view s = line;
    const std::string rate = take_name(s);
    if (rate.size() < 2 || rate.front() != 'd' || !is_identifier(rate.substr(1))) continue;
    while (s.starts_with(' ') || s.starts_with('\t')) s.remove_prefix(1);
    if (!s.starts_with('/')) continue;
    s.remove_prefix(1);
    if (take_name(s) == "dt") out.push_back(rate.substr(1));
  }
  return out;
}

namespace {

/// Does the text, comments aside, call the activation f(...)?
bool calls_f(const std::string& text) {
  bool comment = false, in_word = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    comment = text[i] != '\n' && (comment || text[i] == '#');
    if (!comment && !in_word && text[i] == 'f') {
      const auto next = text.find_first_not_of(" \t", i + 1);
      if (next != std::string::npos && text[next] == '(') return true;
    }
    in_word = is_identifier(std::string("a") + text[i]) || text[i] == '.';
  }
  return false;
}

}  // namespace

std::string unit_carried(const Value* v) {
  if (v == nullptr || !v->is_string()) return "";
  const auto q = parse_quantity(v->string());
  return q && is_known_unit(q->unit) ? q->unit : "";
}

namespace {

/// A bound of a parameter, in its unit.
std::optional<double> bound(const Parameters& p, const char* name, const std::string& unit, Diagnostics& diagnostics) {
  if (!p.has(name)) return std::nullopt;
  const auto v = check_value(ParameterSpec::make(Kind::number, name, "").in(unit), p.at(name), diagnostics);
  return v ? std::optional(v->number()) : std::nullopt;
}

std::optional<ParameterSpec> read_spec(Kind kind, const std::string& name, const Value& v, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  ParameterSpec spec = ParameterSpec::make(kind, name, "");
  const Value* standard = &v;
  Parameters p;
  if (v.is_table()) {
    p = read_section("model.*.parameters.*", v, "a parameter's declaration", diagnostics);
    standard = p.find("default");
    spec.help = text_of(p, "help");
    spec.unit = text_of(p, "unit");
    if (p.has("unit") && !check_unit(p.at("unit"), diagnostics)) return std::nullopt;
    if (!p.has("unit")) spec.unit = unit_carried(standard);
    for (const auto& [closed, open] : {std::pair{"min", "above"}, std::pair{"max", "below"}}) {
      if (p.has(closed) && p.has(open)) {
        fault_at_key(diagnostics, p.at(open), fmt::format("cannot be given beside \"{}\"", closed));
      }
    }
    spec.min_open = p.has("above");
    spec.max_open = p.has("below");
    spec.min = bound(p, spec.min_open ? "above" : "min", spec.unit, diagnostics);
    spec.max = bound(p, spec.max_open ? "below" : "max", spec.unit, diagnostics);
    if (spec.min && spec.max && *spec.min > *spec.max) {
      fault(diagnostics, p.at(spec.max_open ? "below" : "max"), fmt::format("must be >= {}", *spec.min));
    }
  } else {
    spec.unit = unit_carried(&v);
  }
  spec.required = standard == nullptr;
  if (standard != nullptr) {
    if (auto checked = check_value(spec, *standard, diagnostics)) spec.default_value = std::move(*checked);
  }
  return diagnostics.size() == before ? std::optional(std::move(spec)) : std::nullopt;
}

ParameterTable read_parameter_table(Kind kind, const Value* table, Diagnostics& diagnostics) {
  ParameterTable out;
  if (table == nullptr || !table->is_table()) return out;
  const ParameterTable& taken = section_table("population.*").keys;
  for (const auto& [name, v] : table->table()) {
    const bool clash =
        kind == Kind::per_neuron &&
        std::any_of(taken.begin(), taken.end(), [&, &name = name](const auto& s) { return s.name == name; });
    if (v.is_none()) continue;
    if (!is_identifier(name)) {
      fault_at_key(diagnostics, v, fmt::format("\"{}\" is no name for a parameter", name),
                   "letters, digits and _, not starting with a digit");
    } else if (kind == Kind::number && (name == "rule" || name == "initial")) {
      fault_at_key(diagnostics, v, fmt::format("\"{}\" is a key of every local rule and cannot be a parameter", name));
    } else if (clash) {
      fault_at_key(diagnostics, v, fmt::format("\"{}\" is a key of every population and cannot be a parameter", name));
    } else if (auto spec = read_spec(kind, name, v, diagnostics)) {
      out.push_back(std::move(*spec));
    }
  }
  return out;
}

/// `inputs`: a list of names, or a table name = unit (units go to the model's).
void read_inputs(const Value& v, ModelSection& m, Diagnostics& diagnostics) {
  const std::string allowed = "a list of names, or a table name = unit";
  m.inputs.clear();
  const auto add = [&](const std::string& name, const Value& at) {
    if (!is_identifier(name)) {
      fault(diagnostics, at, "is no name for an input", "letters, digits and _, not starting with a digit");
    } else if (std::find(m.inputs.begin(), m.inputs.end(), name) != m.inputs.end()) {
      fault(diagnostics, at, "is named twice");
    } else {
      m.inputs.push_back(name);
    }
  };
  if (v.is_list()) {
    for (const auto& element : v.list()) add(element.is_string() ? element.string() : "", element);
  } else if (v.is_table()) {
    for (const auto& [name, unit] : v.table()) {
      add(name, unit);
      if (check_unit(unit, diagnostics)) m.units.emplace_back(name, unit.string());
    }
  } else {
    fault(diagnostics, v, "must be a list or a table", allowed);
  }
}

void read_steady_state(const Value& v, const std::vector<std::string>& states, ModelSection& m,
                       Diagnostics& diagnostics) {
  const auto add = [&](const std::string& state, const Value& text) {
    if (text.is_string() || text.is_number()) return m.steady_state.emplace_back(state, source_text(text)), void();
    fault(diagnostics, text, "must be an expression, as a string");
  };
  if (v.is_table()) {
    for (const auto& [state, text] : v.table()) add(state, text);
  } else if (states.size() == 1) {
    add(states.front(), v);
  } else {
    fault(diagnostics, v, fmt::format("must name the state it belongs to: the model has {} states", states.size()),
          "a table, state = \"expression\"");
  }
}

/// What is special about spikes, noise and synapses.
void read_events(const Parameters& p, ModelSection& m, Diagnostics& diagnostics) {
  const auto source = [&p](const char* key) { return p.has(key) ? source_text(p.at(key)) : equations::SourceText{}; };
  m.calculus = text_of(p, "noise");
  m.site = text_of(p, "site");
  m.threshold = source("threshold");
  m.reset = source("reset");
  m.current = source("current");
  m.on_spike = source("on_spike");
  if (p.has("refractory")) m.refractory = p.at("refractory");
  if (const Value* hold = p.find("hold")) {
    const bool list = hold->is_list() && std::all_of(hold->list().begin(), hold->list().end(),
                                                     [](const Value& v) { return v.is_string(); });
    if (!list) return fault(diagnostics, *hold, "must be a list of states", "[\"v\"]");
    for (const auto& state : hold->list()) m.hold.push_back(state.string());
  }
}

/// A state as a population's `initial` may give it.
ParameterSpec state_spec(const ModelSection& m, const std::string& state) {
  ParameterSpec spec = ParameterSpec::make(Kind::per_neuron, state, "");
  for (const auto& [of, unit] : m.units) {
    if (of == state) spec.unit = unit;
  }
  return spec;
}

/// One table of a preset, checked as a population's own values are.
void read_preset_values(const Value& values, const ParameterTable& known, const std::string& what,
                        std::vector<std::pair<std::string, Value>>& out, Diagnostics& diagnostics) {
  for (const auto& [name, v] : values.table()) {
    std::vector<std::string> names;
    const ParameterSpec* spec = nullptr;
    for (const auto& s : known) {
      names.push_back(s.name);
      if (s.name == name) spec = &s;
    }
    if (spec == nullptr) {
      fault_at_key(diagnostics, v, fmt::format("\"{}\" is no {} of the model", name, what), quoted_list(names),
                   nearest_name(name, names));
    } else if (auto checked = check_value(*spec, v, diagnostics)) {
      out.emplace_back(name, std::move(*checked));
    }
  }
}

void read_presets(const Value& presets, const std::vector<std::string>& states, ModelSection& m,
                  Diagnostics& diagnostics) {
  ParameterTable state_table;
  for (const auto& state : states) state_table.push_back(state_spec(m, state));
  for (const auto& [name, v] : presets.table()) {
    if (!v.is_table()) {
      fault(diagnostics, v, "must be a table", "{ parameters = { ... }, initial = { ... } }");
      continue;
    }
    PresetSection preset;
    preset.name = name;
    preset.where = v.where;
    const Parameters p = read_section("model.*.presets.*", v, fmt::format("preset \"{}\"", name), diagnostics);
    preset.summary = text_of(p, "summary");
    preset.citation = text_of(p, "citation");
    if (const Value* values = p.find("parameters")) {
      read_preset_values(*values, m.parameters, "parameter", preset.parameters, diagnostics);
    }
    if (const Value* values = p.find("initial")) {
      read_preset_values(*values, state_table, "state", preset.initial, diagnostics);
    }
    m.presets.push_back(std::move(preset));
  }
}

std::string time_unit_of(const Parameters& p, Diagnostics& diagnostics) {
  const std::string unit = text_of(p, "time_unit");
  if (p.has("time_unit") && !same_dimension(unit, "s")) {
    fault(diagnostics, p.at("time_unit"), "is no unit of time", "s, ms, us, min, h, ...");
  }
  return unit;
}

}  // namespace

ModelSection read_whole_model(const std::string& name, const Value& table, Diagnostics& diagnostics) {
  ModelSection m;
  m.name = name;
  m.where = table.where;
  m.source = table;
  const Parameters p = read_section("model.*", table, fmt::format("model \"{}\"", name), diagnostics);
  m.summary = text_of(p, "summary");
  m.citation = text_of(p, "citation");
  m.time_unit = time_unit_of(p, diagnostics);
  if (p.has("equations")) m.equations = source_text(p.at("equations"));
  if (table.find("equations") == nullptr) {
    diagnostics.add(
        {table.where, table.key, "lacks the key \"equations\"", "", "equations = a string, or extends = a model", ""});
  }
  m.rest = p.has("rest") && p.flag("rest");
  m.parameters = read_parameter_table(Kind::per_neuron, p.find("parameters"), diagnostics);

  if (const Value* units = p.find("units")) {
    for (const auto& [of, unit] : units->table()) {
      if (check_unit(unit, diagnostics)) m.units.emplace_back(of, unit.string());
    }
  }
  if (const Value* initial = p.find("initial")) {
    for (const auto& [state, v] : initial->table()) {
      if (auto checked = check_value(state_spec(m, state), v, diagnostics))
        m.initial.emplace_back(state, std::move(*checked));
    }
  }
  read_events(p, m, diagnostics);
  m.inputs = {"I"};
  if (const Value* inputs = p.find("inputs")) read_inputs(*inputs, m, diagnostics);

  const auto states = states_of(m.equations.text);
  if (const Value* presets = p.find("presets")) read_presets(*presets, states, m, diagnostics);
  if (const Value* output = p.find("output")) {
    m.output = source_text(*output);
  } else if (!states.empty()) {
    m.output = {states.front(), m.equations.origin, m.equations.key};
  } else if (p.has("equations")) {
    diagnostics.add({table.where, table.key, "has no state and no output", "",
                     "a line dNAME/dt = ... in equations, or output = \"expression\"", ""});
  }
  if (const Value* steady = p.find("steady_state")) read_steady_state(*steady, states, m, diagnostics);

  m.takes_activation = calls_f(m.equations.text) || calls_f(m.output.text);
  for (const auto& [state, text] : m.steady_state) m.takes_activation = m.takes_activation || calls_f(text.text);
  return m;
}

std::vector<ModelSection> read_models(const Value& root, Diagnostics& diagnostics) {
  std::vector<ModelSection> out;
  for (const auto& [name, table] : named_tables(root, "model", Naming::identifier, diagnostics)) {
    const Value* base = table->find("extends");
    if (base == nullptr || base->is_none()) {
      out.push_back(read_whole_model(name, *table, diagnostics));
      continue;
    }
    ModelSection m;  // the rest waits for extended(), which knows what it extends
    m.name = name;
    m.where = table->where;
    m.source = *table;
    m.extends = *base;
    out.push_back(std::move(m));
  }
  return out;
}

/// `states` and `initial` of a local rule; whether the equations know them is seen with the equations.
static void read_rule_states(const Parameters& p, PlasticitySection& s, Diagnostics& diagnostics) {
  static const std::vector<std::string> kTaken = {"w", "b", "pre", "post", "t", "weights", "left", "right"};
  static const std::vector<std::string> kSites = {"pre", "post", "connection"};
  if (const Value* states = p.find("states")) {
    for (const auto& [name, site] : states->table()) {
      const bool parameter = std::any_of(s.parameters.begin(), s.parameters.end(),
                                         [&name = name](const auto& spec) { return spec.name == name; });
      if (!is_identifier(name) || parameter || std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
        fault_at_key(diagnostics, site, fmt::format("\"{}\" is no name for a state", name),
                     "letters, digits and _, no parameter's name, none of " + quoted_list(kTaken));
      } else if (!site.is_string() || std::find(kSites.begin(), kSites.end(), site.string()) == kSites.end()) {
        fault(diagnostics, site, "must say where the state lives", quoted_list(kSites));
      } else {
        s.states.emplace_back(name, site);
      }
    }
  }
  if (const Value* initial = p.find("initial")) {
    for (const auto& [name, v] : initial->table()) {
      if (const auto x = check_value(ParameterSpec::make(Kind::number, name, ""), v, diagnostics)) {
        s.initial.emplace_back(name, *x);
      }
    }
  }
}

std::vector<PlasticitySection> read_plasticity(const Value& root, Diagnostics& diagnostics) {
  std::vector<PlasticitySection> out;
  for (const auto& [name, table] : named_tables(root, "plasticity", Naming::identifier, diagnostics)) {
    PlasticitySection s;
    s.name = name;
    s.where = table->where;
    const Parameters p = read_section("plasticity.*", *table, fmt::format("the local rule \"{}\"", name), diagnostics);
    s.summary = text_of(p, "summary");
    s.citation = text_of(p, "citation");
    s.time_unit = time_unit_of(p, diagnostics);
    if (p.has("equations")) s.equations = source_text(p.at("equations"));
    s.parameters = read_parameter_table(Kind::number, p.find("parameters"), diagnostics);
    read_rule_states(p, s, diagnostics);
    if (p.has("on_pre")) s.on_pre = source_text(p.at("on_pre"));
    if (p.has("on_post")) s.on_post = source_text(p.at("on_post"));
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace neurode::scenario
