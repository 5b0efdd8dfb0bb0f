#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <cmath>

#include "network/support.hpp"
#include "neurode/network/families.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

namespace {

const InitialiserEntry& entry(const char* name) {
  const auto* e = find_entry(initialisers(), name);
  REQUIRE(e != nullptr);
  return *e;
}

struct Drawn {
  Matrix m;
  Diagnostics faults;
};

Drawn draw(const char* name, Index rows, Index cols, const Value& settings, std::uint64_t seed = 1,
           const std::filesystem::path& folder = {}, const std::string& unit = "") {
  Drawn out;
  out.m.resize(rows, cols);
  const Parameters p = parameters(entry(name).parameters, settings);
  const Value source = settings;
  entry(name).fill({rows, cols, p, source, seed, "a -> b.weights", folder, unit}, out.m, out.faults);
  return out;
}

Matrix good(const char* name, Index rows, Index cols, const Value& settings, std::uint64_t seed = 1) {
  auto d = draw(name, rows, cols, settings, seed);
  INFO(messages(d.faults));
  REQUIRE(d.faults.empty());
  return d.m;
}

std::string fault(const char* name, Index rows, Index cols, const Value& settings) {
  return messages(draw(name, rows, cols, settings).faults);
}

/// Mean, variance and kurtosis lie within 5 standard errors of those of n independent draws.
void check_moments(const Matrix& m, double mean, double variance, double kurtosis) {
  const double n = static_cast<double>(m.size());
  const Eigen::ArrayXd x = Eigen::Map<const Eigen::ArrayXd>(m.data(), m.size()) - m.mean();
  CHECK(std::abs(m.mean() - mean) < 5 * std::sqrt(variance / n));
  const double v = x.square().mean();
  CHECK(std::abs(v / variance - 1) < 5 * std::sqrt((kurtosis - 1) / n));
  const double error = kurtosis > 2 ? std::sqrt(24 / n) : std::sqrt(0.9 / n);  // normal, and wider than the uniform's
  CHECK(std::abs(x.pow(4).mean() / (v * v) - kurtosis) < 5 * error);
}

}  // namespace

TEST_CASE("the list of initialisers is sorted and every entry can fill") {
  std::string before;
  for (const auto& e : initialisers()) {
    CHECK(before < e.name);
    before = e.name;
    CHECK((e.fill != nullptr));
    CHECK_FALSE(e.summary.empty());
    CHECK(e.needs_fan == (e.name == "distance" || e.name == "glorot" || e.name == "he" || e.name == "lecun" ||
                          e.name == "orthogonal" || e.name == "spectral_radius"));
    CHECK(e.citation.empty() != e.needs_fan);
  }
  CHECK(initialisers().size() == 11);
}

TEST_CASE("constant and values") {
  CHECK(good("constant", 2, 3, table({{"value", num(0.5)}})) == Matrix::Constant(2, 3, 0.5));
  Matrix expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6;
  const Value rows = list({numbers({1, 2, 3}), numbers({4, 5, 6})});
  CHECK(good("values", 2, 3, table({{"values", rows}})) == expected);
  const Value flat = numbers({1, 2, 3});
  CHECK(good("values", 3, 1, table({{"values", flat}})) == Vector{{1, 2, 3}});
  CHECK(good("values", 1, 3, table({{"values", flat}})) == Vector{{1, 2, 3}}.transpose());
  CHECK(good("values", 3, 1, table({{"values", list({numbers({1}), numbers({2}), numbers({3})})}})) ==
        Vector{{1, 2, 3}});
  const auto with_unit = draw("values", 2, 1, table({{"values", list({text("-65 mV"), num(1)})}}), 1, {}, "mV");
  CHECK(with_unit.m == Vector{{-65, 1}});
  CHECK(draw("values", 1, 1, table({{"values", list({text("0.01 V")})}}), 1, {}, "mV").m(0, 0) == 10);
}

