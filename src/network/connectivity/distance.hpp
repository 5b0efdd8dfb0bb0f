#pragma once

#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "neurode/core/parameters.hpp"
#include "neurode/dynamics/layout.hpp"

namespace neurode::network {

/// Distances between neurons of two populations on a line or a sheet. Neuron i of n along an axis of length L stands at
/// (i + 1/2) L / n, in both populations; channels lie on top of one another.
class Distance {
 public:
  /// One axis of both populations.
  struct Axis {
    Index post = 1, pre = 1;
    double length = 1;
    bool periodic = false;
    double post_place(Index i) const { return (static_cast<double>(i) + 0.5) * length / static_cast<double>(post); }
    double pre_place(Index j) const { return (static_cast<double>(j) + 0.5) * length / static_cast<double>(pre); }
    /// From i to j, the short way round where periodic.
    double between(Index i, Index j) const {
      const double d = pre_place(j) - post_place(i);
      return periodic ? d - length * std::nearbyint(d / length) : d;
    }
  };

  const std::vector<Axis>& axes() const { return axes_; }
  double between(Index post, Index pre) const;
  /// f(pre, distance) for all neurons that send within `cutoff` of `post`, in no order.
  template <class F>
  void for_each_near(Index post, double cutoff, F&& f) const;
  /// Length, area of what one neuron that sends stands for.
  double cell() const;

 private:
  friend std::optional<Distance> read_distance(const Parameters& parameters, const Value& source,
                                               const std::vector<Index>& post, const std::vector<Index>& pre,
                                               Diagnostics& diagnostics);
  struct Near {
    Index index;
    double square;
  };
  static void near(const Axis& a, Index i, double cutoff, std::vector<Near>& out);

  std::vector<Axis> axes_;  // the last one runs fastest
  Index channels_ = 1;      // of the population that sends
};

/// Keys `length` and `periodic`, and the distances they make of two shapes; nothing where faulty (reported).
ParameterTable distance_parameters();
std::optional<Distance> read_distance(const Parameters& parameters, const Value& source, const std::vector<Index>& post,
                                      const std::vector<Index>& pre, Diagnostics& diagnostics);

/// A function of distance that is 1 at 0 (a mexican hat: 1 - surround).
struct Profile {
  enum class Kind { box, cosine, exponential, gaussian, mexican_hat };
  Kind kind = Kind::gaussian;
  double width = 1, surround = 0, surround_width = 1;
  double cutoff = std::numeric_limits<double>::infinity();
  double at(double d) const;
  /// Beyond this distance it is below 1e-12, or cut off.
  double reach() const;
};

/// Keys `profile` and `width`, `cutoff`; for weights those of profiles that are no probabilities too.
ParameterTable profile_parameters(bool weights);
Profile read_profile(const Parameters& parameters);

template <class F>
void Distance::for_each_near(Index post, double cutoff, F&& f) const {
  std::vector<Near> rows, columns;
  const Axis& fast = axes_.back();
  const Index in_sheet = axes_.size() == 2 ? axes_[0].post * fast.post : fast.post;
  const Index place = post % in_sheet;
  near(fast, place % fast.post, cutoff, columns);
  if (axes_.size() == 2) {
    near(axes_[0], place / fast.post, cutoff, rows);
  } else {
    rows.push_back({0, 0});
  }
  const Index sheet = (axes_.size() == 2 ? axes_[0].pre : 1) * fast.pre;
  for (Index c = 0; c < channels_; ++c) {
    for (const Near& row : rows) {
      for (const Near& column : columns) {
        const double d = std::sqrt(row.square + column.square);
        if (d <= cutoff) f(c * sheet + row.index * fast.pre + column.index, d);
      }
    }
  }
}

}  // namespace neurode::network
