// What the literature says of the shipped models. Where a number is not analytic or in print to enough digits, it comes
// from separate code: scipy 1.10, DOP853 at rtol 1e-11 for periods, Newton's method on the formulas for fixed points.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numbers>

#include "crossings.hpp"

using namespace neurode;

namespace {

const char* kTight = "[integrator]\nmethod = \"dop853\"\nrtol = 1e-11\natol = 1e-12\n";

/// One population `p` of a model, `keys` below its header, up to `end`.
std::unique_ptr<run::Prepared> one(const std::string& model, const std::string& keys = "", double end = 1,
                                   const char* integrator = kTight) {
  return prepared(
      fmt::format("schema = 1\n{}[time]\nend = {}\n[population.p]\nmodel = \"{}\"\n{}", integrator, end, model, keys));
}

double last_interval(const std::vector<double>& times) {
  REQUIRE(times.size() > 4);
  return times[times.size() - 1] - times[times.size() - 2];
}

/// Fixed point by Newton's method from x.
Vector fixed_point(System& s, Vector x) {
  Vector f(x.size());
  Matrix j;
  for (int k = 0; k < 60; ++k) {
    s.rhs(0, x.data(), f.data());
    s.jacobian(0, x.data(), j);
    x -= j.partialPivLu().solve(f);
  }
  s.rhs(0, x.data(), f.data());
  REQUIRE(f.cwiseAbs().maxCoeff() < 1e-8 * (1 + j.norm()));
  return x;
}

Eigen::VectorXcd eigenvalues(System& s, const Vector& x) {
  Matrix j;
  s.jacobian(0, x.data(), j);
  return j.eigenvalues();
}

/// The largest real part of the eigenvalues that oscillate.
double growth(System& s, const Vector& x) {
  double largest = -1e300;
  for (const auto& e : eigenvalues(s, x)) {
    if (std::abs(e.imag()) > 1e-6) largest = std::max(largest, e.real());
  }
  return largest;
}

Vector vector(std::initializer_list<double> xs) {
  Vector v(static_cast<Index>(xs.size()));
  std::copy(xs.begin(), xs.end(), v.data());
  return v;
}

}  // namespace

TEST_CASE("Morris-Lecar: Hopf points at 93.86 and 212.0, the saddle-node at 39.96 uA/cm2") {
  // Rinzel and Ermentrout 1998, sections 7.3 and 7.4; more digits from the trace and the fold of the null cline.
  for (const auto& [current, v, w] :
       {std::tuple{93.85761837372544, -25.270104879582682, 0.14}, {212.01881610037435, 7.800663866971203, 0.6}}) {
    auto p = one("morris_lecar", fmt::format("preset = \"hopf\"\nbias = {}\n", current));
    const Vector x = fixed_point(*p->problem.system, vector({v, w}));
    CHECK(std::abs(x[0] - v) < 1e-8);
    CHECK(std::abs(growth(*p->problem.system, x)) < 1e-10);
  }
  CHECK(std::abs(93.85761837372544 - 93.86) < 0.005);
  // 39.96315309 is the fold: rest below, firing above, slower the nearer.
  const auto spikes = [](double current) {
    auto p = one("morris_lecar", fmt::format("preset = \"snic\"\nbias = {}\n", current), 6000);
    return crossings(*p, "p.V[0]");
  };
  CHECK(spikes(39.963).empty());
  CHECK(last_interval(spikes(40.0)) == doctest::Approx(943.6623838).epsilon(1e-6));
  CHECK(last_interval(spikes(50.0)) == doctest::Approx(75.5435176).epsilon(1e-7));
}

TEST_CASE("Morris-Lecar: the cycle of the Hopf preset at I = 100") {
  auto p = one("morris_lecar", "preset = \"hopf\"\nbias = 100\ninitial = { V = -10, w = 0 }\n", 2000);
  CHECK(last_interval(crossings(*p, "p.V[0]")) == doctest::Approx(85.29064104).epsilon(1e-8));
}

