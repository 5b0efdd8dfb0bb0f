#include <doctest/doctest.h>

#include <cmath>

#include "neurode/scenario/read.hpp"

using namespace neurode;
using scenario::parse_toml;

namespace {

Value parse(const std::string& text) {
  Diagnostics ds;
  Value v = parse_toml(text, "s.toml", ds);
  for (const auto& d : ds.items()) MESSAGE(d.format());
  REQUIRE(ds.empty());
  return v;
}

std::string fault(const std::string& text) {
  Diagnostics ds;
  parse_toml(text, "s.toml", ds);
  REQUIRE(ds.size() == 1);
  return ds.items()[0].format();
}

const Value& at(const Value& v, std::initializer_list<const char*> path) {
  const Value* p = &v;
  for (const char* name : path) {
    p = p->find(name);
    REQUIRE(p != nullptr);
  }
  return *p;
}

}  // namespace

TEST_CASE("every value knows its place, its key's place and its dotted key") {
  const Value root = parse(R"(schema = 1
"é" = "ééé"
[population.hidden]
  size  = 4
bias  = { init = 0.5, plastic = true }
a.b = [1, -2.5,
   "x"]
[projection."input -> hidden"]
w = 1
)");
  CHECK(root.where.text() == "s.toml");
  CHECK(root.key.empty());
  const auto check = [&](std::initializer_list<const char*> path, const char* where, const char* key_where,
                         const char* key) {
    const Value& v = at(root, path);
    CHECK(v.where.text() == std::string("s.toml:") + where);
    CHECK(v.key_where.text() == std::string("s.toml:") + key_where);
    CHECK(v.key == key);
  };
  check({"schema"}, "1:10", "1:1", "schema");
  check({"é"}, "2:7", "2:1", "\"é\"");
  check({"population", "hidden"}, "3:1", "3:13", "population.hidden");
  check({"population", "hidden", "size"}, "4:11", "4:3", "population.hidden.size");
  check({"population", "hidden", "bias", "plastic"}, "5:33", "5:23", "population.hidden.bias.plastic");
  check({"population", "hidden", "a", "b"}, "6:7", "6:3", "population.hidden.a.b");
  check({"projection", "input -> hidden", "w"}, "9:5", "9:1", "projection.\"input -> hidden\".w");
  const Value& list = at(root, {"population", "hidden", "a", "b"});
  REQUIRE(list.list().size() == 3);
  CHECK(list.list()[0].integer() == 1);
  CHECK(list.list()[1].number() == -2.5);
  CHECK(list.list()[2].string() == "x");
  CHECK(list.list()[2].where.text() == "s.toml:7:4");
  CHECK(list.list()[2].key_where.text() == "s.toml:7:4");
  CHECK(list.list()[2].key == "population.hidden.a.b[2]");
  CHECK(at(root, {"population", "hidden", "bias", "plastic"}).boolean());
  CHECK(at(root, {"population", "hidden", "size"}).is_integer());
  CHECK_FALSE(at(root, {"population", "hidden", "bias", "init"}).is_integer());
}

TEST_CASE("tables keep the order of the file") {
  const Value root = parse("z = 1\na = 2\n[m.y]\n[m.b]\n[k]\nq = 1\nc = { z = 1, a = 2 }\n[m.a]\n");
  std::string order;
  for (const auto& [name, v] : root.table()) order += name;
  for (const auto& [name, v] : at(root, {"m"}).table()) order += name;
  for (const auto& [name, v] : at(root, {"k", "c"}).table()) order += name;
  CHECK(order ==
        "zamk"
        "yba"
        "za");
}

TEST_CASE("strings know where their text starts") {
  const Value root = parse(
      "a = \"x\"\nb = '''y'''\nc = \"\"\"\n  first\nsecond\"\"\"\n  d = \"\"\"z\"\"\"\ne = ['p', \"\"]\nf = "
      "'''\r\nw'''\n"
      "\"é\" = \"q\"\ng = \"\"\n");
  const auto place = [](const Value& v) { return std::pair(v.text_line, v.text_column); };
  CHECK(place(at(root, {"a"})) == std::pair(1, 6));
  CHECK(place(at(root, {"b"})) == std::pair(2, 8));
  CHECK(place(at(root, {"c"})) == std::pair(4, 1));
  CHECK(at(root, {"c"}).string() == "  first\nsecond");
  CHECK(place(at(root, {"d"})) == std::pair(6, 10));
  CHECK(place(at(root, {"e"}).list()[0]) == std::pair(7, 7));
  CHECK(place(at(root, {"f"})) == std::pair(9, 1));
  CHECK(place(at(root, {"é"})) == std::pair(10, 8));
  CHECK(place(at(root, {"g"})) == std::pair(11, 6));
}

TEST_CASE("syntax errors have their place") {
  CHECK(fault("a = 1\nb = \n") == "s.toml:2:5: is not valid TOML, in a key-value pair: expected value, saw '\\n'");
  CHECK(fault("a = 1\na = 2\n") ==
        "s.toml:2:5: is not valid TOML, in a key-value pair: cannot redefine existing integer 'a'");
  CHECK(fault("[a]\n[b]\n[a]\n") ==
        "s.toml:3:1: is not valid TOML, in a table header: cannot redefine existing table 'a'");
  CHECK(fault("a = [1, 2").starts_with("s.toml:1:10: is not valid TOML, in an array"));
  CHECK(fault("a = 99999999999999999999").starts_with("s.toml:1:25: is not valid TOML, in a decimal integer: "));
  CHECK(fault("a = \"\xff\"").starts_with("s.toml:1:"));
  CHECK(fault(std::string("a = \0 1", 7)).starts_with("s.toml:1:5: is not valid TOML"));
}

