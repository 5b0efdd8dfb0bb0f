// Optimisers side by side: reading what is asked for, and known costs.
#include "neurode/compare/optimisers.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>

#include "neurode/core/errors.hpp"

using namespace neurode;

TEST_CASE("optimisers: FLOW(KEY=VALUE;...)/METHOD@STEP") {
  const auto o = compare::parse_optimiser("heavy_ball(friction=0.5)/semi_implicit_euler@0.2");
  CHECK(o.flow == "{ name = \"heavy_ball\", friction=0.5 }");
  CHECK(o.method == "semi_implicit_euler");
  CHECK(o.step == 0.2);
  CHECK(o.known_as == "momentum 0.9, learning rate 0.04");
  CHECK(compare::parse_optimiser("gradient/euler@0.25").known_as == "gradient descent, learning rate 0.25");
  CHECK(compare::parse_optimiser("gradient/tsit5").step == 0);
  CHECK(compare::parse_optimiser("adam/bs3@1e-3").known_as.empty());
  CHECK_THROWS_WITH(compare::parse_optimiser("gradient"), doctest::Contains("names no flow and method"));
  CHECK_THROWS_WITH(compare::parse_optimiser("gradient/euler@-1"), doctest::Contains("no number > 0"));
  CHECK_THROWS_WITH(compare::parse_optimiser("gradent/euler@1"), doctest::Contains("did you mean \"gradient\""));
  CHECK_THROWS_WITH(compare::parse_optimiser("gradient/eular@1"), doctest::Contains("did you mean \"euler\""));
  CHECK_THROWS_WITH(compare::parse_optimiser("adam(a=/bs3@1"), doctest::Contains("closing parenthesis"));
  CHECK_THROWS_WITH(compare::parse_optimiser("adam(a)/bs3@1"), doctest::Contains("KEY=VALUE"));
}

TEST_CASE("optimisers: gradient descent and its flow on XOR, one table") {
  compare::OptimiserRequest r;
  r.scenario = std::filesystem::path(NEURODE_SOURCE_DIR) / "scenarios/xor.toml";
  r.optimisers = {"gradient/euler@1", "gradient/tsit5@1e-6", "adam(a=-1)/bs3"};
  const auto c = compare::run(r, nullptr, nullptr);
  CHECK(c.target == 9e-4);
  REQUIRE(c.rows.size() == 3);
  CHECK(c.rows[0].run.reached);
  CHECK(std::abs(c.rows[0].run.evaluations - 2792) <= 1);
  CHECK(c.rows[1].run.evaluations == doctest::Approx(1100).epsilon(0.05));
  CHECK(c.rows[2].fault.find("learning.flow.a") != std::string::npos);
  CHECK(c.sharpness == doctest::Approx(0.126).epsilon(0.01));
  const std::string table = compare::table_text(c);
  CHECK(table.find("gradient descent, learning rate 1") != std::string::npos);
  CHECK(table.find("@100") != std::string::npos);
  CHECK(compare::json_text(c).find("\"curve\"") != std::string::npos);
  r.optimisers = {"gradient/euler"};
  CHECK_THROWS_WITH(compare::run(r, nullptr, nullptr), doctest::Contains("takes fixed steps and says none"));
}
