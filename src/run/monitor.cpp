#include "neurode/run/monitor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "neurode/core/unit.hpp"
#include "neurode/equations/dimensions.hpp"
#include "neurode/equations/tape.hpp"

namespace neurode::run {

using equations::Node;
using equations::Op;

namespace {

/// One symbol of the expression: a number out of sampled values, a metric, or time.
struct Source {
  enum class Kind { time, element, metric, named, mean, sum, min, max } kind = Kind::element;
  std::size_t index = 0;  ///< which sampled value, metric or named expression
  Index element = 0;
};

struct Path {
  std::string reduction, name;
  std::vector<Index> indices;
};

/// "mean(hidden.a)", "hidden.a[3,1]" as the parser spells them.
Path split(const std::string& text) {
  Path p;
  std::string rest = text;
  const auto open = rest.find('(');
  if (open != std::string::npos && rest.back() == ')') {
    p.reduction = rest.substr(0, open);
    rest = rest.substr(open + 1, rest.size() - open - 2);
  }
  const auto bracket = rest.find('[');
  p.name = rest.substr(0, bracket);
  if (bracket != std::string::npos) {
    for (std::size_t at = bracket + 1; at < rest.size();) {
      Index value = 0;
      const auto r = std::from_chars(rest.data() + at, rest.data() + rest.size(), value);
      p.indices.push_back(r.ec == std::errc() ? value : -1);  // too large for an index: no such element
      at = static_cast<std::size_t>(r.ptr - rest.data()) + 1;
    }
  }
  return p;
}

}  // namespace

struct Monitor::Impl {
  std::vector<Source> sources;
  std::vector<ValueId> values;
  std::unique_ptr<learning::Sampler> sampler;
  std::vector<const learning::Metric*> metrics;
  std::vector<Monitor*> named;
  Vector sampled;
  std::vector<double> numbers, scratch;
  std::vector<equations::LaneInput> inputs;
  equations::Tape value_tape, margin_tape;
  bool condition = false;
  std::string unit;

  double run(const equations::Tape& tape, double t, const double* x) {
    if (sampler) sampler->run(t, x, sampled.data());
    for (std::size_t k = 0; k < sources.size(); ++k) numbers[k] = number(sources[k], t, x);
    double out = 0;
    double* outs[] = {&out};
    tape.run(1, inputs.data(), outs, scratch.data());
    return out;
  }

