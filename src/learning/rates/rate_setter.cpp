#include "learning/rates/rate_setter.hpp"

#include <algorithm>
#include <cmath>

#include "neurode/core/bytes.hpp"

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

void RateSetter::save(ByteWriter& out) const { out.put(next_); }
void RateSetter::load(ByteReader& in) { in.get(next_); }

}  // namespace neurode::learning
