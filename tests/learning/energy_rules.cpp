// Rules whose network relaxes twice: equilibrium propagation, contrastive Hebbian learning; and latent equilibrium.
#include <doctest/doctest.h>

#include <cmath>

#include "rule_fixture.hpp"
#include "values.hpp"

using namespace neurode;

namespace {

/// Slopes of log error by log of a parameter that is halved.
void check_order(const std::vector<double>& errors, double order) {
  for (std::size_t k = 0; k + 1 < errors.size(); ++k) {
    CAPTURE(errors[k]);
    CHECK(std::log2(errors[k] / errors[k + 1]) == doctest::Approx(order).epsilon(0.1 / order));
  }
}

/// d(test loss)/dw by fourth-order differences: the test rows are the training rows, at their own fixed point.
Vector slope_of_test_loss(const std::string& text) {
  auto p = prepared(text);
  const auto [first, size] = weights_of(*p->problem.system);
  const auto loss = [&](Index k, double h) {
    Vector x = p->problem.initial;
    x[first + k] += h;
    return p->problem.metric("test_loss")->evaluate(0, x.data());
  };
  Vector g(size);
  const double h = 1e-3;
  for (Index k = 0; k < size; ++k) {
    g[k] = (8 * (loss(k, h) - loss(k, -h)) - (loss(k, 2 * h) - loss(k, -2 * h))) / (12 * h);
  }
  return g;
}

std::string linear_unit(const std::string& learning) {
  return R"(schema = 1
[data]
inputs = [[1.7]]
targets = [[0.4]]
[population.x]
size = 1
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = { init = 0.8, plastic = true }
[learning]
loss = { name = "squared_error", factor = 0.5 }
)" + learning +
         "\n[integrator]\nmethod = \"dop853\"\nrtol = 1e-12\natol = 1e-14\n[time]\nend = 1\n";
}

const std::string kEp = "rule = \"equilibrium_propagation\"\n";

}  // namespace

TEST_CASE("equilibrium propagation, one linear unit: the truth over 1 + beta, and over 1 - beta^2") {
  const double x = 1.7, y = 0.4, w = 0.8, truth = (w * x - y) * x;
  for (const double beta : {0.05, 0.3}) {
    const std::string keys = kEp + fmt::format("beta = {}\n", beta);
    CHECK(settled_gradient(linear_unit(keys + "variant = \"one_sided\""))[0] ==
          doctest::Approx(truth / (1 + beta)).epsilon(1e-9));
    CHECK(settled_gradient(linear_unit(keys + "variant = \"symmetric\""))[0] ==
          doctest::Approx(truth / (1 - beta * beta)).epsilon(1e-9));
  }
}

TEST_CASE("equilibrium propagation: the bias is of first order in beta, symmetric of second") {
  for (const std::string output : {"identity", "logistic"}) {
    CAPTURE(output);
    const auto text = [&](const std::string& variant, double beta) {
      return RuleNet{kEp + fmt::format("variant = \"{}\"\nbeta = {}\n", variant, beta), "tanh", output}.text();
    };
    const Vector truth = slope_of_test_loss(text("one_sided", 0.1));
    std::vector<double> one, two;
    for (const double beta : {0.02, 0.01, 0.005}) {
      one.push_back((settled_gradient(text("one_sided", beta)) - truth).norm());
      two.push_back((settled_gradient(text("symmetric", 4 * beta)) - truth).norm());
    }
    check_order(one, 1);
    check_order(two, 2);
    CHECK(one.back() < 0.05 * truth.norm());
    // The truth is not that of the forward pass.
    const auto plain = settled_gradient(RuleNet{"", "tanh", output}.text(), 1);
    CHECK((plain - truth).norm() > 0.02 * truth.norm());
  }
}

