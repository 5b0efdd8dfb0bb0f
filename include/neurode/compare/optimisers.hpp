#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/run/train.hpp"

namespace neurode::compare {

/// A flow followed by a method, at rate 1: a discrete optimiser with learning rate dt (of momentum dt^2) where its
/// steps are fixed.
struct Optimiser {
  std::string text;  ///< as asked for
  std::string flow;  ///< TOML: the flow's name, or a table with its keys
  std::string method;
  double step = 0;       ///< dt, or rtol of an adaptive method; 0: the scenario's
  std::string known_as;  ///< "gradient descent, learning rate 0.5": what a fixed step makes of it; "" without a name
};

struct OptimiserRequest {
  ScenarioFile scenario = "";
  std::vector<std::string> overrides;
  std::vector<std::string> optimisers;  ///< FLOW[(KEY=VALUE;...)]/METHOD[@STEP]; empty: a set by the sharpness
  double loss = 0;                      ///< the target; 0: the scenario's stop, else a tenth of the loss at the start
  double evaluations = 10000;
  double seconds = 60;  ///< a run
};

struct OptimiserRow {
  Optimiser what;
  run::Training run;
  std::string fault;  ///< why it did not run
};

struct OptimiserComparison {
  std::string scenario, title;
  double target = 0, sharpness = 0;  ///< sharpness at the start; NaN: unknown
  std::vector<OptimiserRow> rows;
};

/// @throws ScenarioError, FileError as run::prepare(); UsageError for an optimiser that cannot be read
OptimiserComparison run(const OptimiserRequest& request, const std::function<void(const std::string&)>& progress,
                        const std::function<bool()>& interrupt);

/// One entry of OptimiserRequest::optimisers. @throws UsageError
Optimiser parse_optimiser(const std::string& text);

/// Loss against gradient evaluations.
std::string table_text(const OptimiserComparison& c);
std::string json_text(const OptimiserComparison& c);
void write_picture(const OptimiserComparison& c, const std::filesystem::path& file);

}  // namespace neurode::compare
