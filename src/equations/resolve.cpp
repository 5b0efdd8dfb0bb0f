#include <fmt/format.h>

#include <algorithm>

#include "neurode/equations/parse.hpp"

namespace neurode::equations {

namespace {

/// The definitions of a set as a graph: which definition uses which.
class Definitions {
 public:
  Definitions(Graph& graph, const EquationSet& set) : graph_(graph), set_(set), uses_(set.statements.size()) {
    for (std::size_t i = 0; i < set.statements.size(); ++i) {
      const auto& s = set.statements[i];
      if (!s.is_rate) index_.emplace(graph.symbol(s.name).id, i);
    }
    for (std::size_t i = 0; i < set.statements.size(); ++i) {
      for (const Node n : free_symbols(graph, std::span(&set.statements[i].value, 1))) {
        if (const auto it = index_.find(n.id); it != index_.end()) uses_[i].push_back(it->second);
      }
    }
    cyclic_.resize(set.statements.size());
  }

  /// Sorts definitions so that each comes after those it uses. Returns the first cycle met instead, if there is one.
  std::vector<std::size_t> sort() {
    enum class State : char { fresh, open, done };
    std::vector<State> state(uses_.size(), State::fresh);
    order_.clear();
    struct Frame {
      std::size_t at, next;
    };
    std::vector<Frame> stack;
    for (std::size_t root = 0; root < uses_.size(); ++root) {
      if (state[root] != State::fresh || cyclic_[root]) continue;
      state[root] = State::open;
      stack.push_back({root, 0});
      while (!stack.empty()) {
        Frame& f = stack.back();
        if (f.next == uses_[f.at].size()) {
          state[f.at] = State::done;
          order_.push_back(f.at);
          stack.pop_back();
          continue;
        }
        const std::size_t to = uses_[f.at][f.next++];
        if (cyclic_[to] || state[to] == State::done) continue;
        if (state[to] == State::open) {
          std::vector<std::size_t> cycle;
          auto it = std::find_if(stack.begin(), stack.end(), [&](const Frame& x) { return x.at == to; });
          for (; it != stack.end(); ++it) cycle.push_back(it->at);
          std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
          return cycle;
        }
        state[to] = State::open;
        stack.push_back({to, 0});
      }
    }
    return {};
  }

  /// Leaves the names of a cycle as symbols from now on.
  void drop(const std::vector<std::size_t>& cycle) {
    for (const std::size_t i : cycle) cyclic_[i] = true;
  }

  /// After a sort() without cycle: every statement with the definitions inlined.
  std::vector<Statement> inlined() {
    std::vector<Statement> out = set_.statements;
    Substitution known;
    for (const std::size_t i : order_) {
      out[i].value = substitute(graph_, out[i].value, known);
      if (!out[i].is_rate) known.emplace(graph_.symbol(out[i].name).id, out[i].value);
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (cyclic_[i]) out[i].value = substitute(graph_, out[i].value, known);
    }
    return out;
  }

 private:
  Graph& graph_;
  const EquationSet& set_;
  std::unordered_map<std::uint32_t, std::size_t> index_;
  std::vector<std::vector<std::size_t>> uses_;
  std::vector<bool> cyclic_;
  std::vector<std::size_t> order_;
};

}  // namespace

std::vector<Statement> resolve_definitions(Graph& graph, const EquationSet& set, const SourceText& source,
                                           Diagnostics& diagnostics) {
  Definitions definitions(graph, set);
  for (auto cycle = definitions.sort(); !cycle.empty(); cycle = definitions.sort()) {
    std::string path;
    for (const std::size_t i : cycle) path += set.statements[i].name + " -> ";
    path += set.statements[cycle.front()].name;
    diagnostics.add({set.statements[cycle.front()].where,
                     source.key,
                     "definitions go in a circle",
                     path,
                     "definitions that end in states, inputs and parameters",
                     {}});
    definitions.drop(cycle);
  }
  return definitions.inlined();
}

}  // namespace neurode::equations
