// What goes into the result file, from [record].
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/run/prepare.hpp"

namespace neurode::run {

namespace {

using scenario::RecordVariable;

class Planner {
 public:
  Planner(const scenario::Scenario& scenario, learning::Problem& problem, const network::Network& network,
          Diagnostics& diagnostics)
      : scenario_(scenario), problem_(problem), network_(network), diagnostics_(diagnostics) {}

  RecordPlan run() {
    plan_.gzip = scenario_.record.gzip;
    for (const auto& [name, source] : scenario_.record.expressions) {
      if (problem_.find(name) || problem_.metric(name)) {
        diagnostics_.add(
            {source.origin, source.key, "a variable is called \"" + name + "\" already", "", "another name", ""});
      }
      plan_.expressions.emplace_back(source, problem_, diagnostics_);
      expressions_.push_back(name);
    }
    if (scenario_.record.variables.empty()) {
      standard();
    } else {
      // What is named by itself, with a grid or neurons of its own, goes before what a group brings along.
      for (const bool groups : {false, true}) {
        for (const auto& v : scenario_.record.variables) {
          if (is_group(v.name.string()) == groups) add(v);
        }
      }
    }
    for (std::size_t e = 0; e < expressions_.size(); ++e) {
      if (!has(expressions_[e])) add_expression(static_cast<int>(e), scenario_.record.every, false);
    }
    check_expression_names();
    return std::move(plan_);
  }

 private:
  /// A name in the file is a variable's or a dimension's, not both.
  void check_expression_names() {
    std::vector<std::string> taken = {"activity", "weights", "errors"};
    for (const auto& a : plan_.axes) taken.push_back(a.name);
    for (const auto& d : plan_.dimensions) taken.push_back(d.name);
    for (const auto& [name, source] : scenario_.record.expressions) {
      if (std::find(taken.begin(), taken.end(), name) == taken.end()) continue;
      diagnostics_.add({source.origin, source.key, fmt::format("the name \"{}\" is taken", name),
                        "a dimension of the result file, or a group of variables", "another name", ""});
    }
  }

  bool has(const std::string& name) const {
    for (const auto& v : plan_.variables) {
      if (v.file.name == name) return true;
    }
    return false;
  }

  bool is_group(const std::string& name) const {
    return name == "weights" || name == "activity" || name == "errors" || network_.find(name) >= 0;
  }

  /// States (or, where they are at steady state, what stands for them), the loss and its kin.
  void standard() {
    for (const auto& n : problem_.named) {
      const Slice* s = problem_.system->layout().find(n.name);
      const bool activity = s ? s->block == Block::activity : is_output(n);
      if (activity) add_named(n, scenario_.record.every, {}, {}, false);
    }
    for (const char* m : {"loss", "accuracy"}) {
      if (problem_.metric(m)) add_metric(m, scenario_.record.every, false);
    }
    plan_.spikes = problem_.spiking;
  }

  /// In adiabatic learning: the variable that a population hands on, by its own name.
  bool is_output(const network::Named& n) const {
    if (!problem_.learns || problem_.mode != "adiabatic") return false;
    for (const auto& p : network_.populations) {
      for (const auto& [state, values] : p.initial) {
        if (n.name == p.name + "." + state) return true;
      }
    }
    return false;
  }

  void add(const RecordVariable& v) {
    const std::string& name = v.name.string();
    const double every = v.every.value_or(scenario_.record.every);
    const auto monitors = problem_.monitor_names();
    const bool scalar_name = problem_.metric(name) ||
                             std::find(monitors.begin(), monitors.end(), name) != monitors.end() ||
                             std::find(expressions_.begin(), expressions_.end(), name) != expressions_.end();
    if (scalar_name && !v.neurons.empty()) {
      diagnostics_.add({v.neurons_value.where, v.neurons_value.key,
                        fmt::format("\"{}\" is one number and has no neurons", name), v.neurons_value.to_toml(40),
                        "no \"neurons\" here", ""});
      return;
    }
    if (!is_group(name) && has(name)) {
      diagnostics_.add({v.name.where, v.name.key, "is recorded already", '"' + name + '"', "each variable once", ""});
      return;
    }
    if (name == "weights" || name == "activity" || name == "errors") return add_group(v, name, every);
    for (const auto& s : problem_.spiking) {
      if (name == s.population + ".spikes") return add_spikes(v, s);
    }
    for (std::size_t e = 0; e < expressions_.size(); ++e) {
      if (expressions_[e] == name) return add_expression(static_cast<int>(e), every, v.float32);
    }
    if (const auto* n = problem_.find(name); n && !problem_.metric(name)) {
      return add_named(*n, every, v.neurons, v.neurons_value, v.float32);
    }
    std::string why;
    if (problem_.figure(name, &why)) return add_metric(name, every, v.float32);
    if (!why.empty()) {
      diagnostics_.add({v.name.where, v.name.key, "there is no \"" + name + "\" here: " + why, "", "", ""});
      return;
    }
    if (network_.find(name) >= 0) {
      bool any = false;
      for (const auto& n : problem_.named) {
        const Slice* s = problem_.system->layout().find(n.name);
        if (n.population == name && ((s && s->block == Block::activity) || is_output(n))) {
          add_named(n, every, v.neurons, v.neurons_value, v.float32);
          any = true;
        }
      }
      if (any) return;
      if (const auto* n = problem_.find(name + ".output"))
        return add_named(*n, every, v.neurons, v.neurons_value, v.float32);
    }
    std::vector<std::string> names = {"activity", "weights", "errors"};
    for (const auto& p : network_.populations) names.push_back(p.name);
    for (const auto& n : problem_.named) names.push_back(n.name);
    for (const auto& s : problem_.spiking) names.push_back(s.population + ".spikes");
    for (const auto& m : problem_.metrics) {
      if (!problem_.find(m.name)) names.push_back(m.name);
    }
    for (const auto& m : problem_.monitor_names()) names.push_back(m);
    names.insert(names.end(), expressions_.begin(), expressions_.end());
    diagnostics_.add(unknown_name("variable", v.name, name, names));
  }

