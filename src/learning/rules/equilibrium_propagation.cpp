// Two relaxations of one network, with and without a nudge towards the targets, give the gradient.
#include <cmath>

#include "learning/parts/copies.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

using network::Assembly;

class EquilibriumPropagation {
 public:
  explicit EquilibriumPropagation(const Setup& setup)
      : setup_(setup),
        a_(network::assemble(setup.network, {setup.train(), true, true})),
        layers_(setup.network, a_),
        copies_(setup, a_, layers_, 1),
        last_(static_cast<std::size_t>(setup.output)),
        beta_(setup.rule.number("beta")),
        tau_(setup.rule.number("tau")),
        share_(per_sample(setup, a_.samples)) {}

  Problem build() {
    const std::string variant = setup_.rule.text("variant");
    if (variant == "continual") return continual();
    const bool symmetric = variant == "symmetric";
    const Copy low = copies_.add(symmetric ? ".minus" : "", symmetric ? ", nudged by -beta" : "");
    const Copy high = copies_.add(symmetric ? ".plus" : ".nudged", ", nudged by beta");
    const ValueId low_loss = loss(low), high_loss = loss(high);
    copies_.relax(low, tau_, symmetric ? nudge(low, low_loss, number(-beta_)) : std::vector<ValueId>{});
    copies_.relax(high, tau_, nudge(high, high_loss, number(beta_)));
    // g = (dE/dw(high) - dE/dw(low)) / distance, dE/dw = -r r^T.
    const double factor = share_ / (symmetric ? 2 * beta_ : beta_);
    const auto gradient = layers_.contrast(high.r, low.r, std::vector<double>(high.r.size(), -factor));
    if (!symmetric) return finished(low.r[last_], low_loss, gradient);
    Program& p = a_.program;  // halfway between the nudges: the free one but for O(beta^2)
    const auto n = p[low.r[last_]];
    const Expr middle = 0.5 * (Expr(p, low.r[last_]) + Expr(p, high.r[last_]));
    return finished({}, layers_.loss(setup_, setup_.train(), p.elementwise(n.rows, n.cols, middle), nullptr), gradient);
  }

 private:
  Expr number(double x) { return {a_.program.graph(), a_.program.graph().constant(x)}; }
  /// Of the output as such: a loss that looks through its activation (binary_cross_entropy) would not depend on it.
  ValueId loss(const Copy& c) {
    Program& p = a_.program;
    const auto n = p[c.r[last_]];
    return layers_.loss(setup_, setup_.train(), p.view(c.r[last_], 0, n.rows, n.cols), nullptr);
  }

  /// -beta dC/dr of the output, C being a sample's part of the loss.
  std::vector<ValueId> nudge(const Copy& c, ValueId loss, Expr beta) {
    Program& p = a_.program;
    const ValueId targets[] = {c.r[last_]};
    const ValueId slope = p.adjoint({{loss, p.elementwise(1, 1, p.graph().constant(1))}}, targets)[0];
    Expr size = (-1 / share_) * beta;
    if (a_.shown) size = size * Expr(p, a_.shown->present);
    std::vector<ValueId> out(c.r.size());
    out[last_] = p.elementwise(p[slope].rows, p[slope].cols, size * Expr(p, slope));
    return out;
  }

