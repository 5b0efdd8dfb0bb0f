#include <doctest/doctest.h>

#include "neurode/equations/parse.hpp"

using namespace neurode;
using namespace neurode::equations;

namespace {

std::string pieces(const std::string& text) {
  const SourceText source{text, {"f", 1, 1}, "k"};
  std::string out;
  for (const auto& s : split_statements(source)) {
    out += s.name + "{" + text.substr(s.begin, s.end - s.begin) + "}";
  }
  return out;
}

}  // namespace

TEST_CASE("a text is split into statements as the parser does it") {
  CHECK(pieces("") == "");
  CHECK(pieces("# nothing\n\n") == "");
  CHECK(pieces("dv/dt = -v  # leak\n\n  w = 2 * v ; u=1") == "v{dv/dt = -v}w{w = 2 * v}u{u=1}");
  CHECK(pieces("d v/dt = 1\nx = 1 +\n  2\ny = (1\n +2)") == "{d v/dt = 1}x{x = 1 +\n  2}y{y = (1\n +2)}");
  CHECK(pieces("dv / dt = 1") == "v{dv / dt = 1}");
  CHECK(pieces("v + 1\n3 = x\nd/dt = 2\ndx = 3") == "{v + 1}{3 = x}{d/dt = 2}dx{dx = 3}");
}

TEST_CASE("a text put together from several tells the place of each line") {
  SourceText source{"a = 1\nb = (2\n + )", {"own", 1, 1}, "k", {{"base", 7, 3}, {"own", 20, 5}, {"own", 21, 1}}};
  CHECK(source.at(0).text() == "base:7:3");
  CHECK(source.at(4).text() == "base:7:7");
  CHECK(source.at(6).text() == "own:20:5");
  CHECK(source.at(14).text() == "own:21:2");
  CHECK(source.place(2, 3).text() == "own:20:7");
  CHECK(source.place(9, 3).text() == "own:9:3");
  Graph graph;
  Diagnostics ds;
  const auto set = parse_equations(graph, source, {}, ds);
  REQUIRE(set.statements.size() == 2);
  CHECK(set.statements[0].where.text() == "base:7:3");
  CHECK(set.statements[1].where.text() == "own:20:5");
  REQUIRE(ds.size() == 1);
  CHECK(ds.items()[0].where.text() == "own:21:4");
}
