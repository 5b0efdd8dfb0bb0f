#include "neurode/network/data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "network/data/csv_source.hpp"
#include "network/data/data_parts.hpp"
#include "network/data/matrix_file.hpp"

namespace neurode::network {

namespace {

/// The whole data set, one sample a row.
struct Rows {
  Matrix inputs, targets;
  Index steps = 0;  ///< of files of three dimensions
  std::vector<std::string> classes;
};

/// Inline rows: a list of lists, or of numbers where a sample has one.
Matrix inline_rows(const Value& v, bool nan_allowed, Diagnostics& diagnostics) {
  const auto fault = [&](const Value& at, std::string problem, std::string found) {
    diagnostics.add(
        {at.where, at.key, std::move(problem), std::move(found), "a list of rows of numbers, one a sample", ""});
    return Matrix();
  };
  if (!v.is_list()) return fault(v, "must be a list", v.describe());
  if (v.list().empty()) return fault(v, "has no rows", "");
  const auto& rows = v.list();
  const std::size_t width = rows[0].is_list() ? rows[0].list().size() : 1;
  Matrix out(static_cast<Index>(rows.size()), static_cast<Index>(width));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool nested = rows[i].is_list();
    const std::size_t n = nested ? rows[i].list().size() : 1;
    if (n != width || n == 0) return {};  // reported with the scenario
    for (std::size_t j = 0; j < n; ++j) {
      const Value& x = nested ? rows[i].list()[j] : rows[i];
      if (nan_allowed && x.is_number() && std::isnan(x.number())) {
        out(static_cast<Index>(i), static_cast<Index>(j)) = x.number();
        continue;
      }
      const auto checked = check_value(ParameterSpec::make(Kind::number, "number", ""), x, diagnostics);
      if (!checked) return {};
      out(static_cast<Index>(i), static_cast<Index>(j)) = checked->number();
    }
  }
  return out;
}

/// Labels as a table of one column, for one_hot().
Csv labels_of(const Matrix& numbers) {
  Csv csv;
  for (Index i = 0; i < numbers.rows(); ++i) {
    csv.rows.push_back({number_text(numbers(i, 0))});
    csv.lines.push_back(static_cast<int>(i) + 1);
    csv.columns.push_back({1});
  }
  return csv;
}

Rows rows_given(const scenario::DataSection& section, const ScenarioFolder& folder, Diagnostics& diagnostics) {
  Rows out;
  Index input_steps = 0, target_steps = 0;
  const bool sequence = section.sequence.has_value();
  const auto rows = [&](const Value& v, Index& steps, bool nan_allowed) {
    return v.is_table() ? read_matrix_file(v, folder, diagnostics, sequence ? &steps : nullptr, nan_allowed)
                        : inline_rows(v, nan_allowed, diagnostics);
  };
  if (section.inputs) out.inputs = rows(*section.inputs, input_steps, false);
  out.steps = input_steps;
  if (section.targets) {
    out.targets = rows(*section.targets, target_steps, sequence);
    if (diagnostics.empty()) agree_on_steps(section, input_steps, target_steps, diagnostics);
    if (out.steps == 0) out.steps = target_steps;
    const Parameters& settings = section.settings;
    const bool labels = settings.has("classes") || (settings.has("one_hot") && settings.flag("one_hot"));
    if (labels && diagnostics.empty() && out.targets.cols() != 1) {
      diagnostics.add({section.targets->where, section.targets->key, "class labels stand in one column",
                       fmt::format("{} columns", out.targets.cols()), "one column with one_hot = true", ""});
    } else if (labels && diagnostics.empty()) {
      out.targets = one_hot(labels_of(out.targets), folder.told(*section.targets->find("path")), 0, settings,
                            out.classes, diagnostics);
    }
    if (diagnostics.empty() && out.inputs.rows() > 0 && out.targets.rows() != out.inputs.rows()) {
      diagnostics.add({section.targets->where, section.targets->key, "must have as many rows as inputs",
                       fmt::format("{} rows", out.targets.rows()), fmt::format("{} rows", out.inputs.rows()), ""});
    }
  } else {
    out.targets.resize(out.inputs.rows(), 0);
  }
  return out;
}

Matrix numbers(const Csv& csv, const std::filesystem::path& path, const std::vector<std::size_t>& columns,
               const std::string& hint, Diagnostics& diagnostics) {
  const std::size_t faults = diagnostics.size();
  Matrix out(static_cast<Index>(csv.rows.size()), static_cast<Index>(columns.size()));
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      Diagnostics own;
      if (csv_number(csv, path, i, columns[j], out(static_cast<Index>(i), static_cast<Index>(j)), own)) continue;
      Diagnostic d = own.items()[0];
      d.allowed += hint;
      diagnostics.add(std::move(d));
      if (diagnostics.size() - faults >= kMostCellFaults) return out;
    }
  }
  return out;
}

