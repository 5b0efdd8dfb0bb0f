#pragma once

#include <string>
#include <vector>

#include "network/connectivity/wiring.hpp"
#include "network/expressions/separation.hpp"
#include "neurode/network/network.hpp"

namespace neurode::network {

/// The coupling of a projection as an expression of `w`, `pre`, `post`, `pre.NAME`, `post.NAME` and `t`; its parameters
/// are numbers in it.
struct Coupling {
  equations::Node value;
  bool uses_weight = true;
  std::vector<std::string> pre, post;  ///< names used of each side: "" (the output) and NAMEs
};

/// Reads a projection's coupling into `graph`. Reports syntax errors, names it does not know, and names of TO that
/// depend on its inputs at the same moment (there they would depend on themselves).
Coupling read_coupling(equations::Graph& graph, const Projection& projection, const equations::SourceText& source,
                       const Network& network, Diagnostics& diagnostics);
/// The same of a projection that has been checked.
Coupling read_coupling(equations::Graph& graph, const Projection& projection, const Network& network);

/// How a coupling is computed over a wiring.
struct CouplingPlan {
  enum class Way {
    elements,  ///< neuron by neuron (one to one)
    products,  ///< a product with the matrix, a sum or a convolution for each of `products`
    pairs,     ///< all pairs, one by one
    edges,     ///< all connections of a sparse pattern, one by one
    none,      ///< not at all: the wiring has weights no single pair can be asked for
  };
  Way way = Way::products;
  std::vector<Product> products;
  std::vector<Separation::Shift> shifts;
};
CouplingPlan plan_coupling(equations::Graph& graph, equations::Node coupling, Wiring::Kind kind);

/// Is every product linear in w?
bool linear_in_weight(equations::Graph& graph, const CouplingPlan& plan);

Wiring::Kind kind_of(const Projection& projection);

}  // namespace neurode::network
