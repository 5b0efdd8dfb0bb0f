// Who is connected: exact degrees, statistics of the draws, distances, independence of threads, memory.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "network/connectivity/wiring.hpp"
#include "network/support.hpp"
#include "neurode/network/network.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;

namespace {

std::unique_ptr<network::Network> network_of(const std::string& text, Diagnostics& diagnostics) {
  const auto root = scenario::parse_toml(text, "test.toml", diagnostics);
  const auto s = scenario::read_scenario(root, "test.toml", diagnostics);
  return network::build_network(s, diagnostics);
}

/// Two populations and one projection from a to b (or a to a).
std::string scenario_of(const std::string& a, const std::string& b, const std::string& arrow, const std::string& keys,
                        int seed = 1) {
  return fmt::format(
      "schema = 1\nseed = {}\n[time]\nend = 1\n[population.a]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n{}\n"
      "[population.b]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n{}\n[projection.\"{}\"]\n{}\n",
      seed, a, b, arrow, keys);
}

SparsePattern pattern_of(const std::string& text) {
  Diagnostics diagnostics;
  const auto net = network_of(text, diagnostics);
  INFO(text, network::test::messages(diagnostics));
  REQUIRE(diagnostics.empty());
  REQUIRE(net->projections.size() == 1);
  const SparsePattern& p = *net->projections[0].wiring->pattern;
  REQUIRE(p.start.size() == static_cast<std::size_t>(p.rows) + 1);
  REQUIRE(p.start.back() == p.nonzeros());
  bool good = true;  // columns in range and ascending
  for (std::size_t i = 0; i + 1 < p.start.size(); ++i) {
    for (auto e = p.start[i]; e < p.start[i + 1]; ++e) {
      const auto c = p.column[static_cast<std::size_t>(e)];
      good = good && c >= 0 && c < p.cols && (e == p.start[i] || c > p.column[static_cast<std::size_t>(e) - 1]);
    }
  }
  REQUIRE(good);
  return p;
}

std::vector<Index> out_degrees(const SparsePattern& p) {
  std::vector<Index> n(static_cast<std::size_t>(p.cols), 0);
  for (const auto c : p.column) ++n[static_cast<std::size_t>(c)];
  return n;
}

bool has(const SparsePattern& p, Index i, Index j) {
  const auto first = p.column.begin() + p.start[static_cast<std::size_t>(i)],
             last = p.column.begin() + p.start[static_cast<std::size_t>(i) + 1];
  return std::binary_search(first, last, static_cast<std::int32_t>(j));
}

std::string weights(const char* connect) { return std::string("weights = 1\nconnect = ") + connect; }

/// Messages of a faulty scenario.
std::string faults(const std::string& text) {
  Diagnostics diagnostics;
  network_of(text, diagnostics);
  return network::test::messages(diagnostics);
}

}  // namespace

TEST_CASE("fixed probability: the number of connections and their spread are binomial") {
  const Index n = 400, m = 500;
  for (const double p : {0.003, 0.1, 0.7}) {
    CAPTURE(p);
    double mean_z = 0;
    for (int seed = 1; seed <= 4; ++seed) {
      const auto s =
          pattern_of(scenario_of("size = 500", "size = 400", "a -> b",
                                 weights(fmt::format("{{ rule = \"fixed_probability\", p = {} }}", p).c_str()), seed));
      REQUIRE(s.rows == n);
      REQUIRE(s.cols == m);
      const double pairs = static_cast<double>(n * m), spread = std::sqrt(pairs * p * (1 - p));
      const double z = (static_cast<double>(s.nonzeros()) - pairs * p) / spread;
      CHECK(std::abs(z) < 4);
      mean_z += z / 4;
      // Degrees: their variance is that of binomials on both sides.
      double in = 0, out = 0;
      for (Index i = 0; i < n; ++i) {
        const auto k =
            static_cast<double>(s.start[static_cast<std::size_t>(i) + 1] - s.start[static_cast<std::size_t>(i)]);
        in += (k - p * static_cast<double>(m)) * (k - p * static_cast<double>(m)) / static_cast<double>(n);
      }
      for (const Index k : out_degrees(s)) {
        const double d = static_cast<double>(k) - p * static_cast<double>(n);
        out += d * d / static_cast<double>(m);
      }
      CHECK(in / (static_cast<double>(m) * p * (1 - p)) == doctest::Approx(1).epsilon(0.3));
      CHECK(out / (static_cast<double>(n) * p * (1 - p)) == doctest::Approx(1).epsilon(0.3));
    }
    CHECK(std::abs(mean_z) < 2);
  }
}

