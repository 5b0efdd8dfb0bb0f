// Local rules against their exact solutions, from the scenario's text to the last state.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <cmath>
#include <numbers>

#include "prepared.hpp"

using namespace neurode;

namespace {

const char* kTight = "[integrator]\nmethod = \"tsit5\"\nrtol = 1e-12\natol = 1e-14\n";

std::string rows(const Matrix& m) {
  std::string out = "[";
  for (Index i = 0; i < m.rows(); ++i) {
    out += i > 0 ? ", [" : "[";
    for (Index j = 0; j < m.cols(); ++j) out += fmt::format("{}{:.17g}", j > 0 ? ", " : "", m(i, j));
    out += "]";
  }
  return out + "]";
}

/// Linear units y = W x on the samples (rows of `data`), the weights moved by `plasticity`.
std::string linear(const Matrix& data, const Matrix& w, const std::string& plasticity, double end,
                   const std::string& more = "") {
  return fmt::format(
      "schema = 1\n{}[data]\ninputs = {}\n[population.x]\nsize = {}\nmodel = \"clamped\"\n[population.y]\nsize = {}\n"
      "model = \"instantaneous\"\nactivation = \"identity\"\n[projection.\"x -> y\"]\nweights = {}\nplasticity = {}\n"
      "{}[time]\nend = {}\n",
      "", rows(data), data.cols(), w.rows(), rows(w), plasticity, more + kTight, end);
}

Matrix weights_at_end(run::Prepared& p, const char* name = "x -> y.weights") {
  const Slice& s = *p.problem.system->layout().find(name);
  const auto end = integrated(p);
  REQUIRE(end.outcome == integrate::Outcome::reached_end);
  return Eigen::Map<const Matrix>(end.x.data() + s.offset, s.rows, s.cols);
}

/// exp(C t) of a symmetric matrix.
Matrix exponential(const Matrix& c, double t) {
  const Eigen::SelfAdjointEigenSolver<Matrix> e(c);
  return e.eigenvectors() * (t * e.eigenvalues().array()).exp().matrix().asDiagonal() * e.eigenvectors().transpose();
}

/// Five samples of three inputs, of no particular kind, with a mean.
Matrix samples() {
  Matrix x(5, 3);
  x << 0.9, -0.2, 0.4, -0.5, 0.7, 0.1, 0.3, 0.6, -0.8, -0.1, -0.9, 0.5, 0.8, 0.2, 0.2;
  return x;
}
Matrix second_moment(const Matrix& x) { return x.transpose() * x / static_cast<double>(x.rows()); }

}  // namespace

TEST_CASE("Hebb, anti-Hebb: w' = +-rate C w, exactly") {
  const Matrix x = samples(), c = second_moment(x);
  Matrix w(2, 3);
  w << 0.3, -0.4, 0.5, 0.2, 0.1, -0.6;
  for (const auto& [rule, sign] : {std::pair{"hebb", 1.0}, {"anti_hebbian", -1.0}}) {
    auto p = prepared(linear(x, w, fmt::format("{{ rule = \"{}\", rate = 0.7 }}", rule), 2.5));
    CHECK((weights_at_end(*p) - w * exponential(c, sign * 0.7 * 2.5)).norm() < 1e-11);
  }
}

TEST_CASE("Oja: w(t) = e^{Ct} w0 / sqrt(1 + w0.(e^{2Ct} - 1) w0)") {
  const Matrix x = samples(), c = second_moment(x);
  Matrix w(1, 3);
  w << 0.3, -0.4, 0.5;
  for (const double t : {0.5, 4.0}) {
    auto p = prepared(linear(x, w, "\"oja\"", t));
    const Matrix grown = w * exponential(c, t);
    const double norm = 1 + ((w * exponential(c, 2 * t) - w) * w.transpose())(0, 0);
    CHECK((weights_at_end(*p) - grown / std::sqrt(norm)).norm() < 1e-11);
  }
}

