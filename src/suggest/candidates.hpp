#pragma once

#include <functional>
#include <vector>

#include "neurode/suggest/suggest.hpp"

namespace neurode::suggest {

/// Flows with a method to follow them, for a rule of the scenario.
std::vector<Candidate> flow_candidates(const Value& root, const std::string& rule, const std::string& mode,
                                       const Curvature& curvature);
/// Initial weights and biases of the layers for hidden units `activation` ("": as each population has it).
std::vector<Candidate> start_candidates(const Value& root, const std::vector<Layer>& layers,
                                        const std::string& activation);

/// The scenario with a candidate's changes.
Value changed(Value root, const Candidate& c);

/// Tries a candidate from several seeds: until the target, or `evaluations`.
class Trials {
 public:
  Trials(ScenarioFile file, const Request& request, double target, std::function<bool()> interrupt)
      : file_(std::move(file)), request_(request), target_(target), interrupt_(std::move(interrupt)) {}
  void run(const Value& root, Candidate& c, double evaluations) const;
  /// Seeds 1 to request.seeds, as far as they take.
  Measured measure(const Value& root, double evaluations) const;

 private:
  ScenarioFile file_;
  const Request& request_;
  double target_;
  std::function<bool()> interrupt_;
};

/// Did a go better than b? By seeds that reached the target, then the median of evaluations, then the loss.
bool better(const Candidate& a, const Candidate& b);

}  // namespace neurode::suggest