TEST_CASE("Wang-Buzsaki: silent below 0.16 uA/cm2, 59.70 Hz at 1, 101.79 Hz at 2") {
  CHECK(crossings(*one("wang_buzsaki", "bias = 0.155\n", 1000), "p.V[0] + 20").empty());
  CHECK(1000 / last_interval(crossings(*one("wang_buzsaki", "bias = 1\n", 400), "p.V[0] + 20")) ==
        doctest::Approx(59.70148704).epsilon(1e-7));
  CHECK(1000 / last_interval(crossings(*one("wang_buzsaki", "bias = 2\n", 400), "p.V[0] + 20")) ==
        doctest::Approx(101.7857164).epsilon(1e-7));
}

TEST_CASE("Connor-Stevens: type I by the A current; Traub-Miles") {
  CHECK(crossings(*one("connor_stevens", "bias = 8\n", 800), "p.V[0] + 20").empty());
  CHECK(1000 / last_interval(crossings(*one("connor_stevens", "bias = 8.5\n", 1500), "p.V[0] + 20")) ==
        doctest::Approx(9.728108475).epsilon(1e-6));
  CHECK(1000 / last_interval(crossings(*one("connor_stevens", "bias = 10\n", 1000), "p.V[0] + 20")) ==
        doctest::Approx(34.04593289).epsilon(1e-6));
  CHECK(1000 / last_interval(crossings(*one("traub_miles", "bias = 1\n", 600), "p.V[0] + 20")) ==
        doctest::Approx(43.71358294).epsilon(1e-7));
}

TEST_CASE("Hindmarsh-Rose: bursts of three spikes at r = 0.005, I = 2") {
  auto p = one("hindmarsh_rose", "preset = \"chaos\"\nbias = 2\n", 3000);
  const auto t = crossings(*p, "p.x[0] - 1");
  std::vector<std::size_t> first;
  for (std::size_t k = 1; k < t.size(); ++k) {
    if (t[k] - t[k - 1] > 50) first.push_back(k);
  }
  REQUIRE(first.size() > 8);
  const std::size_t a = first[first.size() - 2], b = first.back();
  CHECK(b - a == 3);
  CHECK(t[b] - t[a] == doctest::Approx(156.57551772).epsilon(1e-7));
}

TEST_CASE("Jansen-Rit: Hopf points at p = -12.15, 89.83 and 315.70, alpha rhythm at 220") {
  // Grimbert and Faugeras 2006; more digits from the fixed points as a function of y1 - y2.
  for (const auto& [rate, z] : {std::pair{-12.147492348418211, 5.940455851231183},
                                {89.82910796964222, 6.739566670758071},
                                {315.6964280688196, 8.079143736432188}}) {
    auto p = one("jansen_rit", fmt::format("bias = {}\n", rate));
    const auto s = [](double v) { return 5 / (1 + std::exp(0.56 * (6 - v))); };
    const double y0 = 0.0325 * s(z), y2 = 0.44 * 33.75 * s(33.75 * y0);
    const Vector x = fixed_point(*p->problem.system, vector({y0, z + y2, y2, 0, 0, 0}));
    CHECK(std::abs(x[1] - x[2] - z) < 1e-7);
    CHECK(std::abs(growth(*p->problem.system, x)) < 1e-7);  // of 45 ... 70 per second  // of 45 ... 70 per second
  }
  auto alpha = one("jansen_rit", "bias = 220\ninitial = { y0 = 0.1, y1 = 20, y2 = 15 }\n", 10);
  CHECK(1 / last_interval(crossings(*alpha, "p.output[0] - 7")) == doctest::Approx(10.93802871).epsilon(1e-7));
}

TEST_CASE("Wendling: spikes at 4.48 Hz, quasi-sinusoidal activity at 11.04 Hz, p = 90") {
  const std::string start = "bias = 90\ninitial = { y0 = 0.1, y1 = 0.1, y2 = 0.1, y3 = 0.1, y4 = 0.1 }\npreset = ";
  auto spikes = one("wendling", start + "\"sustained_spikes\"\n", 6);
  CHECK(1 / last_interval(crossings(*spikes, "p.output[0] - 5")) == doctest::Approx(4.483925367).epsilon(1e-6));
  auto sine = one("wendling", start + "\"quasi_sinusoidal\"\n", 8);
  CHECK(1 / last_interval(crossings(*sine, "p.output[0] - 5")) == doctest::Approx(11.03535974).epsilon(1e-6));
}

