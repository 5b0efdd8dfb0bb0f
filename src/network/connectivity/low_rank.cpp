#include <fmt/format.h>

#include "network/build/build.hpp"
#include "network/build/memory.hpp"
#include "network/connectivity/connectivity.hpp"

namespace neurode::network {

/// One of the two factors: a number, a list of rows, or a distribution.
static std::shared_ptr<const Matrix> factor(const ConnectivityContext& context, const char* side, Index rows,
                                            Diagnostics& diagnostics) {
  const Value& v = context.parameters.at(side);
  scenario::Choice choice;
  choice.source = choice.settings = v;
  choice.settings.data = Value::Table{};
  if (v.is_number() || v.is_list()) {
    choice.name = v.is_list() ? "values" : "constant";
    choice.settings.table().emplace_back(v.is_list() ? "values" : "value", v);
  } else if (const Value* init = v.find("init"); init && init->is_string()) {
    choice.name = init->string();
    for (const auto& [key, x] : v.table()) {
      if (key != "init") choice.settings.table().emplace_back(key, x);
    }
  } else {
    diagnostics.add({v.where, v.key, "must be the factor's numbers", v.describe(),
                     "a number, a list of rows (one a neuron) of `rank` numbers, or { init = ..., ... }", ""});
    return nullptr;
  }
  const auto rank = static_cast<Index>(context.parameters.integer("rank"));
  const double bytes = sizeof(double) * static_cast<double>(rows) * static_cast<double>(rank);
  if (bytes > memory_bytes()) {
    report(context, "rank", "makes factors that are more than this machine's memory holds",
           "a need of " + gigabytes(bytes), "up to " + gigabytes(memory_bytes()), diagnostics);
    return nullptr;
  }
  auto m = initialise(choice, {rows, rank, true, context.name + "." + side}, context.scenario, diagnostics);
  return m ? std::make_shared<const Matrix>(std::move(*m)) : nullptr;
}

static Connections connect(const ConnectivityContext& context, Diagnostics& diagnostics) {
  Connections c;
  const auto left = factor(context, "left", context.post.size, diagnostics);
  const auto right = factor(context, "right", context.pre.size, diagnostics);
  if (!left || !right) return c;
  c.wiring = std::make_shared<Wiring>();
  c.wiring->kind = Wiring::Kind::low_rank;
  c.wiring->left = left;
  c.wiring->right = right;
  c.weights = std::make_shared<const Matrix>(Matrix::Ones(1, 1));
  return c;
}

ConnectivityEntry low_rank_connectivity() {
  return {{"low_rank",
           "weights are left * right^T, of rank `rank`; `weights` may give a factor, one number",
           {ParameterSpec::make(Kind::integer, "rank", "columns of both factors")
                .at_least(1)
                .at_most(2147483647)
                .standard(1),
            ParameterSpec::make(Kind::any, "left", "rows of `rank` numbers, one a neuron of TO; or { init = ... }")
                .needed(),
            ParameterSpec::make(Kind::any, "right", "rows of `rank` numbers, one a neuron of FROM; or { init = ... }")
                .needed()},
           "F. Mastrogiuseppe, S. Ostojic, Neuron 99 (2018) 609-623",
           ""},
          nullptr,
          connect};
}

}  // namespace neurode::network
