#include "study/scenario_family.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "neurode/core/errors.hpp"
#include "neurode/core/random.hpp"
#include "neurode/scenario/edit.hpp"

namespace neurode::study {

namespace {

constexpr int kAgreed = 3;  ///< values at which what is quick is held against what is built anew

}  // namespace

ScenarioFamily::ScenarioFamily(const run::Prepared& p, const ScenarioFile& file, const std::string& key)
    : file_(file), root_(p.scenario.root), now_(std::numeric_limits<double>::quiet_NaN()), state_(p.problem.initial) {
  file_.allowed.large = true;  // that it fits was looked at before
  Value chain;
  try {
    chain = scenario::toml_value("{ " + key + " = 0 }");
  } catch (const ScenarioError&) {
    throw UsageError(fmt::format("--parameter: \"{}\" is no path of keys, such as population.p.I", key));
  }
  for (const Value* v = &chain; v->is_table() && !v->table().empty(); v = &v->table().front().second) {
    path_.push_back(v->table().front().first);
  }
  if (path_.size() == 3 && path_[0] == "population" && !p.problem.learns) {
    quick_ = FreedConstant::make(*p.network, path_[1], path_[2]);
  }
  const Value* at = &root_;
  for (const auto& k : path_) at = at ? at->find(k) : nullptr;
  standard_ = std::numeric_limits<double>::quiet_NaN();
  if (at && at->is_number()) standard_ = at->number();
  if (at || path_.size() != 3 || path_[0] != "population") return;
  for (const auto& population : p.network->populations) {
    if (population.name != path_[1]) continue;
    for (const auto& parameter : population.parameters) {
      if (parameter.name == path_[2] && parameter.values.size() == 1) standard_ = parameter.values[0];
    }
    if (path_[2] == "bias") standard_ = 0;
  }
}

run::Prepared& ScenarioFamily::prepared_at(double p) {
  if (p == now_) return *prepared_;
  Value number;
  number.data = p;
  if (const Value* obstacle = scenario::set_key(root_, path_, number)) {
    throw UsageError(
        fmt::format("--parameter: \"{}\" is {}, in which nothing can be set", obstacle->key, obstacle->kind_name()));
  }
  auto next = run::prepare(root_, file_);
  if (next->problem.system->size() != state_.size()) {
    throw UsageError("--parameter: with it the number of states changes; it must be one that leaves the state alone");
  }
  prepared_ = std::move(next);
  now_ = p;
  return *prepared_;
}

bool ScenarioFamily::agrees(FreedConstant& quick, double p) {
  System& exact = *prepared_at(p).problem.system;
  Vector x = state_, a(x.size()), b(x.size());
  const CounterRandom random(0, "family");
  for (int k = 0; k < 3; ++k) {
    exact.rhs(0, x.data(), a.data());
    quick.at(p).rhs(0, x.data(), b.data());
    if (!((a - b).array().abs() <= 1e-12 * (1 + a.array().abs())).all()) return false;
    for (Index i = 0; i < x.size(); ++i)
      x[i] = state_[i] + 0.1 * random.normal(static_cast<std::uint64_t>(i + k * x.size()));
  }
  return true;
}

System& ScenarioFamily::at(double p) {
  if (quick_ && quick_->allows(p)) {
    if (agreed_ == kAgreed) return quick_->at(p);
    if (agrees(*quick_, p)) {
      ++agreed_;
    } else {
      quick_.reset();
    }
  }
  return *prepared_at(p).problem.system;
}

}  // namespace neurode::study