TEST_CASE("Montbrio-Pazo-Roxin: node and focus side by side, and the equation of the fixed points") {
  auto p = one("montbrio_pazo_roxin");
  auto& s = *p->problem.system;
  for (const auto& [r, v] :
       {std::pair{0.0811344419501197, -1.9616199885831653}, {1.0305967988375717, -0.15442988302642605}}) {
    const Vector x = fixed_point(s, vector({r + 0.01, v}));
    CHECK(std::abs(x[0] - r) < 1e-12);
    CHECK(std::abs(x[1] + 1 / (2 * std::numbers::pi * x[0])) < 1e-12);  // v = -Delta/(2 pi r)
    const double pi_r = std::numbers::pi * x[0];
    CHECK(std::abs(1 / (4 * pi_r * pi_r) - 5 + 15 * x[0] - pi_r * pi_r) < 1e-11);
    const auto e = eigenvalues(s, x);
    CHECK(e[0].real() < 0);
    CHECK(e[1].real() < 0);
    CHECK((std::abs(e[0].imag()) > 1) == (r > 1));  // the firing state is a focus, the silent one a node
  }
  const auto saddle = eigenvalues(s, fixed_point(s, vector({0.47, -0.34})));
  CHECK(saddle[0].real() * saddle[1].real() < 0);
}

TEST_CASE("Stuart-Landau: the exact solution; from the shipped start the cycle itself") {
  const double mu = 0.7, omega = 2, b = 0.4, r0 = 0.1, t = 3;
  auto p = one("stuart_landau",
               fmt::format("mu = {}\nomega = {}\nb = {}\ninitial = {{ x = {}, y = 0 }}\n", mu, omega, b, r0), t);
  const auto end = integrated(*p);
  const double r = std::sqrt(mu / (1 + (mu / (r0 * r0) - 1) * std::exp(-2 * mu * t)));
  const double phase = omega * t - b / 2 * std::log(1 + r0 * r0 / mu * (std::exp(2 * mu * t) - 1));
  CHECK(std::abs(end.x[0] - r * std::cos(phase)) < 1e-9);
  CHECK(std::abs(end.x[1] - r * std::sin(phase)) < 1e-9);
  auto cycle = one("stuart_landau", "", 2 * std::numbers::pi);
  CHECK((integrated(*cycle).x - cycle->problem.initial).norm() < 1e-9);
}

TEST_CASE("theta: the period pi/sqrt(eta + I)") {
  const auto t = crossings(*one("theta", "bias = 1.25\n", 200), "sin(p.theta[0]/2 - 1.5707963267948966)");
  REQUIRE(t.size() > 4);  // theta/2 - pi/2 goes up by pi a spike: the sine rises through 0 every other one
  CHECK(last_interval(t) == doctest::Approx(2 * std::numbers::pi / std::sqrt(0.25)).epsilon(1e-9));
}

TEST_CASE("Larter-Breakspear: rest, cycle, chaos as d_V grows") {
  auto rest = one("larter_breakspear", "d_V = 0.56\n", 3000);
  const auto end = integrated(*rest);
  CHECK(std::abs(end.x[0] + 0.1701827) < 2e-6);
  auto hopf = one("larter_breakspear", "d_V = 0.5647605467739466\n");
  auto& s = *hopf->problem.system;
  CHECK(std::abs(growth(s, fixed_point(s, vector({-0.17, 0.243, 0.091})))) < 1e-9);
  auto cycle = one("larter_breakspear", "preset = \"cycle\"\ninitial = { V = -0.17, W = 0.25, Z = -0.1 }\n", 2000);
  CHECK(last_interval(crossings(*cycle, "p.V[0] + 0.17")) == doctest::Approx(8.838039016).epsilon(1e-7));
  // Chaos: two starts 1e-8 apart are far apart after 600 time units, which no cycle or rest does.
  const auto apart = [](const char* preset) {
    const auto at = [&](double z) {
      auto p = one("larter_breakspear", fmt::format("preset = \"{}\"\ninitial = {{ Z = {:.10f} }}\n", preset, z), 1500);
      return integrated(*p).x;
    };
    return (at(0.08800001) - at(0.088)).norm();
  };
  CHECK(apart("chaos") > 1e-3);
  CHECK(apart("cycle") < 1e-6);
}

