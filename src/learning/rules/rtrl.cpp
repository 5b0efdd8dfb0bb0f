// Real-time recurrent learning: sensitivities that go forward with activity, through an episode or as it runs.
#include <fmt/format.h>

#include "learning/rules/rules.hpp"
#include "learning/trajectory/episode.hpp"

namespace neurode::learning {

static bool online(const Setup& setup) { return setup.rule.text("mode") == "online"; }

static void check(const Setup& setup, Diagnostics& diagnostics) {
  online(setup) ? check_rtrl_online(setup, diagnostics) : check_episode(setup, diagnostics);
  const double most = online(setup) ? 1e9 : 1e7;  // they are states then, at most 8 GB a vector
  const double count = sensitivities(setup);
  if (count <= most) return;
  diagnostics.add({setup.scenario.learning->rule.source.where, "learning.rule",
                   "there are too many sensitivities of states to weights", fmt::format("{:.3g}", count),
                   fmt::format("at most {:.0e}; rule = \"adjoint\" gives the same gradient without them", most), ""});
}

RuleEntry rtrl() {
  RuleEntry e;
  e.name = "rtrl";
  e.exact = true;
  e.summary =
      "real-time recurrent learning: sensitivities dP/dt = F_x P + F_w, P(0) = 0, run with activity, and g = P^T "
      "dL/dx. online: activity, P and weights are one system; episode: g is the integral over an episode at frozen "
      "weights, the gradient of the integral of the loss";
  e.needs = "targets; states x weights sensitivities";
  e.citation = "R. J. Williams, D. Zipser, Neural Comput. 1 (1989) 270-280";
  e.parameters = {ParameterSpec::make(Kind::choice, "mode",
                                      "do sensitivities run with activity, or through episodes at frozen weights?")
                      .one_of({"online", "episode"})
                      .standard("online")};
  for (auto& p : episode_parameters(false)) e.parameters.push_back(std::move(p));
  e.check = check;
  e.build = [](const Setup& setup) {
    return online(setup) ? rtrl_online(setup) : episode_problem(setup, Way::forward);
  };
  return e;
}

}  // namespace neurode::learning
