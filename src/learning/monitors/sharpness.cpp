#include "learning/gradients/reference.hpp"
#include "learning/monitors/monitors.hpp"
#include "learning/parts/lanczos.hpp"

namespace neurode::learning {

MonitorEntry sharpness() {
  MonitorEntry e;
  e.name = "sharpness";
  e.summary =
      "largest eigenvalue of the Hessian of the loss on all training samples, by Lanczos on products H v until the "
      "residual is 1e-9 of it";
  e.needs = "a network with a steady state";
  e.citation = "J. M. Cohen, S. Kaur, Y. Li, J. Z. Kolter, A. Talwalkar, ICLR 2021, arXiv:2103.00065";
  e.build = [](const MonitorContext& c, std::string* why) -> Figure {
    const std::shared_ptr<Gradient> loss = reference_gradient(c.setup, why);
    if (!loss) return {};
    return [loss, first = c.first](double t, const double* x) {
      double slope = 0;
      const auto product = [&](const double* v, double* hv) { loss->product(t, x + first, v, hv, &slope); };
      return largest_eigenpair(loss->size(), product, 1e-9).value;
    };
  };
  return e;
}

}  // namespace neurode::learning
