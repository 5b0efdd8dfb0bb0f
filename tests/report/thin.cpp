#include "report/thin.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace neurode;
using report::Thinned;
using report::ThinnedHeat;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Thinned thinned(const std::vector<double>& values, std::size_t most) {
  Thinned t(values.size(), 1, most);
  for (std::size_t k = 0; k < values.size(); ++k) t.add(static_cast<double>(k), &values[k]);
  return t;
}

}  // namespace

TEST_CASE("what fits stays as it is") {
  for (const std::size_t n : {1, 2, 3, 99, 100}) {
    CAPTURE(n);
    std::vector<double> v;
    for (std::size_t k = 0; k < n; ++k) v.push_back(std::sin(static_cast<double>(k * k)));
    const auto t = thinned(v, 100);
    CHECK(t.y[0] == v);
    CHECK(t.t.back() == static_cast<double>(n - 1));
    CHECK(t.whole());
  }
}

TEST_CASE("extremes, ends and the bound are kept, wherever a spike of one point stands") {
  for (const std::size_t n : {101, 102, 1000, 1001, 12345}) {
    for (const std::size_t spike : {std::size_t{0}, std::size_t{1}, n / 3, n / 2, n - 2, n - 1}) {
      CAPTURE(n);
      CAPTURE(spike);
      std::vector<double> v(n);
      for (std::size_t k = 0; k < n; ++k) v[k] = 1e-3 * static_cast<double>(k % 7);
      v[spike] = 5;
      v[(spike + n / 4) % n] = -4;
      const auto t = thinned(v, 100);
      CHECK(t.y[0].size() <= 100);
      CHECK(t.y[0].size() > 40);
      CHECK(t.t.size() == t.y[0].size());
      CHECK(std::is_sorted(t.t.begin(), t.t.end()));
      CHECK(*std::max_element(t.y[0].begin(), t.y[0].end()) == 5);
      CHECK(*std::min_element(t.y[0].begin(), t.y[0].end()) == -4);
      CHECK(t.y[0].front() == v.front());
      CHECK(t.y[0].back() == v.back());
      CHECK(t.t.front() == 0);
      CHECK(t.t.back() == static_cast<double>(n - 1));
      // Where it stands it is seen, to a stretch.
      const auto at = std::max_element(t.y[0].begin(), t.y[0].end()) - t.y[0].begin();
      CHECK(std::abs(t.t[static_cast<std::size_t>(at)] - static_cast<double>(spike)) <=
            static_cast<double>(n) / 49 + 2);
    }
  }
}

TEST_CASE("extremes come in the order in which they came; what is not finite hides nothing") {
  std::vector<double> up(1000), down(1000);
  for (std::size_t k = 0; k < 1000; ++k) up[k] = static_cast<double>(k), down[k] = -up[k];
  const auto a = thinned(up, 50).y[0], b = thinned(down, 50).y[0];
  CHECK(std::is_sorted(a.begin(), a.end()));
  CHECK(std::is_sorted(b.rbegin(), b.rend()));
  std::vector<double> holes(1000, kNan);
  holes[500] = 7;
  const auto h = thinned(holes, 50).y[0];
  CHECK(std::count_if(h.begin(), h.end(), [](double x) { return x == 7; }) >= 1);
  CHECK(std::isnan(h.front()));
}

TEST_CASE("colours keep what stands out of a row") {
  constexpr std::size_t kPoints = 5000, kRows = 3;
  ThinnedHeat heat(kPoints, kRows, 100);
  CHECK(heat.columns() == 100);
  for (std::size_t k = 0; k < kPoints; ++k) {
    const double row[kRows] = {k == 1234 ? 9.0 : 0.5, k == 4999 ? -9.0 : 1.0, kNan};
    heat.add(row);
  }
  const auto v = heat.values();
  REQUIRE(v.size() == 300);
  CHECK(std::count(v.begin(), v.begin() + 100, 9.0) == 1);
  CHECK(v[1234 / 50] == 9.0);
  CHECK(v[199] == -9.0);
  CHECK(std::count(v.begin(), v.begin() + 100, 0.5) == 99);
  CHECK(std::all_of(v.begin() + 200, v.end(), [](double x) { return std::isnan(x); }));
}

TEST_CASE("chosen places have both ends") {
  CHECK(report::chosen(3, 8) == std::vector<std::size_t>{0, 1, 2});
  CHECK(report::chosen(100, 4) == std::vector<std::size_t>{0, 33, 66, 99});
  CHECK(report::chosen(5, 1) == std::vector<std::size_t>{0});
  CHECK(report::chosen(0, 4).empty());
}

TEST_CASE("series of a figure are thinned to its share") {
  report::Figure f;
  report::Series course, way;
  for (int k = 0; k < 10'000; ++k) {
    course.x.push_back(k);
    course.y.push_back(k == 7777 ? 3 : 0);
    way.x.push_back(std::cos(k));
    way.y.push_back(std::sin(k));
  }
  f.series = {course, way};
  report::thin_series(f, 4000);
  CHECK(f.numbers() <= 4000);
  CHECK(f.numbers() > 3000);
  CHECK(*std::max_element(f.series[0].y.begin(), f.series[0].y.end()) == 3);
  CHECK(f.series[1].x.back() == way.x.back());
}