TEST_CASE("Rossler: the cycle at c = 2.5, 5.86 a turn in chaos, the fixed points") {
  CHECK(last_interval(crossings(*one("rossler", "c = 2.5\n", 1200), "p.y[0]")) ==
        doctest::Approx(5.748991183).epsilon(1e-8));
  const auto turns = crossings(*one("rossler", "", 3000), "p.y[0]");
  const double mean = (turns.back() - turns[10]) / static_cast<double>(turns.size() - 11);
  CHECK(std::abs(mean - 5.857) < 0.01);  // 5.8569 over 6000
  auto p = one("rossler");
  const double root = std::sqrt(5.7 * 5.7 - 4 * 0.2 * 0.2), x = (5.7 - root) / 2;
  const Vector at = fixed_point(*p->problem.system, vector({0, 0, 0}));
  CHECK((at - vector({x, -x / 0.2, x / 0.2})).norm() < 1e-12);
}

TEST_CASE("cart and pole: the eigenvalues upright, and energy where nothing pushes") {
  auto p = one("cart_pole");
  const auto e = eigenvalues(*p->problem.system, Vector::Zero(4));
  const double rate = std::sqrt(9.8 / (0.5 * (4.0 / 3 - 0.1 / 1.1)));
  double largest = 0, smallest = 0;
  for (const auto& x : e) {
    largest = std::max(largest, x.real());
    smallest = std::min(smallest, x.real());
  }
  CHECK(largest == doctest::Approx(rate).epsilon(1e-10));
  CHECK(smallest == doctest::Approx(-rate).epsilon(1e-10));
  CHECK(std::abs(rate - 3.97185) < 5e-6);
  // Kinetic energy of the cart and of the pole about its own centre, and its height.
  const auto energy = [](const Vector& x) {
    const double v = x[1], a = x[2], w = x[3], m = 0.1, l = 0.5;
    return 0.5 * 1.1 * v * v + m * l * v * w * std::cos(a) + 0.5 * m * l * l * (4.0 / 3) * w * w +
           m * 9.8 * l * std::cos(a);
  };
  auto falling = one("cart_pole", "initial = { angle = 0.3, v = 0.5, omega = -0.2 }\n", 5);
  const Vector start = falling->problem.initial;
  CHECK(std::abs(energy(integrated(*falling).x) - energy(start)) < 1e-8);
}

TEST_CASE("Hopfield: two units' stable states, and an energy that never rises") {
  const std::string two = "[projection.\"p -> p\"]\nweights = [[0, 1], [1, 0]]\n";
  auto p = one("hopfield", "size = 2\ninitial = { u = [0.1, 0.02] }\n" + two, 200);
  const Vector end = integrated(*p).x;
  CHECK(std::abs(end[0] - 0.5728729791601918) < 1e-9);
  CHECK(std::abs(end[1] - 0.5728729791601918) < 1e-9);
  const double scale = 1.4 * std::numbers::pi / 2;
  // E = -(1/2) sum T_ij V_i V_j + sum (1/R) integral of u dV up to V_i, with u = tan(pi V/2)/(1.4 pi/2).
  const auto energy = [&](const double* u) {
    double e = 0, v[2];
    for (int i = 0; i < 2; ++i) {
      v[i] = 2 / std::numbers::pi * std::atan(scale * u[i]);
      e -= 2 / std::numbers::pi * std::log(std::cos(std::numbers::pi * v[i] / 2)) / scale;
    }
    return e - v[0] * v[1];
  };
  auto fresh = one("hopfield", "size = 2\ninitial = { u = [-0.9, 1.4] }\n" + two, 40);
  double before = energy(fresh->problem.initial.data()), lowest_drop = 1, first = before;
  integrate::Observer observer;
  observer.step = [&](double, double, const Vector& x, const integrate::Statistics&) {
    const double now = energy(x.data());
    lowest_drop = std::min(lowest_drop, before - now);
    before = now;
  };
  integrate::drive(*fresh->problem.system, 0, fresh->problem.initial, 40, fresh->options, {}, {}, observer);
  CHECK(lowest_drop > -1e-12);
  CHECK(first - before > 0.5);
}

