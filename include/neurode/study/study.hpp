#pragma once

#include <functional>
#include <string>
#include <vector>

#include "neurode/core/registry.hpp"
#include "neurode/core/scenario_folder.hpp"
#include "neurode/study/findings.hpp"

namespace neurode::study {

/// What is asked.
struct Request {
  ScenarioFile scenario;
  std::vector<std::string> overrides;
  Parameters parameters;  ///< of the entry's table
  std::function<bool()> interrupt{};
};

/// A kind of analysis: `neurode analyze NAME`.
struct StudyEntry : Entry {
  Findings (*run)(const Request& request) = nullptr;
};

/// All of them, sorted by name.
const std::vector<StudyEntry>& studies();

}  // namespace neurode::study
