#include "neurode/run/estimate.hpp"

#include <doctest/doctest.h>

#include <string>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

const std::string kStiff = R"toml(
schema = 1
[population.p]
model = "m"
[model.m]
equations = "dx/dt = -1000*x + y\ndy/dt = -2*y\ndz/dt = x + y + sin(t)"
[time]
end = 1
)toml";

std::string wired(const std::string& size, const std::string& more) {
  return "schema = 1\n[population.p]\nsize = " + size +
         "\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n[time]\nend = 1\n[projection.\"p -> p\"]\n" + more;
}

std::string refused(const std::string& text) {
  try {
    prepared(text);
  } catch (const ScenarioError& e) {
    return e.what();
  }
  return "";
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("time scales: those of the eigenvalues, the zero ones counted apart") {
  auto p = prepared(kStiff);
  const auto s = run::time_scales(*p);
  CHECK(s.slowest == doctest::Approx(0.5).epsilon(1e-10));
  CHECK(s.fastest == doctest::Approx(1e-3).epsilon(1e-10));
  CHECK(s.zero == 1);
  CHECK(has(s.how, "3 eigenvalues of the Jacobian at the start, of which 1 is 0"));
}

TEST_CASE("time scales: above 300 states the fastest by power iteration, the slowest as the models have it") {
  auto p = prepared(wired("400", "weights = { init = \"normal\", std = 0.001 }"), {"population.p.tau=0.25"});
  const auto s = run::time_scales(*p);
  CHECK(s.fastest == doctest::Approx(0.25).epsilon(0.1));
  CHECK(s.slowest == 0.25);
  CHECK(has(s.how, "more than 300 states"));
}

TEST_CASE("time scales: none where nothing depends on the state") {
  auto p = prepared("schema = 1\n[population.p]\nmodel = \"kuramoto\"\n[time]\nend = 1\n");
  const auto s = run::time_scales(*p);
  CHECK(s.slowest == 0);
  CHECK(s.fastest == 0);
  CHECK(s.zero == 1);
}

TEST_CASE("more than memory holds is refused before it is built, each thing with its place") {
  const std::string dense = refused(wired("1000000", "weights = { init = \"normal\", std = 1 }"));
  CHECK(has(dense, ".toml:8:"));
  CHECK(has(dense, "1000000 x 1000000 connections are more than memory holds; found a need of 8.0 TB"));
  CHECK(has(dense, "--allow-large"));
  const std::string sparse = refused(wired(
      "3000000", "weights = { init = \"normal\", std = 1 }\nconnect = { rule = \"fixed_in_degree\", n = 100000 }"));
  CHECK(has(sparse, "a need of 3.6 TB"));
  CHECK(has(refused(wired("2000000000", "weights = 1.0")), "2000000000 neurons are more than memory holds"));
}

TEST_CASE("one number for all weights takes no matrix, and a million neurons are no trouble") {
  auto p = prepared(wired("1000000", "weights = 1e-6"));
  const auto e = run::estimate_memory(*p);
  CHECK(e.network < 20e6);
  CHECK(e.method > 8e6 * 10);
  CHECK(e.total() < 500e6);
}

TEST_CASE("a result larger than the disk is refused") {
  auto p = prepared(wired("100000", "weights = 1e-6") + "\n[record]\nevery = 1e-9\n");
  CHECK_THROWS_WITH_AS(run::check_file_size(*p, "x.h5"), doctest::Contains("larger than the free space"),
                       ScenarioError);
  auto q = prepared(wired("100", "weights = 1e-6") + "\n[record]\nevery = 0.1\n");
  CHECK_NOTHROW(run::check_file_size(*q, "x.h5"));
}
