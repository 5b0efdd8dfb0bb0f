#include "learning/parts/copies.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace neurode::learning {

void Copies::check(const Setup& setup, Diagnostics& diagnostics) {
  const auto& net = setup.network;
  if (network::evaluation_order(net, std::vector<char>(net.populations.size(), 1)).size() != net.populations.size()) {
    const auto& rule = setup.scenario.learning->rule.source;
    diagnostics.add({rule.where, "learning.rule",
                     fmt::format("rule \"{}\" needs symmetric weights", setup.rule_entry->name),
                     "projections that form a cycle, each with weights of its own",
                     "a network of layers, forwards alone: the rule uses each projection both ways", ""});
    return;
  }
  Layers::check(setup, diagnostics);
}

Copy Copies::add(const std::string& suffix, const std::string& long_name, ValueId given) {
  Program& p = a_.program;
  const auto last = static_cast<std::size_t>(setup_.output);
  Copy copy;
  copy.u.resize(a_.outputs.size());
  copy.drive.resize(a_.outputs.size());
  copy.r = a_.outputs;  // of the clamped ones
  for (const std::size_t q : layers_.order()) {
    if (layers_.clamped(q)) continue;
    if (q == last && given.valid()) {
      copy.r[q] = given;
      continue;
    }
    Slice s;
    s.name = layers_.name(q) + ".u" + suffix;
    s.long_name = "input of population " + layers_.name(q) + long_name;
    s.rows = layers_.size(q);
    s.cols = a_.samples;
    s.block = Block::activity;
    s.row_dimension = layers_.name(q);
    s.col_dimension = "sample";
    copy.u[q] = add_state(a_, s, Matrix::Zero(s.rows, s.cols));
    copy.r[q] = layers_.activate(q, copy.u[q], q == last ? &copy.softmax : nullptr);
    own_.push_back(copy.r[q]);
    a_.named.push_back({layers_.name(q) + ".r" + suffix, copy.r[q], "",
                        "output of population " + layers_.name(q) + long_name, s.row_dimension, s.col_dimension, false,
                        s.rows, s.cols, s.row_dimension});
  }
  for (const std::size_t q : layers_.order()) {
    if (!copy.u[q].valid()) continue;
    copy.drive[q] = layers_.total(q, copy.r);
    const ValueId back = layers_.back(q, copy.r);
    if (!back.valid()) continue;
    copy.drive[q] = p.elementwise(layers_.size(q), a_.samples, Expr(p, copy.drive[q]) + gain_ * Expr(p, back));
  }
  return copy;
}

void Copies::relax(const Copy& copy, double tau, const std::vector<ValueId>& nudge) {
  Program& p = a_.program;
  for (const std::size_t q : layers_.order()) {
    if (!copy.u[q].valid()) continue;
    Expr rate = Expr(p, copy.drive[q]) - Expr(p, copy.u[q]);
    if (q < nudge.size() && nudge[q].valid()) rate = rate + Expr(p, nudge[q]);
    set_rate(a_, copy.u[q], p.elementwise(layers_.size(q), a_.samples, rate / tau));
  }
}

void Copies::hide_forward_pass() {
  std::erase_if(a_.named, [&](const network::Named& n) {
    if (n.state || n.col_dimension != "sample") return false;
    for (const std::size_t q : layers_.order()) {
      if (layers_.clamped(q) || n.population != layers_.name(q)) continue;
      return std::find(own_.begin(), own_.end(), n.value) == own_.end();
    }
    return false;
  });
}

}  // namespace neurode::learning