  /// One copy, free and nudged in turn; while it is nudged, g = 1/beta d/dt dE/dw: what has passed when it stands
  /// still is the difference of both ends.
  Problem continual() {
    Program& p = a_.program;
    const double free = setup_.rule.number("free"), nudged = setup_.rule.number("nudged"), period = free + nudged;
    const double start = setup_.scenario.time.start;
    const Expr passed = (Expr(p, p.segment_time()) - start) / period;
    const Expr phase = passed - Expr(p.graph(), p.graph().unary(equations::Op::floor, passed));
    const Expr on = where_less(phase, free / period, number(0), number(1));
    const Copy copy = copies_.add("", "");
    const ValueId value = loss(copy);
    const auto nudges = nudge(copy, value, beta_ * on);
    copies_.relax(copy, tau_, nudges);
    Program::Seeds moves;
    std::vector<ValueId> outputs, speed(copy.r.size());
    std::vector<std::size_t> which;
    for (const auto& part : a_.parts) {
      if (part.rate.valid()) moves.emplace_back(part.value, part.rate);
    }
    for (std::size_t q = 0; q < copy.r.size(); ++q) {
      if (!copy.u[q].valid()) continue;
      outputs.push_back(copy.r[q]);
      which.push_back(q);
    }
    const auto speeds = p.tangent(moves, outputs);
    for (std::size_t k = 0; k < which.size(); ++k) {
      const auto n = p[speeds[k]];
      speed[which[k]] = p.elementwise(n.rows, n.cols, on * Expr(p, speeds[k]));
    }
    const double factor = -share_ / beta_;
    auto gradient = layers_.outer(speed, copy.r, factor);
    for (const auto& link : layers_.links()) {  // the other half: what sends moves as well
      if (link.plastic < 0 || !speed[link.pre].valid()) continue;
      auto& g = gradient[static_cast<std::size_t>(link.plastic)];
      g = p.product(scaled(p, copy.r[link.post], factor), false, speed[link.pre], true, g);
    }
    breakpoints_ = [start, free, period](double t0, double t1) {
      std::vector<double> times;
      for (double k = std::max(0.0, std::floor((t0 - start) / period)); start + k * period < t1; ++k) {
        for (const double t : {start + k * period, start + k * period + free}) {
          if (t > t0 && t < t1) times.push_back(t);
        }
      }
      return times;
    };
    return finished({}, value, gradient);
  }

  /// `output`: of a free copy; invalid where there is none all the time.
  Problem finished(ValueId output, ValueId value, std::vector<ValueId> gradient) {
    value = name_loss(setup_, a_, value);
    copies_.hide_forward_pass();
    Draft draft{setup_, std::move(a_), value, output, std::move(gradient)};
    draft.feedback = 1.0;
    draft.breakpoints = breakpoints_;
    return finish(std::move(draft));
  }

  const Setup& setup_;
  Assembly a_;
  Layers layers_;
  Copies copies_;
  std::size_t last_;
  double beta_, tau_, share_;
  std::function<std::vector<double>(double, double)> breakpoints_;
};

}  // namespace

RuleEntry equilibrium_propagation() {
  RuleEntry e;
  e.name = "equilibrium_propagation";
  e.summary =
      "connections act both ways: tau du/dt = -u + W r(pre) + W^T r(post) + b - beta dL/dr at the output, r = f(u); g "
      "= (dE/dw nudged - dE/dw free)/beta, dE/dw = -r r^T. one_sided: a free and a nudged copy relax together; "
      "symmetric: copies nudged by beta and -beta; continual: one copy, free and nudged in turn, g = d/dt(dE/dw)/beta";
  e.needs = "[data] with targets, and a network of layers (each connection is used both ways)";
  e.citation =
      "B. Scellier, Y. Bengio, Front. Comput. Neurosci. 11 (2017) 24; A. Laborieux et al., Front. Neurosci. 15 (2021) "
      "633674 (symmetric); M. Ernoult et al., arXiv:2005.04168 (2020) (continual)";
  e.parameters = {
      ParameterSpec::make(Kind::choice, "variant", "what is compared")
          .one_of({"one_sided", "symmetric", "continual"})
          .standard("one_sided"),
      ParameterSpec::make(Kind::number, "beta", "strength of the nudge; the bias of g is O(beta), symmetric O(beta^2)")
          .above(0)
          .standard(0.1),
      ParameterSpec::make(Kind::number, "tau", "time constant of the units").above(0).standard(0.1),
      ParameterSpec::make(Kind::number, "free", "continual: duration of the free phase").above(0).standard(2.0),
      ParameterSpec::make(Kind::number, "nudged", "continual: duration of the nudged phase").above(0).standard(2.0),
  };
  e.check = Copies::check;
  e.build = [](const Setup& setup) { return EquilibriumPropagation(setup).build(); };
  return e;
}

}  // namespace neurode::learning
