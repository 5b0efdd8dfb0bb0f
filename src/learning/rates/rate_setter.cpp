#include "learning/rates/rate_setter.hpp"

#include <algorithm>
#include <cmath>

namespace neurode::learning {

void RateSetter::start(double t) {
  double k = std::max(0.0, std::floor((t - start_) / every_));
  do next_ = start_ + every_ * k++;
  while (next_ <= t);
}

bool RateSetter::deliver(double t, double* x) {
  if (t < next_) return false;
  set(t, x);
  start(t);
  return true;
}

}  // namespace neurode::learning