TEST_CASE("Sanger: ordered principal components, the first like Oja's exact solution") {
  const Matrix x = samples(), c = second_moment(x);
  Matrix w(3, 3);
  w << 0.3, -0.4, 0.5, 0.2, 0.1, -0.6, 0.4, 0.3, 0.2;
  auto early = prepared(linear(x, w, "\"sanger\"", 0.5));
  const Matrix first = w.row(0);
  const double norm = 1 + ((first * exponential(c, 1.0) - first) * first.transpose())(0, 0);
  CHECK((weights_at_end(*early).row(0) - first * exponential(c, 0.5) / std::sqrt(norm)).norm() < 1e-11);

  auto late = prepared(linear(x, w, "\"sanger\"", 400));
  const Matrix found = weights_at_end(*late);
  const Eigen::SelfAdjointEigenSolver<Matrix> e(c);  // ascending
  for (Index k = 0; k < 3; ++k) {
    const Vector v = e.eigenvectors().col(2 - k);
    CHECK(std::abs(std::abs(found.row(k).dot(v)) - 1) < 1e-9);
    CHECK(std::abs(found.row(k).norm() - 1) < 1e-9);
  }
}

TEST_CASE("Sanger: the right-hand side is y x^T - LT(y y^T) W, averaged") {
  const Matrix x = samples();
  Matrix w(3, 3);
  w << 0.3, -0.4, 0.5, 0.2, 0.1, -0.6, 0.4, 0.3, 0.2;
  auto p = prepared(linear(x, w, "{ rule = \"sanger\", rate = 0.3 }", 1));
  Matrix f(3, 3), expected = Matrix::Zero(3, 3);
  p->problem.system->rhs(0, p->problem.initial.data(), f.data());
  for (Index s = 0; s < x.rows(); ++s) {
    const Vector y = w * x.row(s).transpose();
    const Matrix lower = (y * y.transpose()).triangularView<Eigen::Lower>();
    expected += 0.3 * (y * x.row(s) - lower * w) / static_cast<double>(x.rows());
  }
  CHECK((f - expected).norm() < 1e-14);
}

TEST_CASE("covariance: w' = rate Cov w where the means stand at theirs, and soon wherever they start") {
  const Matrix x = samples();
  const Eigen::RowVectorXd m = x.colwise().mean();
  const Matrix cov = second_moment(x) - m.transpose() * m;
  Matrix w(2, 3);
  w << 0.3, -0.4, 0.5, 0.2, 0.1, -0.6;
  const std::string at = fmt::format("[{:.17g}, {:.17g}, {:.17g}]", m[0], m[1], m[2]);
  auto p = prepared(
      linear(x, w, "{ rule = \"covariance\", rate = 0.7, tau = 0.8, initial = { pre_mean = " + at + " } }", 3));
  CHECK((weights_at_end(*p) - w * exponential(cov, 0.7 * 3)).norm() < 1e-11);

  // From 0 the mean of pre is m (1 - e^{-t/tau}): w' = (Cov + e^{-t/tau} m m^T) w - e^{-t/tau} (mean of post) m^T.
  auto q = prepared(linear(x, w, "{ rule = \"covariance\", tau = 0.01 }", 3));
  CHECK((weights_at_end(*q) - w * exponential(cov, 3)).norm() < 0.02);
  const auto& layout = q->problem.system->layout();
  REQUIRE(layout.find("x -> y.pre_mean") != nullptr);
  CHECK(layout.find("x -> y.pre_mean")->size() == 3);
  CHECK(layout.find("x -> y.post_mean")->size() == 2);
  CHECK(layout.find("x -> y.post_mean")->block == Block::auxiliary);
  const auto end = integrated(*q);
  const Eigen::Map<const Vector> pre(end.x.data() + layout.find("x -> y.pre_mean")->offset, 3);
  CHECK((pre.transpose() - m).norm() < 1e-12);
}

