#include "study/freed_constant.hpp"

#include <algorithm>

#include "neurode/core/errors.hpp"
#include "neurode/network/assemble.hpp"
#include "study/units.hpp"

namespace neurode::study {

namespace {

constexpr Index kMost = 400;  ///< states

/// Makes a parameter of the model a state; its name there.
std::string free_parameter(network::Population& pop, const std::string& key, network::Network& net,
                           ParameterSpec& spec) {
  scenario::ModelSection m = *pop.model;
  const auto at = std::find_if(m.parameters.begin(), m.parameters.end(), [&](const auto& s) { return s.name == key; });
  if (at == m.parameters.end()) return "";
  spec = *at;
  m.parameters.erase(at);
  m.equations.text += "\nd" + key + "/dt = 0\n";
  m.equations.lines.clear();
  std::erase_if(pop.parameters, [&](const auto& p) { return p.name == key; });
  pop.initial.emplace_back(key, Vector::Zero(pop.size));
  pop.history.clear();
  pop.model = &net.own_models.emplace_back(std::move(m));
  return pop.name + "." + key;
}

}  // namespace

std::unique_ptr<FreedConstant> FreedConstant::make(const network::Network& net, const std::string& population,
                                                   const std::string& key) {
  const bool moves =
      std::any_of(net.projections.begin(), net.projections.end(), [](const auto& p) { return p.moves(); });
  const int which = net.find(population);
  if (net.data || moves || which < 0) return nullptr;
  for (const auto& pop : net.populations) {
    if (pop.synapse || std::any_of(pop.biases.begin(), pop.biases.end(), [](const auto& b) { return b.moves(); })) {
      return nullptr;
    }
  }
  std::unique_ptr<FreedConstant> out(new FreedConstant);
  out->network_ = copy_of(net);
  auto& pop = out->network_.populations[static_cast<std::size_t>(which)];
  out->spec_ = ParameterSpec::make(Kind::number, key, "");
  const std::string name = key == "bias" ? free_bias(pop) : free_parameter(pop, key, out->network_, out->spec_);
  if (name.empty()) return nullptr;
  try {
    auto a = network::assemble(out->network_, {});
    const Slice* s = a.layout.find(name);
    if (!s || a.layout.size() - s->size() > kMost) return nullptr;
    out->first_ = s->offset, out->count_ = s->size();
    out->hold_ = a.initial;
    out->whole_ = std::make_unique<ProgramSystem>(std::move(a.program), std::move(a.layout), std::move(a.parts),
                                                  [](double, double) { return std::vector<double>(); });
  } catch (const Error&) {  // the constant is read elsewhere too
    return nullptr;
  }
  std::vector<Index> elements;
  for (Index k = 0; k < out->hold_.size(); ++k) {
    if (k < out->first_ || k >= out->first_ + out->count_) elements.push_back(k);
  }
  out->part_ = std::make_unique<analysis::Subsystem>(*out->whole_, std::move(elements), out->hold_);
  return out;
}

bool FreedConstant::allows(double value) const {
  Value v;
  v.data = value;
  Diagnostics faults;
  check_value(spec_, v, faults);
  return faults.empty();
}

System& FreedConstant::at(double value) {
  hold_.segment(first_, count_).setConstant(value);
  part_->hold(hold_);
  return *part_;
}

}  // namespace neurode::study
