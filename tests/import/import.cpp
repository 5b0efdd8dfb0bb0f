#include "neurode/import/import.hpp"

#include <cmath>
#include <fstream>
#include <functional>
#include <sstream>

#include "import/support.hpp"
#include "neurode/core/random.hpp"
#include "neurode/scenario/read.hpp"
#include "prepared.hpp"

using namespace neurode;
using namespace neurode::importing;
using namespace neurode::importing::test;

namespace {

using Rates = std::function<void(double t, const double* x, double* f)>;

/// Holds the imported right-hand side against one written by hand, at random states; returns the largest relative
/// error.
double worst_error(const std::string& name, const std::vector<std::string>& states, const Rates& truth, double low,
                   double high) {
  const auto imported = import_ode(file(name));
  const auto p = prepared(imported.toml);
  auto& system = *p->problem.system;
  REQUIRE(system.size() == static_cast<Index>(states.size()));
  std::vector<Index> at;
  for (const auto& s : states) {
    const Slice* slice = system.layout().find(name + "." + s);
    CAPTURE(s);
    REQUIRE(slice != nullptr);
    at.push_back(slice->offset);
  }
  const CounterRandom random(11, name);
  std::vector<double> x(states.size()), f(x), own(x), want(x);
  double worst = 0;
  std::uint64_t draw = 0;
  for (int k = 0; k < 200; ++k) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      own[i] = low + (high - low) * random.uniform(draw++);
      x[static_cast<std::size_t>(at[i])] = own[i];
    }
    const double t = 20 * random.uniform(draw++);
    system.rhs(t, x.data(), f.data());
    truth(t, own.data(), want.data());
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double got = f[static_cast<std::size_t>(at[i])];
      worst = std::max(worst, std::abs(got - want[i]) / (1 + std::abs(want[i])));
    }
  }
  return worst;
}

}  // namespace

TEST_CASE("import: FitzHugh-Nagumo is its equations") {
  CHECK(worst_error(
            "fitzhugh_nagumo", {"v", "w"},
            [](double, const double* x, double* f) {
              f[0] = x[0] - x[0] * x[0] * x[0] / 3 - x[1] + 0.5;
              f[1] = (x[0] + 0.7 - 0.8 * x[1]) / 12.5;
            },
            -3, 3) < 1e-12);
}

TEST_CASE("import: Hodgkin-Huxley, functions written out, names in upper and lower case") {
  CHECK(worst_error(
            "hodgkin_huxley", {"V", "m", "h", "n"},
            [](double, const double* x, double* f) {
              const double v = 100 * x[0] - 65, m = x[1], h = x[2], n = x[3];
              (void)v;
              const double u = x[0];
              f[0] = 10 - 120 * m * m * m * h * (u - 50) - 36 * n * n * n * n * (u + 77) - 0.3 * (u + 54.387);
              const double a = u + 40, b = u + 55;
              f[1] = 0.1 * a / (1 - std::exp(-a / 10)) * (1 - m) - 4 * std::exp(-(u + 65) / 18) * m;
              f[2] = 0.07 * std::exp(-(u + 65) / 20) * (1 - h) - h / (1 + std::exp(-(u + 35) / 10));
              f[3] = 0.01 * b / (1 - std::exp(-b / 10)) * (1 - n) - 0.125 * std::exp(-(u + 65) / 80) * n;
            },
            -2, 2) < 1e-12);
}

TEST_CASE("import: Morris-Lecar, tanh and cosh") {
  CHECK(worst_error(
            "morris_lecar", {"v", "w"},
            [](double, const double* x, double* f) {
              const double v = x[0], w = x[1];
              const double m = 0.5 * (1 + std::tanh((v + 0.01) / 0.15)), n = 0.5 * (1 + std::tanh((v - 0.1) / 0.145));
              f[0] = 0.12 + 0.5 * (-0.5 - v) + 2 * w * (-0.7 - v) - 1.1 * m * (v - 1);
              f[1] = 0.333 * std::cosh((v - 0.1) / 0.29) * (n - w);
            },
            -1, 1) < 1e-12);
}

