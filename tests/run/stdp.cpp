// Spike-timing dependent plasticity: against the window, and against plain loops over the times of spikes.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>

#include "allocations.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/dynamics/jumps.hpp"
#include "spike_runs.hpp"

using namespace neurode;

namespace {

/// v counts up to its next spike: times of spikes are what one says they are.
const char* kClock = R"(
[model.clock]
equations = """
dv/dt = 1
dp/dt = 0
"""
threshold = "v >= 0"
reset = "v = -p"
)";

/// Two clocks: pre spikes at `a`, post at `b`, and never again.
std::string pair_of(double a, double b, const std::string& more = "", const std::string& rule = "\"stdp\"") {
  return fmt::format(
      "{}[population.a]\nmodel = \"clock\"\ninitial = {{ v = {:.17g}, p = 1e6 }}\n[population.b]\nmodel = \"clock\"\n"
      "initial = {{ v = {:.17g}, p = 1e6 }}\n[projection.\"a -> b\"]\nweights = [[0.5]]\nplasticity = {}\n{}"
      "[time]\nend = 120\nunit = \"ms\"\n{}",
      kClock, -a, -b, rule, more, kTight);
}

double element(const std::string& text, const std::string& slice, Index at = 0) {
  auto p = prepared("schema = 1\n" + text);
  const Slice* s = p->problem.system->layout().find(slice);
  REQUIRE(s != nullptr);
  return integrated(*p).x[s->offset + at];
}
double weight(const std::string& text) { return element(text, "a -> b.weights"); }

