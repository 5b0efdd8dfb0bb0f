#include <fmt/format.h>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "analysis/collocation.hpp"
#include "analysis/root.hpp"
#include "neurode/analysis/branch.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

using Place = OrbitCurve::Place;

constexpr double kLocated = 1e-9;  // of arclength
constexpr double kGrowth = 1.3, kShrink = 0.5;
constexpr int kEasy = 4, kHard = 6;  // iterations
constexpr int kAdaptEvery = 3;       // points
constexpr double kTurn = 0.85;       // cosine of the largest angle between neighbouring tangents
constexpr double kTrivial = 1e-6;    // multipliers this near to the circle are on it
constexpr double kLongest = 100;     // periods of the first orbit
constexpr double kVanished = 0.02;   // of its neighbours' size: an orbit so small is none
constexpr double kReliable = 1e-3;   // error of the trivial multiplier: beyond it the others are rounding
constexpr double kSameFold = 1e-6;   // of the range of p: folds nearer to each other are the wobble of a steep branch

/// How many multipliers lie outside of the unit circle, and which.
struct Outside {
  Index positive = 0, negative = 0, pairs = 0;
  Index all() const { return positive + negative + pairs; }
};
Outside outside(const Eigen::VectorXcd& multipliers) {
  Outside out;
  for (const auto& m : multipliers) {
    if (std::abs(m) <= 1 + kTrivial) continue;
    (std::abs(m.imag()) > 1e-9 * std::abs(m) ? out.pairs : m.real() > 0 ? out.positive : out.negative) += 1;
  }
  return out;
}

/// Of the real multipliers the one nearest to -1, + 1, with the sign turned: > 0 outside.
double beyond_minus_one(const Place& at) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const auto& m : at.multipliers) {
    if (std::abs(m.imag()) > 1e-9 * std::abs(m)) continue;
    const double g = -(m.real() + 1);
    if (!(std::abs(g) >= std::abs(best))) best = g;
  }
  return best;
}
/// Of the pairs the one nearest to the circle: |m| - 1.
double beyond_circle(const Place& at) {
  double best = std::numeric_limits<double>::quiet_NaN();
  for (const auto& m : at.multipliers) {
    if (std::abs(m.imag()) <= 1e-9 * std::abs(m)) continue;
    const double g = std::abs(m) - 1;
    if (!(std::abs(g) >= std::abs(best))) best = g;
  }
  return best;
}

/// Steep branches (canards) wobble within the error of the collocation, and each wobble has folds: of those between two
/// turns of p by more than `least`, the outermost stays one.
void keep_true_folds(std::vector<BranchPoint>& points, double least) {
  std::size_t extreme = 0;
  double sense = 0;  // of p on the way to the extreme; 0: not known yet
  std::vector<std::size_t> turns;
  for (std::size_t k = 1; k < points.size(); ++k) {
    const double gone = points[k].p - points[extreme].p;
    if (sense == 0 ? std::abs(gone) > least : gone * sense > 0) {
      if (sense == 0) sense = gone > 0 ? 1 : -1;
      extreme = k;
    } else if (sense != 0 && -gone * sense > least) {
      turns.push_back(extreme);
      sense = -sense;
      extreme = k;
    }
  }
  for (auto& b : points) {
    if (b.special == Special::fold) b.special = Special::none;
  }
  for (const std::size_t k : turns) points[k].special = Special::fold;
}

class OrbitWalk {
 public:
  OrbitWalk(Family& family, const Vector& x, double period, const OrbitOptions& options)
      : family_(family),
        o_(options),
        scale_(options.branch.scale.size() > 0 ? options.branch.scale : Vector(x.cwiseAbs().cwiseMax(1))),
        curve_(family, options.branch.t, scale_, options.branch.high - options.branch.low, period,
               options.winding.size() > 0 ? options.winding : Vector(Vector::Zero(x.size()))),
        longest_(options.longest > 0 ? options.longest : kLongest * period) {}

  Place begin(const Cycle& cycle) {
    const Index points = Orbit::kDegree * o_.intervals + 1, last = cycle.states.cols() - 1;
    Orbit o;
    o.mesh = Vector::LinSpaced(o_.intervals + 1, 0, 1);
    o.period = cycle.period, o.p = cycle.p;
    o.u.resize(cycle.states.rows(), points);
    for (Index c = 0; c < points; ++c) {
      const double place = static_cast<double>(c) / static_cast<double>(points - 1) * static_cast<double>(last);
      const Index before = std::min(static_cast<Index>(place), last - 1);
      const double s = place - static_cast<double>(before);
      o.u.col(c) = (1 - s) * cycle.states.col(before) + s * cycle.states.col(before + 1);
    }
    Place at;
    if (!curve_.settle(o, at)) {
      throw NumericalError(fmt::format("no periodic orbit is found near the cycle at {:g}", cycle.p));
    }
    adapt(at);
    return at;
  }

