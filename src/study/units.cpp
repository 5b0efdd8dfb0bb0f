// A network taken apart: its units by themselves, and its wires alone.
#include "study/units.hpp"

#include <fmt/format.h>

#include <cmath>

#include "neurode/network/assemble.hpp"

namespace neurode::study {

namespace {

using network::Network;

/// The network's units without anything that comes in but a bias, which stands in the state.
void uncouple(Network& net) {
  net.projections.clear();
  net.stimuli.clear();
  for (auto& pop : net.populations) free_bias(pop);
}

/// Units that hand on their state and whose rate is their input: ds/dt = I, output s.
void make_wires(Network& net) {
  net.own_models.reserve(net.populations.size());  // they are pointed to
  for (auto& pop : net.populations) {
    scenario::ModelSection m;
    m.name = "wire";
    m.inputs = {pop.first_input()};
    m.equations.text = "ds/dt = " + pop.first_input();
    m.output.text = "s";
    pop.model = &net.own_models.emplace_back(std::move(m));
    pop.activation.clear();
    pop.parameters.clear();
    pop.initial = {{"s", Vector::Zero(pop.size)}};
    pop.history.clear();
    pop.time_factor = 1;
  }
}

std::unique_ptr<ProgramSystem> system_of(network::Assembly a) {
  return std::make_unique<ProgramSystem>(std::move(a.program), std::move(a.layout), std::move(a.parts),
                                         [](double, double) { return std::vector<double>(); });
}

}  // namespace

Network copy_of(const Network& net) {
  Network out;
  out.populations = net.populations;
  out.projections = net.projections;
  out.stimuli = net.stimuli;
  out.time_unit = net.time_unit;
  return out;
}

std::string free_bias(network::Population& pop) {
  network::Bias bias;
  bias.name = pop.name + ".bias";
  bias.input = pop.first_input();
  bias.values = Matrix::Zero(pop.size, 1);
  bias.plastic = true;
  std::erase_if(pop.biases, [&](const network::Bias& b) { return b.input == bias.input; });
  pop.biases.push_back(bias);
  return bias.name;
}

std::string Units::refusal(const Network& net) {
  if (net.data) return "it has [data]: several samples, or inputs that are held";
  for (const auto& pop : net.populations) {
    const auto because = [&](const std::string& text) { return fmt::format("population \"{}\" {}", pop.name, text); };
    if (pop.synapse) return "it has synapses with states of their own";
    if (pop.initial.size() != 1) return because(fmt::format("has {} states a unit, not one", pop.initial.size()));
    if (pop.model->inputs.size() != 1) return because("has several inputs");
    if (!pop.noise.empty()) return because("has white noise");
    if (!pop.delays.empty()) return because("has delays");
    if (!pop.model->threshold.text.empty()) return because("spikes");
    if (pop.softmax) return because("has a softmax: each output depends on all inputs");
    for (const auto& b : pop.biases) {
      if (b.moves()) return because("has a bias that moves");
    }
  }
  for (const auto& pr : net.projections) {
    const auto because = [&](const char* text) { return fmt::format("projection \"{}\" {}", pr.name, text); };
    if (pr.moves()) return because("has weights that move");
    if (!pr.coupling.empty()) return because("has a coupling of its own, not w * pre");
    if (pr.delay.size() > 0) return because("has a delay");
    if (!pr.continuous) return because("acts by spikes");
  }
  return "";
}

Units::Units(const Network& net) : separate_(copy_of(net)), linear_(copy_of(net)) {
  for (const auto& pop : net.populations) size_ += pop.size;
  uncouple(separate_);
  make_wires(linear_);
  auto a = network::assemble(separate_, {});
  const auto outputs = a.outputs;
  units_ = system_of(std::move(a));
  outputs_ = std::make_unique<ProgramSystem::Sampler>(*units_, outputs);
  wires_ = system_of(network::assemble(linear_, {}));
  both_.setZero(2 * size_);
  rates_ = direction_ = both_;
  direction_.head(size_).setOnes();
}

const double* Units::state(const Vector& x, const Vector& input) {
  both_ << x, input;
  return both_.data();
}

Vector Units::rate(double t, const Vector& x, const Vector& input) {
  units_->rhs(t, state(x, input), rates_.data());
  return rates_.head(size_);
}

Vector Units::slope(double t, const Vector& x, const Vector& input) {
  units_->jvp(t, state(x, input), direction_.data(), rates_.data());
  return rates_.head(size_);
}

Vector Units::output(double t, const Vector& x) {
  Vector y(size_);
  outputs_->run(t, state(x, Vector::Zero(size_)), y.data());
  return y;
}

Vector Units::inputs(double t, const Vector& y) {
  Vector u(size_);
  wires_->rhs(t, y.data(), u.data());
  return u;
}

double Units::asymmetry(double t) {
  Matrix w(size_, size_);
  wires_->jacobian(t, Vector::Zero(size_).eval().data(), w);
  const double norm = w.norm();
  return norm > 0 ? (w - w.transpose()).norm() / norm : 0;
}

}  // namespace neurode::study
