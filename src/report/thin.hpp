#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "neurode/record/reader.hpp"
#include "report/figure.hpp"

namespace neurode::report {

/// Courses over time, thinned as they come: of each stretch of equally many points, the smallest and the largest value
/// of every column, in the order in which they came. The first and the last point stay as they are. What is not finite
/// counts only where a stretch holds nothing else.
class Thinned {
 public:
  /// `points` will come; at most `most` (at least 8) stay of each column.
  Thinned(std::size_t points, std::size_t columns, std::size_t most);

  void add(double t, const double* row);

  std::vector<double> t;               ///< begin and end of each stretch in turn
  std::vector<std::vector<double>> y;  ///< of each column
  std::size_t points() const { return points_; }
  bool whole() const { return stretch_ == 1; }

 private:
  void close();
  struct Extremes {
    double low, high;
    bool low_first;
  };
  std::size_t points_, stretch_, taken_ = 0, inside_ = 0;
  double begin_ = 0, end_ = 0;
  std::vector<Extremes> now_;
};

/// The same for many columns as colours: of each stretch one number a column, the one farthest from the column's mean.
class ThinnedHeat {
 public:
  ThinnedHeat(std::size_t points, std::size_t rows, std::size_t most_columns);
  void add(const double* row);
  std::size_t columns() const { return columns_; }
  /// rows x columns, row-major.
  std::vector<double> values() const;

 private:
  std::size_t points_, rows_, columns_, taken_ = 0;
  std::vector<double> low_, high_;  ///< column by column
  std::vector<double> sum_;
  std::vector<std::size_t> count_;
};

/// Reads a variable over its time axis in blocks of bounded size: calls take(point, numbers of that point).
/// The numbers are those of the point, row-major.
template <class Take>
void each_point(const record::Reader& reader, const record::VariableInfo& v, Take&& take) {
  const std::size_t points = v.shape.empty() ? 0 : v.shape[0];
  std::size_t width = 1;
  for (std::size_t d = 1; d < v.shape.size(); ++d) width *= v.shape[d];
  if (points == 0 || width == 0) return;
  const std::size_t at_once = std::max<std::size_t>(1, (std::size_t{1} << 19) / width);
  record::Slab slab{std::vector<std::size_t>(v.shape.size(), 0), v.shape};
  std::vector<double> block;
  for (std::size_t begin = 0; begin < points; begin += at_once) {
    slab.start[0] = begin;
    slab.count[0] = std::min(at_once, points - begin);
    reader.read(v.name, slab, block);
    for (std::size_t k = 0; k < slab.count[0]; ++k) take(begin + k, block.data() + k * width);
  }
}

/// Thins the series of a figure that are longer than its share of `most` numbers: along an ascending x as above, else
/// (a way through a plane, marks) by leaving points out.
void thin_series(Figure& figure, std::size_t most);

/// The points of a time axis, one after the other, read in blocks.
class Times {
 public:
  Times(const record::Reader& reader, const std::string& axis);
  double next();
  static double at(const record::Reader& reader, const std::string& axis, std::size_t point);

 private:
  const record::Reader& reader_;
  const std::string& axis_;
  std::size_t points_, begin_ = 0, inside_ = 0;
  std::vector<double> block_;
};

/// Of 0 ... n - 1, at most `most` at equal distances, the first and the last among them.
std::vector<std::size_t> chosen(std::size_t n, std::size_t most);

}  // namespace neurode::report
