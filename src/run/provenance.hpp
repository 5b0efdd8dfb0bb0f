#pragma once

#include <string>
#include <utility>
#include <vector>

#include "neurode/run/simulate.hpp"

namespace neurode::run {

// Attributes of a result file that say where it comes from.
inline constexpr const char* kScenario = "scenario";  ///< as it was run, with everything overridden
inline constexpr const char* kScenarioFile = "scenario_file";
inline constexpr const char* kScenarioFolder = "scenario_folder";
inline constexpr const char* kOverrides = "overrides";   ///< of --set, a line each
inline constexpr const char* kDataFiles = "data_files";  ///< name and fingerprint, a line each
inline constexpr const char* kVersion = "neurode_version";
inline constexpr const char* kBuild = "build";
inline constexpr const char* kOutcome = "outcome";
inline constexpr const char* kTimeReached = "time_reached";
inline constexpr const char* kRunning = "running";  ///< the outcome up to the end

/// What a result file says from its start on.
record::Attributes provenance(const Prepared& prepared);
/// How the run ended.
void write_outcome(record::Sink& sink, const Summary& summary);
/// The files a scenario has read, told from its folder, and their fingerprints.
std::vector<std::pair<std::string, std::string>> data_files(const scenario::Scenario& scenario);
/// Empty where there is none.
std::string text_attribute(const record::Reader& file, const char* name);

}  // namespace neurode::run
