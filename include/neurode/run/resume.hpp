#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "neurode/record/differences.hpp"
#include "neurode/run/simulate.hpp"

namespace neurode::run {

struct ResumeOptions {
  std::string until;                              ///< a new end of the run: a number or a quantity; "": the old one
  std::optional<std::filesystem::path> scenario;  ///< where the scenario is now; nothing: where it was
  std::vector<std::string> set;                   ///< further overrides: the scenario is then a different one
  bool allow_different = false;
  Allowed allowed;  ///< to the scenario
};

/// A result file made ready to be gone on with.
struct Resumable {
  std::unique_ptr<record::Reader> file;
  std::unique_ptr<Prepared> prepared;
  std::optional<Continuation> from;      ///< nothing: from the start
  std::vector<std::string> differences;  ///< from how the file was made so far, a line each; allowed
  std::string finished;                  ///< why there is nothing to do; "": there is
};

/// Reads it and the scenario it came from. @throws UsageError for a scenario, a build or data that differ, each told,
/// where that is not allowed; FileError for a file that is damaged, no run's, or being written
Resumable resumable(const std::filesystem::path& file, const ResumeOptions& options);

/// Goes on and writes `output`, which may be the file itself.
Summary resume(Resumable& run, const std::filesystem::path& output, bool overwrite, const RunHooks& hooks);

/// A run made again from what its result file says.
struct Rerun {
  Summary summary;
  std::size_t compared = 0;              ///< datasets
  std::vector<std::string> differences;  ///< of build and data
  std::vector<record::Difference> unlike;
};
/// Runs the scenario that `file` holds into `output`, and compares all that both have recorded.
Rerun rerun(const std::filesystem::path& file, Allowed allowed, const std::filesystem::path& output,
            const RunHooks& hooks);

}  // namespace neurode::run
