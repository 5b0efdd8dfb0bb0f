// Figures that are computed where they are asked for, each against another way to compute it.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <cmath>

#include "differences.hpp"
#include "learning/gradients/reference.hpp"
#include "learning/parts/lanczos.hpp"
#include "neurode/learning/families.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

struct Net {
  std::string rule = "rule = \"gradient_flow\"", activation = "tanh", extra = "", more = "";
  bool biases = true;
};

/// 3 inputs, 4 hidden, 2 outputs, 5 samples, leaky rate units.
std::string text_of(const Net& n) {
  const std::string bias = n.biases ? "bias = { init = \"normal\", std = 0.4, plastic = true }\n" : "";
  return fmt::format(R"(schema = 1
seed = 11
[data]
inputs = [[0.2, -1, 0.5], [1, 0.3, -0.4], [-0.6, 0.8, 0.1], [0.9, -0.2, 0.7], [-1.1, 0.4, -0.3]]
targets = [[1, 0], [0, 1], [1, 0], [0, 1], [0, 1]]
[population.x]
size = 3
model = "clamped"
[population.h]
size = 4
model = "leaky_rate"
activation = "{}"
{}[population.y]
size = 2
model = "leaky_rate"
activation = "identity"
{}[projection."x -> h"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
[projection."h -> y"]
weights = {{ init = "normal", std = 0.6, plastic = true }}
{}
[learning]
{}
loss = "squared_error"
rate = 0.8
{}
[integrator]
method = "dop853"
rtol = 1e-9
atol = 1e-11
[time]
end = 2
)",
                     n.activation, bias, bias, n.extra, n.rule, n.more);
}

const std::string kRecurrent = "[projection.\"h -> h\"]\nweights = { init = \"normal\", std = 0.2, plastic = true }\n";

double figure(run::Prepared& p, const std::string& name, const Vector& x, double t = 0) {
  std::string why;
  const auto* m = p.problem.figure(name, &why);
  CAPTURE(why);
  REQUIRE(m != nullptr);
  return m->evaluate(t, x.data());
}

/// The Hessian of the adiabatic loss: minus the Jacobian of the flow with rate 0.8.
Matrix hessian(System& system, const Vector& w) {
  const Index n = w.size();
  Matrix h(n, n);
  for (Index k = 0; k < n; ++k) {
    const Vector e = Vector::Unit(n, k);
    system.jvp(0, w.data(), e.data(), h.col(k).data());
  }
  return -h / 0.8;
}

}  // namespace

TEST_CASE("monitors: norms of g and of the weights, wherever they stand in the state") {
  for (const char* rule : {"rule = \"gradient_flow\"", "rule = \"gradient_flow\"\nmode = \"coupled\"\nerror_tau = 0.3",
                           "rule = \"feedback_alignment\"", "rule = \"predictive_coding\""}) {
    CAPTURE(rule);
    auto p = prepared(text_of({rule}));
    const Vector x = p->problem.initial + 0.1 * noise(p->problem.initial.size(), "place");
    Vector f(x.size());
    p->problem.system->rhs(0, x.data(), f.data());
    double g = 0, w = 0;
    for (const auto& s : p->problem.system->layout().slices()) {
      if (s.block != Block::weights) continue;
      g += f.segment(s.offset, s.size()).squaredNorm() / 0.64;
      w += x.segment(s.offset, s.size()).squaredNorm();
    }
    CHECK(figure(*p, "gradient_norm", x) == doctest::Approx(std::sqrt(g)).epsilon(1e-12));
    CHECK(figure(*p, "weight_norm", x) == doctest::Approx(std::sqrt(w)).epsilon(1e-14));
  }
  // By Newton's method: no expression of the weights.
  auto p = prepared(text_of({"rule = \"gradient_flow\"", "tanh", kRecurrent}));
  const Vector x = p->problem.initial;
  Vector f(x.size());
  p->problem.system->rhs(0, x.data(), f.data());
  CHECK(figure(*p, "gradient_norm", x) == doctest::Approx(f.norm() / 0.8).epsilon(1e-9));
}

TEST_CASE("monitors: sharpness is the largest eigenvalue of the Hessian") {
  for (const std::string& extra : {std::string(), kRecurrent}) {
    CAPTURE(extra);
    auto p = prepared(text_of({"rule = \"gradient_flow\"", "tanh", extra}));
    const Vector w = p->problem.initial;
    const Matrix h = hessian(*p->problem.system, w);
    const Vector all = Eigen::SelfAdjointEigenSolver<Matrix>(0.5 * (h + h.transpose())).eigenvalues();
    CHECK(figure(*p, "sharpness", w) == doctest::Approx(all[all.size() - 1]).epsilon(1e-8));
    CHECK(figure(*p, "lowest_curvature", w) == doctest::Approx(all[0]).epsilon(1e-7));
    CHECK(all[0] < 0);  // of an indefinite matrix it is the largest, not that of the largest size
  }
}

