#include "network/expressions/coupling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "neurode/network/assemble.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::network {

using equations::Node;

namespace {

/// What a coupling may read of one population.
struct Readable {
  std::vector<std::string> names;              ///< states and definitions
  std::map<std::string, std::string> instant;  ///< those (output: "") that depend on an input at once -> the input
};

Readable readable(const Population& pop) {
  Readable out;
  equations::Graph graph;
  Diagnostics none;  // told with the population
  const Instance i = instantiate(graph, *pop.model, {pop.activation, pop.softmax, {}, ""}, none);
  const auto look = [&](const std::string& name, Node value) {
    for (const auto& input : pop.model->inputs) {
      if (depends_on(graph, value, graph.symbol(input))) out.instant[name] = input;
    }
  };
  for (const auto& [state, rate] : i.rates) out.names.push_back(state);
  for (const auto& [definition, value] : i.definitions) {
    out.names.push_back(definition);
    look(definition, value);
  }
  look("", i.output);
  return out;
}

void check_instant(const Readable& from, const std::string& end, const Population& pop, const std::string& name,
                   const equations::SymbolUse& use, const std::string& key, Diagnostics& diagnostics) {
  const auto at = from.instant.find(name);
  if (at == from.instant.end()) return;
  const std::string spelled = name.empty() ? end : end + "." + name;
  diagnostics.add({use.where, key,
                   fmt::format("\"{}\" of \"{}\" depends on its input at the same moment", spelled, pop.name),
                   "the input " + at->second, "states, and what is made of states alone", ""});
}

}  // namespace

Coupling read_coupling(equations::Graph& graph, const Projection& pr, const equations::SourceText& source,
                       const Network& network, Diagnostics& diagnostics) {
  Coupling out;
  out.value = graph.mul(graph.symbol("w"), graph.symbol("pre"));
  out.pre = {""};
  if (source.text.empty()) return out;
  equations::ParseOptions options;
  options.paths = true;
  const auto parsed = equations::parse_expression(graph, source, options, diagnostics);
  if (!parsed) return out;
  const Population *from = &network.populations[pr.pre], *to = &network.populations[pr.post];
  const Readable of_pre = readable(*from), of_post = readable(*to);
  std::vector<std::string> known = {"w", "pre", "post"}, told;
  for (const auto& n : of_pre.names) known.push_back("pre." + n);
  for (const auto& n : of_post.names) known.push_back("post." + n);
  for (const auto& p : pr.parameters) known.push_back(p.name);
  known.push_back("t");
  out.pre.clear();
  out.uses_weight = false;
  for (const auto& use : parsed->uses) {
    const std::string name = graph.name(use.symbol);
    if (std::find(told.begin(), told.end(), name) != told.end()) continue;
    told.push_back(name);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      diagnostics.add({use.where, source.key, "nothing is called \"" + name + "\" here", "",
                       "the names " + quoted_list(known), nearest_name(name, known)});
    } else if (name == "w") {
      out.uses_weight = true;
    } else if (name == "pre" || name.rfind("pre.", 0) == 0) {
      out.pre.push_back(name == "pre" ? "" : name.substr(4));
      if (name != "pre") check_instant(of_pre, "pre", *from, out.pre.back(), use, source.key, diagnostics);
    } else if (name == "post" || name.rfind("post.", 0) == 0) {
      out.post.push_back(name == "post" ? "" : name.substr(5));
      check_instant(of_post, "post", *to, out.post.back(), use, source.key, diagnostics);
    }
  }
  equations::Substitution numbers;
  for (const auto& p : pr.parameters) numbers[graph.symbol(p.name).id] = graph.constant(p.values[0]);
  out.value = equations::substitute(graph, parsed->value, numbers);
  return out;
}

Coupling read_coupling(equations::Graph& graph, const Projection& projection, const Network& network) {
  Diagnostics none;
  const Coupling c = read_coupling(graph, projection, {projection.coupling, {}, ""}, network, none);
  none.throw_if_any();
  return c;
}