TEST_CASE("fixed probability: nothing at 0, all at 1, no self-connections where there are to be none") {
  const auto at = [](const char* connect) {
    return pattern_of(scenario_of("size = 30", "size = 2", "a -> a", weights(connect)));
  };
  CHECK(at("{ rule = \"fixed_probability\", p = 0 }").nonzeros() == 0);
  CHECK(at("{ rule = \"fixed_probability\", p = 1 }").nonzeros() == 900);
  const auto others = at("{ rule = \"fixed_probability\", p = 1, self = false }");
  CHECK(others.nonzeros() == 870);
  for (Index i = 0; i < 30; ++i) CHECK_FALSE(has(others, i, i));
}

TEST_CASE("fixed degrees are exact, and every neuron is as likely as the others") {
  for (const char* self : {"true", "false"}) {
    const auto in = pattern_of(
        scenario_of("size = 200", "size = 2", "a -> a",
                    weights(fmt::format("{{ rule = \"fixed_in_degree\", n = 40, self = {} }}", self).c_str())));
    double chi2 = 0;
    for (Index i = 0; i < 200; ++i) {
      CHECK(in.start[static_cast<std::size_t>(i) + 1] == 40 * (i + 1));
      if (*self == 'f') CHECK_FALSE(has(in, i, i));
    }
    for (const Index k : out_degrees(in)) chi2 += static_cast<double>((k - 40) * (k - 40)) / (40 * 0.8);
    CHECK(chi2 > 130);  // 199 degrees of freedom: 140 to 262 at three standard deviations
    CHECK(chi2 < 270);
    const auto out = pattern_of(
        scenario_of("size = 200", "size = 2", "a -> a",
                    weights(fmt::format("{{ rule = \"fixed_out_degree\", n = 40, self = {} }}", self).c_str())));
    CHECK(out.nonzeros() == 8000);
    for (const Index k : out_degrees(out)) CHECK(k == 40);
    for (Index i = 0; *self == 'f' && i < 200; ++i) CHECK_FALSE(has(out, i, i));
  }
  CHECK(pattern_of(scenario_of("size = 7", "size = 5", "a -> b", weights("{ rule = \"fixed_in_degree\", n = 7 }")))
            .nonzeros() == 35);
  CHECK(pattern_of(scenario_of("size = 7", "size = 5", "a -> b", weights("{ rule = \"fixed_out_degree\", n = 0 }")))
            .nonzeros() == 0);
}

TEST_CASE("draws depend on the seed and the projection alone") {
  const auto keys = weights("{ rule = \"fixed_probability\", p = 0.2 }");
  const auto a = pattern_of(scenario_of("size = 900", "size = 700", "a -> b", keys, 1));
  CHECK(a.column == pattern_of(scenario_of("size = 900", "size = 700", "a -> b", keys, 1)).column);
  CHECK(a.column != pattern_of(scenario_of("size = 900", "size = 700", "a -> b", keys, 2)).column);
  CHECK(a.column != pattern_of(scenario_of("size = 900", "size = 700", "a -> b : other", keys, 1)).column);
  // The first rows do not know how many follow.
  const auto fewer = pattern_of(scenario_of("size = 900", "size = 300", "a -> b", keys, 1));
  CHECK(std::equal(fewer.column.begin(), fewer.column.end(), a.column.begin()));
}

