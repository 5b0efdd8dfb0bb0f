// A run that goes on from a restart point is the run that was never stopped, to the last bit.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <memory>

#include "integrate/delay_problem.hpp"
#include "integrate/problems.hpp"
#include "neurode/core/bytes.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/dynamics/noise.hpp"

using namespace neurode;
using namespace neurode::integrate;

namespace {

/// All that an observer hears, in order.
struct Heard {
  std::vector<double> numbers;
  void hear(double tag, double t, const Vector& x) {
    numbers.push_back(tag);
    numbers.push_back(t);
    numbers.insert(numbers.end(), x.begin(), x.end());
  }
};

struct Point {
  Snapshot snapshot;
  std::size_t heard;
};

struct Run {
  Heard heard;
  std::vector<Point> points;
  Result result;
};

using Make = std::function<std::unique_ptr<System>()>;

/// g crosses now and then, without stopping.
std::vector<Event> events() {
  return {{"x0", [](double, const Vector& x) { return x[0] - 0.3; }, 0, false}};
}

Run run(const Make& make, const Vector& x0, double t1, const Options& o, const Snapshot* from = nullptr) {
  Run r;
  Observer observer;
  observer.output = [&](std::size_t grid, std::int64_t index, double t, const Vector& x) {
    r.heard.hear(static_cast<double>(100 * index) + static_cast<double>(grid), t, x);
  };
  observer.event = [&](std::size_t, double t, const Vector& x) { r.heard.hear(-1, t, x); };
  observer.restart = [&](double t, const Statistics&, const SnapshotSource& source) {
    CHECK(source.t() == t);
    r.points.push_back({source.snapshot(), r.heard.numbers.size()});
  };
  const auto system = make();
  r.result = drive(*system, 0, x0, t1, o, {{0.37}, {0}, {1.0}}, events(), observer, 0, from);
  return r;
}

bool same(const double* a, const double* b, std::size_t n) { return std::memcmp(a, b, n * sizeof(double)) == 0; }

/// Counts and state at the end are the same, and what is heard after the restart point.
void check_same(const Run& whole, const Run& part, std::size_t heard_before) {
  CHECK(part.result.outcome == whole.result.outcome);
  CHECK(part.result.t == whole.result.t);
  CHECK(same(part.result.x.data(), whole.result.x.data(), static_cast<std::size_t>(whole.result.x.size())));
  const auto &a = part.result.statistics, &b = whole.result.statistics;
  CHECK(a.steps == b.steps);
  CHECK(a.rejected == b.rejected);
  CHECK(a.rhs == b.rhs);
  CHECK(a.jacobians == b.jacobians);
  CHECK(a.jvps == b.jvps);
  CHECK(a.switches == b.switches);
  CHECK(part.result.switches.size() == whole.result.switches.size());
  CHECK(a.dt_min == b.dt_min);
  CHECK(a.dt_max == b.dt_max);
  REQUIRE(part.heard.numbers.size() == whole.heard.numbers.size() - heard_before);
  CHECK(same(part.heard.numbers.data(), whole.heard.numbers.data() + heard_before, part.heard.numbers.size()));
}

/// Goes on from every restart point of a run, and from some restart points of such a run again.
void check_resumes(const Make& make, const Vector& x0, double t1, const Options& o, std::size_t least_points = 3) {
  const Run whole = run(make, x0, t1, o);
  REQUIRE(whole.points.size() >= least_points);
  REQUIRE(whole.result.last.has_value());
  for (const auto& p : whole.points) {
    if (!p.snapshot.bound) CHECK(whole.result.last->t >= p.snapshot.t);
  }
  const std::size_t step = std::max<std::size_t>(1, whole.points.size() / 20);
  for (std::size_t k = 0; k < whole.points.size(); k += step) {
    CAPTURE(k);
    const auto& point = whole.points[k];
    const Run part = run(make, x0, t1, o, &point.snapshot);
    check_same(whole, part, point.heard);
    REQUIRE(part.points.size() == whole.points.size() - k);  // the first is where it started
    CHECK(part.points[0].snapshot.t == point.snapshot.t);
    const std::size_t later = part.points.size() / 2;
    check_same(whole, run(make, x0, t1, o, &part.points[later].snapshot), whole.points[k + later].heard);
  }
  // A run that ended earlier goes on beyond its end.
  const Run shorter = run(make, x0, 0.8 * t1, o);
  REQUIRE(shorter.result.last.has_value());
  const Run longer = run(make, x0, t1, o, &*shorter.result.last);
  CHECK(same(longer.result.x.data(), whole.result.x.data(), static_cast<std::size_t>(x0.size())));
  CHECK(longer.result.statistics.steps == whole.result.statistics.steps);
}

/// x' = -x plus white noise of the same amplitude in each of two components.
class Noisy final : public problems::Problem, private Noise {
 public:
  Noisy()
      : Problem(2, [](double t, const double* x, double* f) {
          f[0] = x[1] - 0.1 * x[0], f[1] = -x[0] + 0.3 * std::sin(t);
        }) {}
  Noise* noise() override { return this; }

