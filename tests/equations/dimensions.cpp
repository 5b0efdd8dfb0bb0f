#include "neurode/equations/dimensions.hpp"

#include <doctest/doctest.h>

#include <initializer_list>
#include <string>
#include <utility>

using namespace neurode;
using namespace neurode::equations;

namespace {

using Declared = std::initializer_list<std::pair<const char*, const char*>>;

const Declared kMembrane = {{"V", "mV"},     {"E", "mV"},        {"W", "V"},         {"I", "uA/cm2"}, {"C", "uF/cm2"},
                            {"g", "mS/cm2"}, {"tau", "ms"},      {"n", "1"},         {"p", "%"},      {"t", "ms"},
                            {"c", "mM"},     {"xi", "1/ms^0.5"}, {"s", "mV/ms^0.5"}, {"phi", "deg"},  {"q", "m^0.5"}};

SymbolUnits units(Declared declared) {
  SymbolUnits out;
  for (const auto& [name, text] : declared) out.emplace(name, *parse_unit(text));
  return out;
}

std::string messages(const Diagnostics& faults) {
  std::string out;
  for (const auto& d : faults.items()) out += (out.empty() ? "" : "\n") + d.format();
  return out;
}

/// Unit text of an expression; "any", "number", or the messages.
std::string measured(const char* text) {
  Graph graph;
  Diagnostics faults;
  const auto parsed = parse_expression(graph, {text, {"m.toml", 3, 1}, "k"}, {}, faults);
  REQUIRE(parsed);
  Dimensions dimensions(graph, units(kMembrane));
  const Measure m = dimensions.of(parsed->value, {{"m.toml", 3, 1}, "k", "x"}, faults);
  if (!faults.empty()) return messages(faults);
  return m.kind == Measure::Kind::any ? "any" : m.kind == Measure::Kind::number ? "number" : unit_text(m.unit);
}

/// All faults of a set of equations in ms, or in `time_unit`.
std::string checked(const char* text, const char* time_unit = "ms") {
  Graph graph;
  Diagnostics faults;
  const SourceText source{text, {"m.toml", 3, 1}, "k"};
  const EquationSet set = parse_equations(graph, source, {}, faults);
  REQUIRE(faults.empty());
  Dimensions dimensions(graph, units(kMembrane));
  check_dimensions(dimensions, set, source, time_unit, faults);
  return messages(faults);
}

}  // namespace

TEST_CASE("units of expressions follow from declared ones") {
  CHECK(measured("V") == "mV");
  CHECK(measured("-V") == "mV");
  CHECK(measured("abs(V - E)") == "mV");
  CHECK(measured("g*(V - E)") == "mS mV/cm2");
  CHECK(measured("I - g*(V - E)") == "uA/cm2");
  CHECK(measured("(I - g*V)/C") == "uA/uF");
  CHECK(measured("V^2/E") == "mV");
  CHECK(measured("sqrt(V*E)") == "mV");
  CHECK(measured("V^0.5*E^1.5") == "mV2");
  CHECK(measured("V^-1") == "1/mV");
  CHECK(measured("s*xi") == "mV/ms");
  CHECK(measured("max(V, E, 0)") == "mV");
  CHECK(measured("where(V > E, I, g*E)") == "uA/cm2");
  CHECK(measured("V/E") == "1");
  CHECK(measured("n^7") == "1");
  CHECK(measured("n^n") == "1");
  CHECK(measured("exp(V/E)") == "number");
  CHECK(measured("exp(V/E)*I") == "uA/cm2");
  CHECK(measured("V > -20 and t > 5") == "number");
  CHECK(measured("heaviside(t - 5)") == "number");
}

TEST_CASE("literal numbers and undeclared symbols fit any unit") {
  CHECK(measured("V + 40") == "mV");
  CHECK(measured("(V + 40)/10") == "any");
  CHECK(measured("exp(-(V + 65)/18)") == "number");
  CHECK(measured("1/(1 + exp((V + 35)/10))") == "any");
  CHECK(measured("2*V + I") == "uA/cm2");
  CHECK(measured("k*V + I") == "uA/cm2");
  CHECK(measured("k + V") == "mV");
  CHECK(measured("exp(k)") == "number");
  CHECK(measured("c^k/(c^k + k)") == "any");
  CHECK(measured("3^((V - 6.3)/10)") == "any");
  CHECK(measured("where(V > E, 0, 1)") == "any");
}

TEST_CASE("different dimensions are named in the user's units and in SI base units") {
  CHECK(measured("V + I") ==
        "m.toml:3:1: k: x adds mV (kg m2 s-3 A-1) and uA/cm2 (m-2 A); found \"V + I\"; allowed: one unit on both "
        "sides");
  CHECK(measured("V - tau").find("x subtracts mV (kg m2 s-3 A-1) and ms (s)") != std::string::npos);
  CHECK(measured("V > t").find("x compares ms (s) and mV") != std::string::npos);
  CHECK(measured("min(V, n)").find("x compares mV (kg m2 s-3 A-1) and 1 (a pure number)") != std::string::npos);
  CHECK(measured("where(n > 0, V, I)").find("x chooses between mV") != std::string::npos);
  CHECK(measured("V + exp(n)").find("x adds mV (kg m2 s-3 A-1) and 1 (a pure number)") != std::string::npos);
  CHECK(measured("V*(n + I/I*tau)").find("adds 1 (a pure number) and ms (s)") != std::string::npos);
}

