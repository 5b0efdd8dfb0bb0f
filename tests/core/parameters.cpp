#include "neurode/core/parameters.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace neurode;

namespace {

using Spec = ParameterSpec;

Value make(decltype(Value::data) data, const std::string& key = "population.hidden.tau") {
  Value v;
  v.data = std::move(data);
  v.where = {"xor.toml", 21, 9};
  v.key_where = {"xor.toml", 21, 1};
  v.key = key;
  return v;
}
Value text(const char* s) { return make(std::string(s)); }
Value list(std::initializer_list<Value> vs) { return make(Value::List(vs)); }

/// The one message check_value gives; "" where it is content.
std::string fault(const Spec& spec, const Value& v) {
  Diagnostics ds;
  const auto out = check_value(spec, v, ds);
  CHECK(out.has_value() == ds.empty());
  REQUIRE(ds.size() <= 1);
  return ds.empty() ? "" : ds.items()[0].format();
}

double good(const Spec& spec, const Value& v) {
  Diagnostics ds;
  const auto out = check_value(spec, v, ds);
  REQUIRE(ds.empty());
  return out->number();
}

const std::string kAt = "xor.toml:21:9: population.hidden.tau: ";
const double kNan = std::numeric_limits<double>::quiet_NaN();
const double kInf = std::numeric_limits<double>::infinity();

Spec tau() { return Spec::make(Kind::number, "tau", "time constant").in("s").above(0).standard(1.0); }

}  // namespace

TEST_CASE("numbers: ranges, finiteness, kinds") {
  CHECK(good(tau(), make(0.5)) == 0.5);
  CHECK(good(tau(), make(std::int64_t{2})) == 2.0);
  CHECK(fault(tau(), make(-0.1)) == kAt + "must be > 0; found -0.1; allowed: a number > 0, in s");
  CHECK(fault(tau(), make(0.0)) == kAt + "must be > 0; found 0.0; allowed: a number > 0, in s");
  CHECK(fault(tau(), make(kNan)) == kAt + "must be finite; found nan; allowed: a number > 0, in s");
  CHECK(fault(tau(), make(kInf)) == kAt + "must be finite; found inf; allowed: a number > 0, in s");
  CHECK(fault(tau(), make(true)) == kAt + "must be a number; found true; allowed: a number > 0, in s");
  CHECK(fault(tau(), text("slow")) == kAt + "must be a number; found the string \"slow\"; allowed: a number > 0, in s");
  const Spec p = Spec::make(Kind::number, "p", "").at_least(0).below(1);
  CHECK(good(p, make(0.0)) == 0.0);
  CHECK(fault(p, make(1.0)) == kAt + "must be < 1; found 1.0; allowed: a number >= 0 and < 1");
  const Spec q = Spec::make(Kind::number, "q", "").above(-1).at_most(1);
  CHECK(good(q, make(1.0)) == 1.0);
  CHECK(fault(q, make(1.5)) == kAt + "must be <= 1; found 1.5; allowed: a number > -1 and <= 1");
}

TEST_CASE("numbers with units are converted to the parameter's unit") {
  CHECK(good(tau(), text("10 ms")) == 0.01);
  CHECK(good(tau(), text("2 min")) == 120.0);
  CHECK(good(Spec::make(Kind::number, "g", "").in("mS/cm2"), text("3 S/m²")) == 0.3);
  CHECK(good(Spec::make(Kind::number, "p", ""), text("50 %")) == 0.5);
  CHECK(good(Spec::make(Kind::number, "p", ""), text("3 1")) == 3.0);
  CHECK(fault(tau(), text("-10 ms")) == kAt + "must be > 0; found the string \"-10 ms\"; allowed: a number > 0, in s");
  CHECK(fault(tau(), text("10 mV")) ==
        kAt +
            "has the unit mV (kg m2 s-3 A-1) where s is wanted; found the string \"10 mV\"; "
            "allowed: a number > 0, in s");
  CHECK(fault(Spec::make(Kind::number, "E", "").in("mV"), text("10 ms")) ==
        kAt +
            "has the unit ms (s) where mV (kg m2 s-3 A-1) is wanted; found the string \"10 ms\"; allowed: a number, in "
            "mV");
  CHECK(
      fault(Spec::make(Kind::number, "p", ""), text("10 ms")) ==
      kAt +
          "has the unit ms (s) where a number without a unit is wanted; found the string \"10 ms\"; allowed: a number");
  CHECK(fault(tau(), text("10")) ==
        kAt + "has no unit where s is wanted; found the string \"10\"; allowed: a number > 0, in s");
  CHECK(fault(Spec::make(Kind::number, "p", ""), text("10")) ==
        kAt + "must be a number, not a string; found the string \"10\"; allowed: a number");
  const std::string unknown = fault(tau(), text("3 smoots"));
  CHECK(unknown.starts_with(kAt +
                            "unknown unit \"smoots\"; found the string \"3 smoots\"; allowed: a number > 0, in s; "
                            "known units: s, m, g, A, "));
}

