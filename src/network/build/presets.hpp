#pragma once

#include "neurode/network/network.hpp"

namespace neurode::network {

/// The preset that a population chooses; null where it names none, or one that the model has not (reported).
const scenario::PresetSection* chosen_preset(const scenario::PopulationSection& section,
                                             const scenario::ModelSection& model, Diagnostics& diagnostics);

/// The model's parameters, with the preset's values as defaults.
ParameterTable parameters_with(const scenario::ModelSection& model, const scenario::PresetSection* preset);

/// What the preset, or else the model, starts a state at; null: 0.
const Value* initial_of(const std::string& state, const scenario::ModelSection& model,
                        const scenario::PresetSection* preset);

}  // namespace neurode::network
