// Every shipped scenario, every rule, flow, rate and stimulus in them, goes on from a restart point bit for bit.
#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "neurode/integrate/drive.hpp"
#include "neurode/run/prepare.hpp"

using namespace neurode;

namespace {

namespace fs = std::filesystem;

struct Outcome {
  integrate::Result result;
  std::vector<double> seen;  ///< metrics at the output points
  std::vector<std::pair<integrate::Snapshot, std::size_t>> points;
  std::vector<std::pair<Index, double>> spikes;
};

constexpr std::int64_t kSteps = 34, kBetween = 11;

Outcome go(run::Prepared& p, const integrate::Snapshot* from) {
  Outcome out;
  auto options = p.options;
  options.restarts.steps = kBetween;
  options.max_steps = kSteps;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double t, const Vector& x) {
    for (const auto& m : p.problem.metrics) out.seen.push_back(m.evaluate(t, x.data()));
    out.seen.push_back(t);
  };
  observer.spike = [&](Index which, double t) { out.spikes.emplace_back(which, t); };
  observer.restart = [&](double, const integrate::Statistics&, const integrate::SnapshotSource& source) {
    out.points.emplace_back(source.snapshot(), out.seen.size());
  };
  const double start = p.scenario.time.start, end = p.scenario.time.end;
  out.result = integrate::drive(*p.problem.system, start, p.problem.initial, end, options,
                                {{(end - start) / 1000}, {0}}, {}, observer, 0, from);
  return out;
}

/// Slow for what they are: hundreds of samples under rules that take many products.
const std::set<std::string> kLong = {"digits_equilibrium_propagation", "digits_contrastive_hebbian", "retina",
                                     "digits_convolution", "sparse_100k"};

}  // namespace

TEST_CASE("every shipped scenario goes on from a restart point, bit for bit") {
  const bool all = std::getenv("NEURODE_LONG_TESTS") != nullptr;
  int tried = 0;
  for (const auto& entry : fs::recursive_directory_iterator(std::string(NEURODE_SOURCE_DIR) + "/scenarios")) {
    if (entry.path().extension() != ".toml") continue;
    if (!all && kLong.count(entry.path().stem().string()) > 0) continue;
    CAPTURE(entry.path().string());
    const auto p = run::prepare(entry.path(), {});
    const auto whole = go(*p, nullptr);
    if (whole.points.empty()) {
      CHECK(whole.result.statistics.steps <= kBetween);
      continue;
    }
    ++tried;
    const auto& [snapshot, seen] = whole.points[whole.points.size() / 2];
    const auto again = run::prepare(entry.path(), {});
    const auto part = go(*again, &snapshot);
    CHECK(part.result.outcome == whole.result.outcome);
    CHECK(part.result.t == whole.result.t);
    REQUIRE(part.result.x.size() == whole.result.x.size());
    CHECK(std::memcmp(part.result.x.data(), whole.result.x.data(),
                      sizeof(double) * static_cast<std::size_t>(part.result.x.size())) == 0);
    CHECK(part.result.statistics.rhs == whole.result.statistics.rhs);
    REQUIRE(part.seen.size() == whole.seen.size() - seen);
    CHECK(std::memcmp(part.seen.data(), whole.seen.data() + seen, sizeof(double) * part.seen.size()) == 0);
    REQUIRE(part.spikes.size() <= whole.spikes.size());
    CHECK(std::equal(part.spikes.rbegin(), part.spikes.rend(), whole.spikes.rbegin()));
  }
  CHECK(tried > 60);
}

TEST_CASE("being looked at changes nothing of a network at its fixed point") {
  for (const auto& entry : fs::recursive_directory_iterator(std::string(NEURODE_SOURCE_DIR) + "/scenarios")) {
    if (entry.path().extension() != ".toml") continue;
    const auto p = run::prepare(entry.path(), {});
    const auto* loss = p->problem.metric("loss");
    if (!loss || p->problem.initial.size() > 2000) continue;
    CAPTURE(entry.path().string());
    auto options = p->options;
    options.max_steps = 12;
    const double start = p->scenario.time.start, end = p->scenario.time.end;
    const auto quiet = integrate::drive(*p->problem.system, start, p->problem.initial, end, options, {}, {}, {});
    const auto again = run::prepare(entry.path(), {});
    const auto* other_loss = again->problem.metric("loss");
    integrate::Observer observer;
    observer.step = [&](double t, double, const Vector& x, const integrate::Statistics&) {
      other_loss->evaluate(t, x.data());
    };
    const auto seen =
        integrate::drive(*again->problem.system, start, again->problem.initial, end, options, {}, {}, observer);
    CHECK(std::memcmp(seen.x.data(), quiet.x.data(), sizeof(double) * static_cast<std::size_t>(seen.x.size())) == 0);
  }
}
