// What noise does to whole scenarios: laws that are known, and numbers that do not change with what stands beside.
#include <doctest/doctest.h>
#include <fmt/format.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include <cmath>

#include "neurode/core/errors.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

constexpr int kNeurons = 20000;

std::string noisy(const std::string& equations, const std::string& integrator, double end, int size = kNeurons,
                  const std::string& more = "", const std::string& initial = "") {
  return fmt::format(
      "schema = 1\nseed = 3\n[time]\nend = {}\n[integrator]\n{}\n[model.m]\nequations = \"\"\"\n{}\n\"\"\"\n{}\n"
      "[population.p]\nsize = {}\nmodel = \"m\"\n{}\n",
      end, integrator, equations, more, size, initial);
}

struct Moments {
  double mean, variance;
};
Moments moments(const Vector& x) {
  const double mean = x.mean();
  return {mean, (x.array() - mean).square().sum() / static_cast<double>(x.size() - 1)};
}
double covariance(const Vector& a, const Vector& b) {
  return (a.array() - a.mean()).cwiseProduct(b.array() - b.mean()).mean();
}

/// Four standard errors of a mean, of a variance of n normal numbers.
void mean_is(const Vector& x, double mean, double variance) {
  const double error = std::sqrt(variance / static_cast<double>(x.size()));
  INFO("mean ", x.mean(), ", expected ", mean, " +- ", error);
  CHECK(std::abs(x.mean() - mean) < 4 * error);
}
void variance_is(const Vector& x, double variance) {
  const double error = variance * std::sqrt(2.0 / static_cast<double>(x.size() - 1)), found = moments(x).variance;
  INFO("variance ", found, ", expected ", variance, " +- ", error);
  CHECK(std::abs(found - variance) < 4 * error);
}

const char* kOu = "dx/dt = -2 * (x - 1) + 3 * xi";

std::vector<Vector> states_at(const std::string& text, const std::vector<double>& times) {
  auto p = prepared(text);
  std::vector<Vector> found;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double, const Vector& x) { found.push_back(x); };
  integrate::drive(*p->problem.system, p->scenario.time.start, p->problem.initial, p->scenario.time.end, p->options,
                   {{0, times}}, {}, observer);
  return found;
}

Vector last(const std::string& text) {
  const auto p = prepared(text);
  return integrated(*p).x;
}

}  // namespace

TEST_CASE("Ornstein-Uhlenbeck: mean, variance and autocovariance of the transient") {
  const double k = 2, m = 1, s = 3, x0 = 5;
  for (const char* method : {"method = \"sra1\"\nrtol = 1e-3", "method = \"heun_stratonovich\"\ndt = 0.015625"}) {
    CAPTURE(method);
    const auto x = states_at(noisy(kOu, method, 1, kNeurons, "", "initial = { x = 5.0 }"), {0.25, 0.5, 1});
    REQUIRE(x.size() == 3);
    const double times[] = {0.25, 0.5, 1};
    for (std::size_t i = 0; i < 3; ++i) {
      const double t = times[i], variance = s * s * (1 - std::exp(-2 * k * t)) / (2 * k);
      mean_is(x[i], m + (x0 - m) * std::exp(-k * t), variance);
      variance_is(x[i], variance);
    }
    const double v = s * s * (1 - std::exp(-2 * k * 0.5)) / (2 * k), expected = v * std::exp(-k * 0.5);
    const double v1 = s * s * (1 - std::exp(-2 * k)) / (2 * k);
    const double error = std::sqrt((v * v1 + expected * expected) / kNeurons);
    CHECK(std::abs(covariance(x[1], x[2]) - expected) < 4 * error);
  }
}

TEST_CASE("Euler-Maruyama's stationary variance is s^2/(2k - k^2 h), not s^2/2k") {
  const double k = 2, s = 3, h = 0.25;
  const auto x = last(noisy(kOu, "method = \"euler_maruyama\"\ndt = 0.25", 20));
  mean_is(x, 1, s * s / (2 * k - k * k * h));
  variance_is(x, s * s / (2 * k - k * k * h));  // 3, far from 2.25
}

TEST_CASE("dx = x dW: the mean is 1 by Ito, e^(t/2) by Stratonovich") {
  const auto mean = [](const char* calculus, const std::string& integrator) {
    return last(noisy("dx/dt = x * xi", integrator, 1, kNeurons, fmt::format("noise = \"{}\"", calculus),
                      "initial = { x = 1.0 }"));
  };
  const double e = std::exp(1.0);
  for (const char* method : {"euler_maruyama", "milstein"}) {
    const Vector x = mean("ito", fmt::format("method = \"{}\"\ndt = 0.0078125", method));
    CAPTURE(method);
    CHECK(std::abs(x.mean() - 1) < 4 * std::sqrt((e - 1) / kNeurons));
  }
  mean_is(mean("ito", "method = \"sriw1\"\nrtol = 1e-3"), 1, e - 1);
  for (const char* method : {"heun_stratonovich", "milstein"}) {
    CAPTURE(method);
    mean_is(mean("stratonovich", fmt::format("method = \"{}\"\ndt = 0.0078125", method)), std::sqrt(e), e * (e - 1));
  }
}

