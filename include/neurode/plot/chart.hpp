#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace neurode::plot {

/// A curve through points, with a marker on each.
struct Curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
  std::vector<std::size_t> rings;  ///< points to be ringed
};

/// One pair of axes, both logarithmic. Points that are not finite and > 0 are left out.
struct Panel {
  std::string title, x_label, y_label;
  std::vector<Curve> curves;
  std::optional<double> level;  ///< a dashed line across, at this y
  std::string level_label;
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

}  // namespace neurode::plot
