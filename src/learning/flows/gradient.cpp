#include "learning/flows/flows.hpp"

namespace neurode::learning {

FlowEntry gradient() {
  FlowEntry e;
  e.name = "gradient";
  e.summary = "steepest descent: dw/ds = -g; with method euler, gradient descent with learning rate `rate * dt`";
  e.symmetric = true;
  e.build = [](FlowContext& c) {
    for (std::size_t k = 0; k < c.size(); ++k) c.direction[k] = -c.g(k);
  };
  return e;
}

}  // namespace neurode::learning
