#pragma once

#include <cstdint>
#include <vector>

#include "neurode/core/bytes.hpp"
#include "neurode/dynamics/delays.hpp"
#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// The past of one integration: for each accepted step the signals at Chebyshev points inside it, taken from the
/// method's dense output, as many as its order; a ring of such pieces that reaches back over the longest delay.
///
/// While a step is being tried the last piece is continued into it (for delays shorter than the step), or, once the
/// trial has been sampled, the trial's own piece stands there. Allocates only where the ring must grow.
class History final : public Past {
 public:
  /// `dense_order`: order of the method's dense output. (t0, x0) is the start.
  History(Delays& delays, int dense_order, double t0, const Vector& x0);

  void window(double t, double where, bool rate, std::int64_t& hint, Window& w) const override;
  std::int64_t version() const override { return version_; }

  /// Would a step over dt read inside itself?
  bool overlaps(double dt) const { return dt > shortest_ * (1 + kRounding); }
  /// The step to try where the control proposes dt: one that overlaps only a little costs more than it gains.
  double suitable(double dt) const { return dt < kWorthIt * shortest_ && overlaps(dt) ? shortest_ : dt; }

  /// Forgets the trial's piece: the next trial starts from the last piece, continued.
  void discard_trial();
  /// Samples the trial just taken from (t, x) over dt: its dense output up to t_end <= t + dt, where x is x_end.
  void sample(Stepper& stepper, double t, const Vector& x, double dt, double t_end, const Vector& x_end);
  /// The trial has been sampled since discard_trial() or keep().
  bool sampled() const { return open_there_; }
  /// The sampled piece is accepted.
  void keep();

  /// The pieces kept now stay until the next pin(): they are what save() writes.
  void pin();
  void save(ByteWriter& out) const;
  void load(ByteReader& in);

  /// Has F been small (so `small` at every call) for as long as the past is read?
  bool rested(bool small, double t);

  std::size_t capacity() const { return ring_.size(); }  ///< pieces that fit without growing
  std::int64_t pieces() const { return end_ - begin_; }  ///< pieces kept

 private:
  struct Piece {
    double from = 0, to = 0;
    Vector values;  ///< signals x nodes, a node after the other
  };
  static constexpr double kRounding = 1e-10;  // of times, against the delay
  static constexpr double kWorthIt = 2.5;
  static constexpr std::size_t kFirstPieces = 64;

  const Piece& piece(std::int64_t k) const { return ring_[static_cast<std::size_t>(k) & (ring_.size() - 1)]; }
  Piece& piece(std::int64_t k) { return ring_[static_cast<std::size_t>(k) & (ring_.size() - 1)]; }
  std::int64_t find(double where, std::int64_t hint) const;
  void weigh(double theta, bool rate, Window& w) const;
  void grow();
  void prune(double now);

  Delays& delays_;
  const double t0_, shortest_, longest_;
  const Index signals_;
  std::vector<double> nodes_, scale_;  ///< in [0, 1]; 1 / product of the distances to the others
  std::vector<Piece> ring_;            ///< piece k is at k modulo its size, a power of two
  std::int64_t begin_ = 0, end_ = 0;   ///< pieces kept: begin_ ... end_ - 1
  Piece open_, next_;
  bool open_there_ = false;
  std::int64_t version_ = 0;
  Vector state_, start_;
  mutable Vector before_;
  mutable bool before_known_ = false;
  double small_since_;
  bool pinned_ = false;
  std::int64_t pinned_end_ = 0;
  double pinned_small_since_ = 0;
};

/// Ends of segments with everything that delays make of them: the start and the breakpoints, and up to `levels` sums of
/// delays later (the solution is smoother by one derivative with each). A level that would bring the number above
/// `most` is left, and all after it, to the error control.
std::vector<double> delayed_breakpoints(const std::vector<double>& ends, const Delays& delays, double t0, double t1,
                                        int levels, std::size_t most = 10000);

}  // namespace neurode::integrate
