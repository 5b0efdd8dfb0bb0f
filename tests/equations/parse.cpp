#include "neurode/equations/parse.hpp"

#include <doctest/doctest.h>

#include "neurode/equations/tape.hpp"

using namespace neurode;
using namespace neurode::equations;

TEST_CASE("equations: text to numbers") {
  Graph g;
  Diagnostics d;
  const SourceText source{"dv/dt = v - v^3/3 - w + I\ndw/dt = (v + a - b*w) / tau # slow\nalpha = \n",
                          {"m.toml", 3, 5},
                          "model.x.equations"};
  const auto set = parse_equations(g, source, {}, d);
  for (auto& i : d.items()) MESSAGE(i.format());
  REQUIRE(set.statements.size() == 3);
  CHECK(to_text(g, set.statements[0].value) == "v - v^3/3 - w + I");
  CHECK(to_text(g, set.statements[1].value) == "(v + a - b*w)/tau");
  const std::vector<Node> in{g.symbol("v"), g.symbol("w"), g.symbol("I")};
  const std::vector<Node> out{set.statements[0].value, differentiate(g, set.statements[0].value, in[0])};
  MESSAGE(to_text(g, out[1]));
  const Tape tape(g, out, in);
  std::vector<double> scratch(tape.scratch_size());
  const double v[3] = {1, 2, 3}, w = 0.5, I[3] = {0, 1, 2};
  const LaneInput inputs[] = {{v, false}, {&w, true}, {I, false}};
  double a[3], b[3];
  double* outs[] = {a, b};
  tape.run(3, inputs, outs, scratch.data());
  CHECK(a[2] == doctest::Approx(3 - 9 - 0.5 + 2));
  CHECK(b[2] == doctest::Approx(1 - 9));
}
