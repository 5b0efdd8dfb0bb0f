#pragma once

#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "import/expression.hpp"
#include "import/statements.hpp"

namespace neurode::importing {

/// What the file amounts to, names as the scenario spells them.
struct Model {
  struct Parameter {
    std::string name;
    double value = 0;
    std::vector<std::string> comments;
    std::string help;
  };
  struct Equation {
    std::string name;
    bool is_rate = false;
    Tree value;
    std::vector<std::string> comments;
    std::string remark;
  };
  struct Preset {
    std::string name;
    std::vector<std::pair<std::string, double>> parameters, initial;
  };

  std::vector<Parameter> parameters;
  std::vector<Equation> equations;  ///< in the order of the file
  std::vector<std::pair<std::string, double>> initial;
  std::vector<std::pair<std::string, std::pair<double, double>>> drawn;  ///< states with ran: uniform between two ends
  std::vector<std::pair<std::string, std::string>> history;              ///< state -> number or expression of t
  std::vector<Preset> presets;
  std::vector<std::string> recorded;  ///< auxiliary quantities, or what `only` names
  bool records_states = true;
  std::string threshold, reset, stop;
  bool noisy = false, delayed = false;
  std::set<std::string> past;  ///< states that are read with a delay
};

/// Keys of [integrator], [time] and [record], and the seed, as TOML writes their values.
struct Settings {
  std::vector<std::pair<std::string, std::string>> integrator, time;
  double start = 0;
  std::string every, seed;
};

class Names;
class Resolver;

/// Everything but the events and the options.
Model make_model(const OdeFile& file, const Names& names, Resolver& resolver, Diagnostics& diagnostics,
                 std::vector<Remark>& remarks);

/// `global` statements: the first that changes states becomes threshold and reset, `arret` a condition that ends the
/// run, one at the start initial values; the others are left out. `population` is the prefix of names in conditions.
void add_events(const OdeFile& file, const Names& names, Resolver& resolver, const std::string& population,
                Model& model, Diagnostics& diagnostics, std::vector<Remark>& remarks);

/// `@` options. Needs to know of the model's noise, delays and events, which not all methods take.
Settings read_options(const OdeFile& file, const Model& model, Diagnostics& diagnostics, std::vector<Remark>& remarks);

/// The scenario's text.
std::string write_scenario(const std::string& name, const std::string& file, const OdeFile& ode, const Model& model,
                           const Settings& settings, const std::vector<Remark>& remarks);

/// 15 digits at most: 0.1 * 3 is 0.3.
std::string rounded(double x);

}  // namespace neurode::importing