TEST_CASE("values: what is wrong with a list is said at its place") {
  const auto bad = [](Index rows, Index cols, Value v) { return fault("values", rows, cols, table({{"values", v}})); };
  CHECK(bad(2, 1, numbers({1, 2, 3})) ==
        "s.toml:3:7: k: has the wrong length; found 3 numbers; allowed: a list of 2 numbers, one a neuron");
  CHECK(bad(2, 3, numbers({1, 2, 3})) ==
        "s.toml:3:7: k: has the wrong length; found 3 rows; allowed: 2 rows (one a neuron that receives) of 3 numbers "
        "(one a neuron that sends)");
  CHECK(bad(2, 3, list({numbers({1, 2, 3}), numbers({4, 5})})) ==
        "s.toml:3:7: k: row 1 has the wrong length; found 2 numbers; allowed: 2 rows (one a neuron that receives) of 3 "
        "numbers (one a neuron that sends)");
  CHECK(bad(2, 2, list({numbers({1, 2}), num(3)})).find("row 1 must be a list of numbers; found 3") !=
        std::string::npos);
  CHECK(bad(2, 1, list({num(1), text("x")})) ==
        "s.toml:3:7: k: must be a number; found the string \"x\"; allowed: a number");
  CHECK(bad(2, 1, list({num(1), num(std::nan(""))})) == "s.toml:3:7: k: must be finite; found nan; allowed: a number");
  CHECK(bad(2, 1, num(3)).find("must be a list") != std::string::npos);
}

TEST_CASE("random ones draw number j * rows + i of their stream for element (i, j)") {
  const CounterRandom random(7, "a -> b.weights");
  const Matrix normal = good("normal", 3, 4, table({{"mean", num(2)}, {"std", num(0.5)}}), 7);
  const Matrix uniform = good("uniform", 3, 4, table({{"low", num(-1)}, {"high", num(3)}}), 7);
  for (Index j = 0; j < 4; ++j) {
    for (Index i = 0; i < 3; ++i) {
      const auto k = static_cast<std::uint64_t>(j * 3 + i);
      CHECK(normal(i, j) == doctest::Approx(2 + 0.5 * random.normal(k)).epsilon(1e-15));
      CHECK(uniform(i, j) == doctest::Approx(-1 + 4 * random.uniform(k)).epsilon(1e-15));
    }
  }
  CHECK(good("normal", 3, 4, table({{"std", num(1)}}), 8) != good("normal", 3, 4, table({{"std", num(1)}}), 7));
}

TEST_CASE("moments of normal and uniform") {
  check_moments(good("normal", 200, 150, table({{"mean", num(0.3)}, {"std", num(2)}})), 0.3, 4, 3);
  const Matrix u = good("uniform", 200, 150, table({{"low", num(-1)}, {"high", num(5)}}));
  check_moments(u, 2, 3, 1.8);
  CHECK(u.minCoeff() > -1);
  CHECK(u.minCoeff() < -1 + 6 * 20.0 / 30000);
  CHECK(u.maxCoeff() < 5);
  CHECK(u.maxCoeff() > 5 - 6 * 20.0 / 30000);
  CHECK(fault("uniform", 1, 1, table({{"low", num(2)}, {"high", num(1)}})) ==
        "s.toml:3:7: k: low must not be above high; found low = 2.0, high = 1.0; allowed: low <= high");
}

TEST_CASE("variances of lecun, glorot and he, normal and uniform") {
  const Index n_out = 200, n_in = 150;
  const std::pair<const char*, double> expected[] = {{"lecun", 1.0 / 150}, {"glorot", 2.0 / 350}, {"he", 2.0 / 150}};
  for (const auto& [scheme, variance] : expected) {
    const char* name = scheme;
    CAPTURE(name);
    check_moments(good(name, n_out, n_in, table({})), 0, variance, 3);
    check_moments(good(name, n_out, n_in, table({{"gain", num(3)}})), 0, 9 * variance, 3);
    const Matrix u = good(name, n_out, n_in, table({{"distribution", text("uniform")}}));
    check_moments(u, 0, variance, 1.8);
    const double half_width = std::sqrt(3 * variance);
    CHECK(u.cwiseAbs().maxCoeff() < half_width);
    CHECK(u.cwiseAbs().maxCoeff() > half_width * (1 - 20.0 / 30000));
  }
}

TEST_CASE("orthogonal: orthonormal rows or columns times the gain") {
  for (const auto& [rows, cols] : {std::pair<Index, Index>{60, 60}, {60, 25}, {25, 60}, {1, 1}, {1, 5}}) {
    const Matrix q = good("orthogonal", rows, cols, table({{"gain", num(2)}})) / 2;
    const Matrix gram = rows < cols ? Matrix(q * q.transpose()) : Matrix(q.transpose() * q);
    CHECK((gram - Matrix::Identity(gram.rows(), gram.rows())).cwiseAbs().maxCoeff() < 1e-13);
  }
}