TEST_CASE("integers") {
  const Spec size = Spec::make(Kind::integer, "size", "").at_least(1).at_most(2147483647);
  CHECK(good(size, make(std::int64_t{2147483647})) == 2147483647.0);
  CHECK(good(size, make(1e6)) == 1e6);
  CHECK(fault(size, make(std::int64_t{0})) ==
        kAt + "must be >= 1; found 0; allowed: an integer >= 1 and <= 2147483647");
  CHECK(fault(size, make(std::int64_t{2147483648})) ==
        kAt + "must be <= 2147483647; found 2147483648; allowed: an integer >= 1 and <= 2147483647");
  CHECK(fault(size, make(2.5)).starts_with(kAt + "must be an integer; found 2.5"));
  CHECK(fault(size, make(kNan)).starts_with(kAt + "must be finite; found nan"));
  CHECK(fault(size, make(1e300)).starts_with(kAt + "must be an integer; found 1e+300"));
  CHECK(fault(size, text("4")).starts_with(kAt + "must be an integer; found the string \"4\""));
}

TEST_CASE("one value a neuron") {
  const Spec tau_n = Spec::make(Kind::per_neuron, "tau", "").in("s").above(0);
  const std::string allowed = "a number > 0, in s, a list of one a neuron, or { init = ..., ... }";
  CHECK(good(tau_n, text("10 ms")) == 0.01);
  Diagnostics ds;
  const auto v = check_value(tau_n, list({make(1.0), text("5 ms")}), ds);
  REQUIRE(v);
  CHECK(v->list()[0].number() == 1.0);
  CHECK(v->list()[1].number() == 0.005);
  const Value init = make(Value::Table{{"init", text("uniform")}, {"min", make(-1.0)}});
  REQUIRE(check_value(tau_n, init, ds));
  CHECK(ds.empty());
  CHECK(fault(tau_n, list({make(1.0), make(kNan)})) == kAt + "must be finite; found nan; allowed: " + allowed);
  CHECK(fault(tau_n, list({make(1.0), make(-2.0)})) == kAt + "must be > 0; found -2.0; allowed: " + allowed);
  CHECK(fault(tau_n, make(Value::Table{{"std", make(1.0)}})) ==
        kAt + "lacks the key \"init\", the name of a distribution; found a table, { std = 1.0 }; allowed: " + allowed);
  CHECK(check_value(tau_n, list({make(-1.0), make(1.0), make(kInf)}), ds) == std::nullopt);
  CHECK(ds.size() == 2);
}

