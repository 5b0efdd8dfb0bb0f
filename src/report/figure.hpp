#pragma once

#include <optional>
#include <string>
#include <vector>

namespace neurode::report {

struct Axis {
  std::string label, unit;
  bool log = false;
};

/// A line through points, or marks on them, or both. NaN parts a line.
struct Series {
  std::string name;
  std::vector<double> x;  ///< empty: the figure's own x
  std::vector<double> y;
  std::string line = "solid";           ///< "solid", "dashed", "none"
  std::string marks = "none";           ///< "none", "dot", "ring", "cross", "square", "tick" (spikes)
  int colour = -1;                      ///< of the palette; -1: by its place
  std::vector<std::string> notes = {};  ///< of each point, shown on hovering
  std::vector<std::size_t> rings = {};  ///< points to be ringed
};

/// Numbers as colours: rows x columns, row-major, row 0 at the bottom (or, of a matrix, at the top).
struct Heat {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values;
  double x_from = 0, x_to = 1;         ///< edges along x; a matrix: columns are told by number
  std::vector<std::string> row_names;  ///< empty: by number
  bool diverging = false;              ///< signed, white at 0
  bool matrix = false;                 ///< row 0 at the top
  std::string unit;
  std::optional<double> low, high;       ///< range of colours; nothing: that of the values
  double row_step = 1, column_step = 1;  ///< of a matrix that was thinned: rows and columns to a cell
};

/// What the page's script draws.
struct Figure {
  std::string group;  ///< figures of a group stand together, under its name
  std::string title, caption;
  Axis x, y;
  std::vector<double> shared_x;
  std::vector<Series> series;
  std::optional<Heat> heat;
  std::optional<double> level;  ///< a dashed line across, at this y
  std::string level_label;
  std::optional<double> upright;  ///< a grey line upright, at this x

  std::size_t numbers() const;
};

/// As the script reads it, ready for a script element.
std::string figure_json(const Figure& figure);
/// The figure as HTML: an element that the script fills, and its numbers.
std::string figure_html(const Figure& figure, const std::string& id);

}  // namespace neurode::report
