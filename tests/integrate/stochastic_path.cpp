// Wiener paths: the numbers they are made of, the law of the halves, and that a path is one path however it is asked.
#include "integrate/stochastic/path.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "neurode/core/random.hpp"
#include "neurode/core/threads.hpp"

using namespace neurode;
using namespace neurode::integrate;

namespace {

std::vector<Noise::Source> one(Index channels) { return {{"population.a xi", 0, channels}}; }

struct Interval {
  Vector w, z;
};

Interval over(BrownianPath& path, double t0, double t1) {
  Interval i{Vector::Zero(path.channels()), Vector::Zero(path.channels())};
  path.increments(t0, t1, i.w, i.z);
  return i;
}

/// The interval made of two that follow one another, the second one long `h`.
Interval joined(const Interval& a, const Interval& b, double h) { return {a.w + b.w, a.z + b.z + h * a.w}; }

double distance(const Interval& a, const Interval& b) {
  return std::max((a.w - b.w).cwiseAbs().maxCoeff(), (a.z - b.z).cwiseAbs().maxCoeff());
}

double correlation(const Vector& a, const Vector& b) { return a.dot(b) / std::sqrt(a.squaredNorm() * b.squaredNorm()); }

}  // namespace

TEST_CASE("normals are Box's and Muller's of Philox's words, whatever the lane") {
  const NormalPairs normals(5, "stream");
  const CounterRandom key_words(5, "stream");
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(key_words.integer(0, std::uint64_t{1} << 32)),
                                            static_cast<std::uint32_t>(key_words.integer(1, std::uint64_t{1} << 32))};
  const auto unit = [](std::uint32_t high, std::uint32_t low) {
    return (static_cast<double>(((std::uint64_t{high} << 32) | low) >> 12) + 0.5) * 0x1p-52;
  };
  double worst = 0;
  for (std::uint32_t c = 0; c < 2000; ++c) {
    const std::uint64_t node = 987654321012345ULL * c;
    const std::uint32_t cell = c - 1000;
    std::array<double, NormalPairs::kLanes> a, b;
    normals.draw(cell, node, 7 * c, a.data(), b.data());
    for (std::uint32_t k = 0; k < NormalPairs::kLanes; ++k) {
      const auto w =
          philox4x32({static_cast<std::uint32_t>(node), static_cast<std::uint32_t>(node >> 32), cell, 7 * c + k}, key);
      const double radius = std::sqrt(-2 * std::log(unit(w[1], w[0])));
      const double angle = 2 * std::numbers::pi * unit(w[3], w[2]);
      worst = std::max(worst, std::abs(a[k] - radius * std::cos(angle)) / radius);
      worst = std::max(worst, std::abs(b[k] - radius * std::sin(angle)) / radius);
    }
  }
  CHECK(worst < 2e-15);
  CHECK(worst > 0);  // two ways of computing
}

TEST_CASE("the law of the halves makes two independent Wiener paths of one") {
  // Covariances of (w1, H1, w2, H2) from those of (w, H, Z, N), h = 1.
  using H = BrownianPath::Halving;
  const std::array<double, 4> variance = {1, 1.0 / 12, H::kZVariance, H::kNVariance};
  const std::array<double, 4> w1 = {H::kWOfW, H::kWOfArea, 1, 0}, h1 = {0, H::kAreaOfArea, H::kAreaOfZ, 1};
  std::array<double, 4> w2, h2;
  for (std::size_t k = 0; k < 4; ++k) {
    w2[k] = (k == 0 ? 1 : 0) - w1[k];
    h2[k] = (k == 1 ? 2 : 0) - (w1[k] - w2[k]) / 2 - h1[k];  // the areas of the halves make up that of the whole
  }
  const std::array rows = {w1, h1, w2, h2};
  const std::array<double, 4> expected = {1.0 / 2, 1.0 / 24, 1.0 / 2, 1.0 / 24};
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += rows[i][k] * rows[j][k] * variance[k];
      CAPTURE(i);
      CAPTURE(j);
      CHECK(std::abs(sum - (i == j ? expected[i] : 0)) < 1e-16);
    }
  }
}