TEST_CASE("dates are refused, the rest is read") {
  Diagnostics ds;
  const Value root = parse_toml("a = 1979-05-27\nb = 07:32:00\nc = [1, 1979-05-27T07:32:00Z]\nd = 1\n", "s.toml", ds);
  REQUIRE(ds.size() == 3);
  CHECK(ds.items()[0].format() ==
        "s.toml:1:5: a: dates and times have no meaning here; allowed: a number, or a string");
  CHECK(ds.items()[1].where.text() == "s.toml:2:5");
  CHECK(ds.items()[2].format().starts_with("s.toml:3:9: c[1]: "));
  CHECK(root.find("d")->integer() == 1);
  CHECK(root.find("a")->is_none());
}

TEST_CASE("headers that begin like no key") {
  for (const char* header : {"[=]", "[ #]", "[[=]]", "[\xC2\xA0]", "[ \x01]", "[,a]", "[a.=]"}) {
    CHECK_MESSAGE(fault(std::string(header) + "\n").find("s.toml:1:") == 0, header);
    CHECK_MESSAGE(fault(std::string(header) + "\n").find("is not valid TOML") != std::string::npos, header);
  }
}

TEST_CASE("nesting is bounded") {
  std::string deep_key = "a", deep_header = "[a", many = "x = [";
  for (int i = 0; i < 100000; ++i) {
    deep_key += ".a";
    deep_header += ".a";
    many += i % 2 == 0 ? "1.5, " : "'a.b', ";
  }
  const std::string words = "1: is nested too deeply; allowed: up to 64 tables, lists and parts of keys in each other";
  CHECK(fault("\n" + deep_key + " = 1\n") == "s.toml:2:" + words);
  CHECK(fault(deep_header + "]\n") == "s.toml:1:" + words);
  CHECK(fault("a = " + std::string(100000, '[')) == "s.toml:1:" + words);
  CHECK(parse("a = " + std::string(64, '[') + std::string(64, ']') + "\n").find("a")->is_list());
  CHECK(fault("a = " + std::string(65, '[') + std::string(65, ']') + "\n") == "s.toml:1:" + words);
  // Keys within tables within lists: each part counts.
  const auto chain = [](int n) {
    std::string keys = "1";
    for (int i = 0; i < n; ++i) keys = "{ a.b.c = [" + keys + "] }";  // four deep
    return "x = " + keys + "\n";
  };
  CHECK(parse(chain(16)).find("x")->is_table());
  CHECK(fault(chain(17)) == "s.toml:1:" + words);
  std::string tables;
  for (int i = 0; i < 100000; ++i) tables += "{a=";
  CHECK(fault("a = " + tables) == "s.toml:1:" + words);
  CHECK(parse(many + "]\n").find("x")->list().size() == 100000);
  std::string dots(1000, '.');
  CHECK(
      parse("# " + dots + "\na = \"" + dots + "\\\"" + dots + "\"\nb = '''\n" + dots + "'''\nc = '\\' # " + dots + "\n")
          .find("b")
          ->string() == dots);
}

TEST_CASE("length is bounded: of the text, of keys, of tables, of what is in them") {
  CHECK(fault(std::string(16'000'001, '#')) ==
        "s.toml: is too long for a scenario; found 16000001 bytes; allowed: up to 16000000; large data stand in files "
        "beside it");
  CHECK(fault("a = 1\n" + std::string(1001, 'k') + " = 1\n") ==
        "s.toml:2:1: has a key that is too long; found 1001 bytes; allowed: up to 1000");
  CHECK(parse(std::string(1000, 'k') + " = 1\n").table().size() == 1);
  std::string keys = "[t]\n", values = "a = [";
  for (int i = 0; i < 10000; ++i) keys += "k" + std::to_string(i) + " = 1\n";
  CHECK(parse(keys).find("t")->table().size() == 10000);
  CHECK(fault(keys + "more = 1\n") == "s.toml:1:1: t: has too many keys; found 10001; allowed: up to 10000");
  for (int i = 0; i < 1000000; ++i) values += "1,";
  CHECK(fault(values + "]\n") ==
        "s.toml:1:2000002: here the scenario gets too many values; allowed: up to 1000000; large data stand in files "
        "beside it");
}

TEST_CASE("a long line of strings takes no longer for their places") {
  std::string text = "a = [";
  for (int i = 0; i < 200000; ++i) text += "\"\u00e4\", ";
  const Value root = parse(text + "]\n");  // going through the line once for each of them takes minutes
  const Value& last = root.find("a")->list().back();
  CHECK(last.where.column == 6 + 5 * 199999);
  CHECK(last.text_column == last.where.column + 1);
}

TEST_CASE("numbers keep every bit") {
  const Value root = parse("a = [0.1, 1e300, 5e-324, -0.0, inf, -inf, nan, 9223372036854775807, 0x10, 1_000]\n");
  const auto& list = root.find("a")->list();
  CHECK(list[0].number() == 0.1);
  CHECK(list[2].number() == 5e-324);
  CHECK(std::signbit(list[3].number()));
  CHECK(std::isinf(list[5].number()));
  CHECK(std::isnan(list[6].number()));
  CHECK(list[7].integer() == 9223372036854775807);
  CHECK(list[8].integer() == 16);
  CHECK(list[9].integer() == 1000);
}
