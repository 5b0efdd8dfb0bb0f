#include "network/expressions/instance_delays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace neurode::network {

namespace {

using equations::DelayCall;
using equations::Node;

constexpr int kDeepest = 20;  // delays inside delays

class Settling {
 public:
  Settling(equations::Graph& graph, const scenario::ModelSection& model, Instance& instance, Diagnostics& diagnostics)
      : graph_(graph), model_(model), instance_(instance), diagnostics_(diagnostics) {}

  void inline_definitions(const equations::Substitution& definitions) {
    for (DelayCall& call : instance_.delays) {
      call.argument = substitute(graph_, call.argument, definitions);
      call.delay = substitute(graph_, call.delay, definitions);
    }
  }

  void check_constant() {
    for (const DelayCall& call : instance_.delays) {
      for (const Node symbol : free_symbols(graph_, std::span(&call.delay, 1))) {
        if (is_parameter(graph_.name(symbol))) continue;
        diagnostics_.add({call.delay_where, model_.equations.key, "a delay must be constant",
                          "a dependence on \"" + graph_.name(symbol) + "\"",
                          "a number > 0 or an expression of parameters", ""});
        break;
      }
    }
  }

  void write_out_nested() {
    calls_ = instance_.delays;
    instance_.delays.clear();
    equations::Substitution written_out;
    for (const DelayCall& call : calls_) {
      const Node value = is_nested(call.argument) ? shifted(call.argument, call.delay, call, 0) : keep(call);
      if (value != call.symbol) written_out[call.symbol.id] = value;
    }
    if (written_out.empty()) return;
    for (auto* list : {&instance_.rates, &instance_.definitions}) {
      for (auto& [name, value] : *list) value = substitute(graph_, value, written_out);
    }
    instance_.output = substitute(graph_, instance_.output, written_out);
  }

 private:
  bool is_parameter(const std::string& name) const {
    const auto& table = model_.parameters;
    return std::any_of(table.begin(), table.end(), [&](const ParameterSpec& p) { return p.name == name; });
  }
  const DelayCall* call_of(Node symbol) const {
    const auto at = std::find_if(calls_.begin(), calls_.end(), [&](const DelayCall& c) { return c.symbol == symbol; });
    return at == calls_.end() ? nullptr : &*at;
  }
  bool is_nested(Node argument) const {
    for (const Node symbol : free_symbols(graph_, std::span(&argument, 1))) {
      if (call_of(symbol)) return true;
    }
    return false;
  }
  Node keep(const DelayCall& call) {
    const auto same = [&](const DelayCall& c) { return c.argument == call.argument && c.delay == call.delay; };
    const auto at = std::find_if(instance_.delays.begin(), instance_.delays.end(), same);
    if (at != instance_.delays.end()) return at->symbol;
    instance_.delays.push_back(call);
    return call.symbol;
  }

  /// `n` as it was `delay` ago.
  Node shifted(Node n, Node delay, const DelayCall& origin, int depth) {
    if (depth > kDeepest) {
      if (!told_) {
        diagnostics_.add({origin.where, model_.equations.key, "a definition is a delayed value of itself", "",
                          "definitions that end in states, inputs and parameters", ""});
      }
      told_ = true;
      return n;
    }
    equations::Substitution past;
    for (const Node symbol : free_symbols(graph_, std::span(&n, 1))) {
      const std::string name = graph_.name(symbol);
      if (is_parameter(name)) continue;
      if (name == "t") {
        past[symbol.id] = graph_.sub(symbol, delay);
      } else if (const DelayCall* inner = call_of(symbol)) {
        past[symbol.id] = shifted(inner->argument, graph_.add(inner->delay, delay), origin, depth + 1);
      } else {
        const std::string text = fmt::format("delay({}, {})", name, to_name(graph_, delay));
        past[symbol.id] = keep({graph_.symbol(text), symbol, delay, origin.where, origin.delay_where});
      }
    }
    return substitute(graph_, n, past);
  }

  equations::Graph& graph_;
  const scenario::ModelSection& model_;
  Instance& instance_;
  Diagnostics& diagnostics_;
  std::vector<DelayCall> calls_;
  bool told_ = false;
};

}  // namespace

void settle_delays(equations::Graph& graph, const scenario::ModelSection& model,
                   const equations::Substitution& definitions, Instance& instance, Diagnostics& diagnostics) {
  if (instance.delays.empty()) return;
  Settling settling(graph, model, instance, diagnostics);
  settling.inline_definitions(definitions);
  settling.check_constant();
  settling.write_out_nested();
}

}  // namespace neurode::network
