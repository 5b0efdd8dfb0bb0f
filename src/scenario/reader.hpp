#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/parameters.hpp"
#include "neurode/scenario/read.hpp"

/// What the files that read one section each share. Private to this layer.
namespace neurode::scenario {

/// The section's declaration; it must be there.
const SectionTable& section_table(const std::string& section);

/// A fault at a value, showing what was found.
void fault(Diagnostics& diagnostics, const Value& at, std::string problem, std::string allowed = "");
/// A fault at a key, e.g. a section's name.
void fault_at_key(Diagnostics& diagnostics, const Value& at, std::string problem, std::string allowed = "",
                  std::string suggestion = "");

/// Checks a section through its declaration. In an open section the keys that are not declared go to `rest`, a table.
Parameters read_section(const std::string& section, const Value& table, const std::string& owner,
                        Diagnostics& diagnostics, Value* rest = nullptr);

/// The tables of [kind.NAME]; what is no table is reported. An identifier is a name that equations can hold.
enum class Naming { identifier, name, free };
std::vector<std::pair<std::string, const Value*>> named_tables(const Value& root, const std::string& kind,
                                                               Naming naming, Diagnostics& diagnostics);

bool is_identifier(const std::string& s);  ///< [A-Za-z_][A-Za-z0-9_]*
bool is_name(const std::string& s);        ///< the same, and '-'

/// A value that is not there, but would stand at `at`.
Value absent(const Value& at);
/// A table value standing at `at`.
Value table_at(const Value& at, Value::Table entries);

equations::SourceText source_text(const Value& v);

/// One number, list or distribution whose unit another layer knows: shape, finiteness and unit names are checked.
bool check_initial(const Value& v, Diagnostics& diagnostics);

/// Lists of numbers: `rows` tells a list of lists, all equally long, from a flat one; `quantities`: "3 nA" is
/// allowed too.
bool check_numbers(const Value& v, bool rows, bool quantities, Diagnostics& diagnostics);

/// Neuron numbers: a list of integers 0 ... size-1 (size < 0: unknown), or "all" (empty).
std::vector<std::int64_t> read_neurons(const Value& v, std::int64_t size, Diagnostics& diagnostics);

/// A family member: its name as a string, or a table with the name under `name_key`.
std::optional<Choice> read_choice(const std::string& section, const std::string& name_key, const Value& v,
                                  Diagnostics& diagnostics);

/// Weights or a bias; `rows`: a list is a list of lists (post x pre).
std::optional<WeightsSection> read_weights(const std::string& section, const Value& v, bool rows,
                                           Diagnostics& diagnostics);

/// A model from a table that has all of it.
ModelSection read_whole_model(const std::string& name, const Value& table, Diagnostics& diagnostics);
/// States in the order of their lines `dNAME/dt = ...`.
std::vector<std::string> states_of(const std::string& equations);
/// The unit a quantity such as "10 ms" carries, or "".
std::string unit_carried(const Value* v);

std::optional<DataSection> read_data(const Value& root, Diagnostics& diagnostics);
std::vector<PopulationSection> read_populations(const Value& root, Diagnostics& diagnostics);
std::vector<ProjectionSection> read_projections(const Value& root, Diagnostics& diagnostics);
std::vector<StimulusSection> read_stimuli(const Value& root, const std::vector<PopulationSection>& populations,
                                          Diagnostics& diagnostics);
std::optional<LearningSection> read_learning(const Value& root, Diagnostics& diagnostics);
IntegratorSection read_integrator(const Value& root, Diagnostics& diagnostics);
TimeSection read_time(const Value& root, Diagnostics& diagnostics);
RecordSection read_record(const Value& root, const std::string& time_unit, Diagnostics& diagnostics);
CheckpointSection read_checkpoint(const Value& root, const std::string& time_unit, Diagnostics& diagnostics);
std::vector<FactSection> read_report(const Value& root, Diagnostics& diagnostics);

}  // namespace neurode::scenario
