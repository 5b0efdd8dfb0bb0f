// What holds for every learning rule: a rule that is in the list is tested by having a line here.
#include <doctest/doctest.h>

#include <map>

#define NEURODE_COUNT_ALLOCATIONS
#include "allocations.hpp"
#include "differences.hpp"
#include "neurode/learning/families.hpp"
#include "rule_fixture.hpp"

using namespace neurode;

namespace {

/// Three recurrent units and two readouts that follow a target over time.
std::string recurrent(const std::string& rule, bool readout_alone = false) {
  return fmt::format(R"toml(schema = 1
seed = 5
[population.h]
size = 3
model = "leaky_rate"
activation = "tanh"
tau = 0.5
initial = {{ a = 0.2 }}
[population.y]
size = 2
model = "instantaneous"
activation = "identity"
bias = {{ init = 0.1, plastic = true }}
[stimulus.drive]
target = "h"
kind = "sine"
amplitude = [0.5, 0.9, 0.3]
frequency = 0.3
[projection."h -> h"]
weights = {{ init = "normal", std = 0.6, plastic = {} }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.7, plastic = true }}
[learning]
rule = "{}"
loss = "squared_error"
target = ["sin(3*t)", "cos(t)"]
[time]
end = 1
)toml",
                     !readout_alone, rule);
}

/// A small scenario of each rule.
std::map<std::string, std::string> fixtures() {
  std::map<std::string, std::string> out;
  for (const char* rule :
       {"contrastive_hebbian", "direct_feedback_alignment", "equilibrium_propagation", "feedback_alignment",
        "gradient_flow", "latent_equilibrium", "node_perturbation", "predictive_coding", "three_factor"}) {
    out[rule] = RuleNet{fmt::format("rule = \"{}\"", rule)}.text();
  }
  for (const char* rule : {"eprop", "rflo", "rtrl"}) out[rule] = recurrent(rule);
  out["force"] = recurrent("force", true);
  out["adjoint"] = recurrent("adjoint\"\nepisode = 2.0\ndt = 0.05  # \"");
  return out;
}

}  // namespace

TEST_CASE("every rule: products of the whole system, nothing allocated, frozen weights stand still") {
  const auto texts = fixtures();
  for (const auto& rule : learning::rules()) {
    CAPTURE(rule.name);
    const auto found = texts.find(rule.name);
    REQUIRE(found != texts.end());
    CHECK_FALSE(rule.summary.empty());
    CHECK_FALSE(rule.citation.empty());
    auto p = prepared(found->second);
    System& system = *p->problem.system;
    const Vector x = p->problem.initial + 0.1 * noise(p->problem.initial.size(), "place");
    check_products(system, 0.35, x);  // not where a perturbation changes
    Vector f(x.size()), g(x.size());
    {
      const allocations::Count count;
      system.rhs(0.4, x.data(), f.data());
      system.jvp(0.4, x.data(), x.data(), g.data());
      system.vjp(0.4, x.data(), x.data(), g.data());
      if (allocations::active()) CHECK(count.so_far() == 0);
    }
    std::string frozen = found->second;
    const auto at = frozen.find("plastic = true", frozen.find("[projection."));
    REQUIRE(at != std::string::npos);
    const auto name = frozen.rfind("[projection.\"", at) + 13;
    const std::string projection = frozen.substr(name, frozen.find('"', name) - name);
    frozen.replace(at, 14, "plastic = false");
    auto still = prepared(frozen);
    CHECK(still->problem.system->layout().find(projection + ".weights") == nullptr);
    CHECK(p->problem.system->layout().find(projection + ".weights") != nullptr);
  }
}
