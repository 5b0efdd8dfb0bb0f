#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace neurode::plot {

/// A curve through points. A point that cannot be drawn (not finite; on a logarithmic axis, not > 0) parts it.
struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
  std::vector<std::size_t> rings = {};  ///< points to be ringed
  bool joined = true, marked = true;    ///< a line through the points, a marker on each
  bool dashed = false;
  std::string like = {};  ///< drawn with the colour and the marker of this earlier curve
  bool arrows = false;    ///< points come in pairs: where an arrow begins and where it ends
};

/// One pair of axes, logarithmic unless said otherwise.
struct Panel {
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
  std::optional<double> level = {};  ///< a dashed line across, at this y
  std::string level_label = {};
  bool x_linear = false, y_linear = false;
  std::optional<double> upright = {};  ///< a grey line from below to above, at this x
};

/// Panels side by side with one legend: a curve of the same name has the same colour and marker in all.
struct Chart {
  std::string title, subtitle, caption;
  std::vector<Panel> panels;
};

/// Draws into an SVG or PNG file, by the name's ending.
/// @throws FileError if it cannot be written; std::invalid_argument for another ending
void draw(const Chart& chart, const std::filesystem::path& path);

/// Can draw() write a file of that name (its ending, not the disk)?
bool can_draw(const std::filesystem::path& path);

/// Numbers to stand at a logarithmic axis from `low` to `high` (both > 0): powers of ten, thinned out to about
/// `most`, or 1, 2, 5 times powers of ten where there are few.
std::vector<double> log_ticks(double low, double high, int most);
/// The same for a linear axis: multiples of 1, 2 or 5 times a power of ten.
std::vector<double> linear_ticks(double low, double high, int most);

}  // namespace neurode::plot
