// What the rule conserves between consecutive layers.
#include <fmt/format.h>

#include <cmath>

#include "learning/gradients/reference.hpp"
#include "learning/monitors/monitors.hpp"

namespace neurode::learning {

namespace {

/// Of one hidden population h: C = sum over what it gets of W W^T + b b^T, less sum over what it gives of V^T V (or of
/// B V + (B V)^T where errors come back by B). A linear population conserves all of C; one of rectified units whose
/// errors come back by V^T its diagonal: what goes in and what goes out of each unit.
struct Hidden {
  Index units = 0;
  bool linear = true;
  std::vector<const MonitorContext::Weights*> in, out;
  std::vector<Matrix> feedback;  ///< of each of `out`; empty: V^T

  Matrix invariant(const double* x) const {
    Matrix c = Matrix::Zero(units, units);
    for (const auto* w : in) {
      const Eigen::Map<const Matrix> m(x + w->offset, w->rows, w->cols);
      c += m * m.transpose();
    }
    for (std::size_t k = 0; k < out.size(); ++k) {
      const Eigen::Map<const Matrix> v(x + out[k]->offset, out[k]->rows, out[k]->cols);
      if (feedback.empty()) {
        c -= v.transpose() * v;
      } else {
        const Matrix bv = feedback[k] * v;
        c -= bv + bv.transpose();
      }
    }
    return c;
  }
};

/// Do weights follow the rule alone, with no factor, penalty or bound of their own?
bool plain(const network::Motion& m) { return m.rate == 1 && m.decay == 0 && m.l1 == 0 && !m.bounded(); }

/// The population as far as it conserves something; else why not.
std::string hidden(const MonitorContext& c, std::size_t p, bool fixed_feedback, Hidden& h) {
  const auto& net = c.setup.network;
  const auto& pop = net.populations[p];
  if (pop.activation != "I" && pop.activation != "relu(I)") {
    return "its activation is neither identity nor relu";
  }
  h.units = pop.size;
  h.linear = pop.activation == "I";
  if (fixed_feedback && !h.linear) return "with feedback_alignment it must be linear";
  const auto& model = pop.model->name;
  if (model != "instantaneous" && model != "leaky_rate" && model != "voltage_rate") {
    return fmt::format("of model \"{}\" that is not known", model);
  }
  for (const auto& s : net.stimuli) {
    if (s.target == p) return "it has a stimulus";
  }
  for (std::size_t k = 0; k < net.projections.size(); ++k) {
    const auto& pr = net.projections[k];
    if (pr.pre != p && pr.post != p) continue;
    if (pr.pre == pr.post) return "it projects onto itself";
    const MonitorContext::Weights* moving = nullptr;
    for (const auto& w : c.weights) {
      if (w.projection == static_cast<int>(k)) moving = &w;
    }
    if (!moving || pr.wiring || !pr.coupling.empty()) {
      return fmt::format("\"{}\" is not plastic, all to all, with coupling w * pre", pr.name);
    }
    if (!plain(pr.motion)) return fmt::format("weights of \"{}\" have a factor, penalty or bounds", pr.name);
    (pr.post == p ? h.in : h.out).push_back(moving);
    if (pr.pre != p || !fixed_feedback) continue;
    const auto* b = c.find(pr.name + ".feedback");
    Matrix values(b->rows, b->cols);
    c.sampler({b->value})->run(0, c.initial.data(), values.data());
    h.feedback.push_back(std::move(values));
  }
  for (const auto& w : c.weights) {
    if (w.population == static_cast<int>(p)) h.in.push_back(&w);
  }
  for (const auto& b : pop.biases) {
    bool moves = false;
    for (const auto& w : c.weights) moves = moves || w.name == b.name;
    if (moves && !plain(b.motion)) return "its bias has a factor, penalty or bounds";
    if (!moves && !b.values.isZero(0)) return "it has a bias that stands still";
  }
  if (h.in.empty() || h.out.empty()) return "nothing goes in or nothing goes out";
  return "";
}

Figure of_hidden(const MonitorContext& c, bool fixed_feedback, std::string* why) {
  const auto all = std::make_shared<std::vector<std::pair<Hidden, Matrix>>>();
  const auto& net = c.setup.network;
  std::string reasons;
  for (std::size_t p = 0; p < net.populations.size(); ++p) {
    if (net.populations[p].clamped || static_cast<int>(p) == c.setup.output) continue;
    Hidden h;
    const std::string reason = hidden(c, p, fixed_feedback, h);
    if (!reason.empty()) {
      reasons += fmt::format("{}population \"{}\" conserves nothing of the kind: {}", reasons.empty() ? "" : "; ",
                             net.populations[p].name, reason);
      continue;
    }
    Matrix start = h.invariant(c.initial.data());
    all->emplace_back(std::move(h), std::move(start));
  }
  if (all->empty()) {
    *why = reasons.empty() ? "there is no hidden population" : reasons;
    return {};
  }
  return [all](double, const double* x) {
    double sum = 0;
    for (const auto& [h, start] : *all) {
      const Matrix moved = h.invariant(x) - start;
      sum += h.linear ? moved.squaredNorm() : moved.diagonal().squaredNorm();
    }
    return std::sqrt(sum);
  };
}

/// AdaGrad with one G: sqrt(G) + L/2, whatever the loss is.
Figure of_adagrad(const MonitorContext& c, std::string* why) {
  std::string reason;
  for (const auto& w : c.setup.network.projections) {
    if (w.plastic && !plain(w.motion))
      reason = fmt::format("weights of \"{}\" have a factor, penalty or bounds", w.name);
  }
  for (const auto& pop : c.setup.network.populations) {
    for (const auto& b : pop.biases) {
      if (b.plastic && !plain(b.motion)) reason = fmt::format("\"{}\" has a factor, penalty or bounds", b.name);
    }
  }
  if (c.setup.network.data && c.setup.network.data->shown_in_time()) reason = "the loss changes with the samples shown";
  if (!reason.empty()) {
    *why = reason;
    return {};
  }
  const std::shared_ptr<Gradient> loss = reference_gradient(c.setup, why);
  if (!loss) return {};
  const std::shared_ptr<Sampler> squares = c.sampler({c.find("flow.squares")->value});
  const auto g = std::make_shared<Vector>(Vector::Zero(loss->size()));
  const auto invariant = [=, first = c.first](double t, const double* x) {
    double value = 0, sum = 0;
    loss->evaluate(t, x + first, g->data(), &value);
    squares->run(t, x, &sum);
    return std::sqrt(sum) + 0.5 * value;
  };
  const double start = invariant(c.setup.scenario.time.start, c.initial.data());
  return [=](double t, const double* x) { return std::abs(invariant(t, x) - start); };
}

}  // namespace

MonitorEntry conserved() {
  MonitorEntry e;
  e.name = "conserved";
  e.summary =
      "how far what learning conserves has moved from the start. Hidden populations, Frobenius norm: of linear ones "
      "W_in W_in^T + b b^T - W_out^T W_out, of relu units the diagonal; with feedback_alignment W_in W_in^T - "
      "B W_out - (B W_out)^T. With flow \"adagrad\" and one G for all weights: sqrt(G) + loss/2";
  e.needs =
      "gradient_flow (adiabatic) or feedback_alignment with flow \"gradient\", hidden populations with identity or "
      "relu; or gradient_flow with flow \"adagrad\", norm = true, and a constant rate";
  e.citation =
      "A. M. Saxe, J. L. McClelland, S. Ganguli, ICLR 2014, arXiv:1312.6120; S. S. Du, W. Hu, J. D. Lee, Adv. Neural "
      "Inf. Process. Syst. 31 (2018), arXiv:1806.00900";
  e.build = [](const MonitorContext& c, std::string* why) -> Figure {
    const std::string& rule = c.setup.rule_entry->name;
    const std::string& flow = c.setup.flow->name;
    const bool fixed_feedback = rule == "feedback_alignment";
    const bool follows = rule == "gradient_flow" && c.setup.rule.text("mode") == "adiabatic";
    if (follows && flow == "adagrad" && c.setup.flow_parameters.flag("norm")) return of_adagrad(c, why);
    if ((!follows && !fixed_feedback) || !c.setup.steady || flow != "gradient") {
      *why =
          "only gradient_flow (adiabatic) and feedback_alignment with flow \"gradient\" conserve it, in a network "
          "without loops, and gradient_flow with flow \"adagrad\" and norm = true";
      return {};
    }
    return of_hidden(c, fixed_feedback, why);
  };
  return e;
}

}  // namespace neurode::learning
