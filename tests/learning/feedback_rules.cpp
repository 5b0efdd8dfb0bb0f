// Feedback alignment, direct feedback alignment, predictive coding.
#include <doctest/doctest.h>
#include <Eigen/LU>

#include "rule_fixture.hpp"

using namespace neurode;

namespace {

/// A value of the problem at (t, x).
Matrix value(run::Prepared& p, const std::string& name, const Vector& x) {
  const auto* n = p.problem.find(name);
  REQUIRE(n != nullptr);
  const auto sampler = p.problem.sampler({n->value});
  Matrix out(n->rows, n->cols);
  sampler->run(0, x.data(), out.data());
  return out;
}

Matrix rate(run::Prepared& p, const std::string& name, const Vector& x) {
  const Slice& s = *p.problem.system->layout().find(name);
  Vector f(x.size());
  p.problem.system->rhs(0, x.data(), f.data());
  return Eigen::Map<const Matrix>(f.data() + s.offset, s.rows, s.cols);
}

Matrix tanh_slope(const Matrix& a) { return (1 - a.array().square()).matrix(); }

std::vector<Vector> along(run::Prepared& p, double every) {
  std::vector<Vector> out;
  integrate::Observer observer;
  observer.output = [&](std::size_t, std::int64_t, double, const Vector& x) { out.push_back(x); };
  const auto r = integrate::drive(*p.problem.system, 0, p.problem.initial, p.scenario.time.end, p.options, {{every}},
                                  {}, observer);
  REQUIRE(r.outcome == integrate::Outcome::reached_end);
  return out;
}

Matrix inputs() { return (Matrix(2, 3) << 0.4, 1.1, -0.7, -0.9, 0.3, 0.6).finished(); }
Matrix targets() { return (Matrix(2, 3) << 0.3, 0.9, 0.2, 0.7, 0.1, 0.8).finished(); }

}  // namespace

TEST_CASE("feedback alignment: errors go back through B, layer by layer; direct: from the output to each at once") {
  for (const bool direct : {false, true}) {
    CAPTURE(direct);
    auto p =
        prepared(RuleNet{direct ? "rule = \"direct_feedback_alignment\"" : "rule = \"feedback_alignment\""}.text());
    const Vector& x = p->problem.initial;
    const Matrix h = value(*p, "h.a", x), g = value(*p, "g.a", x), y = value(*p, "y.a", x);
    const Matrix dy = 2 * (y - targets());
    const Matrix bg = value(*p, direct ? "g.feedback" : "g -> y.feedback", x);
    const Matrix bh = value(*p, direct ? "h.feedback" : "h -> g.feedback", x);
    const Matrix dg = tanh_slope(g).cwiseProduct(bg * dy);
    const Matrix dh = tanh_slope(h).cwiseProduct(bh * (direct ? dy : dg));
    CHECK((rate(*p, "g -> y.weights", x) + dy * g.transpose()).norm() < 1e-13);
    CHECK((rate(*p, "h -> g.weights", x) + dg * h.transpose()).norm() < 1e-13);
    CHECK((rate(*p, "x -> h.weights", x) + dh * inputs().transpose()).norm() < 1e-13);
    CHECK((rate(*p, "h.bias", x) + dh.rowwise().sum()).norm() < 1e-13);
  }
}

TEST_CASE("feedback weights: drawn by the seed, standard deviation gain / sqrt(neurons they come from)") {
  RuleNet net{"rule = \"feedback_alignment\"\ngain = 3"};
  auto p = prepared(net.text(), {"population.h.size=200", "population.g.size=150"});
  const Matrix b = value(*p, "h -> g.feedback", p->problem.initial);
  CHECK(b.rows() == 200);
  CHECK(b.cols() == 150);
  CHECK(std::abs(b.mean()) < 4 * 3 / std::sqrt(150.0 * 30000));
  CHECK(b.squaredNorm() / 30000 == doctest::Approx(9.0 / 150).epsilon(4 * std::sqrt(2.0 / 30000)));
  auto other = prepared(net.text(), {"population.h.size=200", "population.g.size=150", "seed=5"});
  CHECK((value(*other, "h -> g.feedback", other->problem.initial) - b).norm() > 1);
}

