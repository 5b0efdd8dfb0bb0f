#include <fmt/ranges.h>

#include "network/connectivity/connection_list.hpp"
#include "network/connectivity/connectivity.hpp"
#include "network/data/csv_source.hpp"

namespace neurode::network {

static Connections finished(ConnectionList& list) {
  Matrix weights;
  const auto pattern = list.finish(weights);
  if (!pattern) return {};
  Connections c = sparse_connections(pattern);
  c.weights = std::make_shared<const Matrix>(list.weighted ? std::move(weights) : Matrix::Ones(1, 1));
  return c;
}

/// Rows of pre, post and, if wanted, weight.
static Connections connect_array(const Array& array, const ConnectivityContext& context, Diagnostics& diagnostics) {
  const auto& shape = array.shape;
  if (shape.size() != 2 || (shape[1] != 2 && shape[1] != 3)) {
    report(context, "path", "the array has the wrong shape", fmt::format("({})", fmt::join(shape, ", ")),
           "(connections, 2 or 3): pre, post and, if wanted, weight", diagnostics);
    return {};
  }
  ConnectionList list(context.post.size, context.pre.size, context.parameters.at("path").string(), diagnostics);
  list.weighted = shape[1] == 3;
  list.reserve(shape[0]);
  for (std::size_t i = 0; i < shape[0] && !list.full(); ++i) {
    const double* row = array.numbers.get() + i * shape[1];
    list.add(row[1], row[0], list.weighted ? row[2] : 1, 0, 0);
  }
  return finished(list);
}

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  const Value& key = context.parameters.at("path");
  if (const Array* array = context.scenario.folder.array(key)) return connect_array(*array, context, diagnostics);
  const auto file = context.scenario.folder.file(key, diagnostics);
  if (!file) return {};
  const std::filesystem::path& path = *file;
  const std::string dataset = context.parameters.has("dataset") ? context.parameters.text("dataset") : "";
  ConnectionList list(context.post.size, context.pre.size, path.string(), diagnostics);
  const std::string ending = path.extension().string();
  try {
    if (ending == ".mtx") {
      read_matrix_market(path, list);
    } else if (ending == ".csv") {
      read_triples(path, list);
    } else if (ending == ".h5" || ending == ".hdf5" || ending == ".nc") {
      read_hdf5(path, dataset, list);
    } else {
      report(context, "path", "the file's ending says no format of connections", key.to_toml(),
             ".mtx (Matrix Market), .csv (columns pre, post, weight) or .h5, .hdf5, .nc (HDF5)", diagnostics);
      return {};
    }
  } catch (const FileError& error) {
    report_unreadable(key, error, diagnostics);
    return {};
  }
  return finished(list);
}

ConnectivityEntry from_file_connectivity() {
  return {{"from_file",
           "connections from a Matrix Market, CSV or HDF5 file, with their weights where `weights` is not given",
           {ParameterSpec::make(Kind::path, "path", "the file, relative to the scenario").needed(),
            ParameterSpec::make(Kind::string, "dataset",
                                "HDF5: a matrix (to x from), or the group of datasets pre, post and weight")},
           "",
           ""},
          nullptr,
          connect};
}

}  // namespace neurode::network
