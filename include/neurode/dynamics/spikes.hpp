#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "neurode/dynamics/program.hpp"
#include "neurode/dynamics/sparse.hpp"

namespace neurode {

/// Who spikes, and what that does, in terms of a ProgramSystem's program and parts.
struct SpikeRules {
  /// `part` (a slice of the state) becomes the value, element by element.
  struct Reset {
    std::size_t part = 0;
    ValueId value;
  };
  /// The thresholds of one population: rows neurons x cols samples.
  struct Threshold {
    std::string population;
    Index rows = 0, cols = 0;
    ValueId margin;  ///< >= 0: at or above threshold
    std::vector<Reset> resets;
    Vector refractory;              ///< scenario time; empty: none; else 1 or rows
    Index free = -1;                ///< offset of its flags (1 free, 0 refractory) in vector kHeld; -1: none
    std::vector<std::size_t> held;  ///< parts that stand still while refractory
  };
  /// What spikes do to states of other neurons: for each connection from the neuron that spiked.
  struct Effect {
    std::size_t threshold = 0;                     ///< whose spikes
    std::shared_ptr<const SparsePattern> pattern;  ///< post x pre; null: all pairs
    Index rows = 0;                                ///< post
    ValueId weights;  ///< one a connection (all pairs: rows x cols, column-major); constant or part of the state
    std::vector<std::size_t> parts;        ///< states that may be read and written, rows x samples each
    std::vector<equations::Node> values;   ///< what each becomes: of `symbols` and `weight`
    std::vector<equations::Node> symbols;  ///< stand for the parts
    equations::Node weight;                ///< stands for the connection's weight
    Vector delay;                          ///< empty: none, 1, or one a connection
    int post_threshold = -1;  ///< rule of the neurons acted on, where some of their states are held; -1: none
  };
  /// What spikes do to what learns: to states of the neuron that spiked and to those of its connections. Of a
  /// population with one sample.
  struct Change {
    struct State {
      std::size_t part = 0;
      Program::Side side =
          Program::Side::pair;  ///< has an element for each neuron that receives, that sends, or a pair
      equations::Node symbol;
    };
    std::size_t threshold = 0;  ///< whose spikes
    bool post = false;          ///< the neuron that spiked receives (a row), else it sends (a column)
    std::shared_ptr<const SparsePattern> pattern;  ///< post x pre; null: all pairs
    Index rows = 0, cols = 0;
    std::vector<State> states;  ///< that are read or written
    /// Of `states`, those that become something: each connection's, and the one of the neuron that spiked, which may
    /// depend on states of its side alone. All from what was before.
    std::vector<std::pair<std::size_t, equations::Node>> connections, neuron;
    Vector delay;  ///< empty: none, 1, or one a connection
  };
  std::vector<Threshold> thresholds;
  std::vector<Effect> effects;
  std::vector<Change> changes;
  Index flags = 0;  ///< size of vector kHeld
};

}  // namespace neurode