TEST_CASE("feedback alignment on two linear layers: W1 W1^T - B W2 - (B W2)^T stays") {
  RuleNet net{"rule = \"feedback_alignment\"\nrate = 0.5", "identity"};
  net.deep = net.bias = false;
  auto p = prepared(net.text(), {"time.end=20"});
  const auto kept = [&](const Vector& x) {
    const Matrix w1 = value(*p, "x -> h.weights", x), w2 = value(*p, "h -> y.weights", x);
    const Matrix bw = value(*p, "h -> y.feedback", x) * w2;
    return Matrix(w1 * w1.transpose() - bw - bw.transpose());
  };
  const auto path = along(*p, 1);
  double moved = 0;
  for (const Vector& x : path) {
    CHECK((kept(x) - kept(path[0])).norm() < 1e-10);
    moved = std::max(moved, (x - path[0]).norm());
  }
  CHECK(moved > 0.3);
}

TEST_CASE("predictive coding on two linear layers settles at eps = S^-1 r, with the energy r^T S^-1 r / 2") {
  RuleNet net{"rule = \"predictive_coding\"\nrate = 1e-30", "identity"};
  net.deep = net.bias = false;
  std::string text = net.text();
  text.replace(text.find("\"squared_error\""), 15, "{ name = \"squared_error\", factor = 0.5 }");
  auto p = prepared(text, {"time.end=30"});
  const Vector x = integrated(*p).x;
  const Matrix w1 = value(*p, "x -> h.weights", x), w2 = value(*p, "h -> y.weights", x);
  const Matrix r = targets() - w2 * w1 * inputs();
  const Matrix s = Matrix::Identity(2, 2) + w2 * w2.transpose(), eps = s.inverse() * r;
  CHECK(value(*p, "energy", x)(0, 0) == doctest::Approx(r.cwiseProduct(eps).sum() / 2).epsilon(1e-10));
  // g = -eps_2 x_1^T, -eps_1 x_0^T with eps_1 = W2^T eps_2, x_1 = W1 x_0 + eps_1.
  const Matrix hidden = w1 * inputs() + w2.transpose() * eps;
  CHECK((rate(*p, "h -> y.weights", x) / 1e-30 - eps * hidden.transpose()).norm() < 1e-9);
  CHECK((rate(*p, "x -> h.weights", x) / 1e-30 - w2.transpose() * eps * inputs().transpose()).norm() < 1e-9);
  CHECK((value(*p, "h.error", x) - w2.transpose() * eps).norm() < 1e-9);
}

TEST_CASE(
    "predictive coding: the energy never rises, with weights that move; a mean over samples has the same activity") {
  auto p = prepared(RuleNet{"rule = \"predictive_coding\"\ntau = 0.5\nrate = 2"}.text(), {"time.end=4"});
  double before = 1e300;
  const auto path = along(*p, 0.05);
  for (const Vector& x : path) {
    const double e = value(*p, "energy", x)(0, 0);
    CHECK(e <= before + 1e-12);
    before = e;
  }
  CHECK(before < 0.5 * value(*p, "energy", path[0])(0, 0));
  const auto text = RuleNet{"rule = \"predictive_coding\"\nrate = 1e-30"}.text();
  auto sum = prepared(text), mean = prepared(text, {"learning.loss={name=\"squared_error\",reduction=\"mean\"}"});
  const Vector a = integrated(*sum).x, b = integrated(*mean).x;
  CHECK((value(*sum, "h.x", a) - value(*mean, "h.x", b)).norm() < 1e-12);
  CHECK((rate(*sum, "g -> y.weights", a) / 3 - rate(*mean, "g -> y.weights", b)).norm() <
        1e-12 * rate(*sum, "g -> y.weights", a).norm());
}