TEST_CASE("BCM with one input: a Hopf bifurcation exactly at rate tau = 1, with omega = 1/tau") {
  const double tau = 0.4;
  const auto eigenvalues = [&](double rate) {
    auto p = prepared(linear(
        Matrix::Ones(1, 1), Matrix::Ones(1, 1),
        fmt::format("{{ rule = \"bcm\", rate = {:.17g}, tau = {}, initial = {{ theta = 1.0 }} }}", rate, tau), 1));
    auto& system = *p->problem.system;
    REQUIRE(system.size() == 2);
    Vector f(2);
    system.rhs(0, p->problem.initial.data(), f.data());
    CHECK(f.norm() == 0);  // w = theta = 1 is the fixed point
    Matrix j;
    system.jacobian(0, p->problem.initial.data(), j);
    return Eigen::EigenSolver<Matrix>(j).eigenvalues().eval();
  };
  const auto critical = eigenvalues(1 / tau);
  CHECK(std::abs(critical[0].real()) < 1e-8);
  CHECK(std::abs(std::abs(critical[0].imag()) - 1 / tau) < 1e-8);
  // Re = (rate - 1/tau)/2 on both sides of it.
  for (const double off : {-1e-3, 1e-3}) {
    CHECK(std::abs(eigenvalues((1 + off) / tau)[0].real() - off / (2 * tau)) < 1e-8);
  }
}

TEST_CASE("BCM: two independent patterns, equally often, settle at y = (2, 0) and theta = 2") {
  Matrix x(2, 2), w(1, 2);
  x << 1.0, 0.3, 0.2, 0.8;
  w << 0.6, 0.4;
  auto p = prepared(linear(x, w, "{ rule = \"bcm\", rate = 1.0, tau = 0.1, initial = { theta = 0.2 } }", 300));
  const auto end = integrated(*p);
  const Eigen::Map<const Matrix> found(end.x.data(), 1, 2);
  const Vector y = x * found.transpose();
  CHECK(std::abs(y[0] - 2) < 1e-9);
  CHECK(std::abs(y[1]) < 1e-9);
  CHECK(std::abs(end.x[p->problem.system->layout().find("x -> y.theta")->offset] - 2) < 1e-9);
}

TEST_CASE("synaptic scaling: ratios stay, y = r0/(1 + (r0/y0 - 1) e^{-r0 t/tau})") {
  Matrix x(1, 3), w(2, 3);
  x << 0.7, 0.2, 0.9;
  w << 0.3, 0.4, 0.5, 2.0, 1.0, 3.0;
  const double target = 1.7, tau = 2.0, t = 0.8;
  auto p =
      prepared(linear(x, w, fmt::format("{{ rule = \"synaptic_scaling\", target = {}, tau = {} }}", target, tau), t));
  const Matrix found = weights_at_end(*p);
  for (Index i = 0; i < 2; ++i) {
    const double y0 = w.row(i).dot(x.row(0)), y = found.row(i).dot(x.row(0));
    CHECK(std::abs(y - target / (1 + (target / y0 - 1) * std::exp(-target * t / tau))) < 1e-11);
    CHECK((found.row(i) / found(i, 0) - w.row(i) / w(i, 0)).norm() < 1e-11);
  }
}

TEST_CASE("homeostatic bias: a linear unit goes to its target exponentially, beside a learning rule or not") {
  const std::string text = std::string(R"(schema = 1
[population.y]
size = 2
model = "instantaneous"
activation = "identity"
bias = { init = [0.3, -0.2], plasticity = { rule = "homeostatic_bias", rate = 0.5, target = 0.9 } }
[time]
end = 3
)") + kTight;
  auto p = prepared(text);
  const auto end = integrated(*p);
  REQUIRE(end.x.size() == 2);
  CHECK(std::abs(end.x[0] - (0.9 + (0.3 - 0.9) * std::exp(-1.5))) < 1e-12);
  CHECK(std::abs(end.x[1] - (0.9 + (-0.2 - 0.9) * std::exp(-1.5))) < 1e-12);
  CHECK(p->problem.find("y.bias") != nullptr);
}