Rows rows_of_file(const scenario::DataSection& section, const ScenarioFolder& folder, Diagnostics& diagnostics) {
  Rows out;
  const Value& file = *section.file;
  const Parameters& settings = section.settings;
  const std::size_t faults = diagnostics.size();
  const auto csv = read_csv_from(file, folder, !settings.has("header") || settings.flag("header"), diagnostics);
  if (!csv || diagnostics.size() > faults) return out;
  const std::filesystem::path path = folder.told(file);
  if (csv->rows.empty()) {
    diagnostics.add({{path.string(), 0, 0}, "", "the file has no rows", "", "one row a sample, below the header", ""});
    return out;
  }
  const Columns columns = choose_columns(*csv, file, settings, diagnostics);
  if (diagnostics.size() > faults) return out;
  out.inputs = numbers(*csv, path, columns.inputs, "", diagnostics);
  const bool labels = settings.has("classes") || (settings.has("one_hot") && settings.flag("one_hot"));
  if (!labels) {
    out.targets = numbers(*csv, path, columns.targets, " (for class labels: one_hot = true)", diagnostics);
  } else if (columns.targets.size() == 1) {
    out.targets = one_hot(*csv, path, columns.targets[0], settings, out.classes, diagnostics);
  } else {
    const Value* given = settings.find("target_columns");
    const Value& at = given ? *given : file;
    diagnostics.add({at.where, at.key, "class labels stand in one column",
                     fmt::format("{} target columns", columns.targets.size()), "one target column with one_hot = true",
                     ""});
  }
  return out;
}

Samples samples_of(const Rows& rows, const std::vector<char>& test, char which) {
  std::vector<Index> chosen;
  for (std::size_t i = 0; i < test.size(); ++i) {
    if (test[i] == which) chosen.push_back(static_cast<Index>(i));
  }
  return {rows.inputs(chosen, Eigen::all).transpose(), rows.targets(chosen, Eigen::all).transpose(),
          std::max<Index>(rows.steps, 1)};
}

/// Scales by constants of the rows that are not `test`.
void scale_columns(const Value* scale, const std::vector<char>& test, Index steps, Matrix& all) {
  std::vector<Index> training;
  for (std::size_t i = 0; i < test.size(); ++i) {
    if (!test[i]) training.push_back(static_cast<Index>(i));
  }
  Vector row;
  const Scaling s =
      scaling_of(scale, static_cast<Index>(training.size()), all.cols(), all.cols() / steps, [&](Index i) {
        row = all.row(training[static_cast<std::size_t>(i)]);
        return static_cast<const double*>(row.data());
      });
  if (s.origin.size() == 0 && s.factor == 1) return;
  for (Index j = 0; j < all.cols(); ++j) {
    for (Index i = 0; i < all.rows(); ++i) all(i, j) = s.of(all(i, j), j);
  }
}

}  // namespace

void agree_on_steps(const scenario::DataSection& section, Index inputs, Index targets, Diagnostics& diagnostics) {
  if (inputs == 0 || targets == 0 || inputs == targets) return;
  diagnostics.add({section.targets->where, section.targets->key, "must have as many steps as inputs",
                   fmt::format("{} steps", targets), fmt::format("{} steps", inputs), ""});
}

Index steps_of(const scenario::DataSection& section, Index in_file, Index inputs, Index targets,
               Diagnostics& diagnostics) {
  if (!section.sequence) return 1;
  const Value* given = section.sequence->find("steps");
  const Value& step = section.sequence->at("step");
  if (!given && in_file == 0) {
    diagnostics.add({step.where, "data.sequence", "it is not clear how many steps a row has", "rows of numbers",
                     "steps = NUMBER, or files of three dimensions: samples x steps x columns", ""});
    return 1;
  }
  const auto steps = given ? static_cast<Index>(given->integer()) : in_file;
  if (in_file > 0 && steps != in_file) {
    diagnostics.add({given->where, given->key, "the file has another number of steps", given->to_toml(),
                     fmt::format("{}", in_file), ""});
    return 1;
  }
  for (const auto& [width, what] : {std::pair{inputs, "inputs"}, {targets, "targets"}}) {
    if (width % steps == 0) continue;
    const Value& at = given ? *given : step;
    diagnostics.add({at.where, at.key, fmt::format("rows of {} {} do not divide into steps", width, what),
                     fmt::format("{} steps", steps), fmt::format("a divisor of {}", width), ""});
    return 1;
  }
  return steps;
}

Data load_data(const scenario::DataSection& section, const ScenarioFolder& folder, std::uint64_t seed,
               Diagnostics& diagnostics) {
  if (section.streamed()) return stream_data(section, folder, seed, diagnostics);
  Diagnostics own;
  if (section.file && !section.file->is_string()) return {};  // reported with the section
  Rows rows = section.file ? rows_of_file(section, folder, own) : rows_given(section, folder, own);
  std::vector<char> test;
  if (own.empty()) rows.steps = steps_of(section, rows.steps, rows.inputs.cols(), rows.targets.cols(), own);
  if (own.empty()) test = test_rows(static_cast<std::size_t>(rows.inputs.rows()), section, seed, own);
  for (const auto& d : own.items()) diagnostics.add(d);
  if (!own.empty()) return {};
  scale_columns(section.settings.find("scale"), test, rows.steps, rows.inputs);
  scale_columns(section.settings.find("target_scale"), test, rows.steps, rows.targets);
  Data data{samples_of(rows, test, 0), samples_of(rows, test, 1), std::move(rows.classes)};
  data.masked = !data.train.targets.allFinite();
  if (section.batch && section.batch->has("size")) {  // how much memory a state takes is asked before times are known
    data.batching.emplace().size = static_cast<Index>(section.batch->integer("size"));
  }
  return data;
}

}  // namespace neurode::network
