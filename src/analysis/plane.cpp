#include "neurode/analysis/plane.hpp"

#include <cmath>

#include "analysis/root.hpp"

namespace neurode::analysis {

std::vector<Segment> nullcline(Subsystem& plane, double t, int which, const Vector& low, const Vector& high,
                               int cells) {
  const auto f = [&](const Place& p) {
    const double x[2] = {p.x, p.y};
    double out[2];
    plane.rhs(t, x, out);
    return out[which];
  };
  const auto place = [&](int i, int k) {
    return Place{low[0] + (high[0] - low[0]) * i / cells, low[1] + (high[1] - low[1]) * k / cells};
  };
  const int side = cells + 1;
  Matrix values(side, side);
  for (int i = 0; i < side; ++i) {
    for (int k = 0; k < side; ++k) values(i, k) = f(place(i, k));
  }
  // Where the contour crosses the edge between two corners.
  const auto crossing = [&](const Place& a, double fa, const Place& b, double fb) {
    const auto on = [&](double s) { return Place{a.x + s * (b.x - a.x), a.y + s * (b.y - a.y)}; };
    return on(root([&](double s) { return f(on(s)); }, 0, fa, 1, fb, 1e-9));
  };
  std::vector<Segment> out;
  for (int i = 0; i < cells; ++i) {
    for (int k = 0; k < cells; ++k) {
      const int corners[5][2] = {{i, k}, {i + 1, k}, {i + 1, k + 1}, {i, k + 1}, {i, k}};
      std::vector<Place> cut;
      for (int e = 0; e < 4; ++e) {
        const double fa = values(corners[e][0], corners[e][1]), fb = values(corners[e + 1][0], corners[e + 1][1]);
        if (!std::isfinite(fa) || !std::isfinite(fb) || (fa > 0) == (fb > 0)) continue;
        cut.push_back(
            crossing(place(corners[e][0], corners[e][1]), fa, place(corners[e + 1][0], corners[e + 1][1]), fb));
      }
      // Four cuts: a saddle of the surface; either pairing is right to the size of a cell.
      for (std::size_t c = 0; c + 1 < cut.size(); c += 2) out.emplace_back(cut[c], cut[c + 1]);
    }
  }
  return out;
}

}  // namespace neurode::analysis
