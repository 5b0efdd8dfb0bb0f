#include <fmt/format.h>

#include <bit>

#include "analysis/export_sink.hpp"
#include "analysis/export_source.hpp"
#include "analysis/exporters/exporters.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

/// The header of version 1.0: magic, length, and a Python literal padded so that the numbers start at a multiple of 64.
std::string header(record::Type type, const std::vector<std::size_t>& shape) {
  std::string dimensions;
  for (const auto n : shape) dimensions += fmt::format("{}, ", n);
  if (shape.size() > 1) dimensions.resize(dimensions.size() - 2);
  if (shape.size() == 1) dimensions.resize(dimensions.size() - 1);
  const std::string order = std::endian::native == std::endian::little ? "<" : ">";
  const char* kind = type == record::Type::float32 ? "f4" : type == record::Type::int64 ? "i8" : "f8";
  std::string text =
      fmt::format("{{'descr': '{}{}', 'fortran_order': False, 'shape': ({}), }}", order, kind, dimensions);
  constexpr std::size_t kBefore = 10;
  text.append(63 - (kBefore + text.size()) % 64, ' ');
  text += '\n';
  std::string out = "\x93NUMPY";
  out += '\x01';
  out += '\x00';
  out += static_cast<char>(text.size() & 0xff);
  out += static_cast<char>(text.size() >> 8);
  return out + text;
}

template <class T>
std::string_view bytes(const std::vector<T>& numbers) {
  return {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T)};
}

void write_array(const ExportSource& source, const SelectedVariable& v, ExportSink& sink) {
  sink.write(header(v.info->type, v.shape()));
  record::Blocks blocks(v.shape(), kNumbersPerBlock);
  record::Slab block;
  Numbers numbers;
  std::vector<float> narrow;
  while (blocks.next(block)) {
    source.read(v, block, numbers);
    if (numbers.type == record::Type::int64) {
      sink.write(bytes(numbers.integer));
    } else if (numbers.type == record::Type::float32) {
      narrow.assign(numbers.real.begin(), numbers.real.end());
      sink.write(bytes(narrow));
    } else {
      sink.write(bytes(numbers.real));
    }
  }
}

void write_npy(const ExportSource& source, ExportSink& sink) {
  const auto& variables = source.variables();
  if (!sink.is_folder()) {
    if (variables.size() == 1) {
      sink.begin();
      write_array(source, variables.front(), sink);
      return;
    }
    if (sink.is_standard_output()) {
      throw UsageError(
          fmt::format("standard output takes one NPY array and {} variables are asked for; choose one, or "
                      "give a folder as output",
                      variables.size()));
    }
    throw UsageError(
        fmt::format("one NPY file holds one array and {} variables are asked for; choose one, or give a "
                    "folder as output: \"{}/\"",
                    variables.size(), sink.output()));
  }
  const auto axes = source.axes();
  for (const auto& name : axes) {
    sink.begin(name);
    write_array(source, source.axis(name), sink);
  }
  for (const auto& v : variables) {
    if (v.info->axis == v.info->name && !v.info->axis.empty()) continue;
    sink.begin(v.info->name);
    write_array(source, v, sink);
  }
}

}  // namespace

Exporter npy_exporter() {
  Exporter e;
  e.name = "npy";
  e.summary = "arrays for numpy.load, one file a variable";
  e.citation = "NumPy Enhancement Proposal 1";
  e.file_extension = ".npy";
  e.help =
      "One variable goes to FILE.npy; several go to a folder, one file each, the time axes (time.npy) with them.\n"
      "float64, float32 and int64 arrays in C order, dimensions as in the result file. File names are the variables'\n"
      "names with \" -> \" as \"_to_\" and whatever is not a letter, a digit or one of . _ - + as \"_\".";
  e.function = write_npy;
  return e;
}

}  // namespace neurode::analysis
