#pragma once

#include <fmt/format.h>

#include <string>

#include "prepared.hpp"

/// A small net x (2) -> h (3) -> g (3) -> y (2) under a learning rule; every row of the data stands twice, once for
/// training and once for testing.
struct RuleNet {
  std::string learning;  ///< keys of [learning]
  std::string hidden = "tanh", output = "identity", extra = "";
  bool deep = true;  ///< with g
  std::string rows = "[[0.4, -0.9], [0.4, -0.9], [1.1, 0.3], [1.1, 0.3], [-0.7, 0.6], [-0.7, 0.6]]";
  std::string targets = "[[0.3, 0.7], [0.3, 0.7], [0.9, 0.1], [0.9, 0.1], [0.2, 0.8], [0.2, 0.8]]";
  bool bias = true;

  std::string text() const {
    const std::string b = bias ? "bias = { init = \"normal\", std = 0.3, plastic = true }\n" : "";
    std::string out = fmt::format("schema = 1\nseed = 4\n[data]\ninputs = {}\ntargets = {}\n", rows, targets);
    out += "test = { every = 2, offset = 1 }\n[population.x]\nsize = 2\nmodel = \"clamped\"\n";
    const auto layer = [&](const std::string& name, int size, const std::string& f, const std::string& from) {
      out +=
          fmt::format("[population.{}]\nsize = {}\nmodel = \"leaky_rate\"\nactivation = \"{}\"\n{}", name, size, f, b);
      out += fmt::format("[projection.\"{} -> {}\"]\nweights = {{ init = \"normal\", std = 0.5, plastic = true }}\n",
                         from, name);
    };
    layer("h", 3, hidden, "x");
    if (deep) layer("g", 3, hidden, "h");
    layer("y", 2, output, deep ? "g" : "h");
    return out + extra + "[learning]\nloss = \"squared_error\"\n" + learning +
           "\n[integrator]\nmethod = \"dop853\"\nrtol = 1e-11\natol = 1e-13\n[time]\nend = 1\n";
  }
};

/// Where the weights stand in the state, which is one block of it.
inline std::pair<neurode::Index, neurode::Index> weights_of(const neurode::System& system) {
  neurode::Index first = -1, size = 0;
  for (const auto& s : system.layout().slices()) {
    if (s.block != neurode::Block::weights) continue;
    if (first < 0) first = s.offset;
    size += s.size();
  }
  return {first, size};
}

/// What plays the gradient once everything but the weights has come to rest: -dw/dt at rate 1. `relaxed`: for how long.
inline neurode::Vector settled_gradient(const std::string& text, double relaxed = 60,
                                        std::vector<std::string> set = {}) {
  set.push_back("learning.rate=1e-30");
  set.push_back(fmt::format("time.end={}", relaxed));
  auto p = prepared(text, set);
  const auto end = integrated(*p);
  neurode::Vector f(end.x.size());
  p->problem.system->rhs(relaxed, end.x.data(), f.data());
  const auto [first, size] = weights_of(*p->problem.system);
  return f.segment(first, size) / -1e-30;
}
