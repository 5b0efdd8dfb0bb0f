#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/integrate/statistics.hpp"
#include "neurode/record/memory.hpp"

namespace neurode::compare {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// What is to be compared.
struct Request {
  ScenarioFile scenario = "";
  std::vector<std::string> overrides;    ///< KEY=VALUE
  std::vector<std::string> integrators;  ///< empty: a set that fits the problem
  double loosest = 1e-3, finest = 1e-9;  ///< rtol of the adaptive methods: a decade a step
  std::vector<double> steps;             ///< dt of the fixed-step methods; empty: the scenario's, if it has one
  int repeat = 3;                        ///< timed runs of each row, short ones only; the median counts
  int jobs = 1;                          ///< rows computed at the same time; timed runs are always alone
  double time_limit = 10;                ///< seconds a run
  std::string reference_method;          ///< empty: chosen
  double reference_rtol = 0;             ///< 0: beyond the finest
  double accuracy = 0;                   ///< asked for, relative; 0: the middle of the ladder
};

/// How far a trajectory is from the reference. Errors are relative, |error| / (atol/rtol + |reference|), the largest of
/// all components; unknown (NaN) where there is nothing of that kind.
struct Errors {
  double end = kUnknown;                                              ///< whole state, at the end
  double trajectory = kUnknown;                                       ///< whole state, at every time of the common grid
  double activity = kUnknown, errors = kUnknown, weights = kUnknown;  ///< blocks of the state, on the grid
  double loss = kUnknown;  ///< |error| / largest |loss| of the reference, on the grid
  double scd = kUnknown;   ///< significant correct digits at the end: -log10 of the largest purely relative error
};

enum class State { done, failed, refused, skipped };
std::string state_name(State s);

/// One run of one method: a row of the table.
struct Row {
  std::string integrator;
  double rtol = kUnknown, dt = kUnknown;  ///< one of them
  State state = State::done;
  std::string cause;  ///< of a failure: outcome, time, what is to blame
  double time_reached = kUnknown;
  Errors error;
  integrate::Statistics statistics;
  double seconds = kUnknown;    ///< median of the timed runs
  int timed = 0;                ///< how many
  double work = kUnknown;       ///< right-hand sides + J v products + columns (or colours) of all Jacobians
  bool near_reference = false;  ///< its error is within 10 times that of the reference
  bool best_work = false, best_time = false;  ///< Pareto-optimal: none is both more exact and cheaper

  /// Correct digits at the end, min over components of -log10(|error| / (atol/rtol + |reference|)); at most 16.
  double digits() const;
  /// Error on the trajectory over the tolerance asked for.
  double error_per_tolerance() const { return error.trajectory / rtol; }
};

struct Reference {
  std::string method;
  double rtol = 0;
  std::string second;  ///< the independent method that estimates its error; empty: none got there
  double second_rtol = 0;
  double error = kUnknown;  ///< estimate, measured as Errors::trajectory
  double end = 0;           ///< time everything runs to: the scenario's, or where its stop condition fired
  std::string stopped_by;   ///< that condition
  std::size_t grid_points = 0;
};

struct Recommendation {
  int row = -1;         ///< -1: no row got there
  std::string text;     ///< one line: what to use and why
  double accuracy = 0;  ///< asked for
};

struct Comparison {
  std::string scenario, title;
  std::string scenario_text;           ///< the whole of it, overrides applied
  std::vector<std::string> overrides;  ///< KEY=VALUE
  std::string time_unit;               ///< "" where the scenario has none
  std::int64_t states = 0;
  bool stiff = false;     ///< explicit steps are limited by stability
  std::string character;  ///< how that was found, one line
  Reference reference;
  std::vector<Row> rows;
  Recommendation recommendation;
};

/// Where the comparison is, for a progress line; `row` counts from 0.
using Progress = std::function<void(const std::string& what, std::size_t row, std::size_t rows)>;

/// Runs everything. @throws ScenarioError, FileError as run::prepare(); UsageError for unknown integrators, ladders
/// that go the wrong way, and a reference that does not get to the end
Comparison run(const Request& request, const Progress& progress, const std::function<bool()>& interrupt);

/// The terminal table with its header, marks explained and the recommendation as its last line.
std::string table_text(const Comparison& c);
std::string json_text(const Comparison& c);
/// One-dimensional variables over "run".
record::Memory as_result(const Comparison& c);
/// The same as netCDF-4. @throws FileError
void write_file(const Comparison& c, const std::filesystem::path& file, bool overwrite);
/// Work-precision picture: error against right-hand sides and against time. @throws FileError
void write_picture(const Comparison& c, const std::filesystem::path& file);

/// "1e-3:1e-9" as (1e-3, 1e-9); "1e-6" as both. @throws UsageError that names `option`
std::pair<double, double> parse_ladder(const std::string& text, const std::string& option);

}  // namespace neurode::compare
