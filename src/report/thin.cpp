#include "report/thin.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace neurode::report {

namespace {
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
}

Thinned::Thinned(std::size_t points, std::size_t columns, std::size_t most) : y(columns), points_(points) {
  // The ends stay; the points between them come in stretches that leave two each.
  const std::size_t between = points > 2 ? points - 2 : 0, stretches = std::max<std::size_t>(1, (most - 2) / 2);
  stretch_ = points <= most ? 1 : std::max<std::size_t>(2, (between + stretches - 1) / stretches);
  now_.resize(columns);
}

void Thinned::add(double when, const double* row) {
  if (inside_ == 0) {
    begin_ = when;
    for (std::size_t k = 0; k < y.size(); ++k) now_[k] = {row[k], row[k], true};
  } else {
    for (std::size_t k = 0; k < y.size(); ++k) {
      Extremes& e = now_[k];
      const double x = row[k];
      if (!std::isfinite(x)) continue;
      if (!std::isfinite(e.low)) {
        e = {x, x, true};
      } else if (x < e.low) {
        e.low = x;
        e.low_first = false;
      } else if (x > e.high) {
        e.high = x;
        e.low_first = true;
      }
    }
  }
  end_ = when;
  ++inside_;
  ++taken_;
  if (inside_ == stretch_ || taken_ == 1 || taken_ + 1 >= points_) close();
}

void Thinned::close() {
  const bool two = inside_ > 1;
  t.push_back(begin_);
  if (two) t.push_back(end_);
  for (std::size_t k = 0; k < y.size(); ++k) {
    const Extremes& e = now_[k];
    y[k].push_back(e.low_first ? e.low : e.high);
    if (two) y[k].push_back(e.low_first ? e.high : e.low);
  }
  inside_ = 0;
}

ThinnedHeat::ThinnedHeat(std::size_t points, std::size_t rows, std::size_t most_columns)
    : points_(points),
      rows_(rows),
      columns_(std::min(points, most_columns)),
      low_(rows * columns_, kNone),
      high_(rows * columns_, kNone),
      sum_(rows, 0),
      count_(rows, 0) {}

void ThinnedHeat::add(const double* row) {
  const std::size_t column = taken_ * columns_ / points_;
  ++taken_;
  for (std::size_t k = 0; k < rows_; ++k) {
    const double x = row[k];
    if (!std::isfinite(x)) continue;
    double &low = low_[column * rows_ + k], &high = high_[column * rows_ + k];
    if (!(low <= x)) low = x;
    if (!(high >= x)) high = x;
    sum_[k] += x;
    ++count_[k];
  }
}

std::vector<double> ThinnedHeat::values() const {
  std::vector<double> out(rows_ * columns_, kNone);
  for (std::size_t k = 0; k < rows_; ++k) {
    if (count_[k] == 0) continue;
    const double mean = sum_[k] / static_cast<double>(count_[k]);
    for (std::size_t c = 0; c < columns_; ++c) {
      const double low = low_[c * rows_ + k], high = high_[c * rows_ + k];
      out[k * columns_ + c] = high - mean >= mean - low ? high : low;
    }
  }
  return out;
}

Times::Times(const record::Reader& reader, const std::string& axis) : reader_(reader), axis_(axis) {
  const auto* v = reader.find(axis);
  points_ = v && !v->shape.empty() ? v->shape[0] : 0;
}

double Times::next() {
  if (inside_ == block_.size()) {
    begin_ += block_.size();
    inside_ = 0;
    if (begin_ >= points_) return kNone;
    reader_.read(axis_, {{begin_}, {std::min<std::size_t>(std::size_t{1} << 17, points_ - begin_)}}, block_);
  }
  return block_[inside_++];
}

double Times::at(const record::Reader& reader, const std::string& axis, std::size_t point) {
  return reader.read(axis, {{point}, {1}})[0];
}

void thin_series(Figure& figure, std::size_t most) {
  const std::size_t limit = std::max<std::size_t>(most / (2 * std::max<std::size_t>(1, figure.series.size())), 16);
  for (auto& s : figure.series) {
    const std::size_t n = s.x.size();
    if (n <= limit || s.y.size() != n) continue;
    s.notes.clear();
    s.rings.clear();
    if (s.line != "none" && std::is_sorted(s.x.begin(), s.x.end())) {
      Thinned thinned(n, 1, limit);
      for (std::size_t k = 0; k < n; ++k) thinned.add(s.x[k], &s.y[k]);
      s.x = std::move(thinned.t);
      s.y = std::move(thinned.y[0]);
      continue;
    }
    std::vector<double> x, y;
    for (const std::size_t k : chosen(n, limit)) x.push_back(s.x[k]), y.push_back(s.y[k]);
    s.x = std::move(x);
    s.y = std::move(y);
  }
}

std::vector<std::size_t> chosen(std::size_t n, std::size_t most) {
  std::vector<std::size_t> out;
  if (n <= most) {
    for (std::size_t k = 0; k < n; ++k) out.push_back(k);
  } else if (most == 1) {
    out.push_back(0);
  } else {
    for (std::size_t k = 0; k < most; ++k) out.push_back(k * (n - 1) / (most - 1));
  }
  return out;
}

}  // namespace neurode::report
