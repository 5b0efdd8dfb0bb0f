#include "run/provenance.hpp"

#include "neurode/core/threads.hpp"
#include "neurode/record/fingerprint.hpp"

namespace neurode::run {

namespace {

/// Absolute: whoever comes back to the file may stand elsewhere.
std::string folder_of(const scenario::Scenario& s) {
  std::error_code error;
  const auto& given = s.folder.path();
  const auto folder = std::filesystem::canonical(given.empty() ? "." : given, error);
  return error ? given.string() : folder.string();
}

/// "NAME: FINGERPRINT" of each file the scenario names.
std::string files_of(const scenario::Scenario& s) {
  std::string out;
  for (const auto& [name, print] : data_files(s)) out += (out.empty() ? "" : "\n") + name + ": " + print;
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

}  // namespace

record::Attributes provenance(const Prepared& p) {
  return {
      {"title", p.scenario.title},
      {kScenarioFile, std::filesystem::path(p.scenario.file).filename().string()},
      {kScenarioFolder, folder_of(p.scenario)},
      {kOverrides, joined(p.overrides)},
      {kDataFiles, files_of(p.scenario)},
      {"seed", static_cast<std::int64_t>(p.scenario.seed)},
      {kVersion, version()},
      {kBuild, build_text()},
      {"threads", static_cast<std::int64_t>(max_threads())},
      {"integrator", p.options.method},
      {kOutcome, std::string(kRunning)},
  };
}

void write_outcome(record::Sink& sink, const Summary& summary) {
  const auto& r = summary.result;
  const auto& s = r.statistics;
  sink.attribute("outcome", std::string(integrate::outcome_name(r.outcome)));
  sink.attribute("message", r.message);
  sink.attribute(kTimeReached, r.t);
  sink.attribute("steps", s.steps);
  sink.attribute("rejected", s.rejected);
  sink.attribute("rhs", s.rhs);
  sink.attribute("jacobians", s.jacobians);
  sink.attribute("factorisations", s.factorisations);
  sink.attribute("jvps", s.jvps);
  sink.attribute("switches", s.switches);
  sink.attribute("spikes", s.spikes);
  if (!r.switches.empty()) {
    std::vector<double> times;
    std::string methods;
    for (const auto& change : r.switches) {
      times.push_back(change.t);
      methods += (methods.empty() ? "" : " ") + change.to;
    }
    sink.attribute("switch_times", times);
    sink.attribute("switch_methods", methods);
  }
  sink.attribute("dt_smallest", s.dt_min);
  sink.attribute("dt_largest", s.dt_max);
  sink.attribute("wall_seconds", s.wall_seconds);
  sink.attribute("sittings", summary.sittings);
}

std::vector<std::pair<std::string, std::string>> data_files(const scenario::Scenario& s) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& file : s.folder.files()) {
    out.emplace_back(file.lexically_relative(s.folder.path()).string(), record::fingerprint(file));
  }
  return out;
}

std::string text_attribute(const record::Reader& file, const char* name) {
  const auto* a = file.attribute(name);
  const auto* text = a ? std::get_if<std::string>(a) : nullptr;
  return text ? *text : "";
}

}  // namespace neurode::run
