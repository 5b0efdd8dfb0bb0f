#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/export_sink.hpp"
#include "analysis/export_source.hpp"
#include "analysis/exporters/exporters.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/json.hpp"

namespace neurode::analysis {

namespace {

std::string number(double x) { return std::isfinite(x) ? fmt::format("{}", x) : "null"; }

template <class T, class Text>
std::string list(const std::vector<T>& items, Text&& text) {
  std::string out = "[";
  for (const auto& i : items) out += (out.size() > 1 ? ", " : "") + text(i);
  return out + "]";
}

std::string attribute_text(const record::Attribute& a) {
  const auto integer = [](std::int64_t x) { return fmt::format("{}", x); };
  if (const auto* x = std::get_if<std::int64_t>(&a)) return integer(*x);
  if (const auto* x = std::get_if<double>(&a)) return number(*x);
  if (const auto* x = std::get_if<std::string>(&a)) return json_quoted(*x);
  if (const auto* x = std::get_if<std::vector<double>>(&a)) return list(*x, number);
  return list(std::get<std::vector<std::int64_t>>(a), integer);
}

std::string attributes_text(const record::Attributes& attributes) {
  std::string out = "{";
  for (const auto& [name, value] : attributes) {
    out += (out.size() > 1 ? ", " : "") + json_quoted(name) + ": " + attribute_text(value);
  }
  return out + "}";
}

/// The numbers as nested lists, block by block.
void write_data(const ExportSource& source, const SelectedVariable& v, ExportSink& sink) {
  const auto shape = v.shape();
  const std::size_t rank = shape.size();
  std::vector<std::size_t> inner(rank, 1);  // numbers in one list of each depth
  for (std::size_t i = rank; i-- > 0;) inner[i] = shape[i] * (i + 1 < rank ? inner[i + 1] : 1);
  if (v.size() == 0) {
    sink.write("[]");
    return;
  }
  record::Blocks blocks(shape, kNumbersPerBlock);
  record::Slab block;
  Numbers numbers;
  std::string text;
  std::size_t k = 0;
  while (blocks.next(block)) {
    source.read(v, block, numbers);
    for (std::size_t j = 0; j < numbers.size(); ++j, ++k) {
      if (k > 0) text += ", ";
      for (std::size_t i = 0; i < rank; ++i) {
        if (k % inner[i] == 0) text += '[';
      }
      if (!numbers.append_text(j, text)) text += "null";
      for (std::size_t i = 0; i < rank; ++i) {
        if ((k + 1) % inner[i] == 0) text += ']';
      }
      if (text.size() > 1024 * 1024) {
        sink.write(text);
        text.clear();
      }
    }
  }
  sink.write(text);
}

void write_variable(const ExportSource& source, const SelectedVariable& v, bool first, ExportSink& sink) {
  const auto quoted = [](const std::string& s) { return json_quoted(s); };
  const auto size = [](std::size_t n) { return fmt::format("{}", n); };
  sink.write(
      fmt::format("{}\n    {}: {{\n      \"dimensions\": {},\n      \"shape\": {},\n      \"unit\": {},\n"
                  "      \"long_name\": {},\n      \"attributes\": {},\n      \"data\": ",
                  first ? "" : ",", json_quoted(v.info->name), list(v.info->dimensions, quoted), list(v.shape(), size),
                  json_quoted(v.info->unit), json_quoted(v.info->long_name), attributes_text(v.info->attributes)));
  write_data(source, v, sink);
  sink.write("\n    }");
}

void write_json(const ExportSource& source, ExportSink& sink) {
  if (sink.is_folder()) {
    throw UsageError("JSON is written to one file or to standard output, and \"" + sink.output() + "\" is a folder");
  }
  sink.begin();
  sink.write("{\n  \"attributes\": " + attributes_text(source.reader().attributes()) + ",\n  \"coordinates\": {");
  std::vector<std::string> done;
  for (const auto& v : source.variables()) {
    for (const auto& name : v.info->dimensions) {
      const auto* coordinate = source.reader().find(name);
      if (!coordinate || std::find(done.begin(), done.end(), name) != done.end()) continue;
      write_variable(source, source.selected(*coordinate), done.empty(), sink);
      done.push_back(name);
    }
  }
  sink.write("\n  },\n  \"variables\": {");
  bool first = true;
  for (const auto& v : source.variables()) {
    if (std::find(done.begin(), done.end(), v.info->name) != done.end()) continue;
    write_variable(source, v, first, sink);
    first = false;
  }
  sink.write("\n  }\n}\n");
}

}  // namespace

Exporter json_exporter() {
  Exporter e;
  e.name = "json";
  e.summary = "one object with attributes, coordinates and variables as nested lists";
  e.citation = "RFC 8259";
  e.file_extension = ".json";
  e.help =
      "{\"attributes\": {...}, \"coordinates\": {...}, \"variables\": {NAME: {\"dimensions\", \"shape\", \"unit\",\n"
      "\"long_name\", \"attributes\", \"data\"}}}; data are nested lists in the order of the dimensions. Numbers are "
      "the\n"
      "shortest text that reads back as the same number. JSON knows neither nan nor infinity: both become null.";
  e.function = write_json;
  return e;
}

}  // namespace neurode::analysis
