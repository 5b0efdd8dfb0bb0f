#include "integrate/stiffness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/random.hpp"

namespace neurode::integrate {

namespace {

constexpr int kSettled = 30;        // the mean is taken over the products after these
constexpr double kOneWay = 0.5;     // Re(lambda) / |lambda| from which it grows or decays rather than turns
constexpr double kAtLimit = 0.5;    // dt |lambda| of steps that stability may limit
constexpr double kSingular = 1e-6;  // time scale of a growth, as a share of what is left, before a singularity
constexpr double kLong = 100;       // time scales in what is left of the run, for it to be stiff

/// Methods for stiff problems that take this system, the two best.
std::string stiff_methods(System& system, const Options& options) {
  std::vector<std::string> names;
  for (const char* name : {"rodas5p", "cvode_bdf", "exprb43", "rock2"}) {
    const auto* entry = find_entry(methods(), name);
    if (names.size() < 2 && entry && refusal(*entry, system, options).empty()) names.push_back(entry->name);
  }
  return names.empty() ? "a shorter dt" : quoted_list(names);
}

/// |v| of elements of any size. (Eigen's stableNorm() takes segments for aligned that are not, where
/// EIGEN_MAX_ALIGN_BYTES is more than the processor's vectors have.)
double norm_of(const Vector& v) {
  const double largest = v.cwiseAbs().maxCoeff();
  return largest > 0 && std::isfinite(largest) ? largest * (v / largest).norm() : largest;
}

}  // namespace

FastestScale fastest_scale(System& system, double t, const Vector& x) {
  const Index n = x.size();
  if (n == 0) return {};
  const CounterRandom random(1, "fastest_scale");
  Vector v(n), jv = Vector::Zero(n);
  for (Index i = 0; i < n; ++i) v[i] = random.uniform(static_cast<std::uint64_t>(i)) - 0.5;
  double logs = 0, along = 0;
  int taken = 0;
  for (int k = 0; k < kScaleProducts; ++k) {
    v /= norm_of(v);
    system.jvp(t, x.data(), v.data(), jv.data());
    const double size = norm_of(jv);
    if (size == 0 || !std::isfinite(size)) return {};
    if (k >= kSettled) {
      logs += std::log(size);
      along += v.dot(jv);
      ++taken;
    }
    v.swap(jv);
  }
  const double rate = std::exp(logs / taken);
  return {rate, std::clamp(along / taken / rate, -1.0, 1.0)};
}

std::string stiffness_text(System& system, double t, const Vector& x, double t1, double dt, const MethodEntry& method,
                           const Options& options) {
  const FastestScale fastest = fastest_scale(system, t, x);
  if (!(fastest.rate > 0)) return "no time scale can be told there: the Jacobian is 0 or not finite";
  const double scale = 1 / fastest.rate;
  const bool decays = fastest.direction<-kOneWay, grows = fastest.direction> kOneWay;
  const std::string told = fmt::format("the fastest time scale there is {:.2g} ({}), the last dt {:.2g}", scale,
                                       decays  ? "a decay"
                                       : grows ? "a growth"
                                               : "a turning",
                                       dt);
  const bool at_limit = dt >= kAtLimit * scale, lasting = t1 - t >= kLong * scale;
  if (grows && scale <= kSingular * (t1 - t))
    return told + ": not stiff; the state grows, perhaps without bound, as before a singularity";
  if (!method.stiff && decays && at_limit && lasting) {
    return fmt::format("{}: stiff; try {}", told, stiff_methods(system, options));
  }
  if (!decays && !grows && at_limit) {
    return told + ": it turns fast, and steps that short follow it; raise the limit, or slow the equations down";
  }
  if (method.stiff && at_limit) return told + ": the method passes over that, so something else keeps its steps short";
  return told + ": not stiff; accuracy keeps the steps short, or a jump in the equations";
}

}  // namespace neurode::integrate
