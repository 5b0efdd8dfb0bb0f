#include <fmt/format.h>

#include <algorithm>

#include "neurode/core/registry.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

namespace {

/// Names of all [population.*], faulty ones included: what is wrong with them is said once, there.
std::vector<std::string> population_names(const Value& root) {
  std::vector<std::string> out;
  const Value* group = root.find("population");
  if (group == nullptr || !group->is_table()) return out;
  for (const auto& entry : group->table()) out.push_back(entry.first);
  return out;
}

/// `bias`: of the model's first input, or a table input = bias.
void read_biases(const Value& v, PopulationSection& p, Diagnostics& diagnostics) {
  const bool by_input = v.is_table() && !v.table().empty() && v.find("init") == nullptr &&
                        v.find("plastic") == nullptr && v.find("plasticity") == nullptr;
  if (!by_input) {
    if (auto w = read_weights("population.*.bias", v, false, diagnostics)) p.bias.emplace_back("", std::move(*w));
    return;
  }
  for (const auto& [input, bias] : v.table()) {
    if (!is_identifier(input)) {
      fault_at_key(diagnostics, bias, fmt::format("\"{}\" is no name of an input", input));
    } else if (auto w = read_weights("population.*.bias", bias, false, diagnostics)) {
      p.bias.emplace_back(input, std::move(*w));
    }
  }
}

std::string trimmed(const std::string& s) {
  const auto first = s.find_first_not_of(" \t");
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

struct Arrow {
  std::string pre, post, label;
};

/// "A -> B" or "A -> B : label"; nothing if it is something else.
std::optional<Arrow> parse_arrow(const std::string& s) {
  const auto arrow = s.find("->");
  if (arrow == std::string::npos) return std::nullopt;
  Arrow a{trimmed(s.substr(0, arrow)), s.substr(arrow + 2), ""};
  const auto colon = a.post.find(':');
  if (colon != std::string::npos) {
    a.label = trimmed(a.post.substr(colon + 1));
    if (!is_name(a.label)) return std::nullopt;
    a.post = a.post.substr(0, colon);
  }
  a.post = trimmed(a.post);
  if (!is_name(a.pre) || !is_name(a.post)) return std::nullopt;
  return a;
}

std::string arrow_name(const Arrow& a) { return a.pre + " -> " + a.post + (a.label.empty() ? "" : " : " + a.label); }

/// What was probably meant by other arrows.
std::string arrow_suggestion(std::string s) {
  for (const auto& [wrong, right] :
       {std::pair{"-->", "->"}, std::pair{"=>", "->"}, std::pair{"→", "->"}, std::pair{">", "->"}}) {
    const auto at = s.find(wrong);
    if (at == std::string::npos) continue;
    const auto a = parse_arrow(s.replace(at, std::string(wrong).size(), right));
    return a ? arrow_name(*a) : "";
  }
  const auto back = s.find("<-");
  if (back == std::string::npos) return "";
  const auto a = parse_arrow(s.substr(back + 2) + " -> " + s.substr(0, back));
  return a ? arrow_name(*a) : "";
}

/// `shape`: one to three lengths, whose product is the size.
void read_shape(const Value& v, const Value* size, PopulationSection& p, Diagnostics& diagnostics) {
  constexpr std::int64_t kMost = 2147483647;
  std::int64_t product = 1;
  bool good = v.is_list() && !v.list().empty() && v.list().size() <= 3;
  for (std::size_t k = 0; good && k < v.list().size(); ++k) {
    const Value& length = v.list()[k];
    good = length.is_integer() && length.integer() >= 1 && length.integer() <= kMost / product;
    if (!good) break;
    product *= length.integer();
    p.shape.push_back(length.integer());
  }
  if (!good) {
    p.shape.clear();
    fault(diagnostics, v, "must be one to three lengths", "[rows, columns] or [channels, rows, columns], each >= 1");
  } else if (size != nullptr && product != p.size) {
    fault(diagnostics, v, fmt::format("has {} neurons, but size = {}", product, p.size));
  } else {
    p.size = product;
  }
}

}  // namespace

std::vector<PopulationSection> read_populations(const Value& root, Diagnostics& diagnostics) {
  static const std::vector<std::string> kTaken = {"time", "sample", "post", "pre"};
  std::vector<PopulationSection> out;
  for (const auto& [name, table] : named_tables(root, "population", Naming::name, diagnostics)) {
    if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
      fault_at_key(diagnostics, *table, fmt::format("\"{}\" names a dimension of the result file", name),
                   "any name but " + quoted_list(kTaken));
      continue;
    }
    PopulationSection s;
    s.name = name;
    s.where = table->where;
    const Parameters p =
        read_section("population.*", *table, fmt::format("population \"{}\"", name), diagnostics, &s.settings);
    if (p.has("size")) s.size = p.integer("size");
    s.size_where = p.has("size") && table->find("size") != nullptr ? p.at("size").where : table->where;
    if (p.has("model")) {
      s.model = p.text("model");
      s.model_value = p.at("model");
    }
    if (const Value* shape = p.find("shape")) read_shape(*shape, table->find("size"), s, diagnostics);
    if (const Value* preset = p.find("preset")) s.preset = *preset;
    if (const Value* history = p.find("history")) {
      if (history->is_table()) {
        s.history = history->table();
      } else {
        fault(diagnostics, *history, "must be a table", "{ STATE = number or expression of t }");
      }
    }
    if (const Value* activation = p.find("activation")) s.activation = *activation;
    if (const Value* bias = p.find("bias")) read_biases(*bias, s, diagnostics);
    if (const Value* initial = p.find("initial")) {
      for (const auto& [state, v] : initial->table()) {
        if (check_initial(v, diagnostics)) s.initial.emplace_back(state, v);
      }
    }
    out.push_back(std::move(s));
  }
  return out;
}

