#include "learning/rules/rules.hpp"

namespace neurode::learning {

const std::vector<RuleEntry>& rules() {
  static const std::vector<RuleEntry> all = {gradient_flow()};
  return all;
}

}  // namespace neurode::learning