TEST_CASE("import: Wilson-Cowan, derived parameters and functions of three arguments") {
  CHECK(worst_error(
            "wilson_cowan", {"E", "I"},
            [](double, const double* x, double* f) {
              const auto s = [](double u, double a, double th) {
                return 1 / (1 + std::exp(-a * (u - th))) - 1 / (1 + std::exp(a * th));
              };
              const double e_max = 1 - s(0, 1.3, 4) - 1 / (1 + std::exp(1.3 * 4)),
                           i_max = 1 - 1 / (1 + std::exp(2 * 3.7));
              f[0] = -x[0] + (e_max - x[0]) * s(16 * x[0] - 12 * x[1] + 1.25, 1.3, 4);
              f[1] = -x[1] + (i_max - x[1]) * s(15 * x[0] - 3 * x[1], 2, 3.7);
            },
            0, 1) < 1e-12);
}

TEST_CASE("import: Lorenz") {
  CHECK(worst_error(
            "lorenz", {"x", "y", "z"},
            [](double, const double* x, double* f) {
              f[0] = 10 * (x[1] - x[0]);
              f[1] = x[0] * (28 - x[2]) - x[1];
              f[2] = x[0] * x[1] - 8.0 / 3 * x[2];
            },
            -20, 20) < 1e-12);
}

TEST_CASE("import: a chain of van der Pol oscillators, arrays and blocks") {
  CHECK(worst_error(
            "van_der_pol_chain", {"x1", "x2", "x3", "x4", "x5", "y1", "y2", "y3", "y4", "y5"},
            [](double, const double* x, double* f) {
              for (int i = 0; i < 5; ++i) {
                const double left = i > 0 ? x[i - 1] - x[i] : 0, right = i < 4 ? x[i + 1] - x[i] : 0;
                f[i] = x[i + 5];
                f[i + 5] = 1.5 * (1 - x[i] * x[i]) * x[i + 5] - x[i] + 0.2 * (left + right);
              }
            },
            -2, 2) < 1e-12);
  const auto toml = import_ode(file("van_der_pol_chain")).toml;
  CHECK(line(toml, "x2 = ") == "-0.8090169943749473");
  CHECK(line(toml, "mean = ") == "(x1 + x2 + x3 + x4 + x5)/5");
}

TEST_CASE("import: a ring of phase oscillators") {
  CHECK(worst_error(
            "phase_ring", {"th0", "th1", "th2", "th3", "th4", "th5"},
            [](double, const double* x, double* f) {
              const auto h = [](double d) { return std::sin(d + 0.3) - std::sin(0.3); };
              for (int i = 0; i < 6; ++i) f[i] = 1 + 0.4 * (h(x[(i + 1) % 6] - x[i]) + h(x[(i + 5) % 6] - x[i]));
            },
            0, 6.283) < 1e-12);
}

TEST_CASE("import: every file is read back by the scenario reader, and says what it is") {
  for (const auto& entry : std::filesystem::directory_iterator(file("x").parent_path())) {
    CAPTURE(entry.path());
    const auto imported = import_ode(entry.path());
    Diagnostics ds;
    const auto s = scenario::read_scenario(scenario::parse_toml(imported.toml, "s", ds), "s", ds);
    CHECK(messages(ds) == "");
    REQUIRE(s.models.size() == 1);
    REQUIRE(s.populations.size() == 1);
    CHECK(s.models[0].name == entry.path().stem());
    CHECK(s.populations[0].size == 1);
    CHECK(!s.title.empty());
    CHECK(s.time.end > 0);
    CHECK(s.models[0].inputs.empty());
  }
}

TEST_CASE("import: a run of the imported FitzHugh-Nagumo ends where the same equations in Python do") {
  const auto p =
      prepared(import_ode(file("fitzhugh_nagumo")).toml, {"integrator={method='dop853', rtol=1e-12, atol=1e-13}"});
  const auto r = integrated(*p);
  // scipy 1.10.1 solve_ivp, DOP853, rtol = 1e-13, atol = 1e-14
  CHECK(r.x[0] == doctest::Approx(-1.9487016320653723).epsilon(1e-9));
  CHECK(r.x[1] == doctest::Approx(0.9684449863115153).epsilon(1e-9));
}

