#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/record/reader.hpp"
#include "neurode/record/sink.hpp"
#include "neurode/run/monitor.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::run {

/// What one line of [report] came to.
struct Fact {
  std::string name, unit;
  double value = std::numeric_limits<double>::quiet_NaN();
  /// Both or neither.
  std::optional<double> expected, within;
  double off() const;
  /// False where the value is NaN. Of a fact that expects nothing: true.
  bool holds() const;
};

/// Follows the facts of [report] through a run: take() at the points that it is about, in the order of time.
class Report {
 public:
  Report() = default;
  /// `names`: of [record.expressions]. Faults go to the diagnostics.
  Report(const std::vector<scenario::FactSection>& sections, learning::Problem& problem, const NamedMonitors& names,
         Diagnostics& diagnostics);

  bool empty() const { return lines_.empty(); }
  /// Is any fact about more than the end?
  bool follows() const;
  void take(double t, const double* x);
  /// What take() has seen so far, into a checkpoint and out of it. @throws BytesError (load)
  void save(ByteWriter& out) const;
  void load(ByteReader& in);
  /// The facts, the state at the end being (t, x).
  std::vector<Fact> facts(double t, const double* x);

 private:
  struct Line {
    Fact fact;
    std::string of;
    std::unique_ptr<Monitor> value, expected;
    bool begun = false, undefined = false;  ///< undefined: some value was not a number
    double first = 0, least = 0, largest = 0, drift = 0;
    void take(double x);
    double result() const;
  };
  std::vector<Line> lines_;
};

/// One line a fact, aligned.
std::vector<std::string> report_lines(const std::vector<Fact>& facts);

/// Facts as attributes of a result file, and back; none: no attributes.
void write_report(record::Sink& sink, const std::vector<Fact>& facts);
std::vector<Fact> read_report(const record::Reader& reader);
/// Is that attribute one of those?
bool is_report_attribute(const std::string& name);

}  // namespace neurode::run
