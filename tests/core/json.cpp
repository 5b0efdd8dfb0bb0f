#include "neurode/core/json.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <stdexcept>

using namespace neurode;

TEST_CASE("JSON strings are escaped") {
  CHECK(json_quoted("a\"b\\c\n\t\r\x01") == "\"a\\\"b\\\\c\\n\\t\\u000d\\u0001\"");
  CHECK(json_quoted("é→𝄞") == "\"é→𝄞\"");
  CHECK(json_quoted("a\xff"
                    "b\xc3") == "\"a\\ufffdb\\ufffd\"");
  CHECK(json_quoted("\xc0\xaf") == "\"\\ufffd\\ufffd\"");             // overlong
  CHECK(json_quoted("\xed\xa0\x80") == "\"\\ufffd\\ufffd\\ufffd\"");  // surrogate
  CHECK(json_quoted(std::string_view("\0", 1)) == "\"\\u0000\"");
}

TEST_CASE("JSON is written with commas and indentation in place") {
  JsonWriter w;
  w.begin_object().member("name", "tsit5").member("stiff", false).key("order").begin_array().value(5).value(0.5);
  w.value(std::numeric_limits<double>::quiet_NaN()).end_array().key("none").begin_object().end_object().end_object();
  CHECK(w.text() ==
        "{\n  \"name\": \"tsit5\",\n  \"stiff\": false,\n  \"order\": [\n    5,\n    0.5,\n    null\n  ],\n  \"none\": "
        "{}\n}");
  JsonWriter line(0);
  line.begin_array()
      .value(std::int64_t{-1})
      .value(std::uint64_t{18446744073709551615u})
      .null()
      .begin_array()
      .end_array();
  line.end_array();
  CHECK(line.text() == "[-1, 18446744073709551615, null, []]");
}

TEST_CASE("value trees become JSON") {
  Value one, list, table;
  one.data = std::int64_t{1};
  list.data = Value::List{one, Value{}, one};
  table.data = Value::Table{{"b", list}, {"a", one}};
  JsonWriter w(0);
  w.value(table);
  CHECK(w.text() == "{\"b\": [1, null, 1], \"a\": 1}");
}

TEST_CASE("ready JSON is spliced in") {
  JsonWriter w(0);
  w.begin_object().member("a", 1).json_members("\"b\": 2, \"c\": 3").key("d").json("[4]").end_object();
  CHECK(w.text() == "{\"a\": 1, \"b\": 2, \"c\": 3, \"d\": [4]}");
  CHECK_THROWS_AS(JsonWriter().begin_array().json_members("\"b\": 2"), std::logic_error);
}

TEST_CASE("JSON misuse is caught") {
  CHECK_THROWS_AS(JsonWriter().end_object(), std::logic_error);
  CHECK_THROWS_AS(JsonWriter().begin_object().value(1), std::logic_error);
  CHECK_THROWS_AS(JsonWriter().begin_array().key("a"), std::logic_error);
  CHECK_THROWS_AS(JsonWriter().begin_array().end_object(), std::logic_error);
  CHECK_THROWS_AS(JsonWriter().begin_object().key("a").end_object(), std::logic_error);
  CHECK_THROWS_AS(JsonWriter().value(1).value(2), std::logic_error);
}
