#pragma once

#include <cstdint>
#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/integrate/drive.hpp"

namespace neurode::integrate {

/// Two times that differ by rounding alone: grids t0 + k * every and steps t0 + k * dt are sums of rounded products.
bool same_time(double a, double b, double t0);

/// The points of all output grids, handed out in order of time (at equal times in order of the grids).
class OutputPoints {
 public:
  struct Point {
    std::size_t grid = 0;
    std::int64_t index = 0;
    double t = 0;
  };

  /// @throws std::invalid_argument for spacings that are negative or not finite
  OutputPoints(const std::vector<OutputGrid>& grids, double t0, double t1);

  /// Takes the next point at or before `limit` (rounding forgiven where `forgive`); false if there is none.
  /// Grids of every step (every = 0) have no points here.
  bool next(double limit, bool forgive, Point& point);
  /// Grids of every step, and their running count.
  const std::vector<std::size_t>& each_step() const { return each_step_; }
  std::int64_t take_step_index() { return step_index_++; }

  /// How far each grid is. @throws BytesError for another number of grids, or a place none of them has
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

 private:
  struct Grid {
    std::size_t number;
    double every;
    std::int64_t last;  ///< index of the last point
    std::int64_t next = 0;
    double next_time;
    std::vector<double> times = {};
  };
  double time(const Grid& g, std::int64_t k) const;

  double t0_, t1_;
  std::vector<Grid> grids_;
  std::vector<std::size_t> each_step_;
  std::int64_t step_index_ = 0;
};

}  // namespace neurode::integrate