CouplingPlan plan_coupling(equations::Graph& graph, Node coupling, Wiring::Kind kind) {
  CouplingPlan plan;
  if (kind == Wiring::Kind::one_to_one) {
    plan.way = CouplingPlan::Way::elements;
    return plan;
  }
  Separation separation(graph);
  const auto terms = separation.of(coupling);
  if (terms) {
    plan.products = gather_products(graph, *terms);
    plan.shifts = separation.shifts();
    if (kind != Wiring::Kind::low_rank || linear_in_weight(graph, plan)) return plan;
  }
  plan.products.clear();
  plan.way = kind == Wiring::Kind::sparse                                          ? CouplingPlan::Way::edges
             : kind == Wiring::Kind::low_rank || kind == Wiring::Kind::convolution ? CouplingPlan::Way::none
                                                                                   : CouplingPlan::Way::pairs;
  return plan;
}

bool linear_in_weight(equations::Graph& graph, const CouplingPlan& plan) {
  const Node w = graph.symbol("w");
  return plan.way == CouplingPlan::Way::products &&
         std::all_of(plan.products.begin(), plan.products.end(), [&](const Product& p) { return p.weight == w; });
}

Wiring::Kind kind_of(const Projection& pr) { return pr.wiring ? pr.wiring->kind : Wiring::Kind::dense; }

static std::string wiring_text(const Projection& pr) {
  const auto count = [](Index n) { return fmt::format("{} connection{}", n, n == 1 ? "" : "s"); };
  switch (kind_of(pr)) {
    case Wiring::Kind::dense:
      return pr.wiring && !pr.wiring->self ? "all to all but oneself" : "all to all";
    case Wiring::Kind::equal:
      return pr.wiring->self ? "all to all alike" : "all to all but oneself, alike";
    case Wiring::Kind::one_to_one:
      return "one to one";
    case Wiring::Kind::sparse:
      return "sparse, " + count(pr.wiring->pattern->nonzeros());
    case Wiring::Kind::convolution: {
      const ConvolutionShape& s = pr.wiring->shape;
      return fmt::format("convolution with {} x {}, {} -> {} channel{}", s.kernel_height, s.kernel_width, s.in_channels,
                         s.out_channels, s.out_channels == 1 ? "" : "s");
    }
    case Wiring::Kind::low_rank:
      return fmt::format("rank {}", pr.wiring->left->cols());
  }
  return "";
}

std::string describe(const Projection& pr, const Network& network) {
  equations::Graph graph;
  const Coupling coupling = read_coupling(graph, pr, network);
  const CouplingPlan plan = plan_coupling(graph, coupling.value, kind_of(pr));
  const std::string head = fmt::format("{}: {} x {}, {}", pr.name, network.populations[pr.post].size,
                                       network.populations[pr.pre].size, wiring_text(pr));
  switch (plan.way) {
    case CouplingPlan::Way::elements:
      return head + ", neuron by neuron";
    case CouplingPlan::Way::pairs:
      return head + ", pair by pair";
    case CouplingPlan::Way::edges:
      return head + ", connection by connection";
    default:
      break;
  }
  const bool dense = kind_of(pr) == Wiring::Kind::dense, equal = kind_of(pr) == Wiring::Kind::equal;
  int products = 0, sums = 0;
  for (const Product& p : plan.products) {
    if (graph.is_constant(p.pre)) continue;  // row sums of the weights
    ++(equal || (dense && graph.is_constant(p.weight)) ? sums : products);
  }
  const bool linear = linear_in_weight(graph, plan) && plan.products.size() == 1 &&
                      graph.is_constant(plan.products[0].post) && plan.products[0].pre == graph.symbol("pre");
  std::string work;
  const auto add = [&](int n, const char* what) {
    if (n > 0) work += fmt::format("{}{} {}{}", work.empty() ? "" : ", ", n, what, n == 1 ? "" : "s");
  };
  add(products, kind_of(pr) == Wiring::Kind::convolution ? "convolution" : "product");
  add(sums, "sum");
  return fmt::format("{}, {}: {}", head, linear ? "linear" : "separable", work.empty() ? "no product" : work);
}

}  // namespace neurode::network
