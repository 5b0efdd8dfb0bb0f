// Which columns of a file are inputs and which are targets.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "network/data/data_parts.hpp"

namespace neurode::network {

namespace {

class ColumnReader {
 public:
  ColumnReader(const Csv& csv, Diagnostics& diagnostics)
      : csv_(csv), width_(csv.rows.front().size()), diagnostics_(diagnostics) {}

  std::size_t width() const { return width_; }

  /// A name, a number, a range, or a list of those.
  std::vector<std::size_t> read(const Value& v) {
    std::vector<std::size_t> out;
    if (v.is_list()) {
      for (const auto& element : v.list()) add(element, out);
    } else {
      add(v, out);
    }
    for (std::size_t k = 0; k < out.size(); ++k) {
      if (std::find(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(k), out[k]) !=
          out.begin() + static_cast<std::ptrdiff_t>(k)) {
        fault(v, fmt::format("column {} is chosen twice", title(out[k])), "each column once");
        break;
      }
    }
    return out;
  }

 private:
  void add(const Value& v, std::vector<std::size_t>& out) {
    if (v.is_integer()) {
      if (v.integer() < 0 || v.integer() >= static_cast<std::int64_t>(width_)) {
        return fault(v, fmt::format("the file has no column {}", v.integer()), fmt::format("0 to {}", width_ - 1));
      }
      return out.push_back(static_cast<std::size_t>(v.integer()));
    }
    if (!v.is_string()) return fault(v, "must be the name or number of a column", columns_text());
    const std::string& text = v.string();
    const auto dots = text.find("..");
    const bool is_name = std::find(csv_.header.begin(), csv_.header.end(), text) != csv_.header.end();
    if (is_name || dots == std::string::npos) {
      if (const auto c = find(v, text)) out.push_back(*c);
      return;
    }
    const auto first = find(v, text.substr(0, dots)), last = find(v, text.substr(dots + 2));
    if (!first || !last) return;
    if (*last < *first) return fault(v, "the range runs backwards", "\"first..last\" in the order of the file");
    for (std::size_t c = *first; c <= *last; ++c) out.push_back(c);
  }

  /// A column by name, or by number where no column has that name.
  std::optional<std::size_t> find(const Value& v, const std::string& name) {
    const auto at = std::find(csv_.header.begin(), csv_.header.end(), name);
    if (at != csv_.header.end()) {
      if (std::find(at + 1, csv_.header.end(), name) != csv_.header.end()) {
        fault(v, fmt::format("two columns are called \"{}\"", name), "their numbers, from 0");
        return std::nullopt;
      }
      return static_cast<std::size_t>(at - csv_.header.begin());
    }
    std::size_t number = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && stop == name.data() + name.size() && number < width_) return number;
    Diagnostic d{v.where, v.key,          fmt::format("the file has no column \"{}\"", name),
                 "",      columns_text(), nearest_name(name, csv_.header)};
    diagnostics_.add(std::move(d));
    return std::nullopt;
  }

  void fault(const Value& v, std::string problem, std::string allowed) {
    diagnostics_.add({v.where, v.key, std::move(problem), "", std::move(allowed), ""});
  }

  std::string title(std::size_t c) const {
    return csv_.header.empty() ? fmt::format("{}", c) : '"' + csv_.header[c] + '"';
  }
  std::string columns_text() const {
    if (csv_.header.empty())
      return fmt::format("numbers from 0 to {} (header = false: columns have no names)", width_ - 1);
    return quoted_list(csv_.header, 12) + fmt::format(", or numbers from 0 to {}", width_ - 1);
  }

  const Csv& csv_;
  std::size_t width_;
  Diagnostics& diagnostics_;
};

}  // namespace

Columns choose_columns(const Csv& csv, const Value& file, const Parameters& settings, Diagnostics& diagnostics) {
  ColumnReader reader(csv, diagnostics);
  const Value *inputs = settings.find("input_columns"), *targets = settings.find("target_columns");
  const std::size_t faults = diagnostics.size();
  Columns out;
  if (inputs) out.inputs = reader.read(*inputs);
  if (targets) {
    out.targets = reader.read(*targets);
  } else if (std::find(out.inputs.begin(), out.inputs.end(), reader.width() - 1) == out.inputs.end()) {
    out.targets = {reader.width() - 1};  // else the last column is an input, and there are no targets
  }
  if (!inputs) {
    out.inputs.resize(reader.width());
    std::iota(out.inputs.begin(), out.inputs.end(), std::size_t{0});
    std::erase_if(out.inputs, [&](std::size_t c) {
      return std::find(out.targets.begin(), out.targets.end(), c) != out.targets.end();
    });
  }
  if (out.inputs.empty() && diagnostics.size() == faults) {
    const Value& at = inputs ? *inputs : targets ? *targets : file;
    diagnostics.add({at.where, at.key, "no column is left for the inputs",
                     fmt::format("{} in the file", reader.width()),
                     "at least one column that is no target, or input_columns", ""});
  }
  return out;
}

}  // namespace neurode::network