  void add_spikes(const RecordVariable& v, const learning::Spiking& s) {
    for (const auto& known : plan_.spikes) {
      if (known.population != s.population) continue;
      diagnostics_.add(
          {v.name.where, v.name.key, "is recorded already", '"' + v.name.string() + '"', "each variable once", ""});
      return;
    }
    if (v.every || !v.neurons.empty() || v.float32) {
      diagnostics_.add(
          {v.name.where, v.name.key, "spikes are recorded as they come, of all neurons", "", "the name alone", ""});
    }
    plan_.spikes.push_back(s);
  }

  void add_group(const RecordVariable& v, const std::string& name, double every) {
    const std::size_t before = plan_.variables.size();
    for (const auto& n : problem_.named) {
      const Slice* s = problem_.system->layout().find(n.name);
      const bool wanted = s ? block_name(s->block) == name : name == "activity" && is_output(n);
      if (wanted) add_named(n, every, v.neurons, v.neurons_value, v.float32);
    }
    if (plan_.variables.size() == before) {
      diagnostics_.add({v.name.where, v.name.key, "nothing in the state belongs to \"" + name + "\"", "",
                        name == "weights" ? "weights that move; fixed ones by their own name" : "names of variables",
                        ""});
    }
  }

  /// Output points are counted in integers, and found again in time by their number.
  void check_grid(double every) {
    constexpr double kMostPoints = 1e15;
    const double span = scenario_.time.end - scenario_.time.start;
    if (!(every > 0) || span / every < kMostPoints) return;
    const Value* section = scenario_.root.find("record");
    const Value* v = section ? section->find("every") : nullptr;
    const bool common = v && every == scenario_.record.every;
    diagnostics_.add({common ? v->where : scenario_.record.where, "record.every",
                      fmt::format("makes more than {:.0e} points from start to end of [time]", kMostPoints),
                      number_text(every), "longer distances", ""});
  }

  int axis(double every) {
    for (std::size_t k = 0; k < plan_.every.size(); ++k) {
      if (plan_.every[k] == every) return static_cast<int>(k);
    }
    check_grid(every);
    plan_.every.push_back(every);
    record::TimeAxis a;
    a.name = plan_.axes.empty() ? "time" : fmt::format("time_{}", plan_.axes.size() + 1);
    a.unit = network_.time_unit;
    plan_.axes.push_back(a);
    return static_cast<int>(plan_.axes.size()) - 1;
  }

  /// The dimension of that name and size; other neurons of the same population make another one.
  std::string dimension(const std::string& name, std::size_t size, const std::vector<std::int64_t>& labels) {
    for (int k = 1;; ++k) {
      const std::string text = k == 1 ? name : fmt::format("{}_{}", name, k);
      const auto at = std::find_if(plan_.dimensions.begin(), plan_.dimensions.end(),
                                   [&](const record::Dimension& d) { return d.name == text; });
      if (at == plan_.dimensions.end()) {
        plan_.dimensions.push_back({text, size, labels});
        return text;
      }
      if (at->size == size && at->labels == labels) return text;
    }
  }

