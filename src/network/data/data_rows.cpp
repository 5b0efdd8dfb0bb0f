// Class labels, the test set and scaling.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "network/data/csv_source.hpp"
#include "network/data/data_parts.hpp"
#include "neurode/core/random.hpp"

namespace neurode::network {

namespace {

/// Labels that are numbers compare by value: "3", "3.0" and 3 are one class.
std::string label_of(const std::string& text) {
  const auto x = parse_number(text);
  if (!x || !std::isfinite(*x)) return text;
  return *x == std::floor(*x) && std::abs(*x) < 0x1p53 ? fmt::format("{:.0f}", *x + 0.0) : number_text(*x);
}

bool less(const std::string& a, const std::string& b) {
  const auto x = parse_number(a), y = parse_number(b);
  if (x && y && *x != *y) return *x < *y;
  if (x.has_value() != y.has_value()) return x.has_value();  // numbers before words
  return a < b;
}

std::vector<std::string> listed_classes(const Value& list, Diagnostics& diagnostics) {
  std::vector<std::string> out;
  if (!list.is_list()) return out;
  for (const auto& v : list.list()) {
    std::string label = v.is_string()    ? label_of(v.string())
                        : v.is_integer() ? fmt::format("{}", v.integer())
                                         : v.to_toml();
    if (std::find(out.begin(), out.end(), label) != out.end()) {
      diagnostics.add(
          {v.where, v.key, fmt::format("the class \"{}\" is listed twice", label), "", "each class once", ""});
    }
    out.push_back(std::move(label));
  }
  return out;
}

}  // namespace

Matrix one_hot(const Csv& csv, const std::filesystem::path& path, std::size_t column, const Parameters& settings,
               std::vector<std::string>& classes, Diagnostics& diagnostics) {
  const std::size_t faults = diagnostics.size();
  std::vector<std::string> labels;
  for (const auto& row : csv.rows) labels.push_back(label_of(row[column]));
  if (const Value* listed = settings.find("classes")) {
    classes = listed_classes(*listed, diagnostics);
  } else {
    classes = labels;
    std::sort(classes.begin(), classes.end(), less);
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  }
  Matrix out = Matrix::Zero(static_cast<Index>(labels.size()), static_cast<Index>(classes.size()));
  for (std::size_t i = 0; i < labels.size() && diagnostics.size() - faults < kMostCellFaults; ++i) {
    const auto at = std::find(classes.begin(), classes.end(), labels[i]);
    if (at != classes.end() && !labels[i].empty()) {
      out(static_cast<Index>(i), at - classes.begin()) = 1;
      continue;
    }
    const std::string name =
        csv.header.empty() ? fmt::format("column {}", column) : fmt::format("column \"{}\"", csv.header[column]);
    Diagnostic d{{path.string(), csv.lines[i], csv.columns[i][column]},
                 name,
                 "is none of the classes",
                 '"' + labels[i] + '"',
                 quoted_list(classes),
                 nearest_name(labels[i], classes)};
    if (labels[i].empty()) d = {d.where, name, "is empty", "", "a class label", ""};
    diagnostics.add(std::move(d));
  }
  return out;
}

std::vector<char> test_rows(std::size_t rows, const scenario::DataSection& section, std::uint64_t seed,
                            Diagnostics& diagnostics) {
  std::vector<char> test(rows, 0);
  const Value* given = section.settings.find("test");
  if (given == nullptr) return test;
  const Value *every = given->find("every"), *offset = given->find("offset"), *fraction = given->find("fraction");
  // What is none of these, or does not go together, was reported with the section.
  const auto counts = [](const Value* v) { return v == nullptr || (v->is_integer() && v->integer() >= 0); };
  if (!counts(every) || !counts(offset) || (fraction && !fraction->is_number())) return test;
  if (every && offset && offset->integer() >= every->integer()) return test;
  if (every) {
    const auto step = static_cast<std::size_t>(std::max<std::int64_t>(every->integer(), 1));
    for (std::size_t i = 0; i < rows; ++i) {
      test[i] = i % step == (offset ? static_cast<std::size_t>(offset->integer()) : 0);
    }
  } else if (fraction) {
    const CounterRandom random(seed, "data.test");
    std::vector<std::size_t> order(rows);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> keys(rows);
    for (std::size_t i = 0; i < rows; ++i) keys[i] = random.uniform(i);
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
    const auto count = static_cast<std::size_t>(std::llround(fraction->number() * static_cast<double>(rows)));
    for (std::size_t k = 0; k < std::min(count, rows); ++k) test[order[k]] = 1;
  }
  const auto kept = static_cast<std::size_t>(std::count(test.begin(), test.end(), 1));
  if (kept == 0 || kept == rows) {
    diagnostics.add({given->where, given->key, kept == 0 ? "leaves no test rows" : "leaves no training rows",
                     fmt::format("{} of {} rows kept out of training", kept, rows), "some rows in each part", ""});
  }
  return test;
}

namespace {

/// A sum whose rounding error is carried along (A. Neumaier, Z. Angew. Math. Mech. 54 (1974) 39-51).
struct Sum {
  double value = 0, rest = 0;
  void add(double x) {
    const double t = value + x;
    rest += std::abs(value) >= std::abs(x) ? (value - t) + x : (x - t) + value;
    value = t;
  }
  double total() const { return value + rest; }
};

}  // namespace

Scaling scaling_of(const Value* scale, Index rows, Index columns, Index period,
                   const std::function<const double*(Index)>& row) {
  Scaling out;
  if (scale == nullptr || columns == 0) return out;
  if (scale->is_number()) {
    out.factor = scale->number();
    return out;
  }
  const std::string& how = scale->string();
  if (how == "none") return out;
  const double n = static_cast<double>(rows) * static_cast<double>(columns / period);
  Vector least = Vector::Constant(period, std::numeric_limits<double>::infinity()), most = -least;
  std::vector<Sum> sums(static_cast<std::size_t>(period));
  const auto each = [&](const auto& see) {
    for (Index i = 0; i < rows; ++i) {
      const double* x = row(i);
      for (Index j = 0; j < columns; ++j) see(j % period, x[j]);
    }
  };
  each([&](Index j, double x) {
    least[j] = std::min(least[j], x);
    most[j] = std::max(most[j], x);
    sums[static_cast<std::size_t>(j)].add(x / n);
  });
  out.origin = least;
  out.width = most - least;
  if (how == "zscore") {
    const Vector range = out.width;
    for (Index j = 0; j < period; ++j) {
      if (range[j] > 0) out.origin[j] = sums[static_cast<std::size_t>(j)].total();
    }
    std::fill(sums.begin(), sums.end(), Sum{});
    each([&](Index j, double x) {
      if (range[j] > 0) sums[static_cast<std::size_t>(j)].add(std::pow((x - out.origin[j]) / range[j], 2));
    });
    for (Index j = 0; j < period; ++j)
      out.width[j] = range[j] * std::sqrt(sums[static_cast<std::size_t>(j)].total() / n);
  }
  for (Index j = 0; j < period; ++j) {
    if (out.width[j] == 0) out.width[j] = 1;
  }
  return out;
}

}  // namespace neurode::network
