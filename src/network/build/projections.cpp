// Projections from their sections: where they go, who is connected, weights, coupling, plasticity.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "network/assemble/assembler.hpp"
#include "network/build/build.hpp"
#include "network/build/check_units.hpp"
#include "network/build/memory.hpp"
#include "network/expressions/coupling.hpp"
#include "neurode/core/units.hpp"

namespace neurode::network {

namespace {

using Way = CouplingPlan::Way;
using WiringKind = Wiring::Kind;

class ProjectionBuilder {
 public:
  ProjectionBuilder(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                    Projection& pr, Diagnostics& diagnostics)
      : section_(section),
        scenario_(scenario),
        net_(network),
        pr_(pr),
        from_(network.populations[pr.pre]),
        to_(network.populations[pr.post]),
        diagnostics_(diagnostics) {}

  /// False where the rest cannot be known any more; all faults are reported.
  bool build() {
    read_into();
    read_rule();
    read_coupling_text();
    if (section_.weights_given && section_.weights.init.name.empty()) return false;  // reported
    pr_.plastic = section_.weights.plastic;
    if (section_.coupling.text.empty() && !acts_at_spikes()) {
      pr_.unit = quotient_unit(unit_of(*to_.model, pr_.into), from_.output_unit);
    }
    if (!connect()) return false;
    check_way();
    finish_rule();
    if (!settle_dense()) return false;
    if (!read_weights()) return false;
    if (section_.weights_given) {
      pr_.motion = read_motion(section_.weights, *pr_.weights, moves(), pr_.wiring.get(), from_.name, diagnostics_);
      refuse_jumps();
    }
    return true;
  }

  /// What can be said of the rule once the delays are known.
  void check_delay() {
    if (rule_) check_rule_delay(*section_.plasticity, *rule_, pr_.delay, diagnostics_);
  }

 private:
  std::string key(const char* name) const { return "projection.\"" + section_.name + "\"" + name; }

  /// Bounds and factors are of rates; a rule may also move weights at spikes.
  void refuse_jumps() {
    if (!pr_.rule || (pr_.rule->on_pre.text.empty() && pr_.rule->on_post.text.empty())) return;
    if (!pr_.motion.bounded() && pr_.motion.rate == 1) return;
    diagnostics_.add({section_.where, key(".weights"),
                      "bounds and a rate of their own are for weights that move smoothly",
                      fmt::format("rule \"{}\", which moves them at spikes", pr_.rule->name),
                      "bounds in the rule's equations, or none", ""});
  }

  void read_into() {
    if (to_.synapse) {
      pr_.into = to_.first_input();
    } else if (!to_.model->equations.text.empty() || !to_.model->name.empty()) {
      pr_.into = section_.into.empty() ? to_.first_input() : section_.into;
      if (!to_.has_input(pr_.into)) {
        diagnostics_.add(
            {section_.where, key(".into"),
             fmt::format("model \"{}\" of population \"{}\" has no input \"{}\"", to_.model->name, to_.name, pr_.into),
             "", quoted_list(to_.model->inputs), nearest_name(pr_.into, to_.model->inputs)});
      }
    }
    if (from_.softmax) {
      diagnostics_.add({section_.where, key(""), "softmax is for the output population only",
                        fmt::format("a projection from \"{}\"", from_.name),
                        "an activation of one neuron's input alone where other populations read it", ""});
    }
  }

  void read_rule() {
    if (!section_.plasticity) return;
    rule_ = read_local_rule(*section_.plasticity, false, net_, pr_.rule, graph_, diagnostics_);
    if (section_.weights.plastic) {
      diagnostics_.add({section_.where, key(""),
                        "the weights follow either the learning rule or a local rule, not both",
                        "weights.plastic = true and plasticity", "one of the two", ""});
    }
  }

