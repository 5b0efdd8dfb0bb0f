#include "learning/rules/rules.hpp"

namespace neurode::learning {

const std::vector<RuleEntry>& rules() {
  static const std::vector<RuleEntry> all = {direct_feedback_alignment(), feedback_alignment(), gradient_flow(),
                                             predictive_coding()};
  return all;
}

}  // namespace neurode::learning
