#pragma once

#include <string>
#include <vector>

#include "report/figure.hpp"
#include "report/source.hpp"

namespace neurode::report {

// What a run has recorded, as figures.

/// Numbers of one point in time.
std::size_t width(const record::VariableInfo& v);
/// Names of these numbers: "hidden.a: sample 1, hidden 2"; dimensions of one element are left out.
std::vector<std::string> column_names(const record::Reader& reader, const record::VariableInfo& v,
                                      const std::vector<std::size_t>& columns);

/// Courses of columns of a variable over its time axis, thinned to at most `most` points each.
struct Courses {
  std::vector<double> t;
  std::vector<Series> series;
  std::size_t points = 0;
  bool whole = true;
};
Courses courses(const record::Reader& reader, const record::VariableInfo& v, const std::vector<std::size_t>& columns,
                std::size_t most);

/// "t" with its unit.
Axis time_axis(const record::Reader& reader, const std::string& axis);
/// "every point", or how it was thinned.
std::string thinning_note(std::size_t points, bool whole);

/// A weight matrix (or another variable of two dimensions) at one point of its time axis; at most `most` cells.
Heat matrix_at(const record::Reader& reader, const record::VariableInfo& v, std::size_t point, std::size_t most);

/// Puts courses into the figure of that group and title whose range is alike, or into a new one at the end.
void join(std::vector<Figure>& figures, const std::string& group, const std::string& title, const Axis& x,
          const Axis& y, Courses courses);

/// A loss that stays positive and falls by decades is read on a logarithmic axis.
void set_log_loss(Figure& figure);

}  // namespace neurode::report