  void add_named(const network::Named& n, double every, const std::vector<std::int64_t>& neurons, const Value& where,
                 bool float32) {
    if (has(n.name)) return;
    for (std::size_t k = 0; k < neurons.size(); ++k) {
      const auto i = neurons[k];
      if (std::find(neurons.begin(), neurons.begin() + static_cast<std::ptrdiff_t>(k), i) !=
          neurons.begin() + static_cast<std::ptrdiff_t>(k)) {
        diagnostics_.add({where.where, where.key, fmt::format("names neuron {} twice", i), "", "each neuron once", ""});
        return;
      }
      if (i >= n.rows) {
        diagnostics_.add({where.where, where.key, fmt::format("\"{}\" has no neuron {}", n.name, i), "",
                          fmt::format("0 to {}", n.rows - 1), ""});
        return;
      }
    }
    RecordedVariable v;
    v.value = n.value;
    v.rows = n.rows;
    v.cols = n.cols;
    v.neurons = neurons;
    v.file.name = n.name;
    v.file.unit = n.unit;
    v.file.long_name = n.long_name;
    v.file.type = float32 ? record::Type::float32 : record::Type::float64;
    v.file.axis = axis(every);
    const std::string rows =
        n.row_dimension.empty()
            ? ""
            : dimension(n.row_dimension, neurons.empty() ? static_cast<std::size_t>(n.rows) : neurons.size(), neurons);
    if (n.connections) add_ends(n, rows, neurons);
    if (n.col_dimension == "sample") {
      v.file.dimensions = {dimension("sample", static_cast<std::size_t>(n.cols), {}), rows};
    } else if (!n.col_dimension.empty()) {
      v.transposed = true;
      v.file.dimensions = {rows, dimension(n.col_dimension, static_cast<std::size_t>(n.cols), {})};
    } else if (!rows.empty()) {
      v.file.dimensions = {rows};
    }
    plan_.variables.push_back(std::move(v));
  }

  /// Of one weight a connection: which neurons each connects, as variables along the same dimension.
  void add_ends(const network::Named& n, const std::string& dimension, const std::vector<std::int64_t>& kept) {
    const SparsePattern& p = *n.connections;
    const std::string projection = n.name.substr(0, n.name.rfind('.'));
    std::vector<double> post(static_cast<std::size_t>(p.nonzeros()));
    for (std::size_t i = 0; i + 1 < p.start.size(); ++i) {
      std::fill(post.begin() + p.start[i], post.begin() + p.start[i + 1], static_cast<double>(i));
    }
    const std::vector<double> pre(p.column.begin(), p.column.end());
    for (const auto& [end, all] : {std::pair{"pre", &pre}, {"post", &post}}) {
      RecordPlan::Ends e;
      e.file.name = projection + "." + end;
      e.file.dimensions = {dimension};
      e.file.type = record::Type::int64;
      e.file.long_name = fmt::format("number of the neuron that {}", all == &pre ? "sends" : "receives");
      e.numbers = *all;
      if (!kept.empty()) {
        e.numbers.clear();
        for (const auto k : kept) e.numbers.push_back((*all)[static_cast<std::size_t>(k)]);
      }
      plan_.ends.push_back(std::move(e));
    }
  }

  void add_metric(const std::string& name, double every, bool float32) {
    if (has(name)) return;
    std::string why;
    const auto* metric = problem_.figure(name, &why);
    if (!metric) return;
    RecordedVariable v;
    v.metric = metric;
    scalar(v, name, metric->long_name, every, float32);
  }

  void add_expression(int index, double every, bool float32) {
    RecordedVariable v;
    v.expression = index;
    const auto& source = scenario_.record.expressions[static_cast<std::size_t>(index)];
    v.file.unit = plan_.expressions[static_cast<std::size_t>(index)].unit();
    scalar(v, source.first, source.second.text, every, float32);
  }

  void scalar(RecordedVariable& v, const std::string& name, const std::string& long_name, double every, bool float32) {
    v.file.name = name;
    v.file.long_name = long_name;
    v.file.type = float32 ? record::Type::float32 : record::Type::float64;
    v.file.axis = axis(every);
    plan_.variables.push_back(std::move(v));
  }

  const scenario::Scenario& scenario_;
  learning::Problem& problem_;
  const network::Network& network_;
  Diagnostics& diagnostics_;
  RecordPlan plan_;
  std::vector<std::string> expressions_;
};

}  // namespace

RecordPlan plan_record(const scenario::Scenario& scenario, learning::Problem& problem, const network::Network& network,
                       Diagnostics& diagnostics) {
  return Planner(scenario, problem, network, diagnostics).run();
}

double RecordPlan::estimated_bytes(double duration) const {
  double bytes = 0;
  for (const auto& v : variables) {
    const double step = every[static_cast<std::size_t>(v.file.axis)];
    const double points = step > 0 ? std::floor(duration / step) + 2 : 1;
    bytes += points * static_cast<double>(v.size()) * (v.file.type == record::Type::float32 ? 4 : 8);
  }
  for (const auto& e : ends) bytes += 8 * static_cast<double>(e.numbers.size());
  return bytes;
}

}  // namespace neurode::run
