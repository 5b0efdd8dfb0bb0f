#include "integrate/output_points.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <stdexcept>

#include "integrate/problems.hpp"

using namespace neurode;
using namespace neurode::integrate;
using problems::options;
using problems::vector;

namespace {

struct Row {
  std::int64_t index;
  double t;
  Vector x;
};
using Rows = std::map<std::size_t, std::vector<Row>>;

Observer into(Rows& rows) {
  Observer o;
  o.output = [&rows](std::size_t grid, std::int64_t index, double t, const Vector& x) {
    rows[grid].push_back({index, t, x});
  };
  return o;
}

std::vector<double> times(double t0, double t1, double every) {
  OutputPoints p({{every}}, t0, t1);
  std::vector<double> t;
  OutputPoints::Point point;
  while (p.next(t1, true, point)) {
    CHECK(point.index == static_cast<std::int64_t>(t.size()));
    t.push_back(point.t);
  }
  return t;
}

}  // namespace

TEST_CASE("grid points are products, and the last one is the end where it is near") {
  const auto tenth = times(0, 10, 0.1);
  REQUIRE(tenth.size() == 101);
  for (std::size_t k = 0; k < 100; ++k) CHECK(tenth[k] == static_cast<double>(k) * 0.1);
  CHECK(tenth[100] == 10);
  CHECK(times(0, 1, 0.3).size() == 4);
  CHECK(times(0, 1, 0.3).back() == 3 * 0.3);
  CHECK(times(0, 1, 1.0 / 3).back() == 1);
  CHECK(times(0, 1, 0.25 * (1 + 2e-10)).back() == 1);  // 1e-9 of the spacing
  CHECK(times(0, 1, 0.25 * (1 + 1e-9)).size() == 4);
  CHECK(times(0, 1, 0.25 * (1 + 1e-9)).back() < 0.76);
  CHECK(times(0, 1, 1) == std::vector<double>{0, 1});
  CHECK(times(0, 1, 2) == std::vector<double>{0});
  CHECK(times(-1, 1, 0.5) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  CHECK(times(5, 5, 1) == std::vector<double>{5});
  // 1e6 points: no drift.
  CHECK(times(0, 1000, 1e-3).size() == 1000001);
}

TEST_CASE("several grids come in order of time") {
  OutputPoints p({{0.5}, {0}, {0.2}}, 0, 1);
  CHECK(p.each_step() == std::vector<std::size_t>{1});
  OutputPoints::Point point;
  std::vector<std::pair<std::size_t, double>> seen;
  while (p.next(0.5, true, point)) seen.emplace_back(point.grid, point.t);
  CHECK(seen == std::vector<std::pair<std::size_t, double>>{{0, 0}, {2, 0}, {2, 0.2}, {2, 0.4}, {0, 0.5}});
  CHECK_FALSE(p.next(0.55, true, point));
  CHECK(p.next(3 * 0.2, false, point));
  CHECK(point.index == 3);
  CHECK_FALSE(p.next(0.8 * (1 - 1e-15), false, point));
  CHECK(p.next(0.8 * (1 - 1e-15), true, point));
}

TEST_CASE("spacings that make no grid are refused") {
  for (double bad : {-1.0, std::nan(""), HUGE_VAL, 1e-300}) {
    CHECK_THROWS_AS(OutputPoints({{bad}}, 0, 1), std::invalid_argument);
  }
}

TEST_CASE("output does not change the steps, and each grid sees what it would see alone") {
  for (const auto& m : methods()) {
    CAPTURE(m.name);
    const auto run = [&](const std::vector<OutputGrid>& grids, Rows& rows) {
      auto p = problems::smooth();
      return drive(p, 0, problems::smooth_solution(0), 4, options(m.name, 1e-5, 1e-7, 0.03), grids, {}, into(rows));
    };
    Rows none, coarse, fine, all;
    const auto a = run({}, none), b = run({{1}}, coarse), c = run({{0.01}}, fine), d = run({{1}, {0.01}, {0}}, all);
    CHECK(a.statistics.steps == c.statistics.steps);
    for (const auto* r : {&b, &c, &d}) {
      CHECK(r->x == a.x);
      CHECK(r->t == a.t);
    }
    REQUIRE(coarse[0].size() == 5);
    REQUIRE(fine[0].size() == 401);
    REQUIRE(all[2].size() == static_cast<std::size_t>(a.statistics.steps + 1));
    for (std::size_t k = 0; k < 5; ++k) {
      CHECK(coarse[0][k].x == fine[0][100 * k].x);
      CHECK(coarse[0][k].x == all[0][k].x);
      CHECK(coarse[0][k].t == fine[0][100 * k].t);
    }
    CHECK(coarse[0].back().x == a.x);
    CHECK(coarse[0].back().t == 4);
    CHECK(all[2].back().x == a.x);
    CHECK(all[2].front().t == 0);
    // Between the steps the values are as good as the dense output.
    double worst = 0;
    for (const auto& r : fine[0])
      worst = std::max(worst, (r.x - problems::smooth_solution(r.t)).lpNorm<Eigen::Infinity>());
    CHECK(worst < (m.order == 1 ? 0.1 : 2e-3));
  }
}

TEST_CASE("a grid point at a step's end has the step's value itself") {
  // 0.01 * 10 k and 0.1 * k differ in their last bits.
  Rows rows;
  auto p = problems::oscillator();
  const auto r = drive(p, 0.7, vector({1, 0}), 30.7, options("heun", 0, 0, 0.01), {{0.1}, {0}}, {}, into(rows));
  CHECK(r.statistics.steps == 3000);
  CHECK(r.statistics.rhs == 6000);  // nothing was interpolated
  REQUIRE(rows[0].size() == 301);
  for (std::size_t k = 0; k < rows[0].size(); ++k) {
    CHECK(rows[0][k].x == rows[1][10 * k].x);
    CHECK(rows[0][k].t == (k == 300 ? 30.7 : 0.7 + static_cast<double>(k) * 0.1));
  }
}
