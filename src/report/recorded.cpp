#include "report/recorded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/thin.hpp"

namespace neurode::report {

namespace {

constexpr std::size_t kSeriesOfAFigure = 10;

/// The number that stands at place k of a dimension: its label where it has some.
std::vector<std::int64_t> labels_of(const record::Reader& reader, const std::string& dimension, std::size_t size) {
  std::vector<std::int64_t> labels;
  const auto* c = reader.find(dimension);
  if (c && c->coordinate && c->shape == std::vector<std::size_t>{size} && c->type == record::Type::int64) {
    reader.read(dimension, {{0}, {size}}, labels);
  } else {
    for (std::size_t k = 0; k < size; ++k) labels.push_back(static_cast<std::int64_t>(k));
  }
  return labels;
}

/// The largest absolute value that is finite; 0 where there is none.
double largest(const std::vector<Series>& all) {
  double most = 0;
  for (const auto& s : all) {
    for (const double x : s.y) {
      if (std::isfinite(x)) most = std::max(most, std::abs(x));
    }
  }
  return most;
}

}  // namespace

std::size_t width(const record::VariableInfo& v) {
  std::size_t n = 1;
  for (std::size_t d = v.axis.empty() ? 0 : 1; d < v.shape.size(); ++d) n *= v.shape[d];
  return n;
}

std::vector<std::string> column_names(const record::Reader& reader, const record::VariableInfo& v,
                                      const std::vector<std::size_t>& columns) {
  std::vector<std::vector<std::int64_t>> labels;
  for (std::size_t d = 1; d < v.shape.size(); ++d) labels.push_back(labels_of(reader, v.dimensions[d], v.shape[d]));
  std::vector<std::string> out;
  for (const std::size_t column : columns) {
    std::string where;
    std::size_t rest = column;
    for (std::size_t d = v.shape.size(); d-- > 1;) {
      const std::size_t k = rest % v.shape[d];
      rest /= v.shape[d];
      if (v.shape[d] > 1)
        where = fmt::format("{} {}{}", v.dimensions[d], labels[d - 1][k], where.empty() ? "" : ", ") + where;
    }
    out.push_back(where.empty() ? v.name : v.name + ": " + where);
  }
  return out;
}

Courses courses(const record::Reader& reader, const record::VariableInfo& v, const std::vector<std::size_t>& columns,
                std::size_t most) {
  Courses out;
  out.points = v.shape[0];
  Times times(reader, v.axis);
  Thinned thinned(v.shape[0], columns.size(), most);
  std::vector<double> row(columns.size());
  each_point(reader, v, [&](std::size_t, const double* numbers) {
    for (std::size_t k = 0; k < columns.size(); ++k) row[k] = numbers[columns[k]];
    thinned.add(times.next(), row.data());
  });
  out.t = std::move(thinned.t);
  out.whole = thinned.whole();
  const auto names = column_names(reader, v, columns);
  for (std::size_t k = 0; k < columns.size(); ++k) {
    Series s;
    s.name = names[k];
    s.y = std::move(thinned.y[k]);
    out.series.push_back(std::move(s));
  }
  return out;
}

Axis time_axis(const record::Reader& reader, const std::string& axis) {
  const auto* v = reader.find(axis);
  return {"time", v ? v->unit : "", false};
}

std::string thinning_note(std::size_t points, bool whole) {
  return whole ? fmt::format("{} points.", points)
               : fmt::format("{} points, thinned: of each stretch the smallest and the largest value.", points);
}

Heat matrix_at(const record::Reader& reader, const record::VariableInfo& v, std::size_t point, std::size_t most) {
  const std::size_t rows = v.shape[1], columns = v.shape[2];
  // Cells of equally many rows and columns; of each, the value farthest from 0.
  std::size_t step = 1;
  while (((rows + step - 1) / step) * ((columns + step - 1) / step) > most) ++step;
  Heat h;
  h.rows = (rows + step - 1) / step;
  h.columns = (columns + step - 1) / step;
  h.row_step = h.column_step = static_cast<double>(step);
  h.values.assign(h.rows * h.columns, NAN);
  h.matrix = h.diverging = true;
  h.unit = v.unit;
  h.x_to = static_cast<double>(columns);
  std::vector<double> block;
  const std::size_t at_once = std::max<std::size_t>(1, (std::size_t{1} << 19) / columns);
  for (std::size_t begin = 0; begin < rows; begin += at_once) {
    const std::size_t count = std::min(at_once, rows - begin);
    reader.read(v.name, {{point, begin, 0}, {1, count, columns}}, block);
    for (std::size_t r = 0; r < count; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        double& cell = h.values[((begin + r) / step) * h.columns + c / step];
        const double x = block[r * columns + c];
        if (std::isfinite(x) && !(std::abs(cell) >= std::abs(x))) cell = x;
      }
    }
  }
  return h;
}

void join(std::vector<Figure>& figures, const std::string& group, const std::string& title, const Axis& x,
          const Axis& y, Courses c) {
  const double size = largest(c.series);
  for (Figure& f : figures) {
    if (f.group != group || f.title != title || f.y.unit != y.unit || f.shared_x != c.t || f.heat) continue;
    const double other = largest(f.series);
    const bool alike = size <= 20 * other && other <= 20 * size;
    if (!alike || f.series.size() + c.series.size() > kSeriesOfAFigure) continue;
    std::move(c.series.begin(), c.series.end(), std::back_inserter(f.series));
    if (f.y.label != y.label && (", " + f.y.label + ",").find(", " + y.label + ",") == std::string::npos) {
      f.y.label += ", " + y.label;
    }
    return;
  }
  Figure f;
  f.group = group;
  f.title = title;
  f.x = x;
  f.y = y;
  f.shared_x = std::move(c.t);
  f.series = std::move(c.series);
  f.caption = thinning_note(c.points, c.whole);
  figures.push_back(std::move(f));
}

void set_log_loss(Figure& f) {
  if (f.y.label.find("oss") == std::string::npos) return;
  double low = INFINITY, high = 0;
  for (const auto& s : f.series) {
    for (const double y : s.y) {
      if (!std::isfinite(y)) continue;
      low = std::min(low, y);
      high = std::max(high, y);
    }
  }
  f.y.log = low > 0 && high > 10 * low;
}

}  // namespace neurode::report
