#include "learning/rules/rules.hpp"

namespace neurode::learning {

const std::vector<RuleEntry>& rules() {
  static const std::vector<RuleEntry> all = {
      contrastive_hebbian(), direct_feedback_alignment(), equilibrium_propagation(), feedback_alignment(),
      gradient_flow(),       latent_equilibrium(),        predictive_coding()};
  return all;
}

}  // namespace neurode::learning
