#pragma once

#include <string>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/scenario/schema.hpp"

namespace neurode::run {

/// A family as users know it: what `neurode list` shows and the schema offers.
struct Family {
  std::string name;     ///< "models"
  std::string summary;  ///< one line
  std::string where;    ///< the key of a scenario that chooses a member
  std::vector<Entry> entries;
};

/// All families, sorted by name.
const std::vector<Family>& families();
const Family* find_family(const std::string& name);

/// The same families as the schema wants them.
scenario::SchemaFamilies schema_families();

/// What `neurode list KIND` shows of an entry beside its summary: order and dense output of an integrator, number of
/// states of a model; may be "".
std::string brief(const std::string& family, const std::string& name);
/// Further facts of an entry, line by line: equations of a model, order and flags of an integrator.
std::vector<std::string> details(const std::string& family, const std::string& name);

}  // namespace neurode::run
