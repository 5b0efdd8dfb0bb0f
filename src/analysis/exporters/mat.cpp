#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/export_source.hpp"
#include "analysis/exporters/exporters.hpp"
#include "analysis/exporters/mat_names.hpp"
#include "analysis/exporters/mat_value.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

const std::string kAbout = "neurode";                     // the variable that says what the others are
constexpr std::uint64_t kMostBytes = 0x7fffffff;          // of a variable that MATLAB loads from such a file
constexpr std::size_t kNumbersAtOnce = 16 * 1024 * 1024;  // each time the file is gone through once

/// Numbers on their way to the file, many at a time.
template <class T>
class Chunks {
 public:
  explicit Chunks(ExportSink& sink) : sink_(sink) { buffer_.reserve(kSize); }
  void add(T x) {
    buffer_.push_back(x);
    if (buffer_.size() == kSize) flush();
  }
  void flush() {
    sink_.write({reinterpret_cast<const char*>(buffer_.data()), buffer_.size() * sizeof(T)});
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kSize = 64 * 1024;
  ExportSink& sink_;
  std::vector<T> buffer_;
};

/// Row-major numbers of this shape, written column-major.
template <class T, class From>
void write_transposed(const std::vector<From>& in, const std::vector<std::size_t>& shape, ExportSink& sink) {
  const std::size_t rank = shape.size();
  std::vector<std::size_t> stride(rank, 1), at(rank, 0);
  for (std::size_t i = rank; i-- > 1;) stride[i - 1] = stride[i] * shape[i];
  Chunks<T> out(sink);
  std::size_t from = 0;
  for (std::size_t k = 0; k < in.size(); ++k) {
    out.add(static_cast<T>(in[from]));
    for (std::size_t i = 0; i < rank; ++i) {
      from += stride[i];
      if (++at[i] < shape[i]) break;
      from -= stride[i] * shape[i];
      at[i] = 0;
    }
  }
  out.flush();
}

/// The numbers of a variable, column-major: blocks of its last dimensions, each with all of the first.
void write_numbers(const ExportSource& source, const SelectedVariable& v, ExportSink& sink) {
  auto backwards = v.shape();
  std::reverse(backwards.begin(), backwards.end());
  record::Blocks blocks(backwards, kNumbersAtOnce);
  record::Slab block;
  Numbers numbers;
  while (blocks.next(block)) {
    std::reverse(block.start.begin(), block.start.end());
    std::reverse(block.count.begin(), block.count.end());
    source.read(v, block, numbers);
    switch (numbers.type) {
      case record::Type::int64:
        write_transposed<std::int64_t>(numbers.integer, block.count, sink);
        break;
      case record::Type::float32:
        write_transposed<float>(numbers.real, block.count, sink);
        break;
      case record::Type::float64:
        write_transposed<double>(numbers.real, block.count, sink);
        break;
    }
  }
}

mat::Value streamed(const ExportSource& source, const SelectedVariable& v) {
  mat::Value out;
  out.type = v.info->type == record::Type::int64     ? mat::Class::int64
             : v.info->type == record::Type::float32 ? mat::Class::float32
                                                     : mat::Class::float64;
  out.shape = v.shape();
  while (out.shape.size() < 2) out.shape.push_back(1);
  out.stream = [&source, v](ExportSink& sink) { write_numbers(source, v, sink); };
  return out;
}

mat::Value value_of(const record::Attribute& a) {
  if (const auto* x = std::get_if<std::int64_t>(&a)) return mat::column(std::vector{*x});
  if (const auto* x = std::get_if<double>(&a)) return mat::column(std::vector{*x});
  if (const auto* x = std::get_if<std::string>(&a)) return mat::text(*x);
  if (const auto* x = std::get_if<std::vector<double>>(&a)) return mat::column(*x);
  return mat::column(std::get<std::vector<std::int64_t>>(a));
}

mat::Value structure_of(const record::Attributes& attributes) {
  mat::Value out;
  mat::Names names;
  for (const auto& [name, value] : attributes) out.add(names.of(name, name), value_of(value));
  return out;
}

/// `labels`: of each dimension, the field of neurode.labels; none of a time axis.
mat::Value description(const record::VariableInfo& info, const std::vector<std::string>& labels) {
  mat::Value out;
  out.add("name", mat::text(info.name));
  out.add("units", mat::text(info.unit));
  out.add("long_name", mat::text(info.long_name));
  out.add("dimensions", mat::row_of_cells(info.dimensions));
  out.add("labels", mat::row_of_cells(labels));
  out.add("attributes", structure_of(info.attributes));
  return out;
}

/// The time axes and what was asked for, each once.
std::vector<SelectedVariable> everything_to_write(const ExportSource& source) {
  std::vector<SelectedVariable> all;
  for (const auto& name : source.axes()) all.push_back(source.axis(name));
  for (const auto& v : source.variables()) {
    if (v.info->axis != v.info->name) all.push_back(v);
  }
  return all;
}

/// Labels of dimensions make way: of population and dimension `hidden`, the structure is to be called that.
std::map<std::string, mat::Path> paths_in(const record::Reader& reader) {
  std::vector<std::string> names, labels;
  for (const auto& v : reader.variables()) {
    (v.coordinate && v.axis != v.name ? labels : names).push_back(v.name);
  }
  names.insert(names.end(), labels.begin(), labels.end());
  return mat::paths(names, kAbout);
}

/// Puts `value` where the path says, into a structure that is made when its first field comes.
void put(mat::Value& root, const mat::Path& path, mat::Value value) {
  if (path.field.empty()) {
    root.add(path.variable, std::move(value));
    return;
  }
  const auto found = std::find_if(root.members.begin(), root.members.end(),
                                  [&](const auto& member) { return member.name == path.variable; });
  auto& owner = found == root.members.end() ? root.add(path.variable, {}) : found->value;
  owner.add(path.field, std::move(value));
}

/// Fields for the labels of all dimensions of the file.
std::map<std::string, std::string> label_fields(const record::Reader& reader) {
  std::map<std::string, std::string> fields;
  mat::Names names;
  for (const auto& v : reader.variables()) {
    for (const auto& d : v.dimensions) {
      if (d != v.axis) fields[d] = names.of(d, d);
    }
  }
  return fields;
}

/// All variables of the MAT-file, as fields of one structure.
mat::Value tree(const ExportSource& source) {
  const auto path = paths_in(source.reader());
  const auto label_field = label_fields(source.reader());
  mat::Value root, about, variables, labels;
  std::set<std::string> labelled;
  for (const auto& v : everything_to_write(source)) {
    std::vector<std::string> fields;
    for (const auto& d : v.dimensions) {
      const bool time = d.name == v.info->axis;
      fields.push_back(time ? "" : label_field.at(d.name));
      if (!time && labelled.insert(d.name).second) labels.add(fields.back(), mat::column(d.labels));
    }
    put(root, path.at(v.info->name), streamed(source, v));
    put(variables, path.at(v.info->name), description(*v.info, fields));
  }
  about.add("attributes", structure_of(source.reader().attributes()));
  about.add("variables", std::move(variables));
  about.add("labels", std::move(labels));
  root.add(kAbout, std::move(about));
  return root;
}

void refuse_what_is_too_large(const mat::Value& root, const std::filesystem::path& file) {
  for (const auto& [name, value] : root.members) {
    const auto bytes = mat::element_bytes(value, name);
    if (bytes <= kMostBytes) continue;
    throw UsageError(fmt::format(
        "\"{}\" would take {:.1f} GB in the MAT-file, and MATLAB loads no variable of more than 2.1 GB from "
        "one; export less of it at once (-v, --time, --select), or let MATLAB read the result file "
        "itself, by h5read(\"{}\", \"/NAME\"), which turns the order of the dimensions round",
        name, static_cast<double>(bytes) / 1e9, file.filename().string()));
  }
}

void write_mat(const ExportSource& source, ExportSink& sink) {
  if (sink.is_folder()) {
    throw UsageError("a MAT-file holds all variables, and \"" + sink.output() + "\" is a folder; name a file");
  }
  const auto root = tree(source);
  refuse_what_is_too_large(root, source.reader().path());
  sink.begin();
  sink.write(mat::file_header());
  for (const auto& [name, value] : root.members) mat::write(value, name, sink);
}

}  // namespace

