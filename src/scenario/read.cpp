#include "neurode/scenario/read.hpp"

#include "neurode/core/limits.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

static void require_section(const Value& root, const std::string& name, const std::string& header,
                            const std::string& wanted, Diagnostics& diagnostics) {
  const Value* v = root.find(name);
  if (v != nullptr && !(v->is_table() && v->table().empty())) return;
  diagnostics.add({root.where, name, "the section " + header + " is missing", "", wanted, ""});
}

Scenario read_scenario(const Value& root, const ScenarioFile& file, Diagnostics& diagnostics) {
  Scenario s;
  s.file = file.path.string();
  s.folder = file.folder();
  s.root = root;
  const Parameters top = read_section("", root, "the scenario", diagnostics);
  if (top.has("title")) s.title = top.text("title");
  if (top.has("seed")) s.seed = static_cast<std::uint64_t>(top.integer("seed"));
  require_section(root, "population", "[population.NAME]", "at least one population", diagnostics);
  require_section(root, "time", "[time]", "[time] with end = a number", diagnostics);

  s.data = read_data(root, diagnostics);
  s.models = read_models(root, diagnostics);
  s.plasticity = read_plasticity(root, diagnostics);
  s.populations = read_populations(root, diagnostics);
  s.projections = read_projections(root, diagnostics);
  s.stimuli = read_stimuli(root, s.populations, diagnostics);
  s.learning = read_learning(root, diagnostics);
  s.integrator = read_integrator(root, diagnostics);
  s.time = read_time(root, diagnostics);
  s.record = read_record(root, s.time.unit, diagnostics);
  s.checkpoint = read_checkpoint(root, s.time.unit, diagnostics);
  s.report = read_report(root, diagnostics);
  return s;
}

Scenario load_scenario(const ScenarioFile& file, const std::vector<std::string>& overrides, Diagnostics& diagnostics) {
  const std::string name = file.path.string();
  // A pipe will do, as in `neurode run <(sed ... xor.toml)`; its length is bounded all the same.
  const std::string text = file.text ? *file.text : read_text_file(file.path, limits::kScenarioBytes, true);
  Value root = parse_toml(text, name, diagnostics);
  if (!diagnostics.empty() && root.table().empty()) {  // no TOML at all: what else is missing is no news
    Scenario s;
    s.file = name;
    s.folder = file.folder();
    s.root = std::move(root);
    return s;
  }
  for (const auto& assignment : overrides) apply_override(root, assignment, diagnostics);
  return read_scenario(root, file, diagnostics);
}

}  // namespace neurode::scenario
