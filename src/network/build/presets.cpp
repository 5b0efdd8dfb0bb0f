#include "network/build/presets.hpp"

#include <fmt/format.h>

#include "neurode/core/registry.hpp"

namespace neurode::network {

const scenario::PresetSection* chosen_preset(const scenario::PopulationSection& section,
                                             const scenario::ModelSection& model, Diagnostics& diagnostics) {
  if (!section.preset || !section.preset->is_string()) return nullptr;
  const Value& named = *section.preset;
  if (const auto* found = find_entry(model.presets, named.string())) return found;
  if (model.presets.empty()) {
    diagnostics.add({named.key_where, named.key, fmt::format("model \"{}\" has no presets", model.name),
                     named.describe(), "nothing here, or [model.NAME.presets] in a model of your own that extends it",
                     ""});
  } else {
    diagnostics.add(unknown_name("preset", named, named.string(), entry_names(model.presets)));
  }
  return nullptr;
}

ParameterTable parameters_with(const scenario::ModelSection& model, const scenario::PresetSection* preset) {
  ParameterTable table = model.parameters;
  if (!preset) return table;
  for (auto& spec : table) {
    for (const auto& [name, value] : preset->parameters) {
      if (name == spec.name) spec.default_value = value;
    }
  }
  return table;
}

const Value* initial_of(const std::string& state, const scenario::ModelSection& model,
                        const scenario::PresetSection* preset) {
  const auto find = [&](const std::vector<std::pair<std::string, Value>>& list) -> const Value* {
    for (const auto& [name, value] : list) {
      if (name == state) return &value;
    }
    return nullptr;
  };
  const Value* of_preset = preset ? find(preset->initial) : nullptr;
  return of_preset ? of_preset : find(model.initial);
}

}  // namespace neurode::network