std::vector<ProjectionSection> read_projections(const Value& root, Diagnostics& diagnostics) {
  const auto populations = population_names(root);
  const auto exists = [&](const std::string& name) {
    return std::find(populations.begin(), populations.end(), name) != populations.end();
  };
  std::vector<ProjectionSection> out;
  for (const auto& [name, table] : named_tables(root, "projection", Naming::free, diagnostics)) {
    const auto arrow = parse_arrow(name);
    if (!arrow) {
      fault_at_key(diagnostics, *table, fmt::format("\"{}\" is no name of a projection", name),
                   "[projection.\"FROM -> TO\"] or [projection.\"FROM -> TO : LABEL\"]", arrow_suggestion(name));
      continue;
    }
    ProjectionSection s;
    s.name = arrow_name(*arrow);
    s.where = table->where;
    s.pre = arrow->pre;
    s.post = arrow->post;
    s.label = arrow->label;
    for (const auto& [end, words] : {std::pair{s.pre, "comes from"}, std::pair{s.post, "goes to"}}) {
      if (exists(end)) continue;
      fault_at_key(diagnostics, *table, fmt::format("{} \"{}\", but there is no such population", words, end),
                   populations.empty() ? "no populations here" : quoted_list(populations),
                   nearest_name(end, populations));
    }
    if (std::any_of(out.begin(), out.end(), [&](const auto& other) { return other.name == s.name; })) {
      fault_at_key(diagnostics, *table, fmt::format("there are two projections \"{}\"", s.name),
                   "a label tells them apart: \"FROM -> TO : LABEL\"");
    }
    const Parameters p = read_section("projection.*", *table, fmt::format("projection \"{}\"", s.name), diagnostics);
    s.weights_given = table->find("weights") != nullptr;
    if (const Value* weights = p.find("weights")) {
      if (auto w = read_weights("projection.*.weights", *weights, true, diagnostics)) s.weights = std::move(*w);
    }
    if (p.has("into")) s.into = p.text("into");
    if (const Value* rule = p.find("plasticity")) {
      s.plasticity = read_choice("projection.*.plasticity", "rule", *rule, diagnostics);
    }
    if (const Value* connect = p.find("connect")) {
      s.connect = read_choice("projection.*.connect", "rule", *connect, diagnostics);
    }
    if (const Value* synapse = p.find("synapse")) {
      s.synapse = read_choice("projection.*.synapse", "model", *synapse, diagnostics);
    }
    if (const Value* delay = p.find("delay")) s.delay = *delay;
    if (p.has("coupling")) s.coupling = source_text(p.at("coupling"));
    if (p.has("on_spike")) s.on_spike = source_text(p.at("on_spike"));
    if (const Value* parameters = p.find("parameters")) s.parameters = parameters->table();
    out.push_back(std::move(s));
  }
  return out;
}

