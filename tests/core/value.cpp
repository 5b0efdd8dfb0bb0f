#include "neurode/core/value.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <limits>

using namespace neurode;

static Value make(decltype(Value::data) data) {
  Value v;
  v.data = std::move(data);
  return v;
}

TEST_CASE("numbers keep every bit and stay floats") {
  for (const double x : {0.1, 1.0 / 3, 1e300, 5e-324, -0.0, 1e22, 123456789.0, 0x1.fffffffffffffp1023}) {
    const std::string s = number_text(x);
    CAPTURE(s);
    CHECK(std::strtod(s.c_str(), nullptr) == x);
    CHECK(s.find_first_of(".e") != std::string::npos);
  }
  CHECK(number_text(1) == "1.0");
  CHECK(number_text(-0.0) == "-0.0");
  CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
  CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
}

TEST_CASE("values describe themselves") {
  const Value one = make(std::int64_t{1}), text = make(std::string("a\"b\n"));
  CHECK(one.describe() == "1");
  CHECK(one.number() == 1.0);
  CHECK(text.describe() == "the string \"a\\\"b\\n\"");
  CHECK(make(true).describe() == "true");
  CHECK(make(0.5).describe() == "0.5");
  CHECK(Value{}.describe() == "nothing");
  const Value list = make(Value::List{one, text});
  CHECK(list.kind_name() == "a list of 2");
  CHECK(list.describe() == "a list of 2, [1, \"a\\\"b\\n\"]");
  const Value table = make(Value::Table{{"a", one}, {"b c", list}});
  CHECK(table.to_toml() == "{ a = 1, \"b c\" = [1, \"a\\\"b\\n\"] }");
  CHECK(make(Value::Table{}).to_toml() == "{ }");
  REQUIRE(table.find("b c") != nullptr);
  CHECK(table.find("b c")->list().size() == 2);
  CHECK(table.find("b") == nullptr);
  CHECK(one.find("a") == nullptr);
}

TEST_CASE("long values are cut off between characters") {
  CHECK(make(Value::List(1000, make(std::int64_t{7}))).to_toml(10) == "[7, 7, 7, ...");
  CHECK(make(std::string("ééééé")).to_toml(4) == "\"é...");
}
