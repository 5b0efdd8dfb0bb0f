#include "neurode/core/units.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numbers>
#include <string>

using namespace neurode;

TEST_CASE("conversion factors are exact where units differ by powers of ten") {
  const auto f = [](const char* from, const char* to) { return conversion_factor(from, to).value_or(-1); };
  CHECK(f("ms", "s") == 1e-3);
  CHECK(f("s", "ms") == 1e3);
  CHECK(f("mV", "mV") == 1.0);
  CHECK(f("mS/cm2", "S/m2") == 10.0);
  CHECK(f("mS/cm^2", "S/m^2") == 10.0);
  CHECK(f("uA cm-2", "A/m2") == 1e-2);
  CHECK(f("µF/cm²", "uF/cm2") == 1.0);
  CHECK(f("μF·cm⁻²", "F/m2") == 1e-2);
  CHECK(f("1/ms", "Hz") == 1e3);
  CHECK(f("/ms", "kHz") == 1.0);
  CHECK(f("nA*ms", "pC") == 1.0);
  CHECK(f("M", "mol/m3") == 1e3);
  CHECK(f("mM", "mol/m^3") == 1.0);
  CHECK(f("mM", "mmol/l") == 1.0);
  CHECK(f("min", "s") == 60.0);
  CHECK(f("h", "min") == 60.0);
  CHECK(f("ms", "h") == doctest::Approx(1e-3 / 3600).epsilon(1e-15));
  CHECK(f("%", "") == 1e-2);
  CHECK(f("%", "1") == 1e-2);
  CHECK(f("deg", "rad") == std::numbers::pi / 180);
  CHECK(f("V", "N m / C") == 1.0);
  CHECK(f("S", "1/ohm") == 1.0);
  CHECK(f("MΩ", "kohm") == 1e3);
  CHECK(f("Hz", "min-1") == 60.0);
  CHECK(f("J/(kg K)", "m2 s-2 K-1") == 1.0);
  CHECK(f("J/kg/K", "m2 s-2 K-1") == 1.0);
  CHECK(f("F/s", "S") == 1.0);
  CHECK(f("W", "J/s") == 1.0);
  CHECK(f("Pa", "N/m2") == 1.0);
  CHECK(f("V s", "H A") == 1.0);
  CHECK(f("T m2", "V.s") == 1.0);
  CHECK(f("mV ms^-0.5", "V/s^0.5") == doctest::Approx(1e-3 * std::sqrt(1e3)).epsilon(1e-15));
  CHECK(f("dam", "m") == 10.0);
  CHECK(f("dm3", "l") == 1.0);
  CHECK(f("degC", "degC") == 1.0);
}

TEST_CASE("convert rounds once") {
  CHECK(convert(0.1, "ms", "s").value() == 0.0001);
  CHECK(convert(3.0, "ms", "s").value() == 0.003);
  CHECK(convert(0.3, "mS/cm2", "S/m2").value() == 3.0);
  CHECK(convert(36, "mS/cm2", "S/cm2").value() == 0.036);
  CHECK(convert(2, "min", "ms").value() == 120000);
  CHECK_FALSE(convert(1, "ms", "mV"));
}

TEST_CASE("units are told apart by dimension") {
  CHECK(same_dimension("ms", "h"));
  CHECK(same_dimension("", "rad"));
  CHECK_FALSE(same_dimension("ms", "mV"));
  CHECK_FALSE(same_dimension("Hz", "s"));
  CHECK_FALSE(same_dimension("degC", "K"));
  CHECK_FALSE(same_dimension("furlong", "furlong"));
  CHECK_FALSE(conversion_factor("ms", "mV"));
  CHECK_FALSE(conversion_factor("ms", "furlong"));
}

TEST_CASE("what is no unit is refused") {
  for (const char* text : {"", " ", "1", "ms", "mS/cm2", "1/s", "m.s", "m s", "m^+2", "kg m2 s-3 A-1", "um", "m (s)"}) {
    CAPTURE(text);
    CHECK(is_known_unit(text));
  }
  for (const char* text : {"furlong", "2",     "10",     "m2s",  "m//s",          "m/",   "/",    "*m", "m^", "m^x",
                           "m^0",     "m^0.3", "m^0.25", "m^13", "m^99999999999", "(m",   "m)",   "()", "1s", "kmin",
                           "m^^2",    "m**2",  "m-",     "-m",   "ms!",           "m^2.", "\xff", "m\n"}) {
    CAPTURE(text);
    CHECK_FALSE(is_known_unit(text));
  }
  CHECK_FALSE(is_known_unit(std::string(100000, '(')));
  CHECK_FALSE(is_known_unit(std::string(100000, '/')));
}

TEST_CASE("dimension texts") {
  CHECK(dimension_text("ms") == "s");
  CHECK(dimension_text("mV") == "kg m2 s-3 A-1");
  CHECK(dimension_text("mS/cm2") == "kg-1 m-4 s3 A2");
  CHECK(dimension_text("mM") == "m-3 mol");
  CHECK(dimension_text("") == "1");
  CHECK(dimension_text("%") == "1");
  CHECK(dimension_text("ms^-0.5") == "s-0.5");
  CHECK(dimension_text("furlong") == "unknown");
}

TEST_CASE("quantities split into number and unit") {
  const auto check = [](const char* text, double value, const char* unit) {
    CAPTURE(text);
    const auto q = parse_quantity(text);
    REQUIRE(q);
    CHECK(q->value == value);
    CHECK(q->unit == unit);
  };
  check("10 ms", 10, "ms");
  check("10ms", 10, "ms");
  check("  -0.3  mS/cm2 ", -0.3, "mS/cm2");
  check("+1e-3 s", 1e-3, "s");
  check(".5 s", 0.5, "s");
  check("1e3", 1e3, "");
  check("10 1/ms", 10, "1/ms");
  check("50%", 50, "%");
  for (const char* text : {"", "ms", "nan s", "inf s", "-inf", "- 1 s", "+-1 s", "--1", "1e999 s", "abc 10"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_quantity(text));
  }
}
