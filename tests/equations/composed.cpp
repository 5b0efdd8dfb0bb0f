#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "neurode/core/random.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/equations/tape.hpp"

using namespace neurode;
using namespace neurode::equations;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// A function of x and y as the tape computes it, at one point.
class Compiled {
 public:
  explicit Compiled(const std::string& text) {
    Graph graph;
    Diagnostics ds;
    const auto parsed = parse_expression(graph, {text, {}, ""}, {}, ds);
    REQUIRE(parsed);
    const std::vector<Node> inputs{graph.symbol("x"), graph.symbol("y")};
    tape_ = Tape(graph, std::vector<Node>{parsed->value}, inputs);
    scratch_.resize(tape_.scratch_size());
  }

  double operator()(double x, double y = 0) {
    const LaneInput in[] = {{&x, false}, {&y, false}};
    double out = 0;
    double* const outputs[] = {&out};
    tape_.run(1, in, outputs, scratch_.data());
    return out;
  }

 private:
  Tape tape_;
  std::vector<double> scratch_;
};

/// Largest relative error over n points.
double worst_error(const std::string& text, const std::function<long double(long double)>& truth, double low,
                   double high, bool logarithmic = false) {
  Compiled f(text);
  const CounterRandom random(3, text);
  double worst = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    const double u = random.uniform(i);
    const double x = logarithmic ? low * std::pow(high / low, u) : low + (high - low) * u;
    const long double want = truth(x);
    worst = std::max(worst, static_cast<double>(std::abs((f(x) - want) / want)));
  }
  return worst;
}

constexpr double kUnit = 0x1p-52;

}  // namespace

TEST_CASE("composed functions: accurate to a few units in the last place, near zeros and ends as well") {
  CHECK(worst_error(
            "asin(x)", [](long double x) { return std::asin(x); }, -1, 1) < 6 * kUnit);
  CHECK(worst_error(
            "asin(x)", [](long double x) { return std::asin(x); }, 1e-300, 1, true) < 6 * kUnit);
  CHECK(worst_error(
            "acos(x)", [](long double x) { return std::acos(x); }, -1, 1) < 6 * kUnit);
  CHECK(worst_error(
            "acos(1 - x)", [](long double x) { return 2 * std::asin(std::sqrt(x / 2)); }, 0x1p-40, 0x1p-40) <
        6 * kUnit);
  CHECK(worst_error(
            "sinh(x)", [](long double x) { return std::sinh(x); }, 1e-300, 700, true) < 6 * kUnit);
  CHECK(worst_error(
            "sinh(x)", [](long double x) { return std::sinh(x); }, -40, 40) < 6 * kUnit);
  CHECK(worst_error(
            "cosh(x)", [](long double x) { return std::cosh(x); }, -700, 700) < 6 * kUnit);
  CHECK(worst_error(
            "log10(x)", [](long double x) { return std::log10(x); }, 1e-300, 1e300, true) < 6 * kUnit);
}

TEST_CASE("composed functions at their ends and beyond") {
  CHECK(Compiled("asin(x)")(1) == doctest::Approx(std::asin(1.0)).epsilon(1e-15));
  CHECK(Compiled("asin(x)")(-1) == doctest::Approx(-std::asin(1.0)).epsilon(1e-15));
  CHECK(Compiled("acos(x)")(-1) == doctest::Approx(std::acos(-1.0)).epsilon(1e-15));
  CHECK(Compiled("acos(x)")(1) == 0);
  CHECK(std::isnan(Compiled("asin(x)")(1.5)));
  CHECK(std::isnan(Compiled("acos(x)")(-1.5)));
  CHECK(Compiled("sinh(x)")(-800) == -kInf);
  CHECK(Compiled("cosh(x)")(-800) == kInf);
  CHECK(Compiled("cosh(x)")(0) == 1);
  CHECK(Compiled("sinh(x)")(0) == 0);
}

TEST_CASE("atan2 in all four quadrants and on the axes") {
  Compiled f("atan2(y, x)");
  for (int k = -179; k <= 180; ++k) {
    const double a = k * std::acos(-1.0) / 180;
    for (const double r : {1e-200, 1.0, 1e200}) {
      CAPTURE(k);
      CHECK(std::abs(f(r * std::cos(a), r * std::sin(a)) - std::atan2(r * std::sin(a), r * std::cos(a))) < 1e-15);
    }
  }
  for (const double x : {-2.0, 0.0, 2.0}) {
    for (const double y : {-3.0, 0.0, 3.0}) CHECK(f(x, y) == doctest::Approx(std::atan2(y, x)).epsilon(1e-15));
  }
}

TEST_CASE("mod is of its second argument's sign, ceil rounds up") {
  Compiled f("mod(x, y)");
  CHECK(f(7, 3) == 1);
  CHECK(f(-7, 3) == 2);
  CHECK(f(7, -3) == -2);
  CHECK(f(-1, 4) == 3);
  CHECK(f(6.5, 2) == 0.5);
  CHECK(f(6, 2) == 0);
  Compiled c("ceil(x)");
  CHECK(c(1.1) == 2);
  CHECK(c(-1.1) == -1);
  CHECK(c(3) == 3);
}

TEST_CASE("composed functions: names that cannot be defined, counts of arguments") {
  Graph graph;
  Diagnostics ds;
  parse_equations(graph, {"sinh = 2\na = mod(1)\nb = acos(1, 2)\nc = arcsin(1)", {"m", 1, 1}, ""}, {}, ds);
  REQUIRE(ds.size() == 4);
  CHECK(ds.items()[0].problem == "\"sinh\" is a function and cannot be defined");
  CHECK(ds.items()[1].format() == "m:2:5: wrong number of arguments of \"mod\"; found 1; allowed: 2");
  CHECK(ds.items()[2].format() == "m:3:5: wrong number of arguments of \"acos\"; found 2; allowed: 1");
  CHECK(ds.items()[3].suggestion == "asin");
}
