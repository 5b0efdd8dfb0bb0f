#include "integrate/rosenbrock/tableau.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>

#include "integrate/method_list.hpp"
#include "integrate/rooted_trees.hpp"

using namespace neurode::integrate;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Elementary weights of a Rosenbrock method (Hairer, Wanner IV.7, theorem 7.4): a vertex with one child carries
// beta = alpha + gamma, one with more alpha. [tree][stage].
std::vector<std::vector<double>> elementary_weights(const RosenbrockWeights& w,
                                                    const std::vector<rooted_trees::Tree>& all) {
  const std::size_t s = w.b.size();
  std::vector<std::vector<double>> phi;
  for (const auto& tree : all) {
    std::vector<double> p(s, 1.0);
    const double with_gamma = tree.children.size() == 1 ? 1 : 0;
    for (auto child : tree.children) {
      for (std::size_t i = 0; i < s; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < s; ++j) sum += (w.alpha[i][j] + with_gamma * w.gamma[i][j]) * phi[child][j];
        p[i] *= sum;
      }
    }
    phi.push_back(p);
  }
  return phi;
}

}  // namespace

TEST_CASE("order conditions of every Rosenbrock method, its embedded and its dense formula") {
  const auto all = rooted_trees::trees(6);
  for (const auto& member : method_list()) {
    if (!member.rosenbrock) continue;
    const RosenbrockTableau& t = *member.rosenbrock;
    CAPTURE(t.name);
    const RosenbrockWeights w = untransformed(t);
    const auto phi = elementary_weights(w, all);
    const double rounding = 5e-14;  // of sums whose terms reach 300
    for (int n = 1; n <= t.order; ++n) CHECK(rooted_trees::defect(all, phi, w.b, n) < rounding);
    CHECK(rooted_trees::defect(all, phi, w.b, t.order + 1) > 1e-4);
    for (int n = 1; n <= t.embedded_order; ++n) CHECK(rooted_trees::defect(all, phi, w.b_embedded, n) < rounding);
    CHECK(rooted_trees::defect(all, phi, w.b_embedded, t.embedded_order + 1) > 1e-4);
    if (t.bulge.empty()) continue;
    for (double theta : {0.1, 0.37, 0.5, 0.8, 0.95}) {
      CAPTURE(theta);
      const auto dense = w.dense(theta);
      for (int n = 1; n <= t.dense_order; ++n) CHECK(rooted_trees::defect(all, phi, dense, n, theta) < rounding);
      CHECK(rooted_trees::defect(all, phi, dense, t.dense_order + 1, theta) > 1e-6);
    }
  }
}
