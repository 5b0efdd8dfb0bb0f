#include "neurode/run/resume.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "neurode/core/errors.hpp"
#include "neurode/scenario/edit.hpp"
#include "neurode/scenario/read.hpp"
#include "run/provenance.hpp"

namespace neurode::run {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

/// "a.b: 1 in the result, 2 now" for all that differs; keys are the same if they are written the same.
void compare_values(const Value* a, const Value* b, const std::string& key, std::vector<std::string>& out) {
  if (a && b && a->is_table() && b->is_table()) {
    for (const auto& [name, v] : a->table())
      compare_values(&v, b->find(name), key.empty() ? name : key + "." + name, out);
    for (const auto& [name, v] : b->table()) {
      if (!a->find(name)) compare_values(nullptr, &v, key.empty() ? name : key + "." + name, out);
    }
    return;
  }
  const auto text = [](const Value* v) {
    constexpr std::size_t kMost = 60;
    std::string s = v ? v->to_toml() : "nothing";
    return s.size() > kMost ? s.substr(0, kMost) + " ..." : s;
  };
  if (a && b && a->to_toml() == b->to_toml()) return;
  out.push_back(fmt::format("{}: {} in the result, {} now", key, text(a), text(b)));
}

/// The scenario a result file holds, its places in the folder it came from.
struct Origin {
  Value root;
  fs::path path;
  std::vector<std::string> overrides;
};

Origin origin_of(const record::Reader& file) {
  const std::string text = text_attribute(file, kScenario), folder = text_attribute(file, kScenarioFolder);
  if (text.empty() || folder.empty()) {
    throw FileError(file.path().string(), "does not say by which scenario it was made; is it the result of a run?");
  }
  Diagnostics diagnostics;
  Origin out;
  out.path = fs::path(folder) / text_attribute(file, kScenarioFile);
  out.root = scenario::parse_toml(text, file.path().string() + " (scenario)", diagnostics);
  diagnostics.throw_if_any();
  out.overrides = lines_of(text_attribute(file, kOverrides));
  return out;
}

std::vector<std::string> build_differences(const record::Reader& file) {
  std::vector<std::string> out;
  const auto compare = [&](const char* what, const std::string& then, const std::string& now) {
    if (then != now) out.push_back(fmt::format("{}: {} in the result, {} now", what, then, now));
  };
  compare("version of neurode", text_attribute(file, kVersion), version());
  compare("build of neurode", text_attribute(file, kBuild), build_text());
  return out;
}

/// Files that the scenario reads, and that are not what they were.
void compare_files(const record::Reader& file, const scenario::Scenario& scenario, std::vector<std::string>& out) {
  const auto now = data_files(scenario);
  for (const auto& line : lines_of(text_attribute(file, kDataFiles))) {
    for (const auto& [name, print] : now) {
      if (line.rfind(name + ": ", 0) != 0 || line == name + ": " + print) continue;
      out.push_back(
          fmt::format("{}: {} then, {} now", name, line.substr(name.size() + 2), print.empty() ? "gone" : print));
    }
  }
}

/// The scenario as it stands on the disk now, with the overrides of then and now; the stored one where it is gone.
Value present_scenario(const Origin& origin, const ResumeOptions& options) {
  Diagnostics diagnostics;
  Value root = origin.root;
  const fs::path path = options.scenario.value_or(origin.path);
  std::error_code ignored;
  if (options.scenario || fs::exists(path, ignored)) {
    try {
      root = scenario::load_scenario({path, options.allowed}, origin.overrides, diagnostics).root;
    } catch (const FileError& e) {
      throw UsageError(e.what());
    }
  }
  for (const auto& assignment : options.set) scenario::apply_override(root, assignment, diagnostics);
  diagnostics.throw_if_any();
  return root;
}

/// How many points of each time axis any run of this scenario has: nothing where the run came to an end of its own;
/// what was there at the checkpoint where it was stopped (its last moment belongs to no other run); all where it was
/// killed.
std::vector<std::uint64_t> points_to_compare(const record::Reader& file) {
  const std::string outcome = text_attribute(file, kOutcome);
  const bool stopped = outcome == integrate::outcome_name(integrate::Outcome::interrupted) ||
                       outcome == integrate::outcome_name(integrate::Outcome::wall_clock);
  if (stopped) {
    if (const auto from = read_continuation(file.path())) return from->points;
  } else if (outcome != kRunning) {
    return {};
  }
  std::vector<std::uint64_t> points;
  for (const auto* axis : file.axes()) points.push_back(axis->shape[0] - (stopped && axis->shape[0] > 0 ? 1 : 0));
  return points;
}

Value as_time(const std::string& text) {
  try {
    return scenario::toml_value(text);
  } catch (const ScenarioError&) {
    return scenario::toml_value(quoted_text(text));  // "20 ms" without its quotes
  }
}

}  // namespace