Exporter mat_exporter() {
  Exporter e;
  e.name = "mat";
  e.summary = "one file for load in MATLAB and GNU Octave, with units, labels and attributes";
  e.citation = "MathWorks, MAT-File Format, level 5";
  e.file_extension = ".mat";
  e.help =
      "Variables under their names, POP.STATE as field STATE of structure POP: after load, hidden.a(t, sample, "
      "neuron)\n"
      "is indexed in the order of the file's dimensions, time first, counting from 1. \" -> \" becomes \"_to_\" as in\n"
      "input_to_hidden.weights; of further dots and whatever is not a letter or digit, a run becomes \"_\"; a second "
      "name\n"
      "like an earlier one of the file gets \"_2\". neurode.variables.hidden.a has name (the original), units, "
      "long_name,\n"
      "dimensions, attributes, and labels: for each dimension, which field of neurode.labels has its numbers of "
      "neurons\n"
      "or samples (from 0). neurode.attributes has those of the file (title, seed, scenario, outcome ...). Classes "
      "are\n"
      "kept: double, single, int64 (whose missing value is -9223372036854775806); nan and inf as such. At most 2.1 GB "
      "a\n"
      "variable or structure: beyond that MATLAB's h5read and ncread read the result file itself, dimensions in "
      "reverse.";
  e.function = write_mat;
  return e;
}

}  // namespace neurode::analysis