TEST_CASE("xi_shared moves all alike; sources, populations and neurons are independent") {
  const std::string two =
      noisy("dx/dt = 2 * xi_shared\ndy/dt = xi\ndz/dt = xi_z", "method = \"sra1\"\nrtol = 1e-3", 1) +
      fmt::format("[population.q]\nsize = {}\nmodel = \"m\"\n", kNeurons);
  const Vector x = last(two);
  const auto part = [&](int k) { return Vector(x.segment(k * kNeurons, kNeurons)); };
  CHECK((part(0).array() == part(0)[0]).all());
  CHECK((part(3).array() == part(3)[0]).all());
  CHECK(part(0)[0] != part(3)[0]);
  const double bound = 4 / std::sqrt(static_cast<double>(kNeurons));
  for (const int a : {1, 2, 4, 5}) {
    variance_is(part(a), 1);
    for (const int b : {1, 2, 4, 5}) {
      if (a < b) CHECK(std::abs(covariance(part(a), part(b))) < bound);
    }
    CHECK(std::abs(covariance(part(a).head(kNeurons - 1), part(a).tail(kNeurons - 1))) < bound);
  }
}

TEST_CASE("bit for bit: threads, other populations before, another step size's path") {
  const std::string one = noisy("dx/dt = -x + xi + 0.5 * xi_shared", "method = \"euler_maruyama\"\ndt = 0.0078125", 1);
  const Vector alone = last(one);
#ifdef _OPENMP
  const int threads = omp_get_max_threads();
  for (const int n : {1, 2, 3}) {
    omp_set_num_threads(n);
    CHECK(last(one) == alone);
  }
  omp_set_num_threads(threads);
#endif
  std::string text = one;
  text.insert(text.find("[population.p]"), "[population.a]\nsize = 33\nmodel = \"m\"\n");
  const Vector second = last(text);
  CHECK(second.tail(kNeurons) == alone);
  CHECK(second.head(33) != alone.head(33));
}

TEST_CASE("learning under noise: coupled runs, adiabatic is refused, local plasticity moves") {
  const std::string net =
      "schema = 1\nseed = 2\n[time]\nend = 1\n[data]\ninputs = [[0, 1], [1, 0]]\ntargets = [[1], [0]]\n[model.m]\n"
      "equations = \"da/dt = -a + f(I) + 0.1 * xi\"\n[population.in]\nsize = 2\nmodel = \"clamped\"\n[population.out]\n"
      "size = 1\nmodel = \"m\"\nactivation = \"logistic\"\n[projection.\"in -> out\"]\nweights = { init = 0.5, plastic "
      "= "
      "true }\n[integrator]\nmethod = \"sra1\"\nrtol = 1e-3\n[learning]\nloss = \"squared_error\"\nmode = ";
  const auto p = prepared(net + "\"coupled\"\n");
  const auto r = integrated(*p);
  CHECK(r.outcome == integrate::Outcome::reached_end);
  const auto quiet = prepared([&] {
    std::string text = net + "\"coupled\"\n";
    text.replace(text.find("0.1 * xi"), 8, "0       ");
    text.replace(text.find("sra1"), 4, "bs3");
    return text;
  }());
  const auto q = integrated(*quiet);
  CHECK((r.x - q.x).cwiseAbs().maxCoeff() > 1e-3);
  CHECK((r.x - q.x).cwiseAbs().maxCoeff() < 0.5);
  CHECK_THROWS_WITH_AS(prepared(net + "\"adiabatic\"\n"), doctest::Contains("no steady state"), ScenarioError);

  const std::string hebb = noisy("dx/dt = -x + xi", "method = \"sra1\"\nrtol = 1e-3", 1, 5) +
                           "[projection.\"p -> p\"]\nweights = 0.0\nplasticity = \"hebb\"\n";
  CHECK(last(hebb).tail(25).cwiseAbs().minCoeff() > 0);
}

TEST_CASE("a state under noise does not stand still: steady_state is refused") {
  CHECK_THROWS_WITH_AS(prepared(noisy(kOu, "method = \"sra1\"", 1, 2) + "[time.stop]\nsteady_state = 1e-3\n"),
                       doctest::Contains("never stands still"), ScenarioError);
}
