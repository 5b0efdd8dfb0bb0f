#include "neurode/scenario/read.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "neurode/core/errors.hpp"
#include "scenario/reader.hpp"

namespace neurode::scenario {

static void require_section(const Value& root, const std::string& name, const std::string& header,
                            const std::string& wanted, Diagnostics& diagnostics) {
  const Value* v = root.find(name);
  if (v != nullptr && !(v->is_table() && v->table().empty())) return;
  diagnostics.add({root.where, name, "the section " + header + " is missing", "", wanted, ""});
}

Scenario read_scenario(const Value& root, const std::string& file, Diagnostics& diagnostics) {
  Scenario s;
  s.file = file;
  s.folder = std::filesystem::path(file).parent_path();
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

static std::string read_file(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw FileError(path.string(), "is a folder, not a scenario file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw FileError(path.string(), std::string("cannot be read: ") + std::strerror(errno));
  std::ostringstream text;
  text << in.rdbuf();
  if (in.bad()) throw FileError(path.string(), "cannot be read to its end");
  return text.str();
}

Scenario load_scenario(const std::filesystem::path& path, const std::vector<std::string>& overrides,
                       Diagnostics& diagnostics) {
  const std::string file = path.string();
  Value root = parse_toml(read_file(path), file, diagnostics);
  if (!diagnostics.empty() && root.table().empty()) {  // no TOML at all: what else is missing is no news
    Scenario s;
    s.file = file;
    s.folder = path.parent_path();
    s.root = std::move(root);
    return s;
  }
  for (const auto& assignment : overrides) apply_override(root, assignment, diagnostics);
  return read_scenario(root, file, diagnostics);
}

}  // namespace neurode::scenario
