#include <fmt/format.h>

#include "network/data/csv_source.hpp"
#include "network/stimuli/stimuli.hpp"

namespace neurode::network {

std::shared_ptr<const TimeTable> read_time_table(const Value& path, const ScenarioFolder& folder, Index neurons,
                                                 bool linear, Diagnostics& diagnostics) {
  const std::string file = folder.told(path);
  const std::size_t faults = diagnostics.size();
  const auto csv = read_csv_from(path, folder, true, diagnostics);
  if (!csv || diagnostics.size() > faults) return nullptr;
  const auto fault = [&](int line, std::string problem, std::string found, std::string allowed) {
    diagnostics.add({{file, line, 0}, path.key, std::move(problem), std::move(found), std::move(allowed), ""});
  };
  const Index columns = static_cast<Index>(csv->header.size()) - 1;
  if (columns != 1 && columns != neurons) {
    fault(
        0, "has the wrong number of columns", fmt::format("{} after the time", columns),
        neurons == 1 ? "the time, then 1 column" : fmt::format("the time, then 1 column or {}, one a neuron", neurons));
    return nullptr;
  }
  if (csv->rows.empty()) {
    fault(0, "the file has no rows", "", "one row a time, below the header");
    return nullptr;
  }
  auto table = std::make_shared<TimeTable>();
  table->linear = linear;
  table->values.resize(columns, static_cast<Index>(csv->rows.size()));
  for (std::size_t i = 0; i < csv->rows.size() && diagnostics.size() - faults < kMostCellFaults; ++i) {
    double t = 0;
    if (csv_number(*csv, file, i, 0, t, diagnostics) && !table->times.empty()) {
      const double before = table->times.back();
      // Two equal times are a jump; only a line between knots needs that.
      if (t < before || (t == before && !linear)) {
        fault(csv->lines[i], "times must ascend", fmt::format("{} after {}", t, before),
              fmt::format("a time > {}", before));
      }
    }
    table->times.push_back(t);
    for (Index j = 0; j < columns; ++j) {
      csv_number(*csv, file, i, static_cast<std::size_t>(j + 1), table->values(j, static_cast<Index>(i)), diagnostics);
    }
  }
  return diagnostics.size() > faults ? nullptr : table;
}

/// Where it jumps is written in its table.
static std::vector<double> breakpoints(const Parameters&, double, double) { return {}; }

StimulusEntry piecewise_stimulus() {
  return {{"piecewise",
           "values at given times, from a CSV file with a header: time, then one column or one a neuron",
           {ParameterSpec::make(Kind::path, "path", "the CSV file, relative to the scenario").needed(),
            ParameterSpec::make(Kind::choice, "interpolation", "between times: the value before, or a straight line")
                .one_of({"previous", "linear"})
                .standard("previous")},
           "",
           ""},
          "",
          breakpoints,
          true};
}

}  // namespace neurode::network
