// Integrators on whole scenarios: what `auto` costs against the best fixed choice, and which combinations are refused.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

integrate::Result run_file(const std::string& file, const std::string& method, std::vector<std::string> set) {
  set.push_back("integrator.method=" + method);
  const auto p = run::prepare(std::string(NEURODE_SOURCE_DIR) + "/scenarios/" + file, set);
  return integrated(*p);
}

std::string refused(const std::string& text) {
  try {
    prepared(text);
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "";
}

std::string dense_network(int size, const std::string& integrator) {
  return "schema = 1\n[time]\nend = 1\n[population.u]\nsize = " + std::to_string(size) +
         "\nmodel = \"voltage_rate\"\nactivation = \"tanh\"\n[projection.\"u -> u\"]\nweights = { init = \"normal\", "
         "std "
         "= 0.01 }\n[integrator]\n" +
         integrator;
}

}  // namespace

TEST_CASE("auto takes at most half more right-hand sides than the best fixed one-step method") {
  const struct {
    const char* file;
    std::vector<std::string> set;
    bool stiff;
  } cases[] = {
      {"hires.toml", {"integrator.rtol=1e-6"}, true},
      {"xor_two_time_scales.toml", {}, true},
      {"hodgkin_huxley.toml", {"integrator.rtol=1e-6"}, false},
      {"random_network.toml",
       {"population.unit.size=100", "projection.\"unit -> unit\".weights.std=0.15", "integrator.rtol=1e-6"},
       false},
  };
  for (const auto& c : cases) {
    CAPTURE(c.file);
    const auto a = run_file(c.file, "auto", c.set);
    CHECK(a.outcome == integrate::Outcome::reached_end);
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    std::vector<std::string> others = {"rodas4", "rodas5p"};
    if (!c.stiff) others = {"tsit5", "dopri5", "dop853", "rodas5p"};
    for (const auto& method : others) best = std::min(best, run_file(c.file, method, c.set).statistics.rhs);
    CHECK(static_cast<double>(a.statistics.rhs) < 1.5 * static_cast<double>(best));
    if (c.stiff) CHECK(a.statistics.switches > 0);
  }
}

TEST_CASE("combinations that cannot work are refused with a reason") {
  const std::string by_block = refused(dense_network(3, "method = \"odeint_dopri5\"\natol = { \"u.v\" = 1e-9 }\n"));
  CHECK(by_block.empty());  // one block, one tolerance: nothing differs
  const std::string two = refused(
      "schema = 1\n[time]\nend = 1\n[population.u]\nmodel = \"fitzhugh_nagumo\"\n[integrator]\nmethod = "
      "\"odeint_dopri5\"\natol = { \"u.v\" = 1e-12 }\n");
  CHECK(two.find("one absolute tolerance") != std::string::npos);
  CHECK(two.find(":7:") != std::string::npos);  // where the method stands
  const std::string large = refused(dense_network(2100, "method = \"rodas5p\"\n"));
  CHECK(large.find("2100 x 2100") != std::string::npos);
  CHECK(large.find("exprb43") != std::string::npos);
  CHECK(refused(dense_network(1900, "method = \"rodas5p\"\n")).empty());
  CHECK(refused(dense_network(2100, "method = \"exprb43\"\n")).empty());
  const std::string control = refused(dense_network(3, "method = \"rk4\"\ndt = 0.1\ncontrol = \"PID\"\n"));
  CHECK(control.find("fixed steps") != std::string::npos);
}

TEST_CASE("a pulse of width 1e-6 in a user's own equations is never stepped over") {
  for (const auto& m : integrate::methods()) {
    if (m.stochastic) continue;
    CAPTURE(m.name);
    const std::string text =
        "schema = 1\n[time]\nend = \"10 s\"\n[model.m]\nequations = \"dx/dt = where(t > start and t < start + 1e-6, "
        "1e6, "
        "0) - decay * x\"\ninitial = { x = 0.0 }\noutput = \"x\"\nparameters = { start = 3.3, decay = 0.0 }\n"
        "[population.p]\nsize = 2\nmodel = \"m\"\nstart = [3.3, 7.7]\n[integrator]\nmethod = \"" +
        m.name + "\"\n" + (m.adaptive() ? "" : "dt = 0.5\n");
    const auto p = prepared(text);
    const auto r = integrated(*p);
    CHECK(r.outcome == integrate::Outcome::reached_end);
    for (const Index i : {0, 1}) {
      CHECK(r.x[i] > 1 - 3e-9);  // the pulse's own ends are rounded to 1e-9 of its width
      CHECK(r.x[i] < 1 + 3e-9);
    }
  }
}