 private:
  const std::vector<Source>& sources() const override { return sources_; }
  Calculus calculus() const override { return Calculus::ito; }
  bool additive() const override { return true; }
  bool diagonal() const override { return true; }
  void apply(double, const double*, const double* w, double* out) override {
    out[0] = 0.2 * w[0];
    out[1] = 0.1 * w[1];
  }
  void milstein(double, const double*, double* out) override { out[0] = out[1] = 0; }
  const std::vector<Index>& channel_of() const override { return channel_of_; }

  std::vector<Source> sources_ = {{"noisy xi", 0, 2}};
  std::vector<Index> channel_of_ = {0, 1};
};

Options usual(const MethodEntry& m) {
  auto o = problems::options(m.name, 1e-6, 1e-8, m.adaptive() ? 0 : 0.013);
  o.seed = 7;
  o.restarts.steps = m.order > 6 ? 3 : 13;  // few steps, long ones
  return o;
}

}  // namespace

TEST_CASE("every method goes on from a restart point, bit for bit") {
  for (const auto& m : methods()) {
    if (m.stochastic) continue;
    CAPTURE(m.name);
    const Make smooth = [] {
      auto p = std::make_unique<problems::Problem>(problems::van_der_pol(3));
      p->breaks = {1.7, 4.2, 4.25};
      return p;
    };
    auto o = usual(m);
    check_resumes(smooth, problems::vector({2, 0}), 12, o);
    o.dt = m.adaptive() ? 1e-3 : o.dt;  // a first step of the user's own is for the start alone
    check_resumes(smooth, problems::vector({2, 0}), 8, o);
  }
}

TEST_CASE("stochastic methods go on along the same paths") {
  for (const auto& m : methods()) {
    if (!m.stochastic) continue;
    CAPTURE(m.name);
    check_resumes([] { return std::make_unique<Noisy>(); }, problems::vector({1, 0}), 6, usual(m));
  }
}

TEST_CASE("auto knows after a restart which method it was at, and what it learned") {
  for (const double rtol : {1e-4, 1e-8}) {
    auto o = problems::options("auto", rtol, 1e-8);
    o.restarts.steps = 31;
    const Make stiff = [] { return std::make_unique<problems::Problem>(problems::van_der_pol(100)); };
    check_resumes(stiff, problems::vector({2, 0}), 250, o);
    CHECK(run(stiff, problems::vector({2, 0}), 250, o).result.statistics.switches > 1);
  }
}

