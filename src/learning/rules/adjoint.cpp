// The gradient of a loss over an episode, by going through it backwards.
#include "learning/rules/rules.hpp"
#include "learning/trajectory/episode.hpp"

namespace neurode::learning {

RuleEntry adjoint() {
  RuleEntry e;
  e.name = "adjoint";
  e.exact = true;
  e.summary =
      "g = dL/dw of L(w) = integral over an episode of loss(x(t), t), dx/dt = F(x, t, w) from the initial state: "
      "dl/dt = "
      "-F_x^T l - loss_x, l(end) = 0, g = integral of F_w^T l + loss_w, as the exact adjoint of Runge-Kutta steps; "
      "[time] "
      "is the time of learning";
  e.needs = "targets, and a population with a state";
  e.citation =
      "B. A. Pearlmutter, Neural Comput. 1 (1989) 263-269; W. W. Hager, Numer. Math. 87 (2000) 247-282 (adjoint of "
      "Runge-Kutta); A. Griewank, Optim. Methods Softw. 1 (1992) 35-54 (checkpoints)";
  e.parameters = episode_parameters(true);
  e.check = check_episode;
  e.build = [](const Setup& setup) { return episode_problem(setup, Way::backward); };
  return e;
}

}  // namespace neurode::learning