TEST_CASE("continual equilibrium propagation: a nudged phase moves weights by the difference of both ends") {
  const std::string keys = kEp + "beta = 0.1\n";
  const Vector g = settled_gradient(RuleNet{keys + "variant = \"one_sided\""}.text());
  auto p = prepared(RuleNet{keys + "variant = \"continual\"\nfree = 8\nnudged = 8\nrate = 1e-8"}.text(),
                    {"time.end=16", "integrator.rtol=1e-13"});
  const auto end = integrated(*p);
  const auto [first, size] = weights_of(*p->problem.system);
  const Vector moved = end.x.segment(first, size) - p->problem.initial.segment(first, size);
  CHECK((moved / -1e-8 - g).norm() < 1e-5 * g.norm());
  CHECK(p->problem.system->breakpoints(0, 40) == std::vector<double>{8, 16, 24, 32});
  Vector f(end.x.size());
  p->problem.system->rhs(4, end.x.data(), f.data());  // free: nothing is learnt
  CHECK(f.segment(first, size).norm() == 0);
}

TEST_CASE("loss and accuracy of a network with feedback are those of its free fixed point") {
  const auto text = RuleNet{kEp + "beta = 0.1\nrate = 1e-30"}.text();
  auto p = prepared(text, {"time.end=60"});
  const auto end = integrated(*p);
  const double trained = p->problem.metric("loss")->evaluate(60, end.x.data());
  CHECK(p->problem.metric("test_loss")->evaluate(60, end.x.data()) == doctest::Approx(trained).epsilon(1e-8));
  CHECK(p->problem.metric("test_accuracy")->evaluate(60, end.x.data()) ==
        p->problem.metric("accuracy")->evaluate(60, end.x.data()));
}

TEST_CASE("without a free copy all the time, loss and accuracy are solved for; the forward pass has no names") {
  for (const std::string keys : {"variant = \"symmetric\"\n", "variant = \"continual\"\n"}) {
    CAPTURE(keys);
    auto p = prepared(RuleNet{kEp + keys}.text());
    auto free = prepared(RuleNet{kEp + "rate = 1e-30"}.text(), {"time.end=60"});
    const auto end = integrated(*free);
    const double truth = free->problem.metric("loss")->evaluate(60, end.x.data());
    const Vector x = p->problem.initial;  // activity at 0: it does not count
    CHECK(p->problem.metric("loss")->evaluate(0, x.data()) == doctest::Approx(truth).epsilon(1e-9));
    CHECK(p->problem.metric("test_loss")->evaluate(0, x.data()) == doctest::Approx(truth).epsilon(1e-9));
    CHECK(p->problem.metric("accuracy")->evaluate(0, x.data()) ==
          free->problem.metric("accuracy")->evaluate(60, end.x.data()));
    Vector moved = x;  // other weights, other figures
    const auto [first, size] = weights_of(*p->problem.system);
    moved.segment(first, size) *= 1.1;
    CHECK(std::abs(p->problem.metric("loss")->evaluate(0, moved.data()) - truth) > 1e-3 * truth);
    CHECK(p->problem.metric("loss")->evaluate(0, x.data()) == doctest::Approx(truth).epsilon(1e-9));
  }
  for (const std::string& keys : {kEp, std::string("rule = \"contrastive_hebbian\"\n")}) {
    auto p = prepared(RuleNet{keys}.text());
    for (const char* name : {"h.a", "h.I", "h.output", "y.a"}) CHECK(p->problem.find(name) == nullptr);
    for (const char* name : {"h.u", "h.r", "y.r", "h.bias", "x -> h.weights", "x.output"}) {
      CAPTURE(name);
      CHECK(p->problem.find(name) != nullptr);
    }
  }
}

TEST_CASE("contrastive Hebbian learning: loss of the test rows at the fixed point with feedback gain gamma") {
  auto p = prepared(RuleNet{"rule = \"contrastive_hebbian\"\ngamma = 0.4\nrate = 1e-30"}.text(), {"time.end=60"});
  const auto end = integrated(*p);
  const double trained = p->problem.metric("loss")->evaluate(60, end.x.data());
  CHECK(p->problem.metric("test_loss")->evaluate(60, end.x.data()) == doctest::Approx(trained).epsilon(1e-8));
}