TEST_CASE("restart points in time are the first step ends behind them") {
  for (const char* method : {"tsit5", "rk4"}) {
    CAPTURE(method);
    auto o = problems::options(method, 1e-6, 1e-8, 0.01 * (method[0] == 'r'));
    o.restarts.every = 0.5;
    const Make make = [] { return std::make_unique<problems::Problem>(problems::smooth()); };
    check_resumes(make, problems::smooth_solution(0), 6.2, o);
    const Run whole = run(make, problems::smooth_solution(0), 6.2, o);
    REQUIRE(whole.points.size() == 12);
    for (std::size_t k = 0; k < 12; ++k) {
      const double t = whole.points[k].snapshot.t, due = 0.5 * static_cast<double>(k + 1);
      CHECK(t >= due - 1e-12);
      CHECK(t < due + 0.4);
    }
  }
}

TEST_CASE("with delays, longer and shorter than the steps") {
  for (const auto& m : methods()) {
    if (m.stochastic || (m.own_control && m.multistep)) continue;
    CAPTURE(m.name);
    for (const bool followed : {true, false}) {
      const Make make = [followed] {
        auto p = std::make_unique<problems::DelayProblem>(
            1, std::vector<double>{0.02, 1.0},
            [](double, const double* x, const double* z, double* f) {
              f[0] = 2 * z[1] / (1 + std::pow(z[1], 9.65)) - 0.9 * x[0] - 0.1 * z[0];
            },
            [](double, double* x) { x[0] = 0.5; });
        p->followed = followed;
        return p;
      };
      if (!refusal(m, *make(), usual(m)).empty()) continue;
      check_resumes(make, problems::vector({0.5}), 9, usual(m));
    }
  }
}

TEST_CASE("restart points cost little and change little") {
  const Make make = [] { return std::make_unique<problems::Problem>(problems::lorenz()); };
  auto o = problems::options("tsit5", 1e-9, 1e-12);
  const Run without = run(make, problems::vector({1, 1, 1}), 3, o);
  CHECK(without.points.empty());
  CHECK_FALSE(without.result.last.has_value());
  o.restarts.steps = 100;
  const Run with = run(make, problems::vector({1, 1, 1}), 3, o);
  CHECK(with.points.size() == static_cast<std::size_t>(with.result.statistics.steps - 1) / 100);
  CHECK(with.result.statistics.steps == without.result.statistics.steps);
  const auto more = with.result.statistics.rhs - without.result.statistics.rhs;
  CHECK(more >= 0);
  CHECK(more <= static_cast<std::int64_t>(with.points.size()));
  CHECK((with.result.x - without.result.x).norm() < 1e-9);
}

TEST_CASE("after a failure the last good state is there") {
  const Make make = [] {
    return std::make_unique<problems::Problem>(1, [](double, const double* x, double* f) { f[0] = x[0] * x[0]; });
  };
  auto o = problems::options("tsit5", 1e-6, 1e-8);
  o.restarts.steps = 1000000;
  const Run r = run(make, problems::vector({1}), 2, o);
  CHECK_FALSE(succeeded(r.result.outcome));
  REQUIRE(r.result.last.has_value());
  CHECK(r.result.last->t == r.result.t);
  CHECK(r.result.last->x == r.result.x);
}

TEST_CASE("where the system finds no value, smaller steps are tried, and the last good state is there") {
  const Make make = [] {
    return std::make_unique<problems::Problem>(1, [](double, const double* x, double* f) {
      if (x[0] > 1) throw NumericalError("nothing beyond 1");
      f[0] = 1 + x[0];
    });
  };
  for (const std::string method : {"tsit5", "dop853", "rk4", "bulirsch_stoer"}) {
    CAPTURE(method);
    auto o = problems::options(method, 1e-8, 1e-10);
    if (method == "rk4") o.dt = 1e-3;
    o.restarts.steps = 1000000;
    const Run r = run(make, problems::vector({0}), 2, o);
    CHECK(r.result.outcome == Outcome::solver_failed);
    CHECK(r.result.message.find("nothing beyond 1") != std::string::npos);
    REQUIRE(r.result.last.has_value());
    CHECK(r.result.last->t == r.result.t);
    CHECK(r.result.last->x == r.result.x);
    CHECK(r.result.x[0] == doctest::Approx(std::expm1(r.result.t)).epsilon(1e-7));
    // drive() tries smaller steps up to the edge, t = ln 2; a method that chooses its own steps ends at its first
    // failure.
    const double left = std::log(2.0) - r.result.t;
    CHECK(left > -1e-7);  // it may come to lie a little beyond
    CHECK(left < (find_entry(methods(), method)->own_control ? 0.5 : method == "rk4" ? 1.1e-3 : 1e-6));
  }
}

