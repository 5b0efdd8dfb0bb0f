// A local product leaves an eligibility, and one global signal turns it into change.
#include <fmt/format.h>

#include "learning/parts/expr.hpp"
#include "learning/parts/local_derivatives.hpp"
#include "learning/parts/perturbations.hpp"
#include "learning/rules/rules.hpp"

namespace neurode::learning {

namespace {

using network::Assembly;

ValueId state_like(Assembly& a, const std::string& like, const std::string& name, const std::string& long_name,
                   const Matrix& initial) {
  const network::Named n = *a.find(like);
  Slice s;
  s.name = name;
  s.long_name = long_name;
  s.rows = initial.rows();
  s.cols = initial.cols();
  s.block = Block::auxiliary;
  s.row_dimension = n.row_dimension;
  s.col_dimension = s.cols == 1 ? "" : n.col_dimension;
  const ValueId v = add_state(a, s, initial);
  a.named.back().population = n.population;
  return v;
}

/// One number as a state.
ValueId number(Assembly& a, const std::string& name, const std::string& long_name) {
  Slice s;
  s.name = name;
  s.long_name = long_name;
  s.rows = s.cols = 1;
  s.block = Block::auxiliary;
  return add_state(a, s, Matrix::Zero(1, 1));
}

/// d elig/dt = -elig/tau_e + H summed over samples; tau_reward dRbar/dt = R - Rbar, R = -L; g = -(R - Rbar) elig.
Problem build(const Setup& setup) {
  const auto& net = setup.network;
  const auto* train = setup.train();
  Assembly a = network::assemble(net, {train, false, true});
  Program& p = a.program;
  const Index samples = a.samples;
  const bool perturbed = setup.rule.text("product") == "perturbation";
  Perturbations perturbations(setup, a);
  const auto plastic = a.plastic;
  std::vector<ValueId> posts(net.populations.size());  // the factor of the neuron that receives
  for (const auto& w : plastic) {
    const std::size_t q = post_of(net, w);
    const auto& pop = net.populations[q];
    if (posts[q].valid()) continue;
    if (perturbed) {
      const ValueId xi = perturbations.of(pop);
      posts[q] = scaled(p, xi, perturbations.sigma());
      // What reads the input reads the perturbed one: expressions that stand before posts[q], so xi itself.
      const ValueId input = a.find(pop.name + "." + pop.first_input())->value;
      const equations::Node by = Expr(p, input) + perturbations.sigma() * Expr(p, xi);
      p.rewrite([&](equations::Node e) { return equations::substitute(p.graph(), e, {{p.symbol(input).id, by}}); });
    } else {
      const ValueId mean =
          state_like(a, pop.name + ".output", pop.name + ".mean_output",
                     "running mean of the output of population " + pop.name, Matrix::Zero(pop.size, samples));
      posts[q] = p.elementwise(pop.size, samples, Expr(p, a.outputs[q]) - Expr(p, mean));
      set_rate(a, mean, scaled(p, posts[q], 1 / setup.rule.number("tau_mean")));
    }
  }
  const ValueId loss = add_loss(setup, a, train, false);
  const ValueId output = a.outputs[static_cast<std::size_t>(setup.output)];
  const ValueId mean = number(a, "reward.mean", "running mean of the reward");
  const ValueId surprise = p.elementwise(1, 1, -Expr(p, loss) - Expr(p, mean));
  set_rate(a, mean, scaled(p, surprise, 1 / setup.rule.number("tau_reward")));
  a.named.push_back({"modulator", surprise, "", "reward minus its running mean", "", "", false, 1, 1, ""});

  std::vector<ValueId> gradient;
  for (const auto& w : plastic) {
    const auto shape = p[w.value];
    const ValueId e = state_like(a, w.name, w.name + ".eligibility", "eligibility of " + w.name,
                                 Matrix::Zero(shape.rows, shape.cols));
    const ValueId post = posts[post_of(net, w)];
    const ValueId product =
        w.projection >= 0
            ? p.product(post, false, a.outputs[net.projections[static_cast<std::size_t>(w.projection)].pre], true)
            : p.sum(post, Program::Along::columns);
    set_rate(a, e, p.elementwise(shape.rows, shape.cols, Expr(p, product) - Expr(p, e) / setup.rule.number("tau_e")));
    gradient.push_back(p.elementwise(shape.rows, shape.cols, -Expr(p, surprise) * Expr(p, e)));
  }
  MoreShown shown;
  if (perturbed) shown = perturbations.shown();
  return finish({setup, std::move(a), loss, output, std::move(gradient), false, {}, std::move(shown)});
}

void check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  std::vector<char> dense(net.projections.size(), 0), learns(net.populations.size(), 0),
      driven(net.populations.size(), 0);
  bool any = false;
  for (std::size_t k = 0; k < net.projections.size(); ++k) {
    const auto& pr = net.projections[k];
    driven[pr.post] = 1;
    if (!pr.plastic) continue;
    dense[k] = learns[pr.post] = 1;
    any = true;
  }
  if (any) check_dense(setup, dense, diagnostics);
  const bool perturbed = setup.rule.text("product") == "perturbation";
  for (std::size_t p = 0; p < net.populations.size(); ++p) {
    const auto& pop = net.populations[p];
    for (const auto& b : pop.biases) learns[p] |= static_cast<char>(b.plastic);
    if (!learns[p]) continue;
    if (pop.model->inputs.size() != 1) {
      refuse_rule(
          setup, diagnostics,
          fmt::format("needs populations with one input, and \"{}\" has {}", pop.name, pop.model->inputs.size()),
          "models such as leaky_rate");
    }
    if (perturbed && !driven[p]) {
      refuse_rule(setup, diagnostics,
                  fmt::format("perturbs what projections bring, and none leads to \"{}\"", pop.name),
                  "a projection to it, or product = \"covariance\"");
    }
  }
}

}  // namespace

RuleEntry three_factor() {
  RuleEntry e;
  e.name = "three_factor";
  e.summary =
      "local product, eligibility, global reward: d elig/dt = -elig/tau_e + H, dw/dt = rate (R - <R>) elig with R = "
      "-loss "
      "and tau_reward d<R>/dt = R - <R>; H = perturbation of the input of i times r_j, or (r_i - <r_i>) r_j";
  e.needs = "targets; for product = \"perturbation\" nothing else, for \"covariance\" activity that varies";
  e.citation =
      "R. J. Williams, Mach. Learn. 8 (1992) 229-256; I. R. Fiete, H. S. Seung, Phys. Rev. Lett. 97 (2006) 048104; "
      "N. Fremaux, W. Gerstner, Front. Neural Circuits 9 (2016) 85";
  e.parameters = Perturbations::parameters();
  e.parameters.push_back(ParameterSpec::make(Kind::choice, "product", "H: perturbation or fluctuation of the output")
                             .one_of({"perturbation", "covariance"})
                             .standard("perturbation"));
  e.parameters.push_back(
      ParameterSpec::make(Kind::number, "tau_e", "time constant of the eligibility").above(0).standard(1.0));
  e.parameters.push_back(
      ParameterSpec::make(Kind::number, "tau_reward", "time constant of the mean reward").above(0).standard(10.0));
  e.parameters.push_back(ParameterSpec::make(Kind::number, "tau_mean", "covariance: time constant of the mean output")
                             .above(0)
                             .standard(10.0));
  e.check = check;
  e.build = build;
  return e;
}

}  // namespace neurode::learning
