#pragma once

#include "neurode/equations/parse.hpp"

namespace neurode::network {

/// How the equations of a local rule are parsed: sum_pre, sum_post, sum_up_to and mean are functions. f(x) becomes
/// where(%f, x, %nothing), which no simplification touches.
equations::ParseOptions local_rule_options(equations::Graph& graph);

}  // namespace neurode::network
