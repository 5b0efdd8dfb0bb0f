#include "learning/rules/rules.hpp"

namespace neurode::learning {

const std::vector<RuleEntry>& rules() {
  static const std::vector<RuleEntry> all = {adjoint(),
                                             contrastive_hebbian(),
                                             direct_feedback_alignment(),
                                             eprop(),
                                             equilibrium_propagation(),
                                             feedback_alignment(),
                                             force(),
                                             gradient_flow(),
                                             latent_equilibrium(),
                                             node_perturbation(),
                                             predictive_coding(),
                                             rflo(),
                                             rtrl(),
                                             three_factor()};
  return all;
}

}  // namespace neurode::learning
