// Rows that stay in their files.
#include <fmt/format.h>

#include <cmath>

#include "network/data/csv_source.hpp"
#include "network/data/data_parts.hpp"
#include "network/data/matrix_file.hpp"

namespace neurode::network {

namespace {

/// One file of rows, scaled.
struct Source {
  std::shared_ptr<RowFile> file;
  std::string path;
  Scaling scaling;
  bool nan_allowed = false;

  void read(Index row, double* out) const {
    file->read(row, out);
    for (Index j = 0; j < file->cols; ++j) {
      if (!std::isfinite(out[j]) && !(nan_allowed && std::isnan(out[j]))) {
        throw FileError(path, fmt::format("row {}, column {} is not a finite number but {}", row, j, out[j]));
      }
      out[j] = scaling.of(out[j], j);
    }
  }
};

class FileStream : public SampleStream {
 public:
  FileStream(Source x, Source y, std::vector<Index> rows) : x_(std::move(x)), y_(std::move(y)), rows_(std::move(rows)) {
    count = static_cast<Index>(rows_.size());
    inputs = x_.file->cols;
    targets = y_.file ? y_.file->cols : 0;
  }
  void read(Index sample, double* in, double* out) override {
    const Index row = rows_[static_cast<std::size_t>(sample)];
    x_.read(row, in);
    if (y_.file) y_.read(row, out);
  }

 private:
  Source x_, y_;
  std::vector<Index> rows_;
};

std::shared_ptr<RowFile> open(const std::optional<Value>& v, const ScenarioFolder& folder, bool sequence,
                              Diagnostics& diagnostics) {
  if (!v) return nullptr;
  std::shared_ptr<RowFile> file = open_matrix_file(*v, folder, diagnostics);
  if (!file) return nullptr;
  const Value& path = *v->find("path");
  if (!file->row_by_row()) {
    diagnostics.add({path.where, path.key,
                     "the file stands by columns (Fortran order): a row of it is all over the file", path.to_toml(),
                     "numpy.ascontiguousarray(x) in the file, or no stream = true", ""});
  }
  if (file->steps > 0 && !sequence) {
    diagnostics.add({path.where, path.key, "must have one or two dimensions, a row a sample", "3 dimensions",
                     "samples x columns; samples x steps x columns with sequence = { step = ... }", ""});
  }
  return file;
}

}  // namespace

Data stream_data(const scenario::DataSection& section, const ScenarioFolder& folder, std::uint64_t seed,
                 Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.size();
  if (!section.inputs || !section.inputs->is_table() || (section.targets && !section.targets->is_table())) {
    return {};  // reported with the scenario
  }
  const bool sequence = section.sequence.has_value();
  Source x{open(section.inputs, folder, sequence, diagnostics), section.inputs->find("path")->string(), {}};
  Source y{open(section.targets, folder, sequence, diagnostics),
           section.targets ? section.targets->find("path")->string() : "",
           {},
           sequence};
  if (diagnostics.size() > before) return {};
  x.path = folder.told(*section.inputs->find("path"));
  if (y.file) y.path = folder.told(*section.targets->find("path"));
  if (y.file && y.file->rows != x.file->rows) {
    diagnostics.add({section.targets->where, section.targets->key, "must have as many rows as inputs",
                     fmt::format("{} rows", y.file->rows), fmt::format("{} rows", x.file->rows), ""});
  }
  if (y.file) agree_on_steps(section, x.file->steps, y.file->steps, diagnostics);
  const Index in_file = std::max(x.file->steps, y.file ? y.file->steps : 0);
  const Index steps = steps_of(section, in_file, x.file->cols, y.file ? y.file->cols : 0, diagnostics);
  if (diagnostics.size() > before) return {};
  const auto test = test_rows(static_cast<std::size_t>(x.file->rows), section, seed, diagnostics);
  if (diagnostics.size() > before) return {};

  std::vector<Index> rows[2];
  for (std::size_t i = 0; i < test.size(); ++i) rows[test[i] ? 1 : 0].push_back(static_cast<Index>(i));
  try {
    const auto scaled = [&](Source& source, const char* key) {
      if (!source.file) return;
      Vector row(source.file->cols);
      source.scaling = scaling_of(section.settings.find(key), static_cast<Index>(rows[0].size()), source.file->cols,
                                  source.file->cols / steps, [&](Index i) {
                                    source.read(rows[0][static_cast<std::size_t>(i)], row.data());
                                    return static_cast<const double*>(row.data());
                                  });
    };
    scaled(x, "scale");
    scaled(y, "target_scale");
  } catch (const FileError& error) {
    report_unreadable(*section.inputs->find("path"), error, diagnostics);
    return {};
  }
  Data data;
  data.train = {{}, {}, steps, std::make_shared<FileStream>(x, y, std::move(rows[0]))};
  data.test = {{}, {}, steps, std::make_shared<FileStream>(x, y, std::move(rows[1]))};
  data.masked = sequence;  // nobody has seen all targets
  if (section.batch->has("size")) data.batching.emplace().size = static_cast<Index>(section.batch->integer("size"));
  return data;
}

}  // namespace neurode::network
