#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/integrate/snapshot.hpp"
#include "neurode/record/memory.hpp"
#include "neurode/record/reader.hpp"
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

/// Where a run goes on: a checkpoint of its result file.
struct Continuation {
  std::int64_t sittings = 1;          ///< in how many it has been made so far
  std::vector<std::uint64_t> points;  ///< of each time axis, in the file then
  std::vector<std::byte> own;         ///< of writers and report
  integrate::Snapshot snapshot;
};

/// The checkpoint of a result file; nothing where there is none (the run then starts again from its start).
/// @throws FileError; BytesError for a checkpoint that is no run's
std::optional<Continuation> read_continuation(const std::filesystem::path& file);

/// What a run came to.
struct Summary {
  integrate::Result result;
  std::vector<std::pair<std::string, double>> metrics;  ///< at the end: loss, accuracy, ...
  std::vector<Fact> report;
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
  std::int64_t sittings = 1;  ///< 1: in one go
};

/// What is resumed: the result file so far, and the checkpoint in it.
struct Earlier {
  const record::Reader& file;
  std::optional<Continuation> from;
};

/// Integrates a prepared scenario and writes the result file. After a numerical failure the good part is in the file
/// and the outcome says so. Of an `earlier` run it takes over what was recorded up to its checkpoint and goes on from
/// there; `file` may be that run's own, which stays what it is until all of it has been taken over.
/// @throws FileError if the file cannot be written; BytesError where the checkpoint does not fit
Summary simulate(Prepared& prepared, const std::filesystem::path& file, bool overwrite, const RunHooks& hooks,
                 const Earlier* earlier = nullptr);

/// The same into memory, without checkpoints; `memory` keeps what was computed whatever happens. The numbers are those
/// the file would have.
Summary simulate(Prepared& prepared, const RunHooks& hooks, record::Memory& memory);

/// SCENARIO.h5 in the current folder, or the next free SCENARIO-2.h5.
std::filesystem::path default_output(const std::filesystem::path& scenario);
/// `stem` + `extension` in the current folder, or the next free stem-2 + extension.
std::filesystem::path free_file(const std::string& stem, const std::string& extension);

/// "0.1.0", and how it was built: compiler, flags, libraries.
std::string version();
std::string build_text();

}  // namespace neurode::run