  Place begin(const BranchPoint& hopf) {
    const Index n = hopf.x.size();
    Matrix j(n, n);
    family_.at(hopf.p).jacobian(o_.branch.t, hopf.x.data(), j);
    const Eigen::EigenSolver<Matrix> solver(j);
    Index k = 0;
    (solver.eigenvalues().array() - std::complex<double>(0, 2 * M_PI / hopf.period)).abs().minCoeff(&k);
    const Eigen::VectorXcd q = solver.eigenvectors().col(k);
    Orbit rest;
    rest.mesh = Vector::LinSpaced(o_.intervals + 1, 0, 1);
    rest.period = hopf.period, rest.p = hopf.p;
    const Index points = Orbit::kDegree * o_.intervals + 1;
    rest.u = hopf.x.replicate(1, points);
    OrbitCurve::Tangent along{Matrix(n, points), 0, 0};
    for (Index c = 0; c < points; ++c) {
      const double angle = 2 * M_PI * static_cast<double>(c) / static_cast<double>(points - 1);
      along.u.col(c) = (q * std::polar(1.0, angle)).real();
    }
    along.u /= std::sqrt(curve_.dot(rest, along, along));
    Place at;
    for (double s = o_.branch.step; s >= o_.branch.smallest; s *= kShrink) {
      if (curve_.born(rest, along, s, at)) return at;
    }
    throw NumericalError(fmt::format("no periodic orbit is found beside the Hopf point at {:g}", hopf.p));
  }

  std::string go(Place from, double direction, std::vector<BranchPoint>& out) {
    from.tangent.u *= direction, from.tangent.period *= direction, from.tangent.p *= direction;
    double s = o_.branch.step;
    Place to;
    for (int k = 1; k <= o_.branch.most; ++k) {
      int iterations = 0;
      for (;; s *= kShrink) {
        if (o_.branch.interrupt && o_.branch.interrupt()) return "interrupted";
        if (s < o_.branch.smallest) {
          return fmt::format("no step of {:g} succeeds at {:g}, where the period is {:g}", o_.branch.smallest,
                             from.orbit.p, from.orbit.period);
        }
        if (!curve_.go(from, s, to, iterations)) continue;
        if (curve_.dot(from.orbit, from.tangent, to.tangent) < kTurn && s > 4 * o_.branch.smallest) continue;
        break;
      }
      const double limit = std::clamp(to.orbit.p, o_.branch.low, o_.branch.high);
      const bool is_outside = limit != to.orbit.p;
      if (is_outside) {
        const auto g = [&](double u) { return value(from, u, to, [&](const Place& l) { return l.orbit.p - limit; }); };
        const double end = root(g, 0, from.orbit.p - limit, s, to.orbit.p - limit, kLocated);
        if (!curve_.go(from, end, to, iterations)) return "the range's end cannot be reached";
        s = end;
      }
      if (specials(from, to, s, out)) return fmt::format("a state of rest, at {:g}", out.back().p);
      out.push_back(point(to, is_outside ? Special::end : Special::none));
      if (is_outside) out.back().p = limit;
      if (is_outside) return fmt::format("the end of the range, {:g}", limit);
      if (to.orbit.period > longest_) {
        out.back().special = Special::homoclinic;
        return fmt::format("a period of {:g}, which grows without bounds", to.orbit.period);
      }
      from = to;
      if (k % kAdaptEvery == 0) adapt(from);
      if (iterations <= kEasy) s = std::min(s * kGrowth, o_.branch.largest);
      if (iterations >= kHard) s *= kShrink;
    }
    return fmt::format("{} points", o_.branch.most);
  }

  BranchPoint point(const Place& at, Special special) const {
    BranchPoint b;
    b.p = at.orbit.p;
    b.x = at.orbit.u.col(0);
    b.period = at.orbit.period;
    b.spectrum.values = at.multipliers;
    b.unstable = outside(at.multipliers).all();
    b.special = special;
    b.low = at.orbit.u.rowwise().minCoeff();
    b.high = at.orbit.u.rowwise().maxCoeff();
    return b;
  }

