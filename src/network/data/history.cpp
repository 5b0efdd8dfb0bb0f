#include "network/data/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "network/assemble/assembler.hpp"
#include "network/build/build.hpp"
#include "network/data/csv_source.hpp"
#include "neurode/core/units.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::network {

void StateHistory::evaluate(double t, double* out, Index n) const {
  Eigen::Map<Vector> x(out, n);
  if (expression) {
    double value = 0;
    double* outs[] = {&value};
    const equations::LaneInput time[] = {{&t, false}};
    scratch.resize(expression->scratch_size() + 8);  // once
    expression->run(1, time, outs, scratch.data());
    x.setConstant(value);
    return;
  }
  if (!table) {
    if (values.size() == 1) {
      x.setConstant(values[0]);
    } else {
      x = values;
    }
    return;
  }
  const auto& times = table->times;
  const std::size_t knots = times.size();
  const double at = std::clamp(t, times.front(), times.back());
  const std::size_t width = std::min<std::size_t>(cubic ? 4 : 2, knots);
  auto k = static_cast<std::size_t>(std::upper_bound(times.begin(), times.end(), at) - times.begin());
  k = std::clamp<std::size_t>(k, 1, std::max<std::size_t>(knots, 2) - 1) - 1;  // at lies behind knot k
  const std::size_t first = std::min(k < (width - 1) / 2 ? 0 : k - (width - 1) / 2, knots - width);
  x.setZero();
  for (std::size_t j = first; j < first + width; ++j) {
    double weight = 1;
    for (std::size_t i = first; i < first + width; ++i) {
      if (i != j) weight *= (at - times[i]) / (times[j] - times[i]);
    }
    const auto column = table->values.col(static_cast<Index>(j));
    if (column.size() == 1) {
      x.array() += weight * column[0];
    } else {
      x += weight * column;
    }
  }
}

namespace {

std::shared_ptr<const StateHistory> from_table(const Value& v, const scenario::Scenario& scenario, Index n,
                                               Diagnostics& diagnostics) {
  static const ParameterTable keys = {
      ParameterSpec::make(Kind::path, "path", "a CSV file with a header, or a NumPy file, relative to the scenario")
          .needed(),
      ParameterSpec::make(Kind::choice, "interpolation", "between times")
          .one_of({"linear", "cubic"})
          .standard("linear")};
  const std::size_t before = diagnostics.size();
  const Parameters p = read_parameters(keys, v, "a history", diagnostics);
  if (diagnostics.size() > before) return nullptr;
  auto h = std::make_shared<StateHistory>();
  h->cubic = p.text("interpolation") == "cubic";
  h->table = read_time_table(p.at("path"), scenario.folder, n, false, diagnostics);
  if (!h->table) return nullptr;
  if (h->table->times.size() < 2) {
    diagnostics.add({p.at("path").where, v.key, "a history needs at least two times", "1", "two rows or more", ""});
    return nullptr;
  }
  return h;
}

std::shared_ptr<const StateHistory> from_text(const Value& v, Diagnostics& diagnostics) {
  equations::SourceText source{v.string(), v.where, v.key};
  if (v.text_line > 0) source.origin = {v.where.file, v.text_line, v.text_column};
  equations::Graph graph;
  const auto parsed = equations::parse_expression(graph, source, {}, diagnostics);
  if (!parsed) return nullptr;
  for (const auto& use : parsed->uses) {
    const std::string& name = graph.name(use.symbol);
    if (name == "t") continue;
    diagnostics.add({use.where, v.key, "nothing is called \"" + name + "\" here", "", "t and numbers", ""});
    return nullptr;
  }
  const equations::Node time[] = {graph.symbol("t")}, value[] = {parsed->value};
  auto h = std::make_shared<StateHistory>();
  if (graph.is_constant(parsed->value)) {
    h->values = Vector::Constant(1, graph[parsed->value].value);
  } else {
    h->expression.emplace(graph, value, time);
  }
  return h;
}

std::shared_ptr<const StateHistory> read_one(const Value& v, const std::string& unit, const Population& pop,
                                             const std::string& state, const scenario::Scenario& scenario,
                                             Diagnostics& diagnostics) {
  if (v.is_table() && !v.find("init")) return from_table(v, scenario, pop.size, diagnostics);
  if (v.is_string()) {
    const auto quantity = parse_quantity(v.string());
    if (!quantity || quantity->unit.empty() || !is_known_unit(quantity->unit)) return from_text(v, diagnostics);
  }
  const auto checked = check_value(ParameterSpec::make(Kind::per_neuron, state, "").in(unit), v, diagnostics);
  if (!checked) return nullptr;
  const auto values =
      per_neuron(*checked, pop.size, "population " + pop.name + " history " + state, scenario, nullptr, diagnostics);
  if (!values) return nullptr;
  auto h = std::make_shared<StateHistory>();
  h->values = *values;
  return h;
}

}  // namespace

void read_history(const scenario::PopulationSection& section, const scenario::Scenario& scenario, Population& pop,
                  Diagnostics& diagnostics) {
  pop.history.assign(pop.initial.size(), nullptr);
  std::vector<std::string> states;
  for (const auto& [state, values] : pop.initial) states.push_back(state);
  for (const auto& [state, v] : section.history) {
    const auto at = std::find(states.begin(), states.end(), state);
    if (at == states.end()) {
      diagnostics.add({v.key_where, v.key, fmt::format("model \"{}\" has no state \"{}\"", pop.model->name, state), "",
                       states.empty() ? "nothing (the model has no states)" : quoted_list(states),
                       nearest_name(state, states)});
      continue;
    }
    const auto k = static_cast<std::size_t>(at - states.begin());
    pop.history[k] = read_one(v, unit_of(*pop.model, state), pop, state, scenario, diagnostics);
    if (!pop.history[k]) continue;
    const auto& own = section.initial;
    const bool starts = std::any_of(own.begin(), own.end(), [&](const auto& entry) { return entry.first == *at; });
    if (!starts) pop.history[k]->evaluate(scenario.time.start, pop.initial[k].second.data(), pop.size);
  }
}

InitialHistory initial_history(const Network& network, const StateLayout& layout, const Vector& initial) {
  struct Part {
    const StateHistory* history;
    Index offset, rows, cols;
  };
  InitialHistory out;
  std::vector<Part> parts;
  for (const auto& pop : network.populations) {
    for (std::size_t k = 0; k < pop.history.size(); ++k) {
      const StateHistory* h = pop.history[k].get();
      const Slice* s = layout.find(pop.name + "." + pop.initial[k].first);
      if (h == nullptr || s == nullptr) continue;
      parts.push_back({h, s->offset, s->rows, s->cols});
      out.held = out.held && h->values.size() > 0;
      if (h->table) out.breakpoints.insert(out.breakpoints.end(), h->table->times.begin(), h->table->times.end());
    }
  }
  std::sort(out.breakpoints.begin(), out.breakpoints.end());
  out.state = [parts, initial](double t, double* x) {
    Eigen::Map<Vector>(x, initial.size()) = initial;
    for (const Part& p : parts) {
      p.history->evaluate(t, x + p.offset, p.rows);
      for (Index j = 1; j < p.cols; ++j) std::copy_n(x + p.offset, p.rows, x + p.offset + j * p.rows);
    }
  };
  return out;
}

}  // namespace neurode::network
