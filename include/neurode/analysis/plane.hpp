#pragma once

#include <utility>
#include <vector>

#include "neurode/dynamics/system.hpp"

namespace neurode::analysis {

/// Two elements of a system, the others held where they are at `hold`.
class Plane final : public System {
 public:
  Plane(System& system, Index horizontal, Index vertical, const Vector& hold);

  const StateLayout& layout() const override { return layout_; }
  void rhs(double t, const double* x, double* dxdt) override;
  void jvp(double t, const double* x, const double* v, double* jv) override;
  void vjp(double t, const double* x, const double* u, double* jtu) override;

 private:
  System& system_;
  const Index at_[2];
  StateLayout layout_;
  Vector x_, f_, v_;
};

struct Place {
  double x = 0, y = 0;
};
using Segment = std::pair<Place, Place>;

/// Where element `which` of the plane's F is 0, over a box, as segments of its contour on a grid of cells x cells;
/// their ends lie on it to 1e-9 of a cell.
/// @par Source  W. E. Lorensen, H. E. Cline, Computer Graphics 21 (1987) 163-169, in two dimensions
std::vector<Segment> nullcline(Plane& plane, double t, int which, const Vector& low, const Vector& high, int cells);

}  // namespace neurode::analysis