std::string fault_of(const std::string& text) {
  try {
    prepared("schema = 1\n" + text);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("STDP: one pair at lag D gives A+ e^{-D/tau+}, the reverse order -A- e^{-D/tau-}") {
  const std::string rule = "{ rule = \"stdp\", A_plus = 0.03, A_minus = 0.02, tau_plus = 17.0, tau_minus = 34.0 }";
  for (const double lag : {0.25, 10.0, 60.0}) {
    CHECK(std::abs(weight(pair_of(20, 20 + lag, "", rule)) - (0.5 + 0.03 * std::exp(-lag / 17))) < 1e-9);
    CHECK(std::abs(weight(pair_of(20 + lag, 20, "", rule)) - (0.5 - 0.02 * std::exp(-lag / 34))) < 1e-9);
  }
  // At the same moment pre counts as before.
  CHECK(std::abs(weight(pair_of(20, 20, "", rule)) - 0.53) < 1e-12);
  // The trace itself, recorded by its name.
  CHECK(std::abs(element(pair_of(20, 30, "", rule), "a -> b.x_plus") - std::exp(-100 / 17.0)) < 1e-10);
  CHECK(std::abs(element(pair_of(20, 30, "", rule), "a -> b.x_minus") - std::exp(-90 / 34.0)) < 1e-10);
}

TEST_CASE("STDP: a delay of the projection shifts the spikes of pre; one a connection wants states of connections") {
  // pre spikes at 20, arrives at 25; post at 32.
  CHECK(std::abs(weight(pair_of(20, 32, "delay = 5.0\n")) - (0.5 + 0.005 * std::exp(-7 / 20.0))) < 1e-9);
  // Arrives after post's spike.
  CHECK(std::abs(weight(pair_of(20, 23, "delay = 5.0\n")) - (0.5 - 0.00525 * std::exp(-2 / 20.0))) < 1e-9);

  const std::string own =
      "[plasticity.mine]\nequations = \"\"\"\ndx/dt = -x/20\ndy/dt = -y/20\n\"\"\"\n"
      "states = { x = \"connection\", y = \"post\" }\ntime_unit = \"ms\"\n"
      "on_pre = \"w -= 0.02*y; x += 1\"\non_post = \"w += 0.03*x; y += 1\"\n";
  std::string text = own + kClock +
                     "[population.a]\nsize = 2\nmodel = \"clock\"\ninitial = { v = -20, p = 1e6 }\n"
                     "[population.b]\nsize = 2\nmodel = \"clock\"\ninitial = { v = -32, p = 1e6 }\n"
                     "[projection.\"a -> b\"]\nweights = 0.5\nplasticity = \"mine\"\n"
                     "delay = [[5, 11], [13, 1]]\n[time]\nend = 60\n" +
                     kTight;
  const std::vector<double> arrives = {25, 33, 31, 21};  // column by column
  for (Index k = 0; k < 4; ++k) {
    const double lag = 32 - arrives[static_cast<std::size_t>(k)];
    const double change = lag > 0 ? 0.03 * std::exp(-lag / 20) : -0.02 * std::exp(lag / 20);
    CHECK(std::abs(element(text, "a -> b.weights", k) - 0.5 - change) < 1e-9);
  }
  text.replace(text.find("x = \"connection\""), 16, "x = \"pre\"");
  CHECK(fault_of(text).find("its state \"x\" belongs to the neuron") != std::string::npos);
}

TEST_CASE("STDP: many spikes, all pairs, dense and sparse and one to one, against loops over the times") {
  const double a_plus = 0.011, a_minus = 0.007, tau_plus = 15, tau_minus = 31;
  const std::string rule = fmt::format(
      "{{ rule = \"stdp\", A_plus = {}, A_minus = {}, tau_plus = {:.1f}, tau_minus = {:.1f}, w_min = -100.0, w_max = "
      "100.0 }}",
      a_plus, a_minus, tau_plus, tau_minus);
  for (const std::string connect :
       {"", "connect = { rule = \"fixed_in_degree\", n = 3 }\n", "connect = \"one_to_one\"\n"}) {
    CAPTURE(connect);
    const std::string text = fmt::format(
        "seed = 5\n{}[population.a]\nsize = 5\nmodel = \"clock\"\ninitial = {{ v = {{ init = \"uniform\", low = -9, "
        "high "
        "= -1 }}, p = {{ init = \"uniform\", low = 5, high = 12 }} }}\n[population.b]\nsize = 5\nmodel = \"clock\"\n"
        "initial = {{ v = {{ init = \"uniform\", low = -9, high = -1 }}, p = {{ init = \"uniform\", low = 5, high = 12 "
        "}} "
        "}}\n[projection.\"a -> b\"]\nweights = {{ init = \"uniform\", low = 0.2, high = 0.8 }}\nplasticity = {}\n{}"
        "[time]\nend = 200\n{}",
        kClock, rule, connect, kTight);
    auto p = prepared("schema = 1\n" + text);
    const auto run = run_spikes(text);
    const auto& layout = p->problem.system->layout();
    const Slice& s = *layout.find("a -> b.weights");
    REQUIRE(run.spikes.size() > 200);
    const auto& pattern = p->problem.find("a -> b.weights")->connections;
    for (Index k = 0; k < s.size(); ++k) {
      Index post = k % 5, pre = k / 5;
      if (connect.find("one_to_one") != std::string::npos) pre = post;
      if (pattern) {
        post = 0;
        while (pattern->start[static_cast<std::size_t>(post) + 1] <= k) ++post;
        pre = pattern->column[static_cast<std::size_t>(k)];
      }
      double expected = p->problem.initial[s.offset + k];
      for (const auto& i : run.spikes) {
        for (const auto& j : run.spikes) {
          if (i.which != pre || j.which != 5 + post) continue;
          const double lag = j.t - i.t;
          expected += lag >= 0 ? a_plus * std::exp(-lag / tau_plus) : -a_minus * std::exp(lag / tau_minus);
        }
      }
      CHECK(std::abs(run.end.x[s.offset + k] - expected) < 1e-8);
      CHECK(std::abs(run.end.x[s.offset + k] - p->problem.initial[s.offset + k]) > 1e-3);
    }
  }
}

TEST_CASE("STDP: hard and soft bounds") {
  // Ten pairs at lag 0: w = min(w_max, ...), and 1 - w shrinks by a factor each where mu = 1.
  const std::string text =
      std::string(kClock) +
      "[population.a]\nmodel = \"clock\"\ninitial = { v = -1, p = 10 }\n[population.b]\nmodel = \"clock\"\n"
      "initial = { v = -1, p = 10 }\n[projection.\"a -> b\"]\nweights = [[0.5]]\nplasticity = { rule = \"stdp\", "
      "A_plus "
      "= 0.1, A_minus = 0.0, tau_plus = 0.01, mu = MU }\n[time]\nend = 95\n" +
      kTight;
  const auto with = [&](const char* mu, const char* minus) {
    std::string t = text;
    t.replace(t.find("MU"), 2, mu);
    t.replace(t.find("A_minus = 0.0"), 13, std::string("A_minus = ") + minus);
    return t;
  };
  CHECK(weight(with("0.0", "0.0")) == 1);
  CHECK(std::abs(weight(with("1.0", "0.0")) - (1 - 0.5 * std::pow(0.9, 10))) < 1e-12);
  // Each spike of pre takes more than there is, the spike of post at the same moment adds 0.1.
  CHECK(std::abs(weight(with("0.0", "5.0")) - 0.1) < 1e-12);
}

TEST_CASE("STDP: projections that act on spikes use the weights as they are") {
  // The second spike of a delivers what the first pair made of w.
  const std::string text =
      std::string(kClock) +
      "[population.a]\nmodel = \"clock\"\ninitial = { v = -10, p = 30 }\n"
      "[population.b]\nmodel = \"clock\"\ninitial = { v = -20, p = 1e6 }\n"
      "[projection.\"a -> b\"]\nweights = [[0.5]]\nplasticity = { rule = \"stdp\", A_plus = 0.2 }\n"
      "on_spike = \"p += w\"\n[time]\nend = 55\n" +
      kTight;
  CHECK(std::abs(element(text, "b.p") - (1e6 + 0.5 + 0.5 + 0.2 * std::exp(-10 / 20.0))) < 1e-8);
}

TEST_CASE("triplets of spikes as a rule of one's own (Pfister, Gerstner 2006)") {
  const std::string own = R"(
[plasticity.triplet]
equations = """
dr1/dt = -r1/16.8
dr2/dt = -r2/101
do1/dt = -o1/33.7
do2/dt = -o2/125
"""
states  = { r1 = "pre", r2 = "pre", o1 = "post", o2 = "post" }
on_pre  = "w -= o1*(0.007 + 0.00023*r2); r1 += 1; r2 += 1"
on_post = "w += r1*(5e-10 + 0.0062*o2); o1 += 1; o2 += 1"
)";
  const std::string text = own + kClock +
                           "[population.a]\nmodel = \"clock\"\ninitial = { v = -3, p = 11 }\n"
                           "[population.b]\nmodel = \"clock\"\ninitial = { v = -5, p = 7.3 }\n"
                           "[projection.\"a -> b\"]\nweights = [[0.5]]\nplasticity = \"triplet\"\n[time]\nend = 100\n" +
                           kTight;
  double w = 0.5;
  std::vector<std::pair<double, bool>> times;
  for (double t = 3; t < 100; t += 11) times.emplace_back(t, true);
  for (double t = 5; t < 100; t += 7.3) times.emplace_back(t, false);
  std::sort(times.begin(), times.end());
  double r1 = 0, r2 = 0, o1 = 0, o2 = 0, last = 0;
  for (const auto& [t, pre] : times) {
    const double d = t - last;
    last = t;
    r1 *= std::exp(-d / 16.8), r2 *= std::exp(-d / 101), o1 *= std::exp(-d / 33.7), o2 *= std::exp(-d / 125);
    if (pre) {
      w -= o1 * (0.007 + 0.00023 * r2);
      r1 += 1, r2 += 1;
    } else {
      w += r1 * (5e-10 + 0.0062 * o2);
      o1 += 1, o2 += 1;
    }
  }
  CHECK(std::abs(weight(text) - w) < 1e-9);
}

TEST_CASE("spikes that move a bias: each takes from it, and it comes back") {
  const std::string text = std::string("[plasticity.tired]\nequations = \"db/dt = -b/10\"\non_post = \"b -= 0.3\"\n") +
                           kClock +
                           "[population.a]\nmodel = \"clock\"\nbias = { init = 0.0, plasticity = \"tired\" }\n"
                           "initial = { v = -3, p = 4 }\n[time]\nend = 12\n" +
                           kTight;
  const double expected = -0.3 * (std::exp(-0.9) + std::exp(-0.5) + std::exp(-0.1));
  CHECK(std::abs(element(text, "a.bias") - expected) < 1e-10);
}

TEST_CASE("spikes that learn: nothing allocates, products hold") {
  auto p = prepared(
      "schema = 1\nseed = 2\n[population.a]\nsize = 6\nmodel = \"leaky_integrate_and_fire\"\nbias = { init = "
      "\"uniform\", low = 2, "
      "high = 4 }\n[projection.\"a -> a\"]\nweights = { init = \"uniform\", low = 0.1, high = 0.9 }\nconnect = { "
      "rule = \"fixed_in_degree\", n = 3 }\n"
      "on_spike = \"v += 0.01*w\"\nplasticity = \"stdp\"\n[time]\nend = 300\n");
  auto& system = *p->problem.system;
  Jumps& jumps = *system.jumps();
  Vector x = p->problem.initial;
  std::vector<Index> fired = {0, 2, 3};
  jumps.start(0);
  jumps.fire(1.0, fired, x.data());
  const allocations::Count count;
  jumps.fire(2.0, fired, x.data());
  CHECK(count.so_far() == 0);
  CHECK(allocations::active());
  CHECK((x - p->problem.initial).norm() > 0.1);
  const auto end = integrated(*p);
  CHECK(end.outcome == integrate::Outcome::reached_end);
}
