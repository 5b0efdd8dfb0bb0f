#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/export_sink.hpp"
#include "analysis/export_source.hpp"
#include "analysis/exporters/exporters.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

/// A field as RFC 4180 has it: in quotes where a comma, a quote or a line end asks for them.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void append_number(const Numbers& numbers, std::size_t i, std::string& out) {
  if (numbers.append_text(i, out)) return;
  const double x = numbers.real[i];
  out += std::isnan(x) ? "nan" : x > 0 ? "inf" : "-inf";
}

/// Calls `visit` with the labels of each element along the dimensions, the last one running fastest.
template <class Visit>
void for_each_element(const SelectedVariable& v, std::size_t first_dimension, Visit&& visit) {
  const std::size_t rank = v.dimensions.size();
  std::vector<std::size_t> at(rank, 0);
  std::vector<std::int64_t> labels;
  while (true) {
    labels.clear();
    for (std::size_t i = first_dimension; i < rank; ++i) labels.push_back(v.dimensions[i].labels[at[i]]);
    visit(labels);
    std::size_t i = rank;
    while (i-- > first_dimension) {
      if (++at[i] < v.dimensions[i].size()) break;
      at[i] = 0;
    }
    if (i + 1 == first_dimension) return;
  }
}

/// `NAME`, or `NAME[i, j]` a column for each element.
void append_header(const SelectedVariable& v, std::string& out) {
  if (v.dimensions.size() == 1) {
    out += ',' + field(v.info->name);
    return;
  }
  for_each_element(v, 1, [&](const std::vector<std::int64_t>& labels) {
    out += ',' + field(fmt::format("{}[{}]", v.info->name, fmt::join(labels, ", ")));
  });
}

/// One row a point of the axis: its time, then everything on it.
void write_axis(const ExportSource& source, const std::string& name, ExportSink& sink) {
  std::vector<SelectedVariable> columns = {source.axis(name)};
  std::string text = field(name);
  for (const auto& v : source.variables()) {
    if (v.info->axis != name || v.info->name == name) continue;
    append_header(v, text);
    columns.push_back(v);
  }
  text += '\n';
  // A run killed in the middle of a flush can leave a variable a point short: the table ends where all have numbers.
  std::size_t points = columns.front().points(), width = 0;
  for (const auto& c : columns) {
    points = std::min(points, c.points());
    width += c.point_size();
  }
  const std::size_t at_once = std::max<std::size_t>(1, kNumbersPerBlock / width);
  std::vector<Numbers> numbers(columns.size());
  for (std::size_t row = 0; row < points; row += at_once) {
    const std::size_t rows = std::min(at_once, points - row);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      record::Slab block{std::vector<std::size_t>(columns[c].dimensions.size(), 0), columns[c].shape()};
      block.start[0] = row;
      block.count[0] = rows;
      source.read(columns[c], block, numbers[c]);
    }
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns.size(); ++c) {
        const std::size_t n = columns[c].point_size();
        for (std::size_t k = 0; k < n; ++k) {
          if (c > 0) text += ',';
          append_number(numbers[c], r * n + k, text);
        }
      }
      text += '\n';
      if (text.size() > 1024 * 1024) {
        sink.write(text);
        text.clear();
      }
    }
  }
  sink.write(text);
}

/// One row an element: its labels, then the number.
void write_fixed(const ExportSource& source, const SelectedVariable& v, ExportSink& sink) {
  std::string text;
  for (const auto& d : v.dimensions) text += field(d.name) + ',';
  text += field(v.info->name) + '\n';
  record::Blocks blocks(v.shape(), kNumbersPerBlock);
  record::Slab block;
  Numbers numbers;
  const std::size_t rank = v.dimensions.size();
  while (blocks.next(block)) {
    source.read(v, block, numbers);
    auto at = std::vector<std::size_t>(rank, 0);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      for (std::size_t i = 0; i < rank; ++i) {
        fmt::format_to(std::back_inserter(text), "{},", v.dimensions[i].labels[block.start[i] + at[i]]);
      }
      append_number(numbers, k, text);
      text += '\n';
      for (std::size_t i = rank; i-- > 0;) {
        if (++at[i] < block.count[i]) break;
        at[i] = 0;
      }
    }
    sink.write(text);
    text.clear();
  }
  sink.write(text);
}

void write_csv(const ExportSource& source, ExportSink& sink) {
  const auto axes = source.axes();
  std::vector<const SelectedVariable*> fixed;
  for (const auto& v : source.variables()) {
    if (v.info->axis.empty()) fixed.push_back(&v);
  }
  if (sink.is_folder()) {
    for (const auto& a : axes) {
      sink.begin(a);
      write_axis(source, a, sink);
    }
    for (const auto* v : fixed) {
      sink.begin(v->info->name);
      write_fixed(source, *v, sink);
    }
    return;
  }
  const bool leave_out = source.everything() && axes.size() == 1;
  if (axes.size() + (leave_out ? 0 : fixed.size()) > 1) {
    std::vector<std::string> tables;
    for (const auto& a : axes) tables.push_back("variables on time axis \"" + a + "\"");
    for (const auto* v : fixed) tables.push_back("\"" + v->info->name + "\", which has no time axis");
    std::string list;
    for (const auto& t : tables) list += (list.empty() ? "" : "; ") + t;
    throw UsageError("one CSV table cannot hold all of this: " + list +
                     "; choose variables of one of them, or give a folder as output: one file each");
  }
  sink.begin();
  if (axes.empty()) {
    write_fixed(source, *fixed.front(), sink);
    return;
  }
  write_axis(source, axes.front(), sink);
  for (const auto* v : fixed) sink.leave_out(v->info->name);
}

}  // namespace

Exporter csv_exporter() {
  Exporter e;
  e.name = "csv";
  e.summary = "tables for spreadsheets, pandas, R: a row a point in time";
  e.citation = "RFC 4180";
  e.file_extension = ".csv";
  e.help =
      "A table for each time axis: a column for the time, then one for each element, NAME[i] or NAME[i, j] with the\n"
      "labels in the order of the file's dimensions. A variable without time: a row an element, its labels first.\n"
      "Numbers are the shortest text that reads back as the same number (pandas: float_precision=\"round_trip\");\n"
      "nan, inf and -inf as such. One file holds one table; give a folder to have all. Without a choice of variables,\n"
      "those without time are left out of a single file.";
  e.function = write_csv;
  return e;
}

}  // namespace neurode::analysis