  void finish_rule() {
    if (!rule_) return;
    const auto& choice = *section_.plasticity;
    const Population& from = net_.populations[pr_.spiking];
    const Population& to = to_.synapse ? net_.populations[to_.synapse->neurons] : to_;
    check_rule_spikes(choice, *rule_, &from, to, net_, diagnostics_);
    read_rule_initial(choice, *rule_, to_.size, from_.size, section_.name, scenario_, pr_.rule, diagnostics_);
    for (const auto& s : rule_->states) {
      for (const Population* synapses : {&from_, &to_}) {
        const bool taken = synapses->synapse && std::any_of(synapses->initial.begin(), synapses->initial.end(),
                                                            [&](const auto& state) { return state.first == s.name; });
        if (!taken) continue;
        diagnostics_.add({choice.source.where, choice.source.key,
                          fmt::format("the synapses have a state \"{}\" as well", s.name), "rule " + choice.name,
                          "states of different names", ""});
      }
    }
  }

  void read_coupling_text() {
    coupling_known_ = !from_.model->name.empty() && !to_.model->name.empty();
    if (!coupling_known_) return;  // the names cannot be known
    static const std::vector<std::string> kTaken = {"w", "pre", "post", "t", "pi"};
    for (const auto& [name, v] : section_.parameters) {
      if (std::find(kTaken.begin(), kTaken.end(), name) != kTaken.end()) {
        diagnostics_.add({v.key_where, v.key, fmt::format("\"{}\" has a meaning of its own in a coupling", name), "",
                          "any name but " + quoted_list(kTaken), ""});
        continue;
      }
      ParameterSpec spec = ParameterSpec::make(Kind::number, name, "");
      if (v.is_string()) {  // a number with a unit counts in that unit
        const auto q = parse_quantity(v.string());
        if (q && is_known_unit(q->unit)) spec.unit = q->unit;
      }
      if (const auto x = check_value(spec, v, diagnostics_)) {
        pr_.parameters.push_back({name, Vector::Constant(1, x->number())});
      }
    }
    pr_.coupling = section_.coupling.text;
    const std::size_t before = diagnostics_.size();
    coupling_ = read_coupling(graph_, pr_, section_.coupling, net_, diagnostics_);
    coupling_known_ = diagnostics_.size() == before;
    pr_.reads_post = !coupling_.post.empty();
    for (const auto& name : coupling_.pre) {
      if (name.empty() || !section_.delay) continue;
      diagnostics_.add({section_.coupling.origin, section_.coupling.key,
                        fmt::format("\"pre.{}\" cannot be delayed", name), "a projection with a delay",
                        "pre, the output of the neuron; or delay(x, tau) in the model of FROM", ""});
    }
  }

  bool connect() {
    if (!section_.connect) {
      connections_.wiring = std::make_shared<Wiring>();
      return true;
    }
    const auto& choice = *section_.connect;
    const auto* entry = find_entry(connectivities(), choice.name);
    if (!entry) {
      const Value* rule = choice.source.find("rule");
      diagnostics_.add(
          unknown_name("connectivity", rule ? *rule : choice.source, choice.name, entry_names(connectivities())));
      return false;
    }
    const std::size_t before = diagnostics_.size();
    const Parameters parameters =
        read_parameters(entry->parameters, choice.settings, "connectivity \"" + entry->name + "\"", diagnostics_);
    if (diagnostics_.size() > before) return false;
    const ConnectivityContext context{from_, to_, pr_.pre == pr_.post, parameters, choice.source, scenario_, pr_.name};
    if (entry->expected) {
      const double count = entry->expected(context);
      if (!fits(count * (sizeof(double) + sizeof(std::int32_t)), fmt::format("{:.3g} connections", count)))
        return false;
    }
    connections_ = entry->connect(context, diagnostics_);
    return connections_.wiring && diagnostics_.size() == before;
  }

