#include "dynamics/spike_changes.hpp"

#include <algorithm>

namespace neurode {

using Side = Program::Side;

static constexpr std::int64_t kLanes = 1024;  // connections changed at a time

Columns columns_of(const SparsePattern& p) {
  Columns c;
  c.start.assign(static_cast<std::size_t>(p.cols) + 1, 0);
  for (const std::int32_t j : p.column) ++c.start[static_cast<std::size_t>(j) + 1];
  for (std::size_t j = 1; j < c.start.size(); ++j) c.start[j] += c.start[j - 1];
  c.row.resize(p.column.size());
  c.element.resize(p.column.size());
  std::vector<std::int64_t> next(c.start.begin(), c.start.end() - 1);
  for (Index i = 0; i < p.rows; ++i) {
    for (auto e = p.start[static_cast<std::size_t>(i)]; e < p.start[static_cast<std::size_t>(i) + 1]; ++e) {
      const auto j = static_cast<std::size_t>(p.column[static_cast<std::size_t>(e)]);
      const auto at = static_cast<std::size_t>(next[j]++);
      c.row[at] = static_cast<std::int32_t>(i);
      c.element[at] = e;
    }
  }
  return c;
}

SpikeChanges::SpikeChanges(const Program& program, const StateLayout& layout,
                           const std::vector<SpikeRules::Change>& changes)
    : changes_(changes) {
  std::size_t states = 0, scratch = 0;
  for (const auto& change : changes_) {
    Ready ready;
    if (change.pattern && !change.post) ready.columns = columns_of(*change.pattern);
    std::vector<equations::Node> symbols, connections, neuron;
    for (const auto& s : change.states) {
      symbols.push_back(s.symbol);
      ready.offset.push_back(layout.slices()[s.part].offset);
    }
    for (const auto& [state, value] : change.connections) connections.push_back(value);
    for (const auto& [state, value] : change.neuron) neuron.push_back(value);
    ready.connections = equations::Tape(program.graph(), connections, symbols);
    ready.neuron = equations::Tape(program.graph(), neuron, symbols);
    scratch = std::max({scratch, ready.connections.scratch_size(), ready.neuron.scratch_size()});
    states = std::max(states, symbols.size());
    ready_.push_back(std::move(ready));
  }
  links_.resize(kLanes);
  lanes_.resize(2 * states * kLanes);
  scratch_.resize(scratch + 8);
  inputs_.resize(states);
  outputs_.resize(states);
}

void SpikeChanges::spike(std::size_t c, Index neuron, double* x) {
  const auto& change = changes_[c];
  if (!change.connections.empty() && change.post) {
    const auto i = static_cast<std::size_t>(neuron);
    const std::int64_t from = change.pattern ? change.pattern->start[i] : 0;
    const std::int64_t to = change.pattern ? change.pattern->start[i + 1] : change.cols;
    change_connections(
        c, from, to, [&](std::int64_t at) { return by_row(c, at, neuron); }, x);
  } else if (!change.connections.empty()) {
    const auto j = static_cast<std::size_t>(neuron);
    const std::int64_t from = change.pattern ? ready_[c].columns.start[j] : neuron * change.rows;
    const std::int64_t to = change.pattern ? ready_[c].columns.start[j + 1] : from + change.rows;
    change_connections(
        c, from, to, [&](std::int64_t at) { return by_column(c, at, neuron); }, x);
  }
  change_neuron(c, neuron, x);
}

void SpikeChanges::arrival(std::size_t c, std::int64_t at, double* x) {
  change_connections(
      c, at, at + 1, [&](std::int64_t k) { return by_column(c, k, 0); }, x);
}

SpikeChanges::Link SpikeChanges::by_column(std::size_t c, std::int64_t at, Index sender) const {
  const auto& change = changes_[c];
  if (!change.pattern) return {at, at % change.rows, at / change.rows};
  const Columns& columns = ready_[c].columns;
  const auto k = static_cast<std::size_t>(at);
  return {columns.element[k], columns.row[k], sender};
}

SpikeChanges::Link SpikeChanges::by_row(std::size_t c, std::int64_t at, Index receiver) const {
  const auto& change = changes_[c];
  if (!change.pattern) return {receiver + change.rows * at, receiver, at};
  return {at, receiver, change.pattern->column[static_cast<std::size_t>(at)]};
}

template <class LinkOf>
void SpikeChanges::change_connections(std::size_t c, std::int64_t from, std::int64_t to, const LinkOf& link,
                                      double* x) {
  const auto& change = changes_[c];
  const auto& offset = ready_[c].offset;
  const std::size_t states = change.states.size();
  const auto place = [](Side side, const Link& l) {
    return side == Side::post ? l.row : side == Side::pre ? l.column : l.element;
  };
  for (std::int64_t first = from; first < to; first += kLanes) {
    const auto count = static_cast<std::size_t>(std::min(kLanes, to - first));
    for (std::size_t k = 0; k < count; ++k) links_[k] = link(first + static_cast<std::int64_t>(k));
    for (std::size_t s = 0; s < states; ++s) {
      double* lane = lanes_.data() + s * kLanes;
      const double* state = x + offset[s];
      for (std::size_t k = 0; k < count; ++k) lane[k] = state[place(change.states[s].side, links_[k])];
      inputs_[s] = {lane, false};
    }
    for (std::size_t v = 0; v < change.connections.size(); ++v) outputs_[v] = lanes_.data() + (states + v) * kLanes;
    ready_[c].connections.run(count, inputs_.data(), outputs_.data(), scratch_.data());
    for (std::size_t v = 0; v < change.connections.size(); ++v) {
      double* state = x + offset[change.connections[v].first];
      for (std::size_t k = 0; k < count; ++k) state[links_[k].element] = outputs_[v][k];
    }
  }
}

void SpikeChanges::change_neuron(std::size_t c, Index neuron, double* x) {
  const auto& change = changes_[c];
  if (change.neuron.empty()) return;
  const auto& offset = ready_[c].offset;
  const std::size_t states = change.states.size();
  const Side own = change.post ? Side::post : Side::pre;
  for (std::size_t s = 0; s < states; ++s) {
    lanes_[s] = change.states[s].side == own ? x[offset[s] + neuron] : 0;  // the others are not read
    inputs_[s] = {lanes_.data() + s, false};
  }
  for (std::size_t v = 0; v < change.neuron.size(); ++v) outputs_[v] = lanes_.data() + states + v;
  ready_[c].neuron.run(1, inputs_.data(), outputs_.data(), scratch_.data());
  for (std::size_t v = 0; v < change.neuron.size(); ++v) x[offset[change.neuron[v].first] + neuron] = *outputs_[v];
}

}  // namespace neurode