TEST_CASE("one dimension in two sizes is a fault: equations are computed as they stand") {
  CHECK(measured("V + W").find("x adds mV and V: 1 V is 1000 mV") != std::string::npos);
  CHECK(measured("n + p").find("x adds 1 and %: 1 % is 0.01 1") != std::string::npos);
  CHECK(measured("exp(V/W)").find("x takes exp of mV/V (1), which is 0.001") != std::string::npos);
  CHECK(measured("sin(phi)").find("x takes sin of deg (1), which is 0.0174532925199") != std::string::npos);
}

TEST_CASE("functions of pure numbers") {
  for (const char* name :
       {"exp", "expm1", "exprel", "log", "log1p", "sin", "cos", "tan", "tanh", "atan", "logistic", "softplus", "erf"}) {
    CAPTURE(name);
    const std::string f = name;
    CHECK(measured((f + "(V/E)").c_str()) == "number");
    CHECK(measured((f + "(V)").c_str()).find("x takes " + f + " of mV (kg m2 s-3 A-1); found \"" + f + "(V)\"") !=
          std::string::npos);
  }
}

TEST_CASE("powers") {
  CHECK(measured("V^0.3").find("x takes the power 0.3 of mV") != std::string::npos);
  CHECK(measured("sqrt(q)").find("x takes the root of m^0.5 (m0.5)") != std::string::npos);
  CHECK(measured("n^V").find("x has an exponent in mV") != std::string::npos);
  CHECK(measured("2^V").find("x has an exponent in mV") != std::string::npos);
  CHECK(measured("(V/E)^0.3") == "1");
  CHECK(measured("V^n") == "any");
}

TEST_CASE("a fault is told once and does not spread") {
  CHECK(measured("exp(V + I) + exp(V + I)*V - V") ==
        "m.toml:3:1: k: x adds mV (kg m2 s-3 A-1) and uA/cm2 (m-2 A); found \"V + I\"; allowed: one unit on both "
        "sides\nm.toml:3:1: k: x adds 1 (a pure number) and mV (kg m2 s-3 A-1); found \"exp(V + I) + exp(V + I)*V\"; "
        "allowed: one unit on both sides");
}

TEST_CASE("rates are in the unit of the state over that of time") {
  CHECK(checked("dV/dt = (I - g*(V - E))/C") == "");
  CHECK(checked("dV/dt = (I - g*(V - E))/C + s*xi") == "");
  CHECK(checked("dn/dt = (1 - n)/tau") == "");
  CHECK(checked("dn/dt = 0.1*(1 - n) - 0.2*n") == "");
  CHECK(checked("dV/dt = (I - g*V^2)/C") ==
        "m.toml:3:1: k: dV/dt subtracts uA/cm2 (m-2 A) and mS mV2/cm2 (kg s-3); found \"I - g*V^2\"; allowed: one unit "
        "on both sides");
  CHECK(checked("dV/dt = E - V") ==
        "m.toml:3:1: k: dV/dt is in mV (kg m2 s-3 A-1) where mV/ms (kg m2 s-4 A-1) is wanted; found \"E - V\"; "
        "allowed: unit of V / time_unit = mV / ms");
  CHECK(checked("dV/dt = (I - g*V)/C", "s") ==
        "m.toml:3:1: k: dV/dt is in uA/uF where mV/s is wanted: 1 uA/uF is 1000 mV/s; found \"(I - g*V)/C\"; allowed: "
        "unit of V / time_unit = mV / s");
}

TEST_CASE("a missing unit of time") {
  CHECK(checked("dV/dt = (E - V)/tau", "") ==
        "m.toml:3:1: k: dV/dt is in mV/ms, but the model does not say what its unit of time is; allowed: time_unit = "
        "\"ms\"");
  CHECK(checked("dV/dt = (I - g*V)/C", "").find("allowed: time_unit = \"ms\"") != std::string::npos);
  CHECK(checked("dV/dt = E - V", "") == "");  // time as a pure number
  CHECK(checked("dV/dt = (E - V)/3", "") == "");
  CHECK(checked("dV/dt = I", "").find("dV/dt is in uA/cm2 (m-2 A) where mV") != std::string::npos);
}

TEST_CASE("definitions: declared ones fit, others hand on what they measure, in any order") {
  CHECK(checked("I = J\nJ = g*(V - E)") == "");
  CHECK(checked("I = V*J\nJ = g*(V - E)").find("I is in") != std::string::npos);
  CHECK(checked("W = V - E")
            .find("W is in mV where V is wanted: 1 mV is 0.001 V; found \"V - E\"; allowed: the unit "
                  "declared for W") != std::string::npos);
  CHECK(checked("dV/dt = (K + I)/C\nK = L\nL = g*V") == "");
  CHECK(checked("dV/dt = (K + I)/C\nK = L\nL = V").find("adds mV") != std::string::npos);
  CHECK(checked("tau = logistic(V/E)") == "");                               // a rate written as a pure number
  CHECK(checked("a = b*V\nb = a*I") == "");  // a circle, reported elsewhere
  CHECK(checked("a = V + I\nb = V + I").find("a adds mV") != std::string::npos);
  CHECK(checked("b = V\n\na = V + I").find("m.toml:5:1") == 0);
}

TEST_CASE("long chains do not use up the stack") {
  std::string sum = "x = V", chain = "x0 = V\n";
  for (int i = 0; i < 20000; ++i) sum += " + E*n";
  for (int i = 1; i < 5000; ++i) chain += "x" + std::to_string(i) + " = x" + std::to_string(i - 1) + " + E\n";
  CHECK(checked((sum + " + I").c_str()).find("adds mV") != std::string::npos);
  CHECK(checked((chain + "y = x4999 + I").c_str()).find("y adds mV") != std::string::npos);
}
