#include "learning/gradients/reference.hpp"
#include "learning/monitors/monitors.hpp"
#include "learning/parts/lanczos.hpp"

namespace neurode::learning {

namespace {

/// `sign` times the largest eigenvalue of `sign` H.
template <int sign>
Figure eigenvalue(const MonitorContext& c, std::string* why) {
  const std::shared_ptr<Gradient> loss = reference_gradient(c.setup, why);
  if (!loss) return {};
  return [loss, first = c.first](double t, const double* x) {
    double slope = 0;
    const auto product = [&](const double* v, double* hv) {
      loss->product(t, x + first, v, hv, &slope);
      Eigen::Map<Vector>(hv, loss->size()) *= sign;
    };
    return sign * largest_eigenpair(loss->size(), product, 1e-9).value;
  };
}

}  // namespace

MonitorEntry lowest_curvature() {
  MonitorEntry e;
  e.name = "lowest_curvature";
  e.summary =
      "smallest eigenvalue of the Hessian of the loss on all training samples, as \"sharpness\": where it is negative "
      "a gradient flow leaves along its vector, like exp(-rate lowest_curvature t)";
  e.needs = "a network with a steady state";
  e.citation = "C. Lanczos, J. Res. Natl. Bur. Stand. 45 (1950) 255-282";
  e.build = eigenvalue<-1>;
  return e;
}

MonitorEntry sharpness() {
  MonitorEntry e;
  e.name = "sharpness";
  e.summary =
      "largest eigenvalue of the Hessian of the loss on all training samples, by Lanczos on products H v until the "
      "residual is 1e-9 of it";
  e.needs = "a network with a steady state";
  e.citation = "J. M. Cohen, S. Kaur, Y. Li, J. Z. Kolter, A. Talwalkar, ICLR 2021, arXiv:2103.00065";
  e.build = eigenvalue<1>;
  return e;
}

}  // namespace neurode::learning
