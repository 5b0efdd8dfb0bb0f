#pragma once

#include <utility>
#include <vector>

#include "neurode/analysis/subsystem.hpp"

namespace neurode::analysis {

struct Place {
  double x = 0, y = 0;
};
using Segment = std::pair<Place, Place>;

/// Where element `which` of the F of two elements is 0, over a box, as segments of its contour on a grid of cells x
/// cells; their ends lie on it to 1e-9 of a cell.
/// @par Source  W. E. Lorensen, H. E. Cline, Computer Graphics 21 (1987) 163-169, in two dimensions
std::vector<Segment> nullcline(Subsystem& plane, double t, int which, const Vector& low, const Vector& high, int cells);

}  // namespace neurode::analysis
