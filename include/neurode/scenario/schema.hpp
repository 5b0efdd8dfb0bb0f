#pragma once

#include <string>
#include <vector>

#include "neurode/core/registry.hpp"

namespace neurode::scenario {

/// The members of the families whose keys stand in open sections; the layers that own them hand them in.
struct SchemaFamilies {
  std::vector<Entry> models;       ///< of neurons, built-in; a scenario may add its own
  std::vector<Entry> synapses;     ///< models of synapses
  std::vector<Entry> activations;  ///< names alone
  std::vector<Entry> connectivities;
  std::vector<Entry> initialisers;  ///< of weights, biases, parameters and initial values
  std::vector<Entry> stimuli;
  std::vector<Entry> plasticity;  ///< built-in local rules; a scenario may add its own
  std::vector<Entry> rules;       ///< learning rules
  std::vector<Entry> losses;
  std::vector<Entry> flows;
  std::vector<Entry> rates;    ///< schedules of the learning rate
  std::vector<Entry> methods;  ///< integrators
  ParameterTable integrator;   ///< keys of [integrator] that every method has
};

/// JSON Schema (draft-07) of scenario files, for editors and other programs. It is made of section_tables() and of the
/// families, so that it cannot differ from what neurode accepts in names, types, ranges and defaults. What needs more
/// than one key at a time (equal widths, existing names, units) is left to `neurode check`.
std::string json_schema(const SchemaFamilies& families);

}  // namespace neurode::scenario