TEST_CASE("increments over arbitrary neighbouring intervals have the law of a Wiener path") {
  constexpr Index kChannels = 100000;
  const double bound = 4 / std::sqrt(static_cast<double>(kChannels));
  // The last one's intervals are top cells: what they are drawn from, not what halving makes of it.
  for (const auto& [step, t] :
       {std::pair{0.0, std::array{0.371, 1.0, 2.9173}}, std::pair{0.3, std::array{0.371, 1.0, 2.9173}},
        std::pair{1000.0, std::array{0.0, 1000.0, 2000.0}}}) {
    const double dt = step;
    CAPTURE(dt);
    BrownianPath path(one(kChannels), 11, dt);
    const Interval a = over(path, t[0], t[1]), b = over(path, t[1], t[2]);
    for (const auto& [i, h] : {std::pair{&a, t[1] - t[0]}, std::pair{&b, t[2] - t[1]}}) {
      CHECK(std::abs(i->w.squaredNorm() / kChannels / h - 1) < std::sqrt(2.0) * bound);
      CHECK(std::abs(i->z.squaredNorm() / kChannels / (h * h * h / 3) - 1) < std::sqrt(2.0) * bound);
      CHECK(std::abs(correlation(i->w, i->z) - std::sqrt(3.0) / 2) < 0.25 * bound);  // 1 - r^2 of a standard error
      CHECK(std::abs(i->w.mean()) < bound * std::sqrt(h));
      CHECK(std::abs(correlation(i->w.head(kChannels - 1), i->w.tail(kChannels - 1))) < bound);
    }
    CHECK(std::abs(correlation(a.w, b.w)) < bound);
    CHECK(std::abs(correlation(a.z, b.z)) < bound);
    CHECK(std::abs(correlation(a.w, b.z)) < bound);
    CHECK(std::abs(correlation(a.z, b.w)) < bound);
  }
}

TEST_CASE("steps of dt, dt/2, dt/4 ... and of any kind see the same path") {
  for (const double dt : {0.1, 3.0, 1e-4, 5000.0}) {
    CAPTURE(dt);
    BrownianPath coarse(one(50), 1, dt), fine(one(50), 1, dt / 8), odd(one(50), 1, dt);
    const double scale = std::sqrt(dt) * std::max(1.0, dt);
    for (int k = -3; k < 40; ++k) {
      const Interval whole = over(coarse, k * dt, k * dt + dt);
      CHECK(whole.w.squaredNorm() > 0);
      Interval sum{Vector::Zero(50), Vector::Zero(50)}, parts = sum;
      for (int j = 0; j < 8; ++j) {
        sum = joined(sum, over(fine, k * dt + j * dt / 8, k * dt + (j + 1) * dt / 8), dt / 8);
      }
      CHECK(distance(whole, sum) < 1e-13 * scale);
      const double cuts[] = {0, 0.017, 0.5, 0.66, 1};
      for (int j = 0; j < 4; ++j) {
        parts =
            joined(parts, over(odd, k * dt + cuts[j] * dt, k * dt + cuts[j + 1] * dt), (cuts[j + 1] - cuts[j]) * dt);
      }
      CHECK(distance(whole, parts) < 1e-11 * scale);
    }
  }
}

TEST_CASE("asked again, in another order, with other channels beside: bit for bit the same") {
  const std::vector<Noise::Source> two = {{"population.b xi", 0, 300}, {"population.a xi", 300, 70}};
  BrownianPath alone(one(70), 9, 0.01), beside(two, 9, 0.01), other_seed(one(70), 10, 0.01);
  std::vector<Interval> forward;
  for (int k = 0; k < 50; ++k) forward.push_back(over(alone, k * 0.01, k * 0.01 + 0.01));
  for (int k = 49; k >= 0; k -= 3) {
    const auto i = static_cast<std::size_t>(k);
    CHECK(over(alone, k * 0.01, k * 0.01 + 0.01).w == forward[i].w);
    const Interval b = over(beside, k * 0.01, k * 0.01 + 0.01);
    CHECK(b.w.tail(70) == forward[i].w);
    CHECK(b.z.tail(70) == forward[i].z);
    CHECK(b.w.head(70) != forward[i].w);
    CHECK(over(other_seed, k * 0.01, k * 0.01 + 0.01).w != forward[i].w);
  }
}

#ifdef _OPENMP
TEST_CASE("a path made for one thread, asked with four") {
  const int before = omp_get_max_threads();
  omp_set_num_threads(1);
  BrownianPath alone(one(8192), 7, 0.125), path(one(8192), 7, 0.125);
  const Interval truth = over(alone, 0, 0.5);
  omp_set_num_threads(4);
  CHECK(distance(over(path, 0, 0.5), truth) == 0);
  omp_set_num_threads(before);
}
#endif

TEST_CASE("suited steps: not longer, not much shorter, ends on coarse nodes") {
  const BrownianPath path(one(1), 1, 0);
  for (double t = 0.1; t < 1e4; t *= 1.7) {
    for (double dt = 1e-6; dt < 100; dt *= 3.1) {
      const double suited = path.suited(t, dt);
      CHECK(suited <= dt * (1 + 1e-15) + 4e-16 * t);
      CHECK(suited > 0.74 * dt);
    }
  }
}
