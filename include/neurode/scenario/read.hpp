#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::scenario {

/// TOML text as a tree of located values. Syntax errors, dates and duplicate keys are reported; returns what it got.
/// `file` is only for messages.
Value parse_toml(const std::string& text, const std::string& file, Diagnostics& diagnostics);

/// KEY=VALUE of --set: KEY dotted ("population.hidden.tau", parts with other characters in quotes), VALUE in TOML, or a
/// bare word taken as a string. Creates what is not there. Places of overridden values read "--set KEY=VALUE".
void apply_override(Value& root, const std::string& assignment, Diagnostics& diagnostics);

/// Value tree -> Scenario. Faults go to `diagnostics`.
Scenario read_scenario(const Value& root, const ScenarioFile& file, Diagnostics& diagnostics);

/// The three in one: file -> Scenario. @throws FileError if the file cannot be read (exit 2: the caller's choice).
Scenario load_scenario(const ScenarioFile& file, const std::vector<std::string>& overrides, Diagnostics& diagnostics);

/// Models ([model.*]) and local rules ([plasticity.*]) of a TOML text: for the built-in ones.
std::vector<ModelSection> read_models(const Value& root, Diagnostics& diagnostics);
std::vector<PlasticitySection> read_plasticity(const Value& root, Diagnostics& diagnostics);

/// `models` made whole: those that extend another one (of them, or of `library`) get what that one has and they do not
/// give. Keys given replace; entries of `parameters`, `initial`, `units`, `presets` and `steady_state` are merged; a
/// statement of the equations replaces that of the same name, or is added. Where the equations change, a steady state
/// must be given anew. Unknown bases and circles are reported; those models keep their `extends`.
std::vector<ModelSection> extended(std::vector<ModelSection> models, const std::vector<ModelSection>& library,
                                   Diagnostics& diagnostics);

/// The tree as TOML text with section headers: what is stored as the resolved scenario.
std::string to_toml(const Value& root);

/// Parameter tables of the sections' own keys, for the schema and the documentation test.
struct SectionTable {
  std::string
      section;  ///< "", "data", "population.*", "projection.*", "stimulus.*", "learning", "integrator", "time", ...
  std::string help;
  ParameterTable keys;
  bool open = false;  ///< further keys belong to a family member
};
const std::vector<SectionTable>& section_tables();
/// `specs` of a family member and, behind them, the keys of the section that it shares: for messages, since those have
/// been read already.
ParameterTable with_section_keys(ParameterTable specs, const std::string& section);

}  // namespace neurode::scenario