Resumable resumable(const fs::path& path, const ResumeOptions& options) {
  if (record::is_being_written(path)) {
    throw FileError(path.string(), "is being written by another process; wait for it, or stop it first (Ctrl-C)");
  }
  Resumable out;
  out.file = std::make_unique<record::Reader>(path);
  const Origin origin = origin_of(*out.file);
  Value root = present_scenario(origin, options);
  out.differences = build_differences(*out.file);
  compare_values(&origin.root, &root, "", out.differences);
  const bool longer = !options.until.empty();
  if (longer) {
    scenario::set_key(root, {"time", "end"}, as_time(options.until), Location{"--until", 0, 0});
  }
  const auto may_go_on = [&] {
    if (out.differences.empty() || options.allow_different) return;
    std::string text;
    for (const auto& d : out.differences) text += "\n  " + d;
    throw UsageError(
        fmt::format("{}: cannot be resumed bit for bit, for this differs from how it was made:{}\n"
                    "--allow-different goes on all the same",
                    path.string(), text));
  };
  may_go_on();
  out.prepared = prepare(root, {options.scenario.value_or(origin.path), options.allowed});
  compare_files(*out.file, out.prepared->scenario, out.differences);
  may_go_on();
  out.prepared->overrides = origin.overrides;
  out.prepared->overrides.insert(out.prepared->overrides.end(), options.set.begin(), options.set.end());
  if (longer) out.prepared->overrides.push_back("time.end=" + root.find("time")->find("end")->to_toml());
  if (const auto* a = out.file->attribute(kTimeReached); longer && a) {
    const auto* reached = std::get_if<double>(a);
    if (reached && !(out.prepared->scenario.time.end > *reached)) {
      throw UsageError(
          fmt::format("{}: has come to t = {} already; --until takes a time behind that", path.string(), *reached));
    }
  }
  const std::string outcome = text_attribute(*out.file, kOutcome);
  for (const auto o :
       {integrate::Outcome::reached_end, integrate::Outcome::steady_state, integrate::Outcome::stopped_by_condition}) {
    if (outcome == integrate::outcome_name(o) && !longer && out.differences.empty()) out.finished = outcome;
  }
  try {
    out.from = read_continuation(path);
  } catch (const BytesError& e) {
    throw FileError(path.string(), fmt::format("its checkpoint cannot be used: {}", e.what()));
  }
  if (longer && out.from && out.from->snapshot.bound) out.from.reset();
  if (out.from && !(out.from->snapshot.t < out.prepared->scenario.time.end)) {
    throw UsageError(fmt::format("{}: its checkpoint is at t = {}, which is not before the end {}", path.string(),
                                 out.from->snapshot.t, out.prepared->scenario.time.end));
  }
  return out;
}

Summary resume(Resumable& run, const fs::path& output, bool overwrite, const RunHooks& hooks) {
  const Earlier earlier{*run.file, run.from};
  try {
    return simulate(*run.prepared, output, overwrite, hooks, &earlier);
  } catch (const BytesError& e) {
    throw FileError(run.file->path().string(), fmt::format("its checkpoint does not fit the scenario: {}", e.what()));
  }
}

Rerun rerun(const fs::path& path, Allowed allowed, const fs::path& output, const RunHooks& hooks) {
  const record::Reader file(path);
  const Origin origin = origin_of(file);
  Rerun out;
  out.differences = build_differences(file);
  const auto prepared = prepare(origin.root, {origin.path, allowed});
  compare_files(file, prepared->scenario, out.differences);
  const auto points = points_to_compare(file);
  out.summary = simulate(*prepared, output, false, hooks);
  const record::Reader again(output);
  out.compared = file.variables().size();
  out.unlike = record::differences(file, again, points);
  return out;
}

}  // namespace neurode::run
