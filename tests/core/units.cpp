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
  CHECK_FALSE(same_dimension("smoot", "smoot"));
  CHECK_FALSE(conversion_factor("ms", "mV"));
  CHECK_FALSE(conversion_factor("ms", "smoot"));
}

TEST_CASE("what is no unit is refused") {
  for (const char* text : {"", " ", "1", "ms", "mS/cm2", "1/s", "m.s", "m s", "m^+2", "kg m2 s-3 A-1", "um", "m (s)"}) {
    CAPTURE(text);
    CHECK(is_known_unit(text));
  }
  for (const char* text : {"smoot", "2",     "10",     "m2s",  "m//s",          "m/",   "/",    "*m", "m^", "m^x",
                           "m^0",   "m^0.3", "m^0.25", "m^13", "m^99999999999", "(m",   "m)",   "()", "1s", "msmoot",
                           "m^^2",  "m**2",  "m-",     "-m",   "ms!",           "m^2.", "\xff", "m\n"}) {
    CAPTURE(text);
    CHECK_FALSE(is_known_unit(text));
  }
  CHECK_FALSE(is_known_unit(std::string(100000, '(')));
  CHECK_FALSE(is_known_unit(std::string(100000, '/')));
}

TEST_CASE("absolute temperatures convert with their offset") {
  CHECK(convert(20, "degC", "K").value() == doctest::Approx(293.15).epsilon(1e-15));
  CHECK(convert(293.15, "K", "degC").value() == doctest::Approx(20).epsilon(1e-14));
  CHECK(convert(293150, "mK", "degC").value() == doctest::Approx(20).epsilon(1e-14));
  CHECK(convert(6.3, "degC", "degC").value() == 6.3);
  CHECK_FALSE(conversion_factor("degC", "K"));
  CHECK_FALSE(convert(1, "degC/s", "K/s"));  // a difference, or an absolute one? nobody can say
  CHECK_FALSE(convert(1, "degC", "s"));
  CHECK_FALSE(convert(1, "K2", "degC"));
}

TEST_CASE("udunits2 knows what the own parser does not") {
  const auto f = [](const char* from, const char* to) { return conversion_factor(from, to).value_or(-1); };
  if (!have_udunits2()) {
    for (const char* name : {"inch", "degree_Fahrenheit", "eV", "gauss", "atmosphere"}) {
      CAPTURE(name);
      CHECK_FALSE(is_known_unit(name));
    }
    CHECK(known_units_text().find("this build lacks udunits2") != std::string::npos);
    return;
  }
  CHECK(known_units_text().find("lacks") == std::string::npos);
  CHECK(f("inch", "mm") == doctest::Approx(25.4).epsilon(1e-15));
  CHECK(f("inches", "inch") == 1.0);
  CHECK(f("gauss", "T") == doctest::Approx(1e-4).epsilon(1e-15));
  CHECK(f("eV", "J") == doctest::Approx(1.602e-19).epsilon(1e-3));
  CHECK(f("atmosphere", "Pa") == 101325.0);
  CHECK(f("mmHg", "Pa") == doctest::Approx(133.322).epsilon(1e-5));
  CHECK(f("gauss inch2", "Wb") == doctest::Approx(6.4516e-8).epsilon(1e-14));  // T m2
  CHECK(f("mV/inch", "V/m") == doctest::Approx(1e-3 / 0.0254).epsilon(1e-15));
  CHECK(f("arc_degree", "deg") == doctest::Approx(1).epsilon(1e-15));
  CHECK(convert(98.6, "degree_Fahrenheit", "degC").value() == doctest::Approx(37).epsilon(1e-14));
  CHECK(convert(-40, "degF", "degC").value() == doctest::Approx(-40).epsilon(1e-14));
  CHECK(convert(32, "°F", "K").value() == doctest::Approx(273.15).epsilon(1e-14));
  CHECK(convert(37, "degC", "degF").value() == doctest::Approx(98.6).epsilon(1e-14));
  CHECK_FALSE(conversion_factor("degF", "degC"));
  CHECK_FALSE(is_known_unit("candela"));  // none of our base units
  CHECK_FALSE(is_known_unit("dBZ"));      // logarithmic
  CHECK_FALSE(is_known_unit("smoot"));
  CHECK(dimension_text("degF") == "degC");
  CHECK(dimension_text("eV") == "kg m2 s-2");
}

TEST_CASE("dimension texts") {
  CHECK(dimension_text("ms") == "s");
  CHECK(dimension_text("mV") == "kg m2 s-3 A-1");
  CHECK(dimension_text("mS/cm2") == "kg-1 m-4 s3 A2");
  CHECK(dimension_text("mM") == "m-3 mol");
  CHECK(dimension_text("") == "1");
  CHECK(dimension_text("%") == "1");
  CHECK(dimension_text("ms^-0.5") == "s-0.5");
  CHECK(dimension_text("smoot") == "unknown");
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
