#include "learning/rules/rules.hpp"

namespace neurode::learning {

const std::vector<RuleEntry>& rules() {
  static const std::vector<RuleEntry> all = {direct_feedback_alignment(),
                                             eprop(),
                                             feedback_alignment(),
                                             force(),
                                             gradient_flow(),
                                             node_perturbation(),
                                             predictive_coding(),
                                             rflo(),
                                             rtrl(),
                                             three_factor()};
  return all;
}

}  // namespace neurode::learning
