// Minibatches: what is shown when, and gradient descent on them.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "differences.hpp"
#include "prepared.hpp"

using namespace neurode;

namespace {

/// One linear neuron, 7 samples: y = w x, loss sum (y - target)^2 over a batch.
std::string text(const std::string& batch, const std::string& more = "") {
  return fmt::format(R"(schema = 1
seed = 5
[data]
inputs = [[1], [2], [3], [4], [5], [6], [7]]
targets = [[0.5], [-1], [2], [1], [0], [3], [-2]]
batch = {}
[population.x]
size = 1
model = "clamped"
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
[projection."x -> y"]
weights = {{ init = 0.3, plastic = true }}
[learning]
loss = "squared_error"
rate = 0.001
{}
[integrator]
method = "euler"
dt = 1.0
[time]
end = 21
)",
                     batch, more);
}

const double kX[] = {1, 2, 3, 4, 5, 6, 7}, kY[] = {0.5, -1, 2, 1, 0, 3, -2};

/// The rows that are shown at t, told by their inputs.
std::vector<int> rows_at(Presented& p, double t, int size) {
  std::vector<int> rows;
  const double* x = p.at(t);
  for (int j = 0; j < size; ++j) rows.push_back(static_cast<int>(x[j]) - 1);
  return rows;
}

}  // namespace

TEST_CASE("each pass shows every row once, in another order each time; batches go over the end of a pass") {
  auto p = prepared(text("{ size = 3, period = 1 }"));
  const auto shown = network::show_samples(*p->network->data);
  std::vector<int> all;
  for (int k = 0; k < 14; ++k) {
    for (const int r : rows_at(*shown, k + 0.5, 3)) all.push_back(r);
  }
  std::set<std::vector<int>> orders;
  for (int pass = 0; pass < 6; ++pass) {
    const std::vector<int> order(all.begin() + 7 * pass, all.begin() + 7 * pass + 7);
    CHECK(std::set<int>(order.begin(), order.end()).size() == 7);
    orders.insert(order);
  }
  CHECK(orders.size() == 6);
  // Any time may be asked for, forwards and backwards.
  const auto again = network::show_samples(*p->network->data);
  for (int k = 13; k >= 0; --k) {
    const auto rows = rows_at(*again, k + 0.25, 3);
    CHECK(std::equal(rows.begin(), rows.end(), all.begin() + 3 * k));
  }
  auto other = prepared(text("{ size = 3, period = 1 }"), {"seed=6"});
  CHECK(rows_at(*network::show_samples(*other->network->data), 0.5, 3) !=
        std::vector<int>(all.begin(), all.begin() + 3));
  auto straight = prepared(text("{ size = 3, period = 1, order = \"sequential\" }"));
  const auto in_order = network::show_samples(*straight->network->data);
  CHECK(rows_at(*in_order, 0.5, 3) == std::vector<int>{0, 1, 2});
  CHECK(rows_at(*in_order, 2.5, 3) == std::vector<int>{6, 0, 1});
}

TEST_CASE("euler with dt = period is stochastic gradient descent, to rounding") {
  auto p = prepared(text("{ size = 3, period = 1 }"));
  const auto shown = network::show_samples(*p->network->data);
  double w = 0.3;
  for (int k = 0; k < 21; ++k) {
    double g = 0;
    for (const int r : rows_at(*shown, k + 0.5, 3)) g += 2 * (w * kX[r] - kY[r]) * kX[r];
    w -= 0.001 * g;
  }
  const auto end = integrated(*p);
  CHECK(std::abs(end.x[0] - w) < 1e-15);
  CHECK(end.statistics.steps == 21);
}

TEST_CASE("switches are breakpoints; outside the window nothing is shown and nothing learnt") {
  auto p = prepared(text("{ size = 2, period = 3, window = 0.5, order = \"sequential\" }"));
  const auto times = p->problem.system->breakpoints(0, 7);
  CHECK(times == std::vector<double>{0.5, 3, 3.5, 6, 6.5});
  Vector f(1);
  p->problem.system->rhs(0.25, p->problem.initial.data(), f.data());
  CHECK(f[0] != 0);
  p->problem.system->rhs(1.0, p->problem.initial.data(), f.data());
  CHECK(f[0] == 0);
  p->options.method = "tsit5";
  p->options.rtol = 1e-11;
  p->options.atol = Vector::Constant(1, 1e-13);
  double w = 0.3;
  for (int k = 0; k < 7; ++k) {  // each window: w' = -rate (a w - b), exactly solved
    double a = 0, b = 0;
    for (const int r : {(2 * k) % 7, (2 * k + 1) % 7}) a += 2 * kX[r] * kX[r], b += 2 * kX[r] * kY[r];
    w = b / a + (w - b / a) * std::exp(-0.001 * a * 0.5);
  }
  CHECK(std::abs(integrated(*p).x[0] - w) < 1e-11);
}

TEST_CASE("batches in coupled mode and at fixed points of recurrent networks; the loss of all rows") {
  for (const std::string more : {"mode = \"coupled\"\n",
                                 "mode = \"adiabatic\"\n[projection.\"y -> y\"]\nweights = { init = 0.4, "
                                 "plastic = true }\n"}) {
    CAPTURE(more);
    auto p = prepared(text("{ size = 3, period = 1 }", more));
    const Vector x = p->problem.initial + 0.1 * noise(p->problem.initial.size(), "place");
    check_products(*p->problem.system, 2.5, x);
  }
  auto p = prepared(text("{ size = 3, period = 1 }"));
  double whole = 0, batch = 0;
  for (int r = 0; r < 7; ++r) whole += std::pow(0.3 * kX[r] - kY[r], 2);
  const auto shown = network::show_samples(*p->network->data);
  for (const int r : rows_at(*shown, 0.5, 3)) batch += std::pow(0.3 * kX[r] - kY[r], 2);
  CHECK(p->problem.metric("loss")->evaluate(0.5, p->problem.initial.data()) == doctest::Approx(whole).epsilon(1e-14));
  CHECK(p->problem.metric("batch_loss")->evaluate(0.5, p->problem.initial.data()) ==
        doctest::Approx(batch).epsilon(1e-14));
}

TEST_CASE("batches that cannot be are refused at their place") {
  CHECK_THROWS_WITH(prepared(text("{ size = 8, period = 1 }")),
                    doctest::Contains("there are not that many training rows; found 8; allowed: 1 to 7"));
  CHECK_THROWS_WITH(prepared(text("{ size = 2, period = 1, window = 2 }")),
                    doctest::Contains("data.batch.window: is longer than the period; found 2.0; allowed: up to 1.0"));
  CHECK_THROWS_WITH(prepared(text("{ size = 2, period = 0 }")), doctest::Contains("data.batch.period: must be > 0"));
}