TEST_CASE("connections by distance: who is near, and how often") {
  // A box of half-width 2.5 on a line of 10: neighbours up to 2 places away; on a ring also round the end.
  const auto line = pattern_of(scenario_of("size = 10", "size = 2", "a -> a",
                                           weights("{ rule = \"distance\", profile = \"box\", width = 2.5 }")));
  const auto ring = pattern_of(
      scenario_of("size = 10", "size = 2", "a -> a",
                  weights("{ rule = \"distance\", profile = \"box\", width = 2.5, periodic = true, self = false }")));
  for (Index i = 0; i < 10; ++i) {
    for (Index j = 0; j < 10; ++j) {
      const Index d = std::abs(i - j), round = std::min(d, 10 - d);
      CHECK(has(line, i, j) == (d <= 2));
      CHECK(has(ring, i, j) == (round <= 2 && i != j));
    }
  }
  // Sheets of different resolution: both over an area of 6 x 8.
  const auto sheet =
      pattern_of(scenario_of("shape = [2, 3, 4]", "shape = [6, 8]", "a -> b",
                             weights("{ rule = \"distance\", profile = \"box\", width = 1.6, length = [6, 8] }")));
  for (Index i = 0; i < 48; ++i) {
    for (Index j = 0; j < 24; ++j) {
      const double y = static_cast<double>(i / 8) + 0.5, x = static_cast<double>(i % 8) + 0.5;
      const double v = (static_cast<double>(j / 4 % 3) + 0.5) * 2, u = (static_cast<double>(j % 4) + 0.5) * 2;
      CHECK(has(sheet, i, j) == (std::hypot(x - u, y - v) <= 1.6));
    }
  }
  // A gaussian: at each distance as many as its value says.
  const auto many = pattern_of(scenario_of("size = 4000", "size = 2", "a -> a",
                                           weights("{ rule = \"distance\", p = 0.6, width = 8, periodic = true }")));
  for (const Index d : {0, 4, 8, 16, 24}) {
    const double p = 0.6 * std::exp(-static_cast<double>(d * d) / 128);
    double count = 0;
    for (Index i = 0; i < 4000; ++i) count += has(many, i, (i + d) % 4000);
    CHECK(std::abs(count - 4000 * p) < 4 * std::sqrt(4000 * p * (1 - p)));
  }
}

TEST_CASE("weights by distance: matrices, connections, kernels") {
  Diagnostics diagnostics;
  auto net = network_of(
      scenario_of(
          "size = 8", "size = 4", "a -> b",
          "weights = { init = \"distance\", profile = \"mexican_hat\", width = 0.7, surround = 0.4, amplitude = 2, "
          "offset = -0.1, length = 6, periodic = true, integral = true }"),
      diagnostics);
  REQUIRE(diagnostics.empty());
  const Matrix& w = *net->projections[0].weights;
  REQUIRE(w.rows() == 4);
  REQUIRE(w.cols() == 8);
  for (Index i = 0; i < 4; ++i) {
    for (Index j = 0; j < 8; ++j) {
      double d = std::abs((static_cast<double>(i) + 0.5) * 1.5 - (static_cast<double>(j) + 0.5) * 0.75);
      d = std::min(d, 6 - d);
      const double value = 2 * (std::exp(-d * d / 0.98) - 0.4 * std::exp(-d * d / (2 * 1.96))) - 0.1;
      CHECK(w(i, j) == doctest::Approx(0.75 * value).epsilon(1e-12));
    }
  }
  net = network_of(scenario_of("shape = [7, 9]", "shape = [2, 5, 7]", "a -> b",
                               "connect = { rule = \"convolution\", kernel = 3 }\n"
                               "weights = { init = \"distance\", profile = \"exponential\", width = 2 }"),
                   diagnostics);
  REQUIRE(diagnostics.empty());
  const Matrix& k = *net->projections[0].weights;
  REQUIRE(k.rows() == 2);
  REQUIRE(k.cols() == 9);
  for (Index e = 0; e < 9; ++e) {
    const double d = std::hypot(static_cast<double>(e % 3 - 1), static_cast<double>(e / 3 - 1));
    for (Index o = 0; o < 2; ++o) CHECK(k(o, e) == doctest::Approx(std::exp(-d / 2)).epsilon(1e-14));
  }
}