TEST_CASE("monitors: Lanczos") {
  const auto largest = [](const Matrix& a, const Vector& start = {}) {
    const auto found = learning::largest_eigenpair(
        a.rows(),
        [&](const double* v, double* av) {
          Eigen::Map<Vector>(av, a.rows()) = a * Eigen::Map<const Vector>(v, a.rows());
        },
        1e-10, start);
    CHECK((a * found.vector - found.value * found.vector).norm() <= 1.001e-10 * found.scale + 1e-14);
    CHECK(found.vector.norm() == doctest::Approx(1).epsilon(1e-14));
    return found;
  };
  // The largest in size is negative, the spectrum crowded near the largest one.
  const Index n = 600;
  Vector d(n);
  for (Index k = 0; k < n; ++k) d[k] = -1.5 + 4.0 * static_cast<double>(k) / static_cast<double>(n);
  d[0] = -9;
  const Matrix q =
      Eigen::HouseholderQR<Matrix>(Eigen::Map<const Matrix>(noise(n * n, "q").data(), n, n)).householderQ();
  const Matrix crowded = q * d.asDiagonal() * q.transpose();
  const auto cold = largest(crowded);
  CHECK(cold.value == doctest::Approx(d.maxCoeff()).epsilon(1e-13));
  CHECK(cold.products > 150);  // it was restarted
  CHECK(largest(crowded, cold.vector).products < cold.products / 10);
  CHECK(largest(Matrix::Zero(5, 5)).value == 0);
  CHECK(largest(3 * Matrix::Identity(7, 7)).value == doctest::Approx(3).epsilon(1e-14));
  CHECK(largest(Matrix::Constant(1, 1, -2)).value == -2);
}

TEST_CASE("monitors: alignment of g with the gradient") {
  // The gradient itself; then another rule's against the angle between two right-hand sides.
  auto exact = prepared(text_of({}));
  const Vector w = exact->problem.initial;
  CHECK(figure(*exact, "gradient_alignment", w) == doctest::Approx(1).epsilon(1e-14));
  auto other = prepared(text_of({"rule = \"feedback_alignment\""}));
  REQUIRE(other->problem.initial == w);
  Vector f(w.size()), g(w.size());
  exact->problem.system->rhs(0, w.data(), f.data());
  other->problem.system->rhs(0, w.data(), g.data());
  const double cosine = f.dot(g) / (f.norm() * g.norm());
  CHECK(figure(*other, "gradient_alignment", w) == doctest::Approx(cosine).epsilon(1e-12));
  CHECK(cosine < 0.999);
  auto recurrent = prepared(text_of({"rule = \"gradient_flow\"", "tanh", kRecurrent}));
  CHECK(figure(*recurrent, "gradient_alignment", recurrent->problem.initial) == doctest::Approx(1).epsilon(1e-12));
}

TEST_CASE("monitors: the tangent kernel's drift, against differences of the outputs") {
  auto p = prepared(text_of({}));
  const Vector w0 = p->problem.initial;
  const auto output = p->problem.sampler({p->problem.find("y.output")->value});
  const auto kernel = [&](const Vector& w) {
    const double h = 1e-3;
    Matrix j(output->size(), w.size());
    const auto at = [&](const Vector& place) {
      Vector y(output->size());
      output->run(0, place.data(), y.data());
      return y;
    };
    for (Index k = 0; k < w.size(); ++k) {
      const Vector e = h * Vector::Unit(w.size(), k);
      j.col(k) = (8 * (at(w + e) - at(w - e)) - (at(w + 2 * e) - at(w - 2 * e))) / (12 * h);
    }
    return Matrix(j * j.transpose());
  };
  const Vector w = w0 + 0.3 * noise(w0.size(), "place");
  const Matrix k0 = kernel(w0);
  CHECK(figure(*p, "kernel_drift", w) == doctest::Approx((kernel(w) - k0).norm() / k0.norm()).epsilon(1e-9));
  CHECK(figure(*p, "kernel_drift", w0) == 0);
}

TEST_CASE("monitors: in coupled mode, where weights stand behind activity, figures of the weights are the same") {
  auto adiabatic = prepared(text_of({"rule = \"gradient_flow\""}));
  auto coupled = prepared(text_of({"rule = \"gradient_flow\"\nmode = \"coupled\"\nerror_tau = 0.3"}));
  const Vector w = adiabatic->problem.initial + 0.2 * noise(adiabatic->problem.initial.size(), "place");
  Vector x = coupled->problem.initial + 0.1 * noise(coupled->problem.initial.size(), "elsewhere");
  Index first = -1;
  for (const auto& s : coupled->problem.system->layout().slices()) {
    if (s.block == Block::weights && first < 0) first = s.offset;
  }
  REQUIRE(first > 0);
  x.segment(first, w.size()) = w;
  for (const char* name : {"kernel_drift", "sharpness", "lowest_curvature", "weight_norm"}) {
    CAPTURE(name);
    CHECK(figure(*coupled, name, x) == doctest::Approx(figure(*adiabatic, name, w)).epsilon(1e-8));
  }
  // g of the coupled rule against the gradient at the weights that are there.
  Vector g(w.size()), f(w.size()), fx(x.size());
  adiabatic->problem.system->rhs(0, w.data(), f.data());
  coupled->problem.system->rhs(0, x.data(), fx.data());
  g = fx.segment(first, w.size());
  CHECK(figure(*coupled, "gradient_alignment", x) == doctest::Approx(f.dot(g) / (f.norm() * g.norm())).epsilon(1e-9));
}