TEST_CASE("the other kinds") {
  CHECK(fault(Spec::make(Kind::boolean, "b", ""), make(false)).empty());
  CHECK(fault(Spec::make(Kind::boolean, "b", ""), make(std::int64_t{1})) ==
        kAt + "must be true or false; found 1; allowed: true or false");
  CHECK(fault(Spec::make(Kind::string, "s", ""), text("x")).empty());
  CHECK(fault(Spec::make(Kind::string, "s", ""), make(1.5)) == kAt + "must be a string; found 1.5; allowed: a string");
  const Spec mode = Spec::make(Kind::choice, "mode", "").one_of({"coupled", "adiabatic", "off"});
  CHECK(fault(mode, text("adiabatic")).empty());
  CHECK(fault(mode, text("adiabtic")) == kAt +
                                             "is none of the names allowed; found \"adiabtic\"; allowed: \"coupled\", "
                                             "\"adiabatic\" or \"off\" (did you mean \"adiabatic\"?)");
  CHECK(fault(mode, make(true)).starts_with(kAt + "must be a string; found true"));
  CHECK(fault(Spec::make(Kind::path, "file", ""), text("")) ==
        kAt + "must not be empty; found the string \"\"; allowed: the path of a file, as a string");
  Diagnostics ds;
  CHECK(check_value(Spec::make(Kind::expression, "e", ""), make(0.5), ds)->string() == "0.5");
  CHECK(
      fault(Spec::make(Kind::expression, "e", ""), make(true)).starts_with(kAt + "must be an expression; found true"));
  const Spec numbers = Spec::make(Kind::numbers, "at", "").in("ms").at_least(0);
  CHECK(check_value(numbers, list({make(1.0), text("2 s")}), ds)->list()[1].number() == 2000.0);
  CHECK(fault(numbers, list({make(-1.0)})) == kAt + "must be >= 0; found -1.0; allowed: a list of numbers >= 0, in ms");
  CHECK(fault(numbers, make(1.0)).starts_with(kAt + "must be a list of numbers; found 1.0"));
  CHECK(fault(Spec::make(Kind::strings, "n", ""), list({text("a"), make(1.0)})) ==
        kAt + "must be a string; found 1.0; allowed: a list of strings");
  CHECK(fault(Spec::make(Kind::strings, "n", ""), text("a")).starts_with(kAt + "must be a list of strings"));
  CHECK(fault(Spec::make(Kind::table, "t", ""), make(Value::Table{})).empty());
  CHECK(fault(Spec::make(Kind::table, "t", ""), make(1.0)).starts_with(kAt + "must be a table; found 1.0"));
  CHECK(fault(Spec::make(Kind::any, "x", ""), make(kNan)).empty());
  CHECK(ds.empty());
}

TEST_CASE("tables: defaults, unknown and missing keys, all at once") {
  const ParameterTable specs = {tau(), Spec::make(Kind::integer, "size", "how many").at_least(1).needed(),
                                Spec::make(Kind::string, "note", ""),
                                Spec::make(Kind::boolean, "plastic", "").standard(false),
                                Spec::make(Kind::choice, "m", "").one_of({"a"}).standard("a")};
  Diagnostics ds;
  const Parameters p = read_parameters(specs, make(Value::Table{{"size", make(std::int64_t{3})}}), "it", ds);
  CHECK(ds.empty());
  CHECK(p.integer("size") == 3);
  CHECK(p.number("tau") == 1.0);
  CHECK_FALSE(p.flag("plastic"));
  CHECK(p.text("m") == "a");
  CHECK_FALSE(p.has("note"));
  CHECK(p.find("note") == nullptr);
  CHECK_THROWS_AS(p.at("note"), std::logic_error);

  const Value bad =
      make(Value::Table{{"taus", make(1.0, "population.hidden.taus")}, {"tau", make(-1.0, "population.hidden.tau")}},
           "population.hidden");
  const Parameters rest = read_parameters(specs, bad, "model \"leaky_rate\"", ds);
  CHECK_FALSE(rest.has("tau"));
  REQUIRE(ds.size() == 3);
  CHECK(
      ds.items()[0].format() ==
      "xor.toml:21:1: population.hidden.taus: is no key of model \"leaky_rate\"; allowed: \"tau\", \"size\", \"note\", "
      "\"plastic\" and \"m\" (did you mean \"tau\"?)");
  CHECK(ds.items()[1].format() == kAt + "must be > 0; found -1.0; allowed: a number > 0, in s");
  CHECK(ds.items()[2].format() ==
        "xor.toml:21:9: population.hidden: lacks the key \"size\"; allowed: size = an integer >= 1");

  Diagnostics none;
  CHECK(read_parameters({tau()}, Value{}, "it", none).number("tau") == 1.0);
  CHECK(none.empty());
  read_parameters({tau()}, make(1.0), "it", none);
  REQUIRE(none.size() == 1);
  CHECK(none.items()[0].format() == kAt + "must be a table; found 1.0; allowed: a table of it");
}
