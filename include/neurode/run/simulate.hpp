#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/run/prepare.hpp"

namespace neurode::run {

/// How far a run is.
struct Progress {
  double t = 0, start = 0, end = 0;
  std::int64_t steps = 0;
  double seconds = 0;  ///< wall time so far
  bool has_loss = false;
  double loss = 0;
};

struct RunHooks {
  std::function<void(const Progress&)> progress;  ///< called now and then, at most every `progress_seconds`
  double progress_seconds = 0.1;
  std::function<bool()> interrupt;  ///< true: end the run here
};

/// What a run came to.
struct Summary {
  integrate::Result result;
  std::vector<std::pair<std::string, double>> metrics;  ///< at the end: loss, accuracy, ...
  std::vector<Fact> report;
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
};

/// Integrates a prepared scenario and writes the result file. After a numerical failure the good part is in the file
/// and the outcome says so. @throws FileError if the file cannot be written
Summary simulate(Prepared& prepared, const std::filesystem::path& file, bool overwrite, const RunHooks& hooks);

/// SCENARIO.h5 in the current folder, or the next free SCENARIO-2.h5.
std::filesystem::path default_output(const std::filesystem::path& scenario);
/// `stem` + `extension` in the current folder, or the next free stem-2 + extension.
std::filesystem::path free_file(const std::string& stem, const std::string& extension);

/// "0.1.0", and how it was built: compiler, flags, libraries.
std::string version();
std::string build_text();

}  // namespace neurode::run
