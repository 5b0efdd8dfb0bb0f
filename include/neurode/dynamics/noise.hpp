#pragma once

#include <string>
#include <vector>

#include "neurode/dynamics/layout.hpp"

namespace neurode {

/// The stochastic part of a System: dx = F(t, x) dt + G(t, x) dW, W being channels() independent Wiener processes in
/// the System's unit of time. Not safe for concurrent calls on one object.
class Noise {
 public:
  enum class Calculus { ito, stratonovich };
  /// Channels that belong together. Their paths are drawn by the name and by the number within the source: neither
  /// other sources nor their order change them.
  struct Source {
    std::string name;  ///< "population.hidden xi"
    Index first = 0, count = 0;
  };
  virtual ~Noise() = default;

  /// One after another, without gaps, from channel 0.
  virtual const std::vector<Source>& sources() const = 0;
  Index channels() const { return sources().empty() ? 0 : sources().back().first + sources().back().count; }
  /// What the equations mean by xi; the same for all of them. Without consequence where additive().
  virtual Calculus calculus() const = 0;
  /// G does not depend on x.
  virtual bool additive() const = 0;
  /// Channel k moves one element alone, no element has two, and its amplitude depends on no other element.
  virtual bool diagonal() const = 0;
  /// out = G(t, x) dw: dw has channels() numbers, out size() of the state.
  virtual void apply(double t, const double* x, const double* dw, double* out) = 0;
  /// Where diagonal(): out_i = g_i dg_i/dx_i, Milstein's factor, 0 for elements without noise.
  virtual void milstein(double t, const double* x, double* out) = 0;
  /// Where diagonal(): the channel of each state element; -1: none.
  virtual const std::vector<Index>& channel_of() const = 0;
};

}  // namespace neurode
