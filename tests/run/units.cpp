// Units on their way to the result file and into the tolerances.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

const std::string kNetwork = R"(schema = 1
[population.axon]
size  = 2
model = "hodgkin_huxley"
bias  = "3 uA/cm2"
[population.rate]
model = "leaky_rate"
activation = "tanh"
[projection."axon -> axon"]
weights = { init = "constant", value = "0.1 mS/cm2" }
[projection."axon -> rate"]
weights = 1
[time]
end = "1 ms"
[integrator]
atol = 1e-9
[record]
every = 0.5
variables = ["axon", "rate", "axon.I", "axon.I_Na", "axon.alpha_m", "axon.bias", "axon -> axon.weights",
             "axon -> rate.weights", "top", "share"]
expressions = { top = "max(axon.V) - axon.V[0]", share = "axon.V[0]/axon.V[1]", twice = "2*axon.V[0]" }
)";

std::string unit_of(const run::Prepared& p, const std::string& name) {
  for (const auto& v : p.plan.variables) {
    if (v.file.name == name) return v.file.unit;
  }
  FAIL("not recorded: " << name);
  return "";
}

std::string refused(const std::string& text, const std::vector<std::string>& set = {}) {
  try {
    prepared(text, set);
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what is recorded carries its unit") {
  const auto p = prepared(kNetwork);
  CHECK(unit_of(*p, "axon.V") == "mV");
  CHECK(unit_of(*p, "axon.I") == "uA/cm2");
  CHECK(unit_of(*p, "axon.I_Na") == "uA/cm2");
  CHECK(unit_of(*p, "axon.alpha_m") == "1/ms");
  CHECK(unit_of(*p, "axon.bias") == "uA/cm2");
  CHECK(unit_of(*p, "axon -> axon.weights") == "uA/cm2/mV");
  CHECK(unit_of(*p, "axon -> rate.weights") == "");
  CHECK(unit_of(*p, "rate.a") == "");
  CHECK(unit_of(*p, "top") == "mV");
  CHECK(unit_of(*p, "share") == "1");
  CHECK(unit_of(*p, "twice") == "");
  REQUIRE(p->plan.axes.size() == 1);
  CHECK(p->plan.axes[0].unit == "ms");
}

TEST_CASE("tolerances are converted to the unit of their variable") {
  const auto p = prepared(kNetwork, {"integrator.atol={ activity = 1e-6, \"axon.V\" = \"2 uV\" }"});
  const auto& layout = p->problem.system->layout();
  for (const auto& s : layout.slices()) {
    CAPTURE(s.name);
    CHECK(p->options.atol[s.offset] == (s.name == "axon.V" ? 2e-3 : 1e-6));
    CHECK(p->options.atol[s.offset + s.size() - 1] == p->options.atol[s.offset]);
  }
  CHECK(refused(kNetwork, {"integrator.atol=\"1 uV\""}).find("does not fit \"axon.m\", which has no unit") !=
        std::string::npos);
  CHECK(refused(kNetwork, {"integrator.atol={ \"axon.V\" = \"1 ms\" }"})
            .find("has the unit ms (s), which does not fit \"axon.V\", which is in mV (kg m2 s-3 A-1)") !=
        std::string::npos);
  const std::string decay =
      "schema = 1\n[model.m]\nequations = \"dV/dt = -V\"\nunits = { V = \"mV\" }\n[population.p]\nmodel = \"m\"\n"
      "[integrator]\natol = \"3 uV\"\n[time]\nend = 1\n";
  CHECK(prepared(decay)->options.atol[0] == 3e-3);
}

TEST_CASE("expressions and conditions compare one unit") {
  CHECK(refused(kNetwork, {"record.expressions.wrong=\"axon.V[0] + axon.I[0]\""})
            .find("the expression adds mV (kg m2 s-3 A-1) and uA/cm2 (m-2 A)") != std::string::npos);
  CHECK(refused(kNetwork, {"time.stop={ when = \"axon.V[0] > axon.I[0]\" }"}).find("the expression compares") !=
        std::string::npos);
  CHECK(refused(kNetwork, {"time.stop={ when = \"axon.V[0] > -20 and t > 5\" }"}) == "");
}

TEST_CASE("a local rule in seconds slows down in a scenario of milliseconds") {
  const std::string text = R"(schema = 1
[plasticity.decay]
time_unit  = "s"
equations  = "dw/dt = -w/tau + 0*pre"
parameters = { tau = "10 s" }
[population.x]
model = "instantaneous"
activation = "identity"
[population.y]
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = 1
plasticity = "decay"
[integrator]
rtol = 1e-10
atol = 1e-12
[time]
end = "10000 ms"
)";
  auto p = prepared(text);
  const auto result = integrated(*p);
  const Slice* w = p->problem.system->layout().find("x -> y.weights");
  REQUIRE(w);
  CHECK(result.x[w->offset] == doctest::Approx(std::exp(-1.0)).epsilon(1e-9));
}