  /// Can coupling and plasticity go with the wiring?
  void check_way() {
    if (!coupling_known_) return;
    const WiringKind kind = connections_.wiring->kind;
    const CouplingPlan plan = plan_coupling(graph_, coupling_.value, kind);
    const bool low_rank = kind == WiringKind::low_rank;
    if (plan.way == Way::none) {
      diagnostics_.add({section_.coupling.origin, section_.coupling.key,
                        low_rank ? "a coupling over weights of low rank must be linear in w"
                                 : "this coupling is no sum of products of functions of pre, of post and of w",
                        "", low_rank ? "w times functions of pre and of post" : "such a sum, or sparse connections",
                        ""});
    }
    if (low_rank && moves()) {
      diagnostics_.add({section_.where, key(""), "weights of low rank cannot be plastic", "",
                        "weights that stand still, or another connectivity", ""});
    }
    if (rule_) check_rule_wiring(*section_.plasticity, *rule_, *connections_.wiring, graph_, diagnostics_);
  }

  bool moves() const { return pr_.plastic || pr_.rule; }
  bool acts_at_spikes() const { return !section_.on_spike.text.empty() || section_.synapse; }

  /// All to all: is it a matrix, one number, or all pairs but those of a neuron with itself?
  bool settle_dense() {
    Wiring& wiring = *connections_.wiring;
    if (wiring.kind != WiringKind::dense || !coupling_known_) return true;
    const auto& init = section_.weights.init;
    const bool number = init.name == "constant" && init.settings.find("diagonal") == nullptr;
    // A sum instead of a product pays where there are many; few weights stay the matrix they are.
    const bool many = static_cast<double>(from_.size) * static_cast<double>(to_.size) >= 4096;
    if (!moves() && ((number && many) || !section_.weights_given) && (wiring.self || !acts_at_spikes())) {
      wiring.kind = WiringKind::equal;
      return true;
    }
    const CouplingPlan plan = plan_coupling(graph_, coupling_.value, wiring.kind);
    if (wiring.self) return true;
    if (!moves() && !acts_at_spikes() && linear_in_weight(graph_, plan)) return true;  // by zeros on the diagonal
    if (!fits(12.0 * static_cast<double>(from_.size) * static_cast<double>(to_.size), "connections of all to all")) {
      return false;
    }
    auto p = std::make_shared<SparsePattern>();
    p->rows = to_.size;
    p->cols = from_.size;
    for (Index i = 0; i <= p->rows; ++i) p->start.push_back(i * (p->cols - 1));
    p->column.reserve(static_cast<std::size_t>(p->start.back()));
    for (Index i = 0; i < p->rows; ++i) {
      for (Index j = 0; j < p->cols; ++j) {
        if (i != j) p->column.push_back(static_cast<std::int32_t>(j));
      }
    }
    wiring.kind = WiringKind::sparse;
    wiring.pattern = std::move(p);
    return true;
  }

  bool read_weights() {
    const Wiring& wiring = *connections_.wiring;
    if (wiring.kind != WiringKind::dense || !wiring.self || !section_.weights_given) pr_.wiring = connections_.wiring;
    if (!section_.weights_given) {
      if (connections_.weights) {
        pr_.weights = connections_.weights;
        if (moves() && pr_.weights->size() == 1) expand();
        return true;
      }
      if ((coupling_.uses_weight && coupling_known_ && !acts_at_spikes()) || moves()) {
        diagnostics_.add({section_.where, key(""), "lacks the key \"weights\"", "",
                          "weights = a number, a list of rows, or { init = ..., ... }", ""});
        return false;
      }
      pr_.weights = std::make_shared<const Matrix>(Matrix::Ones(1, 1));
      return true;
    }
    Drawn drawn = what_to_draw();
    const double bytes = sizeof(double) * static_cast<double>(drawn.rows) * static_cast<double>(drawn.cols);
    if (!fits(bytes, fmt::format("{} x {} weights", drawn.rows, drawn.cols))) return false;
    auto values = initialise(section_.weights.init, drawn, scenario_, diagnostics_);
    if (!values) return false;
    if (wiring.kind == WiringKind::dense && !wiring.self) values->diagonal().setZero();
    pr_.weights = std::make_shared<const Matrix>(std::move(*values));
    return true;
  }

