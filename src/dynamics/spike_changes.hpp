#pragma once

#include <cstdint>
#include <vector>

#include "neurode/dynamics/layout.hpp"
#include "neurode/dynamics/spikes.hpp"
#include "neurode/equations/tape.hpp"

namespace neurode {

/// The elements of a pattern column by column: connections of each neuron that sends.
struct Columns {
  std::vector<std::int64_t> start;
  std::vector<std::int32_t> row;
  std::vector<std::int64_t> element;  ///< in the pattern
};
Columns columns_of(const SparsePattern& p);

/// What spikes do to weights and to states of learning rules, in the state vector. Nothing allocates.
class SpikeChanges {
 public:
  /// `changes` must outlive this.
  SpikeChanges(const Program& program, const StateLayout& layout, const std::vector<SpikeRules::Change>& changes);

  /// Change c by a spike of a neuron: all of its connections, then itself.
  void spike(std::size_t c, Index neuron, double* x);
  /// By its arrival at one connection, the at-th of those column by column.
  void arrival(std::size_t c, std::int64_t at, double* x);

  /// f(at, element) of every connection from a neuron: its number column by column, and in the order of the weights.
  template <class F>
  void for_each(std::size_t c, Index sender, F&& f) const {
    const auto& change = changes_[c];
    const auto& columns = ready_[c].columns;
    const auto j = static_cast<std::size_t>(sender);
    const std::int64_t from = change.pattern ? columns.start[j] : sender * change.rows;
    const std::int64_t to = change.pattern ? columns.start[j + 1] : from + change.rows;
    for (std::int64_t at = from; at < to; ++at) {
      f(at, change.pattern ? columns.element[static_cast<std::size_t>(at)] : at);
    }
  }

 private:
  struct Ready {
    Columns columns;
    equations::Tape connections, neuron;
    std::vector<Index> offset;  ///< of each state in the state vector
  };
  /// A connection: where it stands among the weights, and its ends.
  struct Link {
    Index element, row, column;
  };
  Link by_column(std::size_t c, std::int64_t at, Index sender) const;
  Link by_row(std::size_t c, std::int64_t at, Index receiver) const;
  template <class LinkOf>
  void change_connections(std::size_t c, std::int64_t from, std::int64_t to, const LinkOf& link, double* x);
  void change_neuron(std::size_t c, Index neuron, double* x);

  const std::vector<SpikeRules::Change>& changes_;
  std::vector<Ready> ready_;
  std::vector<Link> links_;
  std::vector<double> lanes_, scratch_;
  std::vector<equations::LaneInput> inputs_;
  std::vector<double*> outputs_;
};

}  // namespace neurode
