#pragma once

#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/scenario_folder.hpp"
#include "neurode/core/value.hpp"

namespace neurode::suggest {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// What is to be looked at.
struct Request {
  ScenarioFile scenario = "";
  std::vector<std::string> overrides;  ///< KEY=VALUE
  double loss = 0;                     ///< the target; 0: the scenario's stop, else a tenth of the loss at the start
  double evaluations = 1000;           ///< of the gradient, that a trial may take; 0: no trials
  int trials = 3;                      ///< seeds of each candidate: that of the scenario and those after it
  int seeds = 0;                       ///< > 0: then the file and the suggestion from seeds 1 to this one
  double seconds = 30;  ///< a trial may take; a run of `seeds` 20 times that, and 20 times the evaluations
};

/// Gaussian mean field of a wide layer of units f: variance q of the input at its fixed point, and the factor chi by
/// which small differences grow from layer to layer there.
/// @par Source  B. Poole et al., Adv. Neural Inf. Process. Syst. 29 (2016), arXiv:1606.05340; S. S. Schoenholz et al.,
/// ICLR 2017, arXiv:1611.01232
struct MeanField {
  double weight_variance = kUnknown;  ///< sw^2: variance of weights times inputs a neuron
  double bias_variance = 0;           ///< sb^2
  double q = kUnknown;
  double chi = kUnknown;
};

/// What an activation does to a wide layer.
struct Activation {
  std::string name;
  double slope = kUnknown;   ///< f'(0)
  double offset = kUnknown;  ///< f(0)
  MeanField plain,
      biased;  ///< chi = 1 without noise in biases, and with variance 0.05; NaN where there is no such point
  double lecun = kUnknown;  ///< chi with variance 1/n_in of the weights
};

/// Weights into a hidden or output population.
struct Layer {
  std::string projection, post;   ///< as the network calls it; the population it goes to
  std::string key;                ///< of [projection], as the file spells it
  std::string activation;         ///< of `post`; "": a softmax, or an expression of one's own
  double shared = 1;              ///< projections that `post` gets, which share the variance of its input
  bool from_data = false;         ///< comes from a clamped population
  bool bounded = false;           ///< weights keep to bounds or signs
  bool to_output = false;         ///< goes to the population that is compared with targets
  double inputs = 0;              ///< a neuron
  double mean_square = kUnknown;  ///< of an input
  double deviation = kUnknown;    ///< of the weights in the file
  double chi = kUnknown;          ///< at them
  double reach = kUnknown;        ///< layers in which a difference falls by e: -1/ln chi; infinite from 1 on
  double suggested = kUnknown;    ///< deviation at chi = 1
};

/// Activity of the untrained network at rest, without learning (the first sample's).
struct Activity {
  std::int64_t states = 0;
  bool rests = false;
  double growth = kUnknown;                       ///< largest real part of the eigenvalues there, 1/time
  double slowest = kUnknown, fastest = kUnknown;  ///< 1/|real part|
  double fastest_turn = kUnknown;                 ///< largest |imaginary part|
  struct Recurrent {
    std::string projection;
    double radius = kUnknown, norm = kUnknown;    ///< of the weights
    double slope = kUnknown, at_rest = kUnknown;  ///< largest |f'|, and |f'(0)|
  };
  std::vector<Recurrent> recurrent;
  std::string note;  ///< why there is none of it
};

/// The loss around the initial weights.
struct Curvature {
  double loss = kUnknown, gradient = kUnknown, sharpness = kUnknown, lowest = kUnknown, rate = 1;
  bool saddle = false;  ///< the start is close to one
  struct Limit {
    std::string method;
    double interval = 0, step = kUnknown;  ///< on the real axis; the largest stable dt
  };
  std::vector<Limit> limits;
  std::string note;
};

/// A way to train, and how it went.
struct Candidate {
  std::string what, why;
  std::vector<std::pair<std::vector<std::string>, Value>> changes;  ///< keys and values, in the scenario's tree
  int reached = 0, trials = 0;
  double evaluations = kUnknown;  ///< median over seeds; infinite where the loss was not reached
  double most = kUnknown;         ///< of the slowest seed
  double loss = kUnknown;         ///< median at the end
  std::string fault;              ///< why it could not be tried
};

/// From seeds 1 to n.
struct Measured {
  std::vector<double> evaluations;  ///< of each seed; infinite where the loss was not reached
  double median = kUnknown, least = kUnknown, most = kUnknown;
  int reached = 0;
};

struct Suggestion {
  std::string scenario, title;
  double target = 0;
  std::vector<Layer> layers;
  std::vector<Activation> activations;
  Activity activity;
  Curvature curvature;
  std::vector<Candidate> flows, starts, units;  ///< tried in this order, each with the best before
  Candidate as_in_file;
  std::vector<std::string> chosen;  ///< what differs from the file: "KEY = VALUE  # reason"
  Value root;                       ///< the scenario with it
  Measured file, suggested;         ///< with Request::seeds
};

using Progress = std::function<void(const std::string& what)>;

/// @throws ScenarioError, FileError, UsageError as run::prepare()
Suggestion suggest(const Request& request, const Progress& progress, const std::function<bool()>& interrupt);

std::string text(const Suggestion& s);
/// Numbers that are unknown or infinite are null.
std::string json_text(const Suggestion& s);
/// The scenario with what was chosen, as a file. Paths of data are told from its folder. @throws FileError
void write_scenario(const Suggestion& s, const std::filesystem::path& file, bool overwrite);

}  // namespace neurode::suggest