TEST_CASE("CTRNN: the limit cycle of the centre crossing pair") {
  auto p = one("ctrnn",
               "size = 2\ntheta = [-2.75, -1.75]\ninitial = { y = [1.0, 0.5] }\n"
               "[projection.\"p -> p\"]\nweights = [[4.5, 1.0], [-1.0, 4.5]]\n",
               600);
  CHECK(last_interval(crossings(*p, "p.y[0] - 2.75")) == doctest::Approx(28.99990790).epsilon(1e-8));
}

TEST_CASE("threshold-linear pair: taking turns from w = 1 + tau/tau_a on") {
  const auto pair = [](double w) {
    return one("threshold_linear",
               fmt::format("size = 2\nbias = 1\n[projection.\"p -> p\"]\nweights = [[0, {0}], [{0}, 0]]\n", -w));
  };
  // Both active: x_1 - x_2 and a_1 - a_2 have trace (w - 1)/tau - 1/tau_a.
  for (const double w : {1.0, 1 + 1.0 / 12, 1.2}) {
    auto p = pair(w);
    auto& s = *p->problem.system;
    const Vector x = fixed_point(s, vector({0.3, 0.3, 0.2, 0.2}));
    CHECK(x[0] == doctest::Approx(1 / (1 + w + 2.5)).epsilon(1e-12));
    double largest = -1e300;
    for (const auto& e : eigenvalues(s, x)) largest = std::max(largest, e.real());
    CHECK(largest == doctest::Approx((w - 1 - 1.0 / 12) / 2).epsilon(1e-9).scale(1));
  }
}

TEST_CASE("Wong-Wang: memory without input, a decision at c = 0 and 30 Hz") {
  const auto network = [](double hertz) {
    return one("wong_wang", fmt::format("size = 2\nbias = {}\n[projection.\"p -> p\"]\n"
                                        "weights = [[0.2609, -0.0497], [-0.0497, 0.2609]]\n",
                                        5.2e-4 * hertz));
  };
  auto quiet = network(0), moving = network(30);
  auto &q = *quiet->problem.system, &m = *moving->problem.system;
  CHECK((fixed_point(q, vector({0.1, 0.1})) - vector({0.10265124956488451, 0.10265124956488451})).norm() < 1e-11);
  CHECK((fixed_point(q, vector({0.6, 0.03})) - vector({0.5669871805770259, 0.031891419820483394})).norm() < 1e-9);
  CHECK(eigenvalues(q, fixed_point(q, vector({0.1, 0.1}))).real().maxCoeff() ==
        doctest::Approx(-2.26408678).epsilon(1e-8));
  const Vector saddle = fixed_point(m, vector({0.42, 0.42}));
  CHECK(std::abs(saddle[0] - 0.4244555916425085) < 1e-11);
  CHECK(eigenvalues(m, saddle).real().maxCoeff() == doctest::Approx(4.34716921).epsilon(1e-8));
  const Vector choice = fixed_point(m, vector({0.66, 0.05}));
  CHECK((choice - vector({0.6586942335233343, 0.05180719914934765})).norm() < 1e-11);
  CHECK(eigenvalues(m, choice).real().maxCoeff() < -6);
}

TEST_CASE("a Kuramoto unit alone turns with omega, an epileptor rests where its excitability is low") {
  CHECK(integrated(*one("kuramoto", "omega = 2.5\nbias = 0.5\n", 4)).x[0] == doctest::Approx(12).epsilon(1e-12));
  auto p = one("epileptor", "x_0 = -2.2\n", 20000, "[integrator]\nmethod = \"auto\"\nrtol = 1e-8\natol = 1e-10\n");
  const Vector end = integrated(*p).x;
  Vector f(end.size());
  p->problem.system->rhs(0, end.data(), f.data());
  CHECK(f.cwiseAbs().maxCoeff() < 1e-4);
}