  double number(const Source& s, double t, const double* x) {
    if (s.kind == Source::Kind::time) return t;
    if (s.kind == Source::Kind::named) return named[s.index]->evaluate(t, x);
    if (s.kind == Source::Kind::metric) return metrics[s.index]->evaluate(t, x);
    const Index begin = sampler->offsets()[s.index];
    if (s.kind == Source::Kind::element) return sampled[begin + s.element];
    const auto end = s.index + 1 < values.size() ? sampler->offsets()[s.index + 1] : sampler->size();
    const auto part = sampled.segment(begin, end - begin);
    switch (s.kind) {
      case Source::Kind::mean:
        return part.mean();
      case Source::Kind::sum:
        return part.sum();
      case Source::Kind::min:
        return part.minCoeff();
      default:
        return part.maxCoeff();
    }
  }
};

namespace {

std::vector<std::string> known_names(const learning::Problem& problem, const NamedMonitors* expressions) {
  std::vector<std::string> names = {"t"};
  for (const auto& n : problem.named) names.push_back(n.name);
  for (const auto& m : problem.metrics) {
    if (!problem.find(m.name)) names.push_back(m.name);
  }
  for (const auto& name : problem.monitor_names()) names.push_back(name);
  if (expressions) {
    for (const auto& e : *expressions) names.push_back(e.first);
  }
  return names;
}

std::size_t place_of(std::vector<ValueId>& values, ValueId v) {
  const auto at = std::find(values.begin(), values.end(), v);
  if (at != values.end()) return static_cast<std::size_t>(at - values.begin());
  values.push_back(v);
  return values.size() - 1;
}

}  // namespace

Monitor::Monitor(const equations::SourceText& source, learning::Problem& problem, Diagnostics& diagnostics,
                 const NamedMonitors* expressions)
    : impl_(std::make_unique<Impl>()) {
  equations::Graph graph;
  equations::ParseOptions options;
  options.paths = true;
  const auto parsed = equations::parse_expression(graph, source, options, diagnostics);
  if (!parsed) return;
  const std::size_t before = diagnostics.size();
  const Node root[] = {parsed->value};
  equations::SymbolUnits units;
  const auto symbols = equations::free_symbols(graph, root);
  for (const Node symbol : symbols) {
    const std::string& text = graph.name(symbol);
    Location where = source.origin;
    for (const auto& use : parsed->uses) {
      if (use.symbol == symbol) {
        where = use.where;
        break;
      }
    }
    const auto fault = [&](const std::string& problem_text, const std::string& allowed, const std::string& near) {
      diagnostics.add({where, source.key, problem_text, "", allowed, near});
    };
    Source s;
    const Path path = split(text);
    if (text == "t") {
      s.kind = Source::Kind::time;
      impl_->sources.push_back(s);
      continue;
    }
    const network::Named* named = problem.find(path.name);
    if (!named && !problem.metric(path.name) && expressions) {
      const auto at =
          std::find_if(expressions->begin(), expressions->end(), [&](const auto& e) { return e.first == path.name; });
      if (at != expressions->end()) {
        if (!path.reduction.empty() || !path.indices.empty()) {
          fault(fmt::format("\"{}\" is one number", path.name), "its name alone", "");
        }
        s.kind = Source::Kind::named;
        s.index = impl_->named.size();
        impl_->named.push_back(at->second);
        impl_->sources.push_back(s);
        if (const auto unit = parse_unit(at->second->unit()); unit && !at->second->unit().empty()) {
          units.emplace(text, *unit);
        }
        continue;
      }
    }
    std::string why;
    const learning::Metric* metric = named ? problem.metric(path.name) : problem.figure(path.name, &why);
    if (metric && path.reduction.empty() && path.indices.empty()) {
      s.kind = Source::Kind::metric;
      s.index = impl_->metrics.size();
      impl_->metrics.push_back(metric);
      impl_->sources.push_back(s);
      continue;
    }
    if (!named && !why.empty()) {
      fault("there is no \"" + path.name + "\" here: " + why, "", "");
      continue;
    }
    if (!named) {
      const auto names = known_names(problem, expressions);
      fault("nothing is called \"" + path.name + "\" here", quoted_list(names), nearest_name(path.name, names));
      continue;
    }
    if (const auto unit = parse_unit(named->unit); unit && !named->unit.empty()) units.emplace(text, *unit);
    const Index rows = named->rows, cols = named->cols;
    s.index = place_of(impl_->values, named->value);
    if (!path.reduction.empty()) {
      s.kind = path.reduction == "mean"  ? Source::Kind::mean
               : path.reduction == "sum" ? Source::Kind::sum
               : path.reduction == "min" ? Source::Kind::min
                                         : Source::Kind::max;
    } else if (path.indices.empty() && rows * cols != 1) {
      fault(fmt::format("\"{}\" has {} x {} elements", path.name, rows, cols),
            fmt::format("one element, {}[0], or mean({})", path.name, path.name), "");
    } else if (!path.indices.empty()) {
      const Index i = path.indices[0], j = path.indices.size() > 1 ? path.indices[1] : 0;
      if (i < 0 || i >= rows || j < 0 || j >= cols || path.indices.size() > 2) {
        fault("there is no element " + text, fmt::format("indices below {} and {}", rows, cols), "");
      }
      s.element = j * rows + i;
    }
    impl_->sources.push_back(s);
  }
  if (diagnostics.size() > before) return;
  equations::Dimensions dimensions(graph, std::move(units));
  const auto measure = dimensions.of(parsed->value, {source.origin, source.key, "the expression"}, diagnostics);
  if (diagnostics.size() > before) return;
  if (measure.kind == equations::Measure::Kind::unit) impl_->unit = unit_text(measure.unit);

  if (!impl_->values.empty()) {
    impl_->sampler = problem.sampler(impl_->values);
    impl_->sampled.setZero(impl_->sampler->size());
  }
  impl_->numbers.resize(symbols.size());
  for (auto& n : impl_->numbers) impl_->inputs.push_back({&n, false});
  impl_->value_tape = equations::Tape(graph, root, symbols);
  const auto d = graph[parsed->value];
  Node margin = graph.sub(parsed->value, graph.constant(0.5));
  impl_->condition = true;
  switch (d.op) {
    case Op::less:
    case Op::less_equal:
      margin = graph.sub(d.b, d.a);
      break;
    case Op::equal:
    case Op::not_equal:
    case Op::logical_and:
    case Op::logical_or:
    case Op::logical_not:
      break;
    default:
      impl_->condition = false;
  }
  const Node margins[] = {margin};
  impl_->margin_tape = equations::Tape(graph, margins, symbols);
  impl_->scratch.resize(std::max(impl_->value_tape.scratch_size(), impl_->margin_tape.scratch_size()) + 8);
}

Monitor::~Monitor() = default;
Monitor::Monitor(Monitor&&) noexcept = default;

double Monitor::evaluate(double t, const double* x) { return impl_->run(impl_->value_tape, t, x); }
const std::string& Monitor::unit() const { return impl_->unit; }
bool Monitor::is_condition() const { return impl_->condition; }
double Monitor::margin(double t, const double* x) { return impl_->run(impl_->margin_tape, t, x); }

}  // namespace neurode::run