TEST_CASE("where no batch is shown nothing is nudged and nothing learnt, once activity has come to rest") {
  for (const std::string& keys :
       {kEp, kEp + "variant = \"symmetric\"\n", std::string("rule = \"contrastive_hebbian\"\n"),
        std::string("rule = \"predictive_coding\"\n"), std::string("rule = \"latent_equilibrium\"\n")}) {
    CAPTURE(keys);
    auto p = prepared(RuleNet{keys + "rate = 1e-30"}.text(),
                      {"time.end=99", "data.batch={ size = 3, period = 100, window = 40, order = \"sequential\" }"});
    const auto [first, size] = weights_of(*p->problem.system);
    const auto moved = [&, first = first, size = size](double t) {
      p->problem.system->begin_segment(t < 40 ? 0 : 40, t < 40 ? 40 : 100);
      Vector x = integrate::drive(*p->problem.system, 0, p->problem.initial, t, p->options, {}, {}, {}).x, f(x.size());
      p->problem.system->begin_segment(t < 40 ? 0 : 40, t < 40 ? 40 : 100);
      p->problem.system->rhs(t, x.data(), f.data());
      return f.segment(first, size).norm() / 1e-30;
    };
    CHECK(moved(39) > 0.1);
    CHECK(moved(99) < 1e-9);
  }
}

TEST_CASE("symmetric equilibrium propagation: the loss of a batch is that halfway between both nudges") {
  auto p = prepared(RuleNet{kEp + "variant = \"symmetric\"\nbeta = 0.8\nrate = 1e-30"}.text(),
                    {"time.end=60", "data.batch={ size = 3, period = 100, order = \"sequential\" }"});
  const auto end = integrated(*p);
  const Matrix middle =
      0.5 * (value_of(p->problem, "y.r.minus", 60, end.x) + value_of(p->problem, "y.r.plus", 60, end.x));
  CHECK((value_of(p->problem, "y.r.minus", 60, end.x) - value_of(p->problem, "y.r.plus", 60, end.x)).norm() > 0.1);
  double truth = 0;
  const double targets[3][2] = {{0.3, 0.7}, {0.9, 0.1}, {0.2, 0.8}};
  for (int s = 0; s < 3; ++s)
    truth += std::pow(middle(0, s) - targets[s][0], 2) + std::pow(middle(1, s) - targets[s][1], 2);
  CHECK(p->problem.metric("batch_loss")->evaluate(60, end.x.data()) == doctest::Approx(truth).epsilon(1e-10));
}

TEST_CASE("where the free network does not come to rest its figures are no numbers") {
  const std::string text = RuleNet{kEp, "identity"}.text();
  auto p = prepared(text);
  Vector x = 0.3 * p->problem.initial;
  CHECK(std::isfinite(p->problem.metric("test_loss")->evaluate(0, x.data())));
  x *= 10;  // W^T W > 1: runs away
  CHECK(std::isnan(p->problem.metric("test_loss")->evaluate(0, x.data())));
  CHECK(std::isnan(p->problem.metric("test_accuracy")->evaluate(0, x.data())));
}

TEST_CASE("contrastive Hebbian learning: back-propagation up to O(gamma)") {
  const std::string soft = "[[1, 0], [1, 0], [0, 1], [0, 1], [1, 0], [1, 0]]";
  for (const bool softmax : {false, true}) {
    CAPTURE(softmax);
    const auto text = [&](const std::string& keys) {
      RuleNet net{keys, "tanh", softmax ? "softmax" : "identity"};
      if (softmax) net.targets = soft;
      std::string out = net.text();
      if (softmax) out.replace(out.find("squared_error"), 13, "cross_entropy");
      return out;
    };
    const Vector truth = settled_gradient(text(""), 1);
    std::vector<double> errors;
    for (const double gamma : {0.02, 0.01, 0.005}) {
      errors.push_back(
          (settled_gradient(text(fmt::format("rule = \"contrastive_hebbian\"\ngamma = {}", gamma))) - truth).norm());
    }
    check_order(errors, 1);
    CHECK(errors.back() < 0.05 * truth.norm());
  }
}