TEST_CASE("orthogonal: the trace and the determinant have the moments of the Haar measure") {
  const int n = 2000;
  double trace = 0, trace2 = 0, determinant = 0;
  for (int seed = 0; seed < n; ++seed) {
    const Matrix q = good("orthogonal", 4, 4, table({}), static_cast<std::uint64_t>(seed));
    trace += q.trace() / n;
    trace2 += q.trace() * q.trace() / n;
    determinant += q.determinant() / n;
  }
  CHECK(std::abs(trace) < 5 / std::sqrt(n));  // E tr = 0, E tr^2 = 1, E tr^4 = 3 on O(4)
  CHECK(std::abs(trace2 - 1) < 5 * std::sqrt(2.0 / n));
  CHECK(std::abs(determinant) < 5 / std::sqrt(n));  // both signs equally often
}

TEST_CASE("spectral_radius") {
  for (const Index n : {1, 2, 50}) {
    const Matrix w = good("spectral_radius", n, n, table({{"radius", num(1.25)}}));
    const Eigen::EigenSolver<Matrix> solver(Matrix(w.transpose()), false);
    CHECK(std::abs(solver.eigenvalues().cwiseAbs().maxCoeff() - 1.25) < 1e-12);
  }
  CHECK(good("spectral_radius", 3, 3, table({{"radius", num(0)}})) == Matrix::Zero(3, 3));
  CHECK(fault("spectral_radius", 2, 3, table({{"radius", num(1)}})) ==
        "s.toml:3:7: k: only a square matrix has a spectral radius; found a matrix of 2 x 3; allowed: init = "
        "\"spectral_radius\" where a population projects onto itself");
}

TEST_CASE("diagonal = false leaves self-connections out") {
  for (auto [kind, settings] : {std::pair{"constant", table({{"value", num(2)}})},
                                {"normal", table({{"std", num(1)}})},
                                {"uniform", table({{"low", num(1)}, {"high", num(2)}})}}) {
    const char* name = kind;
    CAPTURE(name);
    const Matrix all = good(name, 5, 5, settings);
    settings.table().emplace_back("diagonal", flag(false));
    const Matrix w = good(name, 5, 5, settings);
    CHECK(w.diagonal() == Vector::Zero(5));
    CHECK(w + Matrix(all.diagonal().asDiagonal()) == all);  // the others stay what they were
    CHECK((all.diagonal().array() != 0).all());
    CHECK(fault(name, 2, 3, settings) ==
          "s.toml:3:7: k: only a square matrix has a diagonal to leave out; found a matrix of 2 x 3 with diagonal = "
          "false; allowed: diagonal = false where a population projects onto itself");
  }
}

TEST_CASE("file") {
  const Folder folder;
  folder.write("w.csv", "1,2,3\n4,5,-6e-1\n");
  folder.write("bad.csv", "1,2,3\n4,nan,6\n");
  folder.write("column.csv", "1\n2\n");
  folder.write("row.csv", "a,b\n1,2\n");
  const auto read = [&](Index rows, Index cols, const char* path, bool header = false) {
    return draw("file", rows, cols, table({{"path", text(path)}, {"header", flag(header)}}), 1, folder.path());
  };
  Matrix expected(2, 3);
  expected << 1, 2, 3, 4, 5, -0.6;
  CHECK(read(2, 3, "w.csv").m == expected);
  CHECK(read(2, 1, "column.csv").m == Vector{{1, 2}});
  CHECK(read(2, 1, "row.csv", true).m == Vector{{1, 2}});
  CHECK(folder.messages(read(3, 2, "w.csv").faults) ==
        "s.toml:3:7: k: the file has the wrong shape; found 2 x 3 numbers in \"w.csv\"; allowed: 3 x 2 (rows: neurons "
        "that receive, columns: neurons that send)");
  CHECK(folder.messages(read(2, 3, "bad.csv").faults) ==
        "bad.csv:2:3: column 1: must be finite; found \"nan\"; allowed: a finite number");
  CHECK(folder.messages(read(2, 3, "none.csv").faults) ==
        "s.toml:3:7: k: none.csv: cannot be opened: No such file or directory; allowed: a file that can be read; paths "
        "start at the scenario's folder");
}
