#include "neurode/core/unit.hpp"

#include <doctest/doctest.h>

using namespace neurode;

static Unit unit(const char* text) {
  const auto u = parse_unit(text);
  REQUIRE(u);
  return *u;
}

TEST_CASE("units multiply, divide and take powers") {
  CHECK(same_unit(times(unit("mS/cm2"), unit("mV")), unit("uA/cm2")));
  CHECK(same_unit(over(unit("uA/cm2"), unit("uF/cm2")), unit("mV/ms")));
  CHECK_FALSE(same_unit(over(unit("nA"), unit("uF")), unit("mV/ms")));
  CHECK(same_dimension(over(unit("nA"), unit("uF")), unit("mV/ms")));
  CHECK(rescale(1, over(unit("nA"), unit("uF")), unit("mV/ms")) == 1e-3);
  CHECK(same_unit(*power(unit("mV"), 4), unit("mV2")));
  CHECK(same_unit(*power(unit("mV2"), 1), unit("mV")));
  CHECK(same_unit(*power(unit("ms"), -1), unit("1/ms^0.5")));
  CHECK(unit("Hz s").dimensionless());
  CHECK_FALSE(unit("ms").dimensionless());
  CHECK_FALSE(power(unit("ms^0.5"), 1));
  CHECK(power(unit("ms"), 0)->dimensionless());
}

TEST_CASE("units that differ in size alone are told apart") {
  CHECK_FALSE(same_unit(unit("mV"), unit("V")));
  CHECK_FALSE(same_unit(unit("min"), unit("s")));
  CHECK(same_unit(unit("Hz"), unit("1/s")));
  CHECK(same_unit(unit("kHz"), unit("1/ms")));
  CHECK_FALSE(same_unit(unit("%"), unit("1")));
  CHECK_FALSE(same_unit(unit("degC"), unit("K")));
}

TEST_CASE("unit texts spell the factors, and read back as the same unit") {
  const auto text = [](const Unit& u) {
    const auto again = parse_unit(unit_text(u));
    REQUIRE(again);
    CHECK(same_unit(*again, u));
    return unit_text(u);
  };
  CHECK(text(unit("mV")) == "mV");
  CHECK(text(unit("uA cm-2")) == "uA/cm2");
  CHECK(text(unit("µA·cm⁻²")) == "uA/cm2");
  CHECK(text(unit("1/ms")) == "1/ms");
  CHECK(text(unit("")) == "1");
  CHECK(text(over(unit("uA/cm2"), unit("uF/cm2"))) == "uA/uF");
  CHECK(text(over(unit("uA/cm2"), unit("mV"))) == "uA/cm2/mV");
  CHECK(text(over(unit("mV"), *power(unit("ms"), 1))) == "mV/ms^0.5");
  CHECK(text(times(unit("mV"), unit("mV"))) == "mV2");
  CHECK(text(times(unit("mV/ms"), unit("ms"))) == "mV");
  CHECK(text(*power(unit("V3"), 1)) == "V^1.5");
}
