#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <random>

#include "neurode/scenario/read.hpp"

using namespace neurode;
using namespace neurode::scenario;

namespace {

/// The same data, bit by bit; tables compare by key.
bool same(const Value& a, const Value& b) {
  if (a.data.index() != b.data.index()) return false;
  if (a.is_list()) {
    if (a.list().size() != b.list().size()) return false;
    for (std::size_t i = 0; i < a.list().size(); ++i) {
      if (!same(a.list()[i], b.list()[i])) return false;
    }
    return true;
  }
  if (a.is_table()) {
    if (a.table().size() != b.table().size()) return false;
    for (const auto& [name, v] : a.table()) {
      const Value* other = b.find(name);
      if (other == nullptr || !same(v, *other)) return false;
    }
    return true;
  }
  if (a.is_integer()) return a.integer() == b.integer();
  if (a.is_number()) {
    const double x = a.number(), y = b.number();
    return std::memcmp(&x, &y, sizeof x) == 0 || (std::isnan(x) && std::isnan(y));
  }
  if (a.is_bool()) return a.boolean() == b.boolean();
  return a.string() == b.string();
}

Value parse(const std::string& text) {
  Diagnostics ds;
  Value v = parse_toml(text, "s.toml", ds);
  for (const auto& d : ds.items()) MESSAGE(d.format());
  REQUIRE(ds.empty());
  return v;
}

void check_round_trip(const std::string& text) {
  const Value v = parse(text);
  const std::string written = to_toml(v);
  CAPTURE(written);
  const Value again = parse(written);
  CHECK(same(v, again));
  CHECK(to_toml(again) == written);
}

}  // namespace

TEST_CASE("scenarios are written with section headers") {
  const Value v = parse(R"(schema = 1
[model.mine]
equations = """
dv/dt = -v + I   # "leak"
x = v"""
parameters = { a = 0.7, unit = { default = 1, unit = "s" } }
[population.a]
size = 2
bias = { init = 0.0, plastic = true }
[population.b]
[projection."a -> b"]
weights = [[1, 2]]
[time]
end = 1e-3
stop = { loss = 1e-3 }
)");
  CHECK(to_toml(v) == R"(schema = 1

[model.mine]
equations = """
dv/dt = -v + I   # "leak"
x = v"""
parameters = { a = 0.7, unit = { default = 1, unit = "s" } }

[population.a]
size = 2
bias = { init = 0.0, plastic = true }

[population.b]

[projection."a -> b"]
weights = [[1, 2]]

[time]
end = 0.001

[time.stop]
loss = 0.001
)");
}

TEST_CASE("what is written reads back the same") {
  check_round_trip("");
  check_round_trip("a = {}\nb = []\n[c]\n[d.e]\n[d.f.g]\n[d.f.h.i]\nx = 1\n");
  check_round_trip("[m]\na = 1\n[m.p]\nb = 2\n[m.p.q]\nc = { d = { e = [ { f = 1 }, {} ] } }\n");
  check_round_trip("x = [nan, inf, -inf, -0.0, 0.1, 5e-324, 1.7976931348623157e308, 1e22, 100.0, 1]\n");
  check_round_trip("a = \"tab\\t quote\\\" back\\\\ \\u0001 \\u007f \\r é → 𝄞\"\n");
  check_round_trip(
      "a = \"line\\nline\\\"\\\"\\\"\\\\ \\u0001\\n\"\nb2 = \"x\\n\\\"\\\"\\\"\\\" \\\"\"\nb = \"\\n\\nstart\"\nc = "
      "\"cr\\r\\nlf\"\nd = \"end \\\\\\n  "
      "x\"\n");
  check_round_trip("\"a b\" = 1\n\"\" = 2\n'é' = 3\n[\"x.y\".\"->\"]\n\"\\\"\" = 4\n");
  check_round_trip("[[r]]\na = 1\n[[r]]\na = \"x\\ny\"\n");
  check_round_trip("big = -9223372036854775808\nsmall = 9223372036854775807\nyes = true\n");
}

TEST_CASE("doubles survive to the last bit") {
  std::mt19937_64 random(1);
  Value list;
  list.data = Value::List{};
  while (list.list().size() < 20000) {
    const std::uint64_t bits = random();
    double x;
    std::memcpy(&x, &bits, sizeof x);
    if (!std::isfinite(x)) continue;
    Value v;
    v.data = x;
    list.list().push_back(v);
  }
  Value root;
  root.data = Value::Table{{"x", list}};
  CHECK(same(root, parse(to_toml(root))));
}