TEST_CASE("rules of one's own: sums over connections") {
  // Subtractive normalisation (Miller, MacKay 1994): the sum of a neuron's weights stands still, on every wiring.
  const std::string rule =
      "[plasticity.subtractive]\nequations = \"dw/dt = post*(pre - sum_pre(pre)/sum_pre(1))\"\n"
      "[plasticity.multiplicative]\nequations = \"dw/dt = post*pre - w*sum_pre(w*post*pre)/sum_pre(w^2)\"\n"
      "[plasticity.subspace]\nequations = \"dw/dt = post*(pre - sum_post(post*w))\"\n";
  const Matrix x = samples();
  Matrix w(2, 3);
  w << 0.3, -0.4, 0.5, 0.2, 0.1, -0.6;
  auto p = prepared(linear(x, w, "\"subtractive\"", 1.5, rule));
  const Matrix sub = weights_at_end(*p);
  CHECK((sub.rowwise().sum() - w.rowwise().sum()).norm() < 1e-12);
  CHECK((sub - w).norm() > 0.1);
  auto q = prepared(linear(x, w, "\"multiplicative\"", 1.5, rule));
  const Matrix mul = weights_at_end(*q);  // keeps the length of each row
  CHECK((mul.rowwise().norm() - w.rowwise().norm()).norm() < 1e-11);
  CHECK((mul - w).norm() > 0.1);
  auto o = prepared(linear(x, w, "\"subspace\"", 200, rule));
  const Matrix basis = weights_at_end(*o);  // orthonormal, and spans what the two largest eigenvectors span
  CHECK((basis * basis.transpose() - Matrix::Identity(2, 2)).norm() < 1e-9);
  const Eigen::SelfAdjointEigenSolver<Matrix> e(second_moment(x));
  CHECK((basis * e.eigenvectors().col(0)).norm() < 1e-9);

  const std::string sparse = "connect = { rule = \"fixed_in_degree\", n = 2 }\n";
  for (const char* name : {"subtractive", "multiplicative"}) {
    auto text = linear(x, w, fmt::format("\"{}\"", name), 1.5, sparse + rule);
    const auto at = text.find("weights = ");
    text.replace(at, text.find('\n', at) - at, "weights = { init = \"uniform\", low = 0.2, high = 0.9 }");
    auto r = prepared(text);
    const Slice& s = *r->problem.system->layout().find("x -> y.weights");
    REQUIRE(s.size() == 4);  // two a neuron, row by row
    const Vector before = r->problem.initial.segment(s.offset, 4), after = integrated(*r).x.segment(s.offset, 4);
    CHECK((after - before).norm() > 0.05);
    for (const Index i : {0, 2}) {
      if (std::string(name) == "subtractive") {
        CHECK(std::abs(after.segment(i, 2).sum() - before.segment(i, 2).sum()) < 1e-12);
      } else {
        CHECK(std::abs(after.segment(i, 2).norm() - before.segment(i, 2).norm()) < 1e-11);
      }
    }
  }
}

TEST_CASE("a state a connection, a mean over samples, and time in the rule's own unit") {
  // v' = <post pre> - v, w' = v in ms: w'' + w' - 2.5 w = 0.
  const std::string rule =
      "[plasticity.lagged]\nequations = \"\"\"\ndw/dt = v\ndv/dt = mean(post*pre) - v\n\"\"\"\n"
      "states = { v = \"connection\" }\ninitial = { v = 0.25 }\ntime_unit = \"ms\"\n";
  Matrix x(2, 1), w(1, 1);
  x << 1.0, 2.0;
  w << 0.5;
  auto text = linear(x, w, "\"lagged\"", 0.8e-3, rule) + "unit = \"s\"\n";
  auto p = prepared(text);
  const double a = (-1 + std::sqrt(11.0)) / 2, b = (-1 - std::sqrt(11.0)) / 2, t = 0.8;
  const double ca = (0.25 - 0.5 * b) / (a - b), cb = 0.5 - ca;
  CHECK(std::abs(weights_at_end(*p)(0, 0) - (ca * std::exp(a * t) + cb * std::exp(b * t))) < 1e-11);
  const auto* v = p->problem.system->layout().find("x -> y.v");
  REQUIRE(v != nullptr);
  CHECK(v->block == Block::auxiliary);
}
