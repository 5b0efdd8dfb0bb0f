#include "neurode/suggest/suggest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "neurode/core/errors.hpp"
#include "neurode/run/prepare.hpp"
#include "neurode/run/train.hpp"
#include "neurode/scenario/edit.hpp"
#include "neurode/scenario/read.hpp"
#include "suggest/candidates.hpp"
#include "suggest/dynamics.hpp"
#include "suggest/mean_field.hpp"

namespace neurode::suggest {

namespace {

constexpr double kPatience = 20;  ///< times the trials' evaluations, for whole runs from many seeds

double target_of(const Request& request, const run::Prepared& p, double loss) {
  if (request.loss > 0) return request.loss;
  for (const auto& stop : p.scenario.time.stop) {
    if (stop.kind == "loss") return stop.value.number();
  }
  return std::stod(fmt::format("{:.3g}", 0.1 * loss));
}

class Suggester {
 public:
  Suggester(const Request& request, const Progress& progress, const std::function<bool()>& interrupt)
      : request_(request), progress_(progress), interrupt_(interrupt) {}

  Suggestion run() {
    say("looking at the network");
    auto p = run::prepare(request_.scenario, request_.overrides);
    s_.scenario = request_.scenario.path.string();
    s_.title = p->scenario.title;
    s_.root = p->scenario.root;
    s_.layers = layers_of(*p);
    s_.activity = activity_of(*p);
    s_.activations = activations();
    if (p->problem.learns && run::loss_of(p->problem)) {
      rule_ = p->scenario.learning->rule.name;
      mode_ = p->problem.mode;
      s_.curvature = curvature_of(*p);
      s_.target = target_of(request_, *p, s_.curvature.loss);
      if (!(s_.target > 0)) {
        s_.curvature.note = "no trials: the loss at the start is not above 0; --loss says which is to be reached";
      } else if (request_.evaluations > 0) {
        choose();
      }
    } else {
      s_.curvature.note = "nothing here learns by a loss";
    }
    return std::move(s_);
  }

 private:
  void say(const std::string& what) {
    if (progress_) progress_(what);
  }

  /// The best of `list` and of what is best so far, which is left only for what takes less than `share` of its
  /// evaluations; its changes go into the scenario.
  void tried(std::vector<Candidate>& list, const Trials& trials, Candidate& best, double share) {
    const Candidate* winner = nullptr;
    for (auto& c : list) {
      say("trying " + c.what);
      // Whoever needs more than the slowest seed of the best so far has lost.
      trials.run(s_.root, c,
                 std::isfinite(best.most) ? std::min(request_.evaluations, 1.05 * best.most) : request_.evaluations);
      if (better(c, winner ? *winner : best)) winner = &c;
    }
    if (!winner) return;
    const bool slow = std::isfinite(best.evaluations) && winner->evaluations > share * best.evaluations;
    const bool high = !std::isfinite(winner->evaluations) && winner->loss > share * best.loss;
    if (winner->reached == best.reached && (slow || high)) return;
    best = *winner;
    s_.root = changed(s_.root, best);
    std::string reason = "  # " + best.why;
    for (const auto& [path, value] : best.changes) {
      std::string key;
      for (const auto& part : path) key += (key.empty() ? "" : ".") + key_text(part);
      const std::string line = key + " = " + value.to_toml() + std::exchange(reason, "");
      std::erase_if(s_.chosen, [&](const auto& known) { return known.compare(0, key.size() + 1, key + " ") == 0; });
      s_.chosen.push_back(line);
    }
  }

  void choose() {
    const Trials trials(request_.scenario, request_, s_.target, interrupt_);
    const Value file = s_.root;
    s_.as_in_file.what = "as in the file";
    say("trying the file");
    trials.run(s_.root, s_.as_in_file, request_.evaluations);
    Candidate best = s_.as_in_file;
    s_.flows = flow_candidates(s_.root, rule_, mode_, s_.curvature);
    tried(s_.flows, trials, best, 1);
    const bool no_flow = s_.chosen.empty();
    s_.starts = start_candidates(s_.root, s_.layers, "");
    tried(s_.starts, trials, best, 0.97);
    if (no_flow && !s_.chosen.empty()) {  // with other weights flows may do what they could not
      s_.flows = flow_candidates(s_.root, rule_, mode_, s_.curvature);
      tried(s_.flows, trials, best, 1);
    }
    for (const auto& a : s_.activations) {
      if (std::none_of(s_.layers.begin(), s_.layers.end(), [&](const Layer& l) {
            return !l.to_output && !l.activation.empty() && l.activation != "identity" && l.activation != a.name;
          })) {
        continue;
      }
      for (auto& c : start_candidates(s_.root, s_.layers, a.name)) s_.units.push_back(std::move(c));
    }
    tried(s_.units, trials, best, 0.9);  // another unit is another network
    if (!s_.root.find("time")->find("stop") && !s_.chosen.empty()) {
      scenario::set_key(s_.root, {"time", "stop", "loss"}, scenario::toml_value(number_text(s_.target)));
      s_.chosen.push_back("time.stop.loss = " + number_text(s_.target) + "  # what was tried");
    }
    if (request_.seeds == 0) return;
    say("the file from many seeds");
    s_.file = trials.measure(file, kPatience * request_.evaluations);
    say("the suggestion from many seeds");
    s_.suggested = trials.measure(s_.root, kPatience * request_.evaluations);
  }

  const Request& request_;
  const Progress& progress_;
  const std::function<bool()>& interrupt_;
  std::string rule_, mode_;
  Suggestion s_;
};

}  // namespace

Suggestion suggest(const Request& request, const Progress& progress, const std::function<bool()>& interrupt) {
  return Suggester(request, progress, interrupt).run();
}

}  // namespace neurode::suggest
