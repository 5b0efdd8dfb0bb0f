#include "neurode/run/families.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "neurode/analysis/export.hpp"
#include "neurode/integrate/method.hpp"
#include "neurode/learning/families.hpp"
#include "neurode/network/families.hpp"
#include "run/model_text.hpp"

namespace neurode::run {

namespace {

template <class List>
std::vector<Entry> entries_of(const List& list) {
  std::vector<Entry> out;
  for (const auto& e : list) out.push_back(e);
  return out;
}

std::vector<Entry> model_entries() {
  std::vector<Entry> out;
  for (const auto& m : network::models()) out.push_back(network::model_entry(m));
  return out;
}

std::vector<Entry> plasticity_entries() {
  std::vector<Entry> out;
  for (const auto& p : network::plasticity_rules()) out.push_back(network::plasticity_entry(p));
  return out;
}

void add_text(std::vector<std::string>& lines, const std::string& title, const std::string& text) {
  if (text.find_first_not_of(" \n\t") == std::string::npos) return;
  lines.push_back(title);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back("  " + line);
  }
}

std::vector<std::string> method_details(const integrate::MethodEntry& m) {
  std::vector<std::string> lines;
  const std::string steps = m.own_control ? "chooses its steps itself" : "adaptive steps";
  lines.push_back(m.variable_order ? fmt::format("order up to {}: {}", m.order, steps)
                  : m.adaptive()   ? fmt::format("order {}, embedded order {}: {}", m.order, m.embedded_order, steps)
                                   : fmt::format("order {}: fixed steps (dt)", m.order));
  if (m.stochastic) {
    lines.push_back(m.strong_order > 0
                        ? fmt::format("strong order {}, for additive noise {}; the order above is that without noise",
                                      m.strong_order, m.strong_order_additive)
                        : fmt::format("strong order {}, additive noise alone; the order above is that without noise",
                                      m.strong_order_additive));
    if (m.takes_ito || m.takes_stratonovich) {
      lines.push_back(fmt::format("noise whose amplitude depends on the state: {}{}{}", m.takes_ito ? "Ito" : "",
                                  m.takes_ito && m.takes_stratonovich ? " and " : "",
                                  m.takes_stratonovich ? "Stratonovich" : ""));
    }
    if (m.needs_diagonal) lines.push_back("each state has at most one source of noise, each source moves one state");
  }
  if (m.dense == integrate::DenseOutput::linear) {
    lines.push_back("between steps: the straight line");
  } else {
    lines.push_back(fmt::format("dense output of order {}: {}", m.dense_order,
                                m.dense == integrate::DenseOutput::own ? "the method's own" : "cubic Hermite"));
  }
  if (m.varying_stages || m.variable_order) {
    lines.push_back(fmt::format("right-hand sides a step vary, {} at least", m.stages));
  } else {
    lines.push_back(fmt::format("{} right-hand side{} a step{}", m.stages, m.stages == 1 ? "" : "s",
                                m.fsal ? ", the last one is the next step's first" : ""));
  }
  if (std::isinf(m.real_stability)) {
    lines.push_back("stable on the whole negative real axis");
  } else if (m.real_stability > 0) {
    lines.push_back(fmt::format("stable to {} on the negative real axis", m.real_stability));
  }
  if (m.stiff) lines.push_back("for stiff problems");
  if (m.needs_jacobian) {
    lines.push_back(m.largest_dense > 0 ? fmt::format("factorises the Jacobian: up to {} states where it is not sparse",
                                                      m.largest_dense)
                                        : std::string("uses the Jacobian"));
  }
  if (m.needs_jvp) lines.push_back("uses products J v");
  if (m.multistep) {
    lines.push_back("keeps a history: starts anew, with small steps, after every jump of a stimulus");
  } else {
    lines.push_back("starts anew at a jump of a stimulus at no cost");
  }
  if (m.scalar_atol) lines.push_back("takes one absolute tolerance for the whole state");
  return lines;
}

std::string method_brief(const integrate::MethodEntry& m) {
  const std::string order = m.variable_order ? fmt::format("to {}", m.order)
                            : m.adaptive()   ? fmt::format("{}({})", m.order, m.embedded_order)
                                             : fmt::format("{} fixed", m.order);
  const std::string dense = m.dense == integrate::DenseOutput::own       ? fmt::format("dense {}", m.dense_order)
                            : m.dense == integrate::DenseOutput::hermite ? std::string("Hermite")
                                                                         : std::string("linear");
  return fmt::format("{:<8} {:<9}{}", order, dense, m.stiff ? "stiff " : "      ");
}

}  // namespace