 private:
  /// How large the orbit is: largest half width of an element, in units of the scale.
  double size(const Place& at) const {
    const Vector width = at.orbit.u.rowwise().maxCoeff() - at.orbit.u.rowwise().minCoeff();
    return 0.5 * width.cwiseQuotient(scale_).maxCoeff();
  }

  /// Does the branch pass through a state of rest between the two, a Hopf point? p turns there as at a fold, and what
  /// comes behind are the same orbits again, half a period later.
  static bool mirrored(const Place& from, const Place& to) {
    const auto swing = [](const Place& at) -> Matrix { return at.orbit.u.colwise() - at.orbit.u.rowwise().mean(); };
    return swing(from).cwiseProduct(swing(to)).sum() < 0;
  }

  void adapt(Place& at) {
    Place next = at;
    curve_.widen_scale(at.orbit);
    curve_.adapt(next, o_.intervals);
    // On the new mesh it is an orbit again once solved for; p stays, unless it is at a fold.
    Place solved;
    int iterations = 0;
    if (curve_.go(next, 0, solved, iterations)) at = solved;
  }

  template <class G>
  double value(const Place& from, double s, Place& to, G&& g) {
    int iterations = 0;
    return curve_.go(from, s, to, iterations) ? g(to) : std::numeric_limits<double>::quiet_NaN();
  }

  /// What lies between two neighbours, in order. True: the branch ends there, at a Hopf point.
  bool specials(const Place& from, const Place& to, double s, std::vector<BranchPoint>& out) {
    std::vector<std::pair<double, BranchPoint>> found;
    bool vanished = false;
    const auto search = [&](Special special, const auto& g) {
      if (!(g(from) * g(to) < 0)) return;
      Place at;
      const double u = root([&](double v) { return value(from, v, at, g); }, 0, g(from), s, g(to), kLocated);
      int iterations = 0;
      if (!curve_.go(from, u, at, iterations)) return;
      vanished =
          special == Special::fold && (mirrored(from, to) || size(at) < kVanished * std::min(size(from), size(to)));
      found.emplace_back(u, point(at, vanished ? Special::end : special));
    };
    search(Special::fold, [](const Place& l) { return l.tangent.p; });
    if (vanished) {
      out.push_back(std::move(found.front().second));
      return true;
    }
    const Outside a = outside(from.multipliers), b = outside(to.multipliers);
    const bool reliable = std::max(from.trivial_error, to.trivial_error) < kReliable;
    if (reliable && std::abs(a.negative - b.negative) == 1) search(Special::period_doubling, beyond_minus_one);
    if (reliable && std::abs(a.all() - b.all()) == 2 && a.pairs != b.pairs) search(Special::torus, beyond_circle);
    std::sort(found.begin(), found.end(), [](const auto& l, const auto& r) { return l.first < r.first; });
    for (auto& f : found) out.push_back(std::move(f.second));
    return false;
  }

  Family& family_;
  const OrbitOptions& o_;
  const Vector scale_;
  OrbitCurve curve_;
  const double longest_;
};

}  // namespace

Branch continue_orbits(Family& family, const BranchPoint& hopf, const OrbitOptions& options) {
  OrbitWalk walk(family, hopf.x, hopf.period, options);
  Branch out;
  out.ended[0] = fmt::format("the Hopf point at {:g}", hopf.p);
  const Place first = walk.begin(hopf);
  out.points.push_back(walk.point(first, Special::start));
  out.ended[1] = walk.go(first, 1, out.points);
  keep_true_folds(out.points, kSameFold * (options.branch.high - options.branch.low));
  return out;
}

Branch continue_orbits(Family& family, const Cycle& cycle, const OrbitOptions& options) {
  OrbitWalk walk(family, cycle.states.rowwise().maxCoeff(), cycle.period, options);
  const Place first = walk.begin(cycle);
  Branch out;
  std::vector<BranchPoint> back;
  out.ended[0] = walk.go(first, -1, back);
  out.points.assign(std::make_move_iterator(back.rbegin()), std::make_move_iterator(back.rend()));
  out.points.push_back(walk.point(first, Special::start));
  out.ended[1] = walk.go(first, 1, out.points);
  keep_true_folds(out.points, kSameFold * (options.branch.high - options.branch.low));
  return out;
}

}  // namespace neurode::analysis
