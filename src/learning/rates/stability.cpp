// A rate that keeps to what an explicit step can bear.
#include <fmt/format.h>

#include <cmath>

#include "learning/gradients/reference.hpp"
#include "learning/parts/lanczos.hpp"
#include "learning/rates/rate_setter.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::learning {

namespace {

class FollowSharpness : public RateSetter {
 public:
  FollowSharpness(const Setup& setup, std::unique_ptr<Gradient> loss, Index rate, Index first)
      : RateSetter(setup.scenario.time.start, setup.rate_parameters.number("every"), rate),
        loss_(std::move(loss)),
        first_(first),
        share_(setup.rate_parameters.number("share")),
        most_(setup.rate_parameters.number("most")) {}

  double rate(double t, const double* x) override {
    double slope = 0;
    const auto product = [&](const double* v, double* hv) { loss_->product(t, x + first_, v, hv, &slope); };
    const double sharpness = largest_eigenpair(loss_->size(), product, kTolerance).value;
    if (!std::isfinite(sharpness)) {
      throw NumericalError(
          fmt::format("rate \"stability\": lam_max is not a number at t = {}; a smaller share may help", t));
    }
    return sharpness * most_ > share_ ? share_ / sharpness : most_;
  }

 private:
  static constexpr double kTolerance = 1e-3;  ///< of the eigenvalue's residual: its own error is far smaller
  std::unique_ptr<Gradient> loss_;
  Index first_;
  double share_, most_;
};

void check(const Setup& setup, Diagnostics& diagnostics) {
  if (const std::string why = no_reference(setup); !why.empty()) {
    diagnostics.add({setup.scenario.learning->rate.source.where, "learning.rate",
                     "rate \"stability\" needs the Hessian of the loss at the activity's steady state, and " + why, "",
                     "another schedule", ""});
  }
}

}  // namespace

RateEntry stability_rate() {
  RateEntry e;
  e.name = "stability";
  e.summary =
      "follows the sharpness: rate = share/lam_max, the largest eigenvalue of the Hessian of the loss on all training "
      "samples (Lanczos on products H v), set anew `every` so often, a state that jumps; most `most`. Gradient descent "
      "(euler with dt = 1, flow \"gradient\") is stable where share < 2";
  e.needs = "a network with a steady state";
  e.citation =
      "Y. LeCun, P. Y. Simard, B. Pearlmutter, Adv. Neural Inf. Process. Syst. 5 (1993) 156-163; J. M. Cohen, S. Kaur, "
      "Y. Li, J. Z. Kolter, A. Talwalkar, ICLR 2021, arXiv:2103.00065 (2/lam_max)";
  e.parameters = {
      ParameterSpec::make(Kind::number, "share", "rate times lam_max").above(0).standard(1.0),
      ParameterSpec::make(Kind::number, "every", "time between two looks at lam_max").above(0).standard(10.0),
      ParameterSpec::make(Kind::number, "most", "largest rate, where lam_max is small or negative")
          .above(0)
          .standard(100.0)};
  e.check = check;
  e.build = [](FlowContext& c, const Parameters& p) -> equations::Node {
    return c.of(c.scalar("flow.rate", "learning rate", p.number("most")));
  };
  e.setter = [](const Setup& setup, const StateLayout& layout, Index first) -> std::unique_ptr<RateSetter> {
    std::string why;
    return std::make_unique<FollowSharpness>(setup, reference_gradient(setup, &why), layout.find("flow.rate")->offset,
                                             first);
  };
  return e;
}

}  // namespace neurode::learning
