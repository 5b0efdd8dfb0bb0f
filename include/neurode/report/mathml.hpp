#pragma once

#include <string>

#include "neurode/equations/graph.hpp"
#include "neurode/equations/parse.hpp"

namespace neurode::report {

/// A name as MathML: Greek letters where it spells one, what follows the first "_" and digits at the end as a
/// subscript: tau_m, I_Na, w1. Of a name with a dot, what stands before it: pre.s is s with the subscript pre.
std::string name_mathml(const std::string& name);

/// An expression as MathML, without the math element: quotients as fractions, powers, roots and exponentials set as
/// such, function names upright. Deeper than 200 or longer than 200000 bytes, the rest is dots.
std::string mathml(const equations::Graph& graph, equations::Node f);

// HTML of equation text: a math element a line. What the parser refuses stands as it was written, in a code element.
// Calls of the activation f(...), of delay(...) and of sums in local rules are set as calls.

/// Equations of a model or a local rule: dx/dt = ..., definitions.
std::string typeset_equations(const std::string& text);
/// Assignments at a spike: v = c; u += d.
std::string typeset_assignments(const std::string& text);
/// One expression, inline; `left` (a name, may be empty) and "=" in front.
std::string typeset_expression(const std::string& left, const std::string& text);

}  // namespace neurode::report
