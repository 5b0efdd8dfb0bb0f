#pragma once

#include <cstdint>
#include <vector>

#include "integrate/stochastic/normals.hpp"
#include "neurode/dynamics/layout.hpp"
#include "neurode/dynamics/noise.hpp"

namespace neurode::integrate {

/// The Wiener paths of a system's channels: W over any interval, the same whatever was asked before, in which steps or
/// order, and by how many threads. Nothing is stored of the past: a path is a tree, each node drawn by its place.
///
/// Time is cut into top cells from 0 on. In a cell of length h a channel has its increment w ~ N(0, h) and its
/// space-time Levy area H = (1/h) integral (W - W(start)) dt - w/2 ~ N(0, h/12), independent of w: from the integral of
/// W, methods of strong order 1.5 take what they need. Given (w, H) the halves of the cell have, with Z ~ N(0, h/16)
/// and N ~ N(0, h/48),
///
///     w1 = w/2 + 3H/2 + Z        w2 = w - w1
///     H1 = H/4 - Z/2 + N         H2 = H/4 - Z/2 - N
///
/// and so on down to kDepth levels, to which (and to some units in the last place) times are rounded.
///
/// Top cells have the length dt 2^k, the largest up to kSpan: fixed steps dt, dt/2, dt/4 ... find their ends on nodes,
/// and see the same path. That costs a pair of normals a step and channel, on average. Without dt (adaptive methods)
/// the length is 2^20, and suited() gives step ends high up in the tree.
/// @par Source  J. Foster, T. Lyons, H. Oberhauser, SIAM J. Numer. Anal. 58 (2020) 1393-1421 (law of the halves);
/// A. Jelincic, J. Foster, P. Kidger, arXiv:2405.06464 (virtual tree with Levy area)
class BrownianPath {
 public:
  static constexpr double kSpan = 1024;
  static constexpr int kDepth = 60;

  /// The law above, for h = 1.
  struct Halving {
    static constexpr double kWOfW = 1.0 / 2, kWOfArea = 3.0 / 2, kZVariance = 1.0 / 16;
    static constexpr double kAreaOfArea = 1.0 / 4, kAreaOfZ = -1.0 / 2, kNVariance = 1.0 / 48;
  };

  /// dt = 0: for steps of any length.
  BrownianPath(const std::vector<Noise::Source>& sources, std::uint64_t seed, double dt);

  Index channels() const { return channels_; }
  /// dw = W(t1) - W(t0) and dz = integral of W(t) - W(t0) over [t0, t1], t1 >= t0, of every channel.
  void increments(double t0, double t1, Vector& dw, Vector& dz);
  /// The longest step up to dt, more than 3/4 of it, that ends on a coarse node.
  double suited(double t, double dt) const;

 private:
  /// A time: number of a top cell and place in it, in units of the cell's length / 2^kDepth.
  struct Place {
    std::int64_t cell = 0;
    std::uint64_t offset = 0;
  };
  /// What to do, channel block by channel block. Nodes are numbered as in a heap: 1, 2 and 3, 4 to 7 ...
  struct Task {
    enum class Kind { root, left, right, add } kind;
    int level;
    std::uint64_t node;
    std::uint32_t cell;
  };
  struct Block {
    std::size_t source;
    std::uint32_t first;  ///< channel in the source
    Index offset, count;  ///< in the vector of all channels
  };

  Place place(double t) const;
  void plan(Place from, Place to);
  /// Appends what brings node `node` of `level` into its level.
  void plan_node(std::uint32_t cell, int level, std::uint64_t node);
  void run(const Block& b, double* scratch, double* dw, double* dz) const;
  double length(int level) const;

  double top_;
  int kept_;  ///< levels 0 ... kept_ stay from call to call; lower ones are made anew
  Index channels_ = 0;
  std::vector<NormalPairs> streams_;
  std::vector<Block> blocks_;
  std::vector<Task> tasks_;
  std::vector<std::uint64_t> node_;  ///< that each level holds; 0: none
  std::uint32_t cell_ = 0;
  mutable std::vector<Vector> kept_w_, kept_h_;  ///< of each level
  std::vector<std::vector<double>> scratch_;     ///< of each thread
};

}  // namespace neurode::integrate