TEST_CASE("monitors: what learning conserves stays where it is, and moves where it is not conserved") {
  const double rtol = 1e-9;
  for (const Net& n : {Net{"rule = \"gradient_flow\"", "identity"}, Net{"rule = \"gradient_flow\"", "relu"},
                       Net{"rule = \"feedback_alignment\"", "identity", "", "", false}}) {
    CAPTURE(n.rule);
    CAPTURE(n.activation);
    auto p = prepared(text_of(n));
    const bool kinks = n.activation == "relu";  // where they slide along one, adaptive steps shrink and shrink
    if (kinks) p->options.method = "rk4", p->options.dt = 5e-5;
    const auto end = integrated(*p);
    REQUIRE(integrate::succeeded(end.outcome));
    CHECK((end.x - p->problem.initial).norm() > 0.1);
    CHECK(figure(*p, "conserved", p->problem.initial) == 0);
    CHECK(figure(*p, "conserved", end.x) < (kinks ? 5e-5 : 10 * rtol));
    // By hand, at another place.
    const Vector x = p->problem.initial + 0.1 * noise(p->problem.initial.size(), "place");
    const auto part = [&](const Vector& from, const char* name) {
      const Slice& s = *p->problem.system->layout().find(name);
      return Matrix(Eigen::Map<const Matrix>(from.data() + s.offset, s.rows, s.cols));
    };
    const auto invariant = [&](const Vector& from) {
      const Matrix in = part(from, "x -> h.weights"), out = part(from, "h -> y.weights");
      Matrix c = in * in.transpose();
      if (n.biases) c += part(from, "h.bias") * part(from, "h.bias").transpose();
      if (n.rule == "rule = \"feedback_alignment\"") {
        const auto& b = *p->problem.find("h -> y.feedback");
        Matrix fixed(b.rows, b.cols);
        p->problem.sampler({b.value})->run(0, from.data(), fixed.data());
        return Matrix(c - fixed * out - (fixed * out).transpose());
      }
      return Matrix(c - out.transpose() * out);
    };
    const Matrix moved = invariant(x) - invariant(p->problem.initial);
    const double expected = n.activation == "relu" ? moved.diagonal().norm() : moved.norm();
    CHECK(figure(*p, "conserved", x) == doctest::Approx(expected).epsilon(1e-12));
    CHECK(expected > 0.1);
  }
}

TEST_CASE("monitors: AdaGrad with one G conserves sqrt(G) + loss/2") {
  auto p = prepared(text_of({"rule = \"gradient_flow\"", "tanh", "", "flow = { name = \"adagrad\", norm = true }"}));
  const Vector& start = p->problem.initial;
  CHECK(figure(*p, "conserved", start) == 0);
  const auto end = integrated(*p);
  REQUIRE(integrate::succeeded(end.outcome));
  CHECK(figure(*p, "loss", end.x) < 0.9 * figure(*p, "loss", start));
  CHECK(figure(*p, "conserved", end.x) < 1e-8);
  // By hand, at another place.
  Vector x = start + 0.1 * noise(start.size(), "place");
  const Index at = p->problem.system->layout().find("flow.squares")->offset;
  x[at] = 0.7;
  const auto invariant = [&](const Vector& v) { return std::sqrt(v[at]) + figure(*p, "loss", v) / 2; };
  CHECK(figure(*p, "conserved", x) == doctest::Approx(std::abs(invariant(x) - invariant(start))).epsilon(1e-12));
  std::string why;
  auto each = prepared(text_of({"rule = \"gradient_flow\"", "tanh", "", "flow = \"adagrad\""}));
  CHECK(each->problem.figure("conserved", &why) == nullptr);
}

TEST_CASE("monitors: what is not there is refused with its reason, and costs nothing where nobody asks") {
  const auto reason = [](const Net& n, const char* name) {
    auto p = prepared(text_of(n));
    CHECK(p->problem.made.empty());
    std::string why;
    CHECK(p->problem.figure(name, &why) == nullptr);
    CHECK(p->problem.made.empty());
    return why;
  };
  CHECK(reason({"rule = \"gradient_flow\"", "tanh"}, "conserved").find("neither identity nor relu") !=
        std::string::npos);
  CHECK(
      reason({"rule = \"gradient_flow\"", "identity", "", "flow = \"sign\""}, "conserved").find("flow \"gradient\"") !=
      std::string::npos);
  CHECK(reason({"rule = \"gradient_flow\"", "tanh", kRecurrent}, "kernel_drift").find("closed form") !=
        std::string::npos);
  CHECK(reason({}, "no_such_thing").empty());
}
