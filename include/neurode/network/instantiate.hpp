#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/equations/assignments.hpp"
#include "neurode/equations/graph.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/scenario/scenario.hpp"

namespace neurode::network {

/// A model's equations as expressions of its local names (states, inputs, parameters, t), definitions inlined.
struct Instance {
  std::vector<std::pair<std::string, equations::Node>> rates;  ///< state -> d state / dt, in the order of the text
  std::vector<std::pair<std::string, equations::Node>> definitions;
  std::vector<std::pair<std::string, equations::Node>> steady_state;  ///< one a state, or none
  equations::Node output;
  std::vector<std::string> noise;  ///< symbols of white noise ("xi", "xi_shared") in rates, which are linear in them
  /// Calls delay(x, tau), each standing as its symbol in the expressions above; definitions inlined here as well.
  std::vector<equations::DelayCall> delays;
  /// Arguments of a population-wide activation (softmax), each with the node that stands for its result.
  std::vector<std::pair<equations::Node, equations::Node>> softmax;
};

/// What stands for f(...) in a model.
struct ActivationText {
  std::string expression;  ///< of I; empty where there is none
  bool softmax = false;
  Location where;
  std::string key;
};

/// Parses a model into `graph`. Reports every name it does not know (with what it may use), equations for a state that
/// `initial` or `steady_state` lacks or has too many of, and f without an activation.
Instance instantiate(equations::Graph& graph, const scenario::ModelSection& model, const ActivationText& activation,
                     Diagnostics& diagnostics);

/// A local rule as expressions of t, of its parameters and of symbols whose names tell what they belong to: `w` and
/// `w.STATE` to a connection, `pre` and `pre.STATE` to the neuron that sends, `post` and `post.STATE` to the one that
/// receives (`post.b`: the bias). Definitions are inlined.
struct LocalEquations {
  enum class Site { pre, post, connection };
  struct State {
    std::string name;
    Site site = Site::post;
    double initial = 0;
    equations::Node symbol, rate;
  };
  /// A sum or mean within the equations, which stands there as its symbol. Arguments may hold symbols of earlier ones.
  struct Reduction {
    enum class Kind {
      sum_pre,    ///< over the connections into a neuron; `symbol` belongs to the neuron that receives
      sum_post,   ///< over those out of one; belongs to the one that sends
      sum_up_to,  ///< over the neurons that receive up to the connection's own; belongs to the connection (and sample)
      mean,       ///< over samples; belongs to what the argument belongs to
    } kind;
    equations::Node symbol, argument;
  };
  bool of_bias = false;  ///< moves a bias, db/dt, instead of weights
  equations::Node rate;  ///< of w or b; 0 where spikes alone move it
  std::vector<State> states;
  std::vector<Reduction> reductions;
  /// What spikes do: names are "w" or "b" and those of states.
  std::vector<equations::Assignment> on_pre, on_post;

  bool sums_up_to(equations::Graph& graph, equations::Node f) const;  ///< does f depend on a sum_up_to?
};
LocalEquations instantiate(equations::Graph& graph, const scenario::PlasticitySection& rule, Diagnostics& diagnostics);

/// Reports names that are used and not known, each once.
void check_uses(const equations::Graph& graph, const std::vector<equations::SymbolUse>& uses,
                const std::vector<std::string>& known, const std::string& key, Diagnostics& diagnostics);

/// Reports names that are used and not known, each once.
void check_uses(const equations::Graph& graph, const std::vector<equations::SymbolUse>& uses,
                const std::vector<std::string>& known, const std::string& key, Diagnostics& diagnostics);

}  // namespace neurode::network
