// Equation text as HTML.
#include <fmt/format.h>

#include "neurode/core/errors.hpp"
#include "neurode/equations/assignments.hpp"
#include "neurode/report/mathml.hpp"
#include "report/html.hpp"

namespace neurode::report {

using equations::Graph;
using equations::Node;

namespace {

/// Parser options under which calls of names that mean something to models and rules alone are read: see
/// called() in mathml.cpp.
equations::ParseOptions calls(Graph& g, std::vector<equations::DelayCall>& delays) {
  equations::ParseOptions o;
  const Node argument = g.symbol("(argument)");
  for (const char* name : {"f", "mean", "sum_pre", "sum_post", "sum_up_to"}) {
    o.functions.push_back({name, argument, g.binary(equations::Op::min, g.symbol(std::string(name) + "()"), argument)});
  }
  o.delays = &delays;
  return o;
}

/// `f`, with what stands for a delayed value set as a call.
std::string with_delays(Graph& g, Node f, const std::vector<equations::DelayCall>& delays) {
  equations::Substitution calls;
  for (const auto& d : delays) {
    // x(t - tau) of a name x, else delay(expression, tau) as it was written.
    const bool name = g[d.argument].op == equations::Op::symbol;
    calls[d.symbol.id] =
        g.binary(equations::Op::min, g.symbol(name ? g.name(d.argument) + "()" : "delay()"),
                 name ? g.sub(g.symbol("t"), d.delay) : g.binary(equations::Op::max, d.argument, d.delay));
  }
  return mathml(g, equations::substitute(g, f, calls));
}

constexpr std::size_t kLongest = 30'000;  ///< of equation text that is typeset

std::string as_written(const std::string& text) {
  return "<pre class=\"equations\">" + escaped(shortened(text, kLongest)) + "</pre>\n";
}

std::string line(const std::string& content) { return "<math display=\"block\"><mrow>" + content + "</mrow></math>\n"; }

std::string rate_of(const std::string& name) {
  return "<mfrac><mrow><mi mathvariant=\"normal\">d</mi>" + name_mathml(name) +
         "</mrow><mrow><mi mathvariant=\"normal\">d</mi><mi class=\"v\">t</mi></mrow></mfrac>";
}

}  // namespace

std::string typeset_equations(const std::string& text) {
  if (text.size() > kLongest) return as_written(text);
  try {
    Graph g;
    Diagnostics faults;
    std::vector<equations::DelayCall> delays;
    const auto options = calls(g, delays);
    const auto set = equations::parse_equations(g, {text, {}, ""}, options, faults);
    if (!faults.empty()) return as_written(text);
    std::string out;
    for (const auto& s : set.statements) {
      out += line((s.is_rate ? rate_of(s.name) : name_mathml(s.name)) + "<mo>=</mo>" + with_delays(g, s.value, delays));
    }
    return out;
  } catch (const ScenarioError&) {
    return as_written(text);
  }
}

std::string typeset_assignments(const std::string& text) {
  try {
    Graph g;
    Diagnostics faults;
    const auto set = equations::parse_assignments(g, {text, {}, ""}, faults);
    if (!faults.empty()) return as_written(text);
    std::string out;
    for (const auto& a : set.assignments) out += line(name_mathml(a.name) + "<mo>&#8592;</mo>" + mathml(g, a.value));
    return out;
  } catch (const ScenarioError&) {
    return as_written(text);
  }
}

std::string typeset_expression(const std::string& left, const std::string& text) {
  try {
    Graph g;
    Diagnostics faults;
    std::vector<equations::DelayCall> delays;
    auto options = calls(g, delays);
    options.paths = false;
    const auto parsed = equations::parse_expression(g, {text, {}, ""}, options, faults);
    if (parsed) {
      return "<math><mrow>" + (left.empty() ? "" : name_mathml(left) + "<mo>=</mo>") +
             with_delays(g, parsed->value, delays) + "</mrow></math>";
    }
  } catch (const ScenarioError&) {
  }
  return "<code>" + escaped((left.empty() ? "" : left + " = ") + text) + "</code>";
}

}  // namespace neurode::report
