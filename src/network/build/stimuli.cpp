#include <fmt/format.h>

#include "network/assemble/assembler.hpp"
#include "network/build/build.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::network {

/// The entry's parameters with the units they have here: what drives a population is in the unit of its input, times
/// are in the scenario's.
static ParameterTable with_units(const StimulusEntry& entry, const std::string& input_unit,
                                 const std::string& time_unit) {
  ParameterTable specs = entry.parameters;
  for (auto& spec : specs) {
    if (spec.kind == Kind::per_neuron) {
      spec.unit = input_unit;
    } else if (spec.kind == Kind::number && spec.name == "frequency") {
      spec.unit = time_unit.empty() ? "" : "1/" + time_unit;
    } else if (spec.kind == Kind::number && spec.name != "phase") {
      spec.unit = time_unit;
    }
  }
  return specs;
}

void build_stimulus(const scenario::StimulusSection& section, const scenario::Scenario& scenario, Network& network,
                    Diagnostics& diagnostics) {
  const std::string key = "stimulus." + section.name;
  const int target = section.target.is_string() ? network.find(section.target.string()) : -1;
  if (section.kind.name.empty()) return;  // reported with the scenario
  Stimulus s;
  s.name = section.name;
  s.entry = find_entry(stimuli(), section.kind.name);
  if (!s.entry) {
    diagnostics.add(unknown_name("stimulus", section.kind.source, section.kind.name, entry_names(stimuli())));
    return;
  }
  if (target < 0) return;  // reported with the scenario
  s.target = static_cast<std::size_t>(target);
  const Population& pop = network.populations[s.target];
  if (pop.model->name.empty()) return;  // an unknown model, reported with the population
  s.into = section.into.empty() ? pop.first_input() : section.into;
  if (!pop.has_input(s.into)) {
    diagnostics.add({section.where, key + ".into",
                     fmt::format("model \"{}\" has no input \"{}\"", pop.model->name, s.into), "",
                     quoted_list(pop.model->inputs), nearest_name(s.into, pop.model->inputs)});
  }
  for (const auto n : section.neurons) {
    if (n < pop.size) continue;
    diagnostics.add({section.neurons_value.where, key + ".neurons",
                     fmt::format("population \"{}\" has no neuron {}", pop.name, n), "",
                     fmt::format("0 to {}", pop.size - 1), ""});
    return;
  }
  s.neurons = section.neurons;

  const std::size_t before = diagnostics.size();
  const ParameterTable specs = with_units(*s.entry, unit_of(*pop.model, s.into), network.time_unit);
  s.parameters = read_parameters(scenario::with_section_keys(specs, "stimulus.*"), section.kind.settings,
                                 "stimulus \"" + s.entry->name + "\"", diagnostics);
  if (diagnostics.size() > before) return;
  for (const auto& spec : specs) {
    const Value* v = s.parameters.find(spec.name);
    if (!v || spec.kind != Kind::per_neuron) continue;
    const auto values = per_neuron(*v, pop.size, key + " " + spec.name, scenario, &spec, diagnostics);
    if (values) s.values.push_back({spec.name, *values});
  }
  if (s.entry->check)
    s.entry->check(s.parameters, section.kind.settings, scenario.time.start, scenario.time.end, diagnostics);
  if (s.entry->from_file) {
    s.table = read_time_table(s.parameters.at("path"), scenario.folder, pop.size,
                              s.parameters.text("interpolation") == "linear", diagnostics);
  }
  if (diagnostics.size() == before) network.stimuli.push_back(std::move(s));
}

}  // namespace neurode::network