TEST_CASE("import: delays") {
  const auto toml = import_ode(file("mackey_glass")).toml;
  CHECK(line(toml, "dx/dt = ") == "beta*delay(x, tau)/(1 + delay(x, tau)^n) - gamma*x");
  CHECK(line(toml, "history") == "none");  // x(0)= is the past as well
  CHECK(line(imported_text("x'=-delay(x,2)\ninit x=1"), "history = ") == "{ x = 0 }");
  CHECK(line(imported_text("x'=-delay(x,2)"), "history") == "none");
  CHECK(line(imported_text("par a=2\nx'=-delay(x,2)\nx(0)=a*cos(t)"), "history = ") == "{ x = \"2.0*cos(t)\" }");
  CHECK(line(imported_text("par a=2\nx'=-delay(x,2)\nx(0)=a*cos(t)"), "initial = ") == "{ x = 2.0 }");
  CHECK(line(imported_text("x'=-del_shft(x,1,3)\ny'=1"), "dx/dt = ") == "-delay(y, 3)");
  CHECK(faults("x'=-delay(x+1,2)") == "m.ode:1:12: only a variable can be delayed; found \"x + 1\"");
  const std::string adams = "x'=-delay(x,1)\n@ meth=adams\n";
  CHECK(line(imported_text(adams), "method = ") == "\"rk4\"");
  CHECK(remarks(adams) == "m.ode:2:3: changed: the method \"adams\" is rk4, which takes delays and events");
}

TEST_CASE("import: white noise") {
  const auto imported = import_ode(file("ornstein_uhlenbeck"));
  CHECK(line(imported.toml, "dx/dt = ") == "-k*x + s*xi_w");
  CHECK(line(imported.toml, "noise = ") == "\"ito\"");
  CHECK(line(imported.toml, "method = ") == "\"euler_maruyama\"");
  CHECK(line(imported.toml, "dt = ") == "0.01");
  CHECK(line(imported.toml, "seed = ") == "7");
  CHECK(remarks(imported).find("5:5: left out: \"noise\": white noise has no value at a time") != std::string::npos);
  CHECK(remarks("wiener w\nx'=w\n@ meth=cvode")
            .find("changed: the method \"cvode\" is euler_maruyama, for white noise") != std::string::npos);
}

TEST_CASE("import: faults are told together, each once, and nothing comes of it") {
  CHECK(
      faults("par a=1,A=2\nx'=b*x+\ny'=frobnicate(x)+z+sin(1,2)\nx[1..3]'=q\ninit k=1\n@ meth=xyz\nfoo bar") ==
      "m.ode:1:9: \"A\" is defined twice; allowed: names of their own, in upper or lower case; the first is at line 1\n"
      "m.ode:2:8: a value is missing; found the end of the formula; allowed: a number, a name, a function or \"(\"\n"
      "m.ode:3:4: unknown function \"frobnicate\"; allowed: \"abs\", \"acos\", \"asin\", \"atan\", \"atan2\", "
      "\"ceil\", "
      "\"cos\", "
      "\"cosh\", \"del_shft\", \"delay\", \"erf\", \"erfc\", \"exp\", \"flr\", \"heav\", \"if\", \"ln\", \"log\", "
      "\"log10\", "
      "\"max\", \"min\", \"mod\", \"shift\", \"sign\", \"sin\", \"sinh\", \"sqrt\", \"sum\", \"tan\" and \"tanh\"\n"
      "m.ode:3:18: nothing is called \"z\" here; allowed: the names \"a\", \"pi\", \"t\", \"x\", \"x1\", \"x2\", "
      "\"x3\" and \"y\"\n"
      "m.ode:3:20: wrong number of arguments of \"sin\"; found 2; allowed: 1\n"
      "m.ode:4:10: nothing is called \"q\" here; allowed: the names \"a\", \"pi\", \"t\", \"x\", \"x1\", \"x2\", "
      "\"x3\" and \"y\"\n"
      "m.ode:5:6: \"k\" has no differential equation; allowed: initial values of \"x\", \"y\", \"x1\", \"x2\" and "
      "\"x3\"\n"
      "m.ode:6:8: the method \"xyz\" has no counterpart in neurode; allowed: \"adams\", \"backeul\", \"cvode\", "
      "\"euler\", "
      "\"gear\", \"modeuler\", \"qualrk\", \"rungekutta\", \"stiff\", \"volterra\", \"ymp\", \"2rb\", \"5dp\" and "
      "\"83dp\"\n"
      "m.ode:7:1: this is no statement; found \"foo\"; allowed: par, number, init, aux, wiener, global, set, "
      "NAME'=FORMULA, NAME=FORMULA, ...");
}

TEST_CASE("import: text in Latin-1, quotes and backslashes of comments") {
  const auto toml = imported_text("# M\xFCller's \"model\" C:\\x\n# \xE9\nx'=-x\n# a \"\"\" b \\ c\ny'=-y # \"d\\\"");
  CHECK(line(toml, "title = ") == "\"M\u00FCller's \\\"model\\\" C:\\\\x\"");
  CHECK(line(toml, "# \u00E9") == "");
  CHECK(toml.find("\n# a \\\"\\\"\\\" b \\\\ c\n") != std::string::npos);
}
