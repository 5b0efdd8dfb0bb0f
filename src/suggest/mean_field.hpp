#pragma once

#include <string>
#include <vector>

#include "neurode/equations/tape.hpp"
#include "neurode/suggest/suggest.hpp"

namespace neurode::suggest {

/// A unit f, and means over a standard normal z of it at inputs sqrt(q) z.
class Unit {
 public:
  /// `text`: an expression of I.
  explicit Unit(const std::string& text);
  double value(double input) const { return at(input).first; }
  double slope(double input) const { return at(input).second; }
  double largest_slope() const;  ///< |f'|, for inputs from -20 to 20

  /// sw^2 and q with chi = sw^2 <f'^2> = 1 and q = sw^2 <(f - f(0))^2> + sb^2; NaN where there is none. What f(0) adds
  /// to inputs is left to biases b = -f(0) times the sum of a neuron's weights (R. D. Beer, Adapt. Behav. 3 (1995)
  /// 469).
  MeanField critical(double bias_variance) const;
  /// chi at the fixed point q = sw^2 <f^2> + sb^2 that q = 1 goes to; NaN where q grows without bound.
  MeanField at_fixed_point(double weight_variance, double bias_variance) const;
  /// <(f - offset)^2> and <f'^2>.
  std::pair<double, double> means(double q, double offset) const;

 private:
  std::pair<double, double> at(double input) const;

  equations::Tape tape_;
  mutable std::vector<double> scratch_, inputs_, values_, slopes_;
  std::vector<double> nodes_, weights_;
};

/// The expression of I of a named activation, "" for softmax and where there is none.
std::string activation_text(const std::string& name);

/// Hidden activations that could be, with what they do to a wide layer.
std::vector<Activation> activations();

}  // namespace neurode::suggest
