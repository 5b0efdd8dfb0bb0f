#pragma once

#include <functional>
#include <vector>

#include "integrate/runge_kutta/tableau.hpp"

/// Order conditions of Runge-Kutta methods over rooted trees (J. C. Butcher, Numerical Methods for Ordinary
/// Differential Equations, ch. 3): order p iff sum_i b_i Phi_i(tree) = 1 / gamma(tree) for every tree with up to p
/// vertices.
namespace rooted_trees {

struct Tree {
  std::vector<std::size_t> children;  ///< indices of smaller trees, ascending
  int order = 1;
  double density = 1;  ///< gamma
};

/// All rooted trees with up to `order` vertices, smaller ones first.
inline std::vector<Tree> trees(int order) {
  std::vector<Tree> all = {{{}, 1, 1}};
  for (int n = 2; n <= order; ++n) {
    const std::size_t smaller = all.size();
    std::vector<std::size_t> chosen;
    std::function<void(std::size_t, int)> choose = [&](std::size_t from, int left) {
      if (left == 0) {
        Tree t{chosen, n, static_cast<double>(n)};
        for (auto c : chosen) t.density *= all[c].density;
        all.push_back(t);
      }
      for (std::size_t c = from; c < smaller; ++c) {
        if (all[c].order > left) continue;
        chosen.push_back(c);
        choose(c, left - all[c].order);
        chosen.pop_back();
      }
    };
    choose(0, n - 1);
  }
  return all;
}

/// Phi_i of each tree, [tree][stage].
inline std::vector<std::vector<double>> elementary_weights(const neurode::integrate::Tableau& t,
                                                           const std::vector<Tree>& all) {
  const std::size_t s = t.stages();
  std::vector<std::vector<double>> phi;
  for (const auto& tree : all) {
    std::vector<double> p(s, 1.0);
    for (auto c : tree.children) {
      for (std::size_t i = 0; i < s; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < i; ++j) sum += t.a[i - 1][j] * phi[c][j];
        p[i] *= sum;
      }
    }
    phi.push_back(p);
  }
  return phi;
}

/// Largest |sum_i w_i Phi_i - theta^order / gamma| over the trees with exactly `order` vertices.
inline double defect(const std::vector<Tree>& all, const std::vector<std::vector<double>>& phi,
                     const std::vector<double>& weights, int order, double theta = 1) {
  double worst = 0;
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (all[k].order != order) continue;
    double sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * phi[k][i];
    worst = std::max(worst, std::abs(sum - std::pow(theta, order) / all[k].density));
  }
  return worst;
}

}  // namespace rooted_trees