const std::vector<Family>& families() {
  static const std::vector<Family> all = {
      {"activations", "activation functions f(I)", "population.NAME.activation", entries_of(network::activations())},
      {"connectivities", "which neurons of two populations are connected", "projection.NAME.connect",
       entries_of(network::connectivities())},
      {"exporters", "formats of `neurode export`", "neurode export --format", entries_of(analysis::exporters())},
      {"flows", "how weights follow the gradient", "learning.flow", entries_of(learning::flows())},
      {"initialisers", "how weights, biases, parameters and initial values are drawn", "weights = { init = ... }",
       entries_of(network::initialisers())},
      {"integrators", "methods of integration", "integrator.method", entries_of(integrate::methods())},
      {"losses", "what learning makes small", "learning.loss", entries_of(learning::losses())},
      {"models", "neuron models", "population.NAME.model", model_entries()},
      {"monitors", "figures of learning, computed where [record] or [report] names them", "record.variables",
       entries_of(learning::monitors())},
      {"plasticity", "local plasticity rules", "projection.NAME.plasticity", plasticity_entries()},
      {"rates", "the learning rate over time", "learning.rate", entries_of(learning::rates())},
      {"rules", "learning rules", "learning.rule", entries_of(learning::rules())},
      {"stimuli", "drives as functions of time", "stimulus.NAME.kind", entries_of(network::stimuli())},
  };
  return all;
}

scenario::SchemaFamilies schema_families() {
  scenario::SchemaFamilies f;
  for (const auto& m : network::models()) {
    (m.site.empty() ? f.models : f.synapses).push_back(network::model_entry(m));
  }
  f.activations = entries_of(network::activations());
  f.connectivities = entries_of(network::connectivities());
  f.initialisers = entries_of(network::initialisers());
  f.stimuli = entries_of(network::stimuli());
  f.plasticity = plasticity_entries();
  f.rules = entries_of(learning::rules());
  f.losses = entries_of(learning::losses());
  f.flows = entries_of(learning::flows());
  f.rates = entries_of(learning::rates());
  f.methods = entries_of(integrate::methods());
  f.integrator = integrate::integrator_parameters();
  return f;
}

const Family* find_family(const std::string& name) { return find_entry(families(), name); }

std::string brief(const std::string& family, const std::string& name) {
  if (family == "integrators") {
    const auto* method = find_entry(integrate::methods(), name);
    return method ? method_brief(*method) : "";
  }
  const auto* model = family == "models" ? find_entry(network::models(), name) : nullptr;
  return model ? model_brief(*model) : "";
}

std::vector<std::string> details(const std::string& family, const std::string& name) {
  if (family == "models") {
    if (const auto* m = find_entry(network::models(), name)) return model_details(*m);
  } else if (family == "integrators") {
    if (const auto* m = find_entry(integrate::methods(), name)) return method_details(*m);
  } else if (family == "plasticity") {
    std::vector<std::string> lines;
    if (const auto* p = find_entry(network::plasticity_rules(), name)) {
      add_text(lines, "equations", p->equations.text);
      for (const auto& [state, site] : p->states) lines.push_back("state " + state + " at " + site.string());
      add_text(lines, "spike of FROM", p->on_pre.text);
      add_text(lines, "spike of TO", p->on_post.text);
      if (!p->time_unit.empty()) lines.push_back("time in " + p->time_unit);
    }
    return lines;
  } else if (family == "activations") {
    const auto* a = find_entry(network::activations(), name);
    if (a && !a->expression.empty()) return {"f(I) = " + a->expression};
  }
  return {};
}

}  // namespace neurode::run