TEST_CASE("weights of connections scale with the number of inputs there are") {
  Diagnostics diagnostics;
  const auto net = network_of(scenario_of("size = 2000", "size = 1000", "a -> b",
                                          "weights = { init = \"lecun\" }\n"
                                          "connect = { rule = \"fixed_in_degree\", n = 50 }"),
                              diagnostics);
  REQUIRE(diagnostics.empty());
  const Matrix& w = *net->projections[0].weights;
  REQUIRE(w.size() == 50000);
  CHECK(w.squaredNorm() / 50000 == doctest::Approx(1.0 / 50).epsilon(0.03));
  CHECK(std::set<double>(w.data(), w.data() + w.size()).size() == 50000);
}

TEST_CASE("what does not fit is refused") {
  const auto told = [](const char* a, const char* b, const char* arrow, const char* keys) {
    return faults(scenario_of(a, b, arrow, keys));
  };
  CHECK(
      told("size = 3", "size = 4", "a -> b", "weights = 1\nconnect = \"one_to_one\"") ==
      "test.toml:15:11: projection.\"a -> b\".connect: one to one needs two populations of one size; found \"a\" has 3 "
      "neurons, \"b\" has 4; allowed: equal sizes");
  CHECK(told("size = 3", "size = 4", "a -> b", "weights = 1\nconnect = { rule = \"fixed_in_degree\", n = 4 }")
            .find("there are not that many neurons to hear from; found 4; allowed: 0 to 3, the neurons of \"a\"") !=
        std::string::npos);
  CHECK(told("size = 3", "size = 4", "a -> b", "weights = 1\nconnect = { rule = \"fixed_probability\", p = 1.5 }")
            .find("p") != std::string::npos);
  CHECK(told("size = 3", "size = 4", "a -> b", "weights = 1\nconnect = { rule = \"all_to_all\", self = false }")
            .find("only a projection of a population onto itself") != std::string::npos);
  CHECK(told("shape = [8, 8]", "shape = [6, 7]", "a -> b",
             "weights = 1\nconnect = { rule = \"convolution\", kernel = 3 }")
            .find("found shape = [6, 7]; allowed: shape = [6, 6], or [channels, 6, 6]") != std::string::npos);
  CHECK(told("size = 3", "size = 4", "a -> b", "weights = 1\nconnect = \"one_to_onee\"")
            .find("(did you mean \"one_to_one\"?)") != std::string::npos);
  CHECK(told("size = 3", "size = 4", "a -> b", "connect = { rule = \"fixed_in_degree\", n = 2 }")
            .find("lacks the key \"weights\"") != std::string::npos);
  CHECK(told("size = 3", "size = 4", "a -> b",
             "weights = { init = \"orthogonal\" }\nconnect = { rule = \"fixed_in_degree\", n = 2 }")
            .find("needs a whole matrix of weights") != std::string::npos);
}

TEST_CASE("ten million of ten thousand million pairs") {
  const auto p = pattern_of(
      scenario_of("size = 100000", "size = 2", "a -> a", weights("{ rule = \"fixed_probability\", p = 0.001 }")));
  CHECK(std::abs(static_cast<double>(p.nonzeros()) - 1e7) < 4 * std::sqrt(1e7));
  CHECK(p.column.capacity() == p.column.size());
}
