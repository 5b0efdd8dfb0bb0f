#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/dynamics/system.hpp"
#include "neurode/network/assemble.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::learning {

/// Evaluates chosen quantities of a running system: size() doubles, one value after another, column-major each.
class Sampler {
 public:
  virtual ~Sampler() = default;
  virtual Index size() const = 0;
  virtual const std::vector<Index>& offsets() const = 0;
  virtual void run(double t, const double* x, double* out) = 0;
};

/// A scalar figure of merit: "loss", "accuracy", "test_loss", "test_accuracy".
struct Metric {
  std::string name, long_name;
  std::function<double(double t, const double* x)> evaluate;
};

/// The loss on all training samples as a function of what the rule moves (Problem::moved, one after another), activity
/// at its steady state, whatever the rule follows. Weights are read out of a state x of the problem's system.
class Landscape {
 public:
  virtual ~Landscape() = default;
  virtual Index size() const = 0;
  /// The loss; its gradient goes to g (size()). @throws NumericalError where activity has no steady state
  virtual double gradient(double t, const double* x, double* g) = 0;
  /// hv = H v with the Hessian of the loss.
  virtual void product(double t, const double* x, const double* v, double* hv) = 0;
};

/// Whose spikes the thresholds of the system's jumps are: rows x cols (neurons x samples) from `first`.
struct Spiking {
  std::string population;
  Index first = 0, rows = 0, cols = 0;
};

/// The initial value problem a scenario stands for: network and learning rule as one System.
struct Problem {
  std::unique_ptr<System> system;
  Vector initial;
  std::vector<network::Named> named;  ///< what can be recorded
  std::vector<Metric> metrics;
  std::vector<Spiking> spiking;
  std::function<std::unique_ptr<Sampler>(const std::vector<ValueId>& values)> sampler;
  bool learns = false;
  std::string mode;  ///< "coupled", "adiabatic" or "" without learning
  int output_population = -1;
  std::vector<std::string> moved;  ///< slices of the state that the learning rule moves
  /// Products with a metric or a Hessian that its solves have taken so far; null: it solves nothing.
  std::function<std::int64_t()> products;
  std::vector<std::pair<std::string, std::string>> notes;  ///< name and text: what the user is to know of the method

  /// What the loss looks like from the weights; null where there is none (`why`).
  std::unique_ptr<Landscape> landscape(std::string* why) const;
  std::function<std::unique_ptr<Landscape>(std::string* why)> surveyor;

  /// Makes one of learning::monitors(); null where there is none (`why`).
  std::function<std::unique_ptr<Metric>(const std::string& name, std::string* why)> maker;
  std::vector<std::unique_ptr<Metric>> made;  ///< those asked for

  /// A metric, or a monitor, which is made when it is first asked for. Null where there is none: `why` says what it
  /// needs, or nothing where the name is unknown.
  const Metric* figure(const std::string& name, std::string* why);
  /// Names that figure() knows beside the metrics.
  std::vector<std::string> monitor_names() const;
  const Metric* metric(const std::string& name) const;
  const network::Named* find(const std::string& name) const;
};

/// Wraps a network (which must outlive the problem) and the scenario's [learning] into a System. Faults go to the
/// diagnostics; the result may then be empty.
Problem build_problem(const scenario::Scenario& scenario, const network::Network& network, Diagnostics& diagnostics);

}  // namespace neurode::learning
