#include "network/data/csv_source.hpp"
#include "network/data/matrix_file.hpp"
#include "network/initialisers/initialisers.hpp"

namespace neurode::network {

static void fill(const InitialiserContext& context, Matrix& out, Diagnostics& diagnostics) {
  const Value& path = context.parameters.at("path");
  Matrix read;
  if (auto named = numbers_named(path, context.folder, diagnostics)) {
    read = std::move(*named);
  } else {
    const auto file = context.folder.file(path, diagnostics);
    if (!file) return;
    try {
      read = read_csv_matrix(*file, context.parameters.flag("header"), diagnostics);
    } catch (const FileError& error) {
      return report_unreadable(path, error, diagnostics);
    }
  }
  if (read.size() == 0) return;  // reported
  const bool as_row = out.cols() == 1 && read.rows() == 1 && read.cols() == out.rows();
  if (as_row) read.transposeInPlace();
  if (read.rows() != out.rows() || read.cols() != out.cols()) {
    const std::string what =
        out.cols() == 1 ? " (one a neuron)" : " (rows: neurons that receive, columns: neurons that send)";
    diagnostics.add({path.where, path.key, "the file has the wrong shape",
                     shape_text(read.rows(), read.cols()) + " numbers in \"" + path.string() + "\"",
                     shape_text(out.rows(), out.cols()) + what, ""});
    return;
  }
  out = read;
}

InitialiserEntry file_initialiser() {
  return {
      {"file",
       "numbers from a CSV or NumPy file, a row for each neuron that receives",
       {ParameterSpec::make(Kind::path, "path", "the file (.csv, .npy), relative to the scenario").needed(),
        ParameterSpec::make(Kind::boolean, "header", "does the CSV file start with a line of names?").standard(false)},
       "",
       ""},
      false,
      fill};
}

}  // namespace neurode::network
