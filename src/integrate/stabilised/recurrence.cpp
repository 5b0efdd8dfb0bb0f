#include "integrate/stabilised/recurrence.hpp"

#include <Eigen/Core>
#include <cmath>
#include <numbers>

namespace neurode::integrate {

Recurrence orthogonal_recurrence(double left, double right, const std::vector<double>& w, int degree) {
  const double centre = (left + right) / 2, half = (right - left) / 2;
  const int nodes = 2 * degree + 16;  // more than exactness needs: the procedure loses digits where they are scarce
  Eigen::ArrayXd z(nodes), weight = Eigen::ArrayXd::Zero(nodes);
  for (int i = 0; i < nodes; ++i) z[i] = centre + half * std::cos((2 * i + 1) * std::numbers::pi / (2 * nodes));
  for (auto c = w.rbegin(); c != w.rend(); ++c) weight = weight * z + *c;
  weight = weight.square();

  // p: polynomials with leading coefficient (2 / half)^j, which neither grow nor shrink; r = p_j(0) / p_{j-1}(0).
  const double scale = 2 / half;
  Eigen::ArrayXd before = Eigen::ArrayXd::Zero(nodes), p = Eigen::ArrayXd::Ones(nodes), next(nodes);
  double norm_before = 1, r = 1;
  Recurrence out;
  double c = 0, c_before = 0;
  for (int j = 1; j <= degree; ++j) {
    const double norm = (p.square() * weight).sum();
    const double alpha = (z * p.square() * weight).sum() / norm;
    const double beta = j == 1 ? 0 : norm / norm_before;
    next = scale * (z - alpha) * p - beta * before;
    const double r_next = -scale * alpha - beta / r;
    Recurrence::Step s;
    s.mu = scale / r_next;
    s.kappa = beta / (r * r_next);
    s.c = s.mu + (1 + s.kappa) * c - s.kappa * c_before;
    out.steps.push_back(s);
    c_before = c;
    c = s.c;
    r = r_next;
    norm_before = norm;
    before.swap(p);
    p.swap(next);
  }
  return out;
}

}  // namespace neurode::integrate