  /// One weight for all connections becomes one each, so that each can move.
  void expand() {
    const Drawn drawn = what_to_draw();
    pr_.weights = std::make_shared<const Matrix>(Matrix::Constant(drawn.rows, drawn.cols, (*pr_.weights)(0, 0)));
  }

  Drawn what_to_draw() {
    const Wiring& wiring = *connections_.wiring;
    places_ = {to_.shape, from_.shape, nullptr, false};
    Drawn d{to_.size, from_.size, true, section_.name + ".weights", pr_.unit};
    d.places = &places_;
    const double post = static_cast<double>(to_.size), pre = static_cast<double>(from_.size);
    switch (wiring.kind) {
      case WiringKind::dense:
        break;
      case WiringKind::equal:
      case WiringKind::low_rank:
        d.rows = d.cols = 1;
        d.fan_in = pre;
        d.fan_out = post;
        break;
      case WiringKind::one_to_one:
        d.cols = 1;
        d.fan_in = d.fan_out = 1;
        break;
      case WiringKind::sparse: {
        const auto n = static_cast<double>(wiring.pattern->nonzeros());
        const bool alike = section_.weights.init.name == "constant" && !moves();
        d.rows = alike ? 1 : wiring.pattern->nonzeros();
        d.cols = 1;
        d.fan_in = std::max(n / post, 1e-9);
        d.fan_out = std::max(n / pre, 1e-9);
        places_.pattern = wiring.pattern.get();
        break;
      }
      case WiringKind::convolution: {
        const ConvolutionShape& s = wiring.shape;
        d.rows = s.out_channels;
        d.cols = s.taps();
        d.fan_in = static_cast<double>(s.taps());
        d.fan_out = static_cast<double>(s.out_channels / s.groups * s.kernel_height * s.kernel_width);
        places_ = {{s.kernel_height, s.kernel_width}, {s.kernel_height, s.kernel_width}, nullptr, true};
        break;
      }
    }
    return d;
  }

  bool fits(double bytes, const std::string& what) {
    if (std::max(state_bytes(from_, net_), state_bytes(to_, net_)) > memory_bytes()) return false;  // reported
    if (bytes <= memory_bytes()) return true;
    diagnostics_.add({section_.where, key(".weights"), what + " are more than this machine's memory holds",
                      "a need of " + gigabytes(bytes), "up to " + gigabytes(memory_bytes()), ""});
    return false;
  }

  const scenario::ProjectionSection& section_;
  const scenario::Scenario& scenario_;
  Network& net_;
  Projection& pr_;
  const Population &from_, &to_;
  Diagnostics& diagnostics_;
  equations::Graph graph_;
  Coupling coupling_;
  bool coupling_known_ = false;
  std::optional<LocalEquations> rule_;
  Connections connections_;
  Places places_;
};

}  // namespace

void build_projection(const scenario::ProjectionSection& section, const scenario::Scenario& scenario, Network& network,
                      Diagnostics& diagnostics) {
  const int pre = network.find(section.pre), post = network.find(section.post);
  if (pre < 0 || post < 0) return;  // reported with the scenario
  Projection pr;
  pr.name = section.name;
  pr.pre = static_cast<std::size_t>(pre);
  pr.post = static_cast<std::size_t>(post);
  pr.spiking = pr.pre;
  if (section.synapse && !build_synapses(section, scenario, network, pr, diagnostics)) return;
  ProjectionBuilder builder(section, scenario, network, pr, diagnostics);
  const bool built = builder.build();
  read_delay(section, scenario, network, pr, built, diagnostics);
  builder.check_delay();
  build_effect(section, network, pr, diagnostics);
  if (built) network.projections.push_back(std::move(pr));
}

}  // namespace neurode::network