TEST_CASE("latent equilibrium: back-propagation up to O(beta), whatever tau is, even before the membranes settle") {
  const auto text = [](double beta, double tau) {
    return RuleNet{fmt::format("rule = \"latent_equilibrium\"\nbeta = {}\ntau = {}\nlag = 0.01", beta, tau)}.text();
  };
  const Vector truth = settled_gradient(RuleNet{""}.text(), 1);
  std::vector<double> errors;
  for (const double beta : {0.02, 0.01, 0.005}) {
    errors.push_back((settled_gradient(text(beta, 1), 3) - truth).norm());
  }
  check_order(errors, 1);
  CHECK(errors.back() < 0.05 * truth.norm());
  const Vector quick = settled_gradient(text(0.1, 0.1), 2), slow = settled_gradient(text(0.1, 50), 2);
  CHECK((quick - slow).norm() < 1e-10 * quick.norm());
  auto p = prepared(text(0.1, 50), {"time.end=2", "learning.rate=1e-30"});
  const auto end = integrated(*p);
  const auto& layout = p->problem.system->layout();
  const Index u = layout.find("h.u")->offset, ahead = layout.find("h.U")->offset;
  CHECK(std::abs(end.x[u]) < 0.1 * std::abs(end.x[ahead]));  // the membranes are far behind
  const Matrix prospective = value_of(p->problem, "h.u", 2, end.x) + 50 * rate_of(p->problem, "h.u", 2, end.x);
  CHECK((prospective - value_of(p->problem, "h.U", 2, end.x)).norm() < 1e-12);  // U = u + tau du/dt
}

TEST_CASE("what these rules cannot learn is refused with the reason") {
  const std::string loop = "[projection.\"y -> g\"]\nweights = { init = \"normal\", std = 0.2, plastic = true }\n";
  CHECK_THROWS_WITH(
      prepared(RuleNet{kEp + "output = \"y\"", "tanh", "identity", loop}.text()),
      doctest::Contains("rule \"equilibrium_propagation\" needs symmetric weights; found projections that "
                        "form a cycle, each with weights of its own"));
  CHECK_THROWS_WITH(prepared(RuleNet{"rule = \"contrastive_hebbian\"", "tanh", "logistic"}.text()),
                    doctest::Contains("compares the output with its targets"));
  CHECK_THROWS_WITH(prepared(RuleNet{"rule = \"latent_equilibrium\"\noutput = \"y\"", "tanh", "identity", loop}.text()),
                    doctest::Contains("its projections form a cycle"));
  const auto refused = [](const std::string& text, const std::string& what) {
    CAPTURE(what);
    CHECK_THROWS_WITH(prepared(text), doctest::Contains(what.c_str()));
  };
  for (const std::string rule : {"contrastive_hebbian", "direct_feedback_alignment", "equilibrium_propagation",
                                 "feedback_alignment", "latent_equilibrium", "predictive_coding"}) {
    const std::string keys = "rule = \"" + rule + "\"";
    const std::string skip = "[projection.\"h -> y\"]\nweights = { init = 0.1, plastic = true }\n";
    CHECK_NOTHROW(prepared(RuleNet{keys, "tanh", "identity", skip}.text()));
    refused(RuleNet{keys, "tanh", "identity", skip + "connect = { rule = \"fixed_probability\", p = 0.5 }\n"}.text(),
            "needs all to all connections that add w * pre, which \"h -> y\" has not");
    refused(RuleNet{keys, "tanh", "identity", skip + "coupling = \"w * pre^2\"\n"}.text(),
            "needs all to all connections that add w * pre, which \"h -> y\" has not");
    refused(RuleNet{keys, "softmax"}.text(), "softmax is for the output population only");
    refused(
        RuleNet{keys, "tanh", "identity", "[stimulus.s]\ntarget = \"h\"\nkind = \"constant\"\namplitude = 1\n"}.text(),
        "takes no stimuli");
  }
}