TEST_CASE("what cannot be had between two steps leaves the last restart point") {
  const Make make = [] { return std::make_unique<problems::Problem>(problems::lorenz()); };
  auto o = problems::options("tsit5", 1e-6, 1e-9);
  o.restarts.steps = 5;
  const Vector x0 = problems::vector({1, 1, 1});
  double passed = 0;
  std::optional<Snapshot> last;
  Observer observer;
  observer.output = [](std::size_t, std::int64_t, double t, const Vector&) {
    if (t > 1) throw NumericalError("no value of it");
  };
  observer.restart = [&](double t, const Statistics&, const SnapshotSource&) { passed = t; };
  observer.failed = [&](Snapshot s) { last = std::move(s); };
  const auto system = make();
  CHECK_THROWS_WITH_AS(drive(*system, 0, x0, 2, o, {{0.37}, {0}, {1.0}}, events(), observer), "no value of it",
                       NumericalError);
  REQUIRE(last.has_value());
  CHECK(last->t == passed);
  CHECK(passed > 0.5);
  CHECK(passed <= 1);
  const Run whole = run(make, x0, 2, o), part = run(make, x0, 2, o, &*last);
  CHECK(part.result.x == whole.result.x);
  CHECK(part.result.statistics.steps == whole.result.statistics.steps);
}

TEST_CASE("a snapshot of something else is refused") {
  const Make make = [] { return std::make_unique<problems::Problem>(problems::lorenz()); };
  auto o = problems::options("tsit5", 1e-9, 1e-12);
  o.restarts.steps = 20;
  const Vector x0 = problems::vector({1, 1, 1});
  Snapshot s = run(make, x0, 3, o).points[1].snapshot;
  const auto refused = [&](const Snapshot& bad) { CHECK_THROWS_AS(run(make, x0, 3, o, &bad), BytesError); };
  Snapshot bad = s;
  bad.x = problems::vector({1, 1});
  refused(bad);
  bad = s;
  bad.t = 3.5;
  refused(bad);
  for (const std::size_t size : {std::size_t{0}, s.memory.size() / 2, s.memory.size() - 1}) {
    bad = s;
    bad.memory.resize(size);
    refused(bad);
  }
  bad = s;
  bad.memory.push_back(std::byte{0});
  refused(bad);
}

TEST_CASE("bytes come back as they were, and never more of them") {
  ByteWriter out;
  out.put(1.5);
  out.put(true);
  out.put_all(std::vector<int>{1, 2, 3});
  out.put_text("words");
  ByteReader in(out.bytes());
  CHECK(in.get<double>() == 1.5);
  CHECK(in.get<bool>());
  CHECK(in.get_all<int>() == std::vector<int>{1, 2, 3});
  CHECK(in.get_text() == "words");
  CHECK(in.at_end());
  CHECK_THROWS_AS(in.get<char>(), BytesError);
  ByteReader again(out.bytes().subspan(9));
  Vector two(2);
  CHECK_THROWS_AS(again.get_all(two), BytesError);
  ByteWriter huge;
  huge.put(std::uint64_t{1} << 61);
  CHECK_THROWS_AS(ByteReader(huge.bytes()).get_all<double>(), BytesError);
}