std::vector<StimulusSection> read_stimuli(const Value& root, const std::vector<PopulationSection>& populations,
                                          Diagnostics& diagnostics) {
  const auto names = population_names(root);
  std::vector<StimulusSection> out;
  for (const auto& [name, table] : named_tables(root, "stimulus", Naming::name, diagnostics)) {
    StimulusSection s;
    s.name = name;
    s.where = table->where;
    const Parameters p =
        read_section("stimulus.*", *table, fmt::format("stimulus \"{}\"", name), diagnostics, &s.kind.settings);
    std::int64_t size = -1;
    if (const Value* target = p.find("target")) {
      s.target = *target;
      if (std::find(names.begin(), names.end(), target->string()) == names.end()) {
        diagnostics.add(unknown_name("population", *target, target->string(), names));
      }
      for (const auto& population : populations) {
        if (population.name == target->string()) size = population.size;
      }
    }
    if (p.has("into")) s.into = p.text("into");
    if (const Value* neurons = p.find("neurons")) {
      s.neurons_value = *neurons;
      s.neurons = read_neurons(*neurons, size, diagnostics);
    }
    if (const Value* kind = p.find("kind")) {
      s.kind.name = kind->string();
      s.kind.source = *kind;
    }
    out.push_back(std::move(s));
  }
  return out;
}

/// "sin(t)", a list of such, or { path, interpolation }.
static void read_target(const Value& v, LearningSection& out, Diagnostics& diagnostics) {
  out.target_where = v.where;
  const auto add = [&](const Value& text) {
    if (text.is_string()) {
      out.target.push_back(source_text(text));
    } else if (text.is_number()) {
      out.target.push_back({text.to_toml(), text.where, text.key});
    } else {
      fault(diagnostics, text, "must be an expression of t, as a string", "e.g. \"sin(2*t)\"");
    }
  };
  if (v.is_table()) {
    out.target_file = read_section("learning.target", v, "[learning] target", diagnostics);
  } else if (v.is_list()) {
    if (v.list().empty()) fault(diagnostics, v, "is empty", "an expression of t a neuron");
    for (const Value& text : v.list()) add(text);
  } else {
    add(v);
  }
}

std::optional<LearningSection> read_learning(const Value& root, Diagnostics& diagnostics) {
  const Value* table = root.find("learning");
  if (table == nullptr || !table->is_table()) return std::nullopt;
  LearningSection out;
  out.where = table->where;
  const Parameters p = read_section("learning", *table, "[learning]", diagnostics, &out.rule.settings);
  if (const Value* rule = p.find("rule")) {
    out.rule.name = rule->string();
    out.rule.source = *rule;
    if (table->find("rule") == nullptr) out.rule.source.where = out.rule.source.key_where = table->where;
  }
  if (const Value* loss = p.find("loss")) {
    if (auto choice = read_choice("learning.loss", "name", *loss, diagnostics)) out.loss = std::move(*choice);
  }
  const auto standard = [&](const char* name) {
    Choice c;
    c.name = name;
    c.source = *table;
    c.settings = table_at(*table, {});
    return c;
  };
  out.flow = standard("gradient");
  if (const Value* flow = p.find("flow")) {
    if (auto choice = read_choice("learning.flow", "name", *flow, diagnostics)) out.flow = std::move(*choice);
  }
  out.rate = standard("constant");
  if (const Value* rate = table->find("rate")) {
    if (rate->is_number()) {
      out.rate.source = *rate;
      Value value = *rate;
      out.rate.settings.table().emplace_back("value", std::move(value));
    } else if (auto choice = read_choice("learning.rate", "schedule", *rate, diagnostics)) {
      out.rate = std::move(*choice);
    }
  }
  if (const Value* output = p.find("output")) out.output = *output;
  if (const Value* target = p.find("target")) read_target(*target, out, diagnostics);
  return out;
}

}  // namespace neurode::scenario
