#include "neurode/analysis/branch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/curve.hpp"
#include "analysis/hopf.hpp"
#include "analysis/root.hpp"
#include "analysis/snic.hpp"
#include "neurode/analysis/fixed_points.hpp"
#include "neurode/core/errors.hpp"

namespace neurode::analysis {

namespace {

using Place = RestCurve::Place;

constexpr double kSamePlace = 1e-8;
constexpr double kLocated = 1e-11;  // of arclength
constexpr double kGrowth = 1.4, kShrink = 0.5;
constexpr int kEasy = 4, kHard = 7;   // iterations: a longer step, a shorter one
constexpr double kSameSpecial = 0.1;  // of a step
constexpr double kTurn = 0.9;         // cosine of the largest angle between neighbouring tangents

/// A place on the curve with what is looked at there.
struct Looked {
  Place place;
  Spectrum spectrum;
  Index unstable = 0;
};

Index count_unstable(const Spectrum& s) {
  return std::count_if(s.values.begin(), s.values.end(), [](const auto& v) { return v.real() > 0; });
}

class Walk {
 public:
  Walk(Family& family, const BranchOptions& options, const Vector& scale)
      : family_(family), o_(options), scale_(scale), curve_(family, options.t, scale, options.high - options.low) {}

  bool start(const Vector& x, double p, Looked& at) {
    const Vector z = curve_.coordinates(x, p);
    Vector along = Vector::Zero(z.size());
    along[z.size() - 1] = 1;
    // At a fold the bordered matrix is singular for this direction: any other will do.
    for (int k = 0; !curve_.tangent(z, along, at.place); ++k) {
      if (k == 3) return false;
      along = Vector::Random(z.size()).normalized();
    }
    look(at);
    return true;
  }

  /// From `at`, which stays; the reason why it ends.
  std::string go(const Looked& at, double direction, std::vector<BranchPoint>& out) {
    Looked from = at, to;
    from.place.tangent *= direction;
    from.place.determinant *= direction;
    double s = o_.step;
    for (int k = 0; k < o_.most; ++k) {
      int iterations = 0;
      for (;; s *= kShrink) {
        if (o_.interrupt && o_.interrupt()) return "interrupted";
        if (s < o_.smallest) return fmt::format("no step of {:g} succeeds at {:g}", o_.smallest, p_of(from));
        if (!curve_.go(from.place, s, to.place, iterations)) continue;
        if (to.place.tangent.dot(from.place.tangent) < kTurn && s > 4 * o_.smallest) continue;
        look(to);
        if (std::abs(to.unstable - from.unstable) > 2 && s > 4 * o_.smallest) continue;
        break;
      }
      const bool closed = k > 5 && closes(at, from, s);
      const double p = p_of(to), limit = std::clamp(p, o_.low, o_.high);
      const bool outside = p != limit;
      if (outside) {
        const double end =
            root([&](double u) { return value(from, u, to, [&](const Looked& l) { return p_of(l) - limit; }); }, 0,
                 p_of(from) - limit, s, p - limit, kLocated);
        if (!locate(from, end, to)) return "the range's end cannot be reached";
        s = end;
      }
      if (closed) {
        s = (at.place.z - from.place.z).dot(from.place.tangent);
        to = at;
        to.place.tangent *= direction;
        to.place.determinant *= direction;
      }
      specials(from, to, s, out);
      out.push_back(point(to, outside ? Special::end : Special::none));
      if (outside) out.back().p = limit;
      if (outside) return fmt::format("the end of the range, {:g}", limit);
      if (closed) return "the curve is closed";
      from = to;
      if (iterations <= kEasy) s = std::min(s * kGrowth, o_.largest);
      if (iterations >= kHard) s *= kShrink;
    }
    return fmt::format("{} points", o_.most);
  }

  BranchPoint point(const Looked& at, Special special) {
    BranchPoint b;
    b.p = p_of(at);
    b.x = curve_.x_of(at.place.z);
    b.spectrum = at.spectrum;
    b.unstable = at.unstable;
    b.special = special;
    if (special != Special::hopf) return b;
    const double omega = nearest_pair(at.spectrum).imag();
    b.period = 2 * M_PI / omega;
    b.criticality = first_lyapunov_coefficient(family_.at(b.p), o_.t, b.x, omega);
    return b;
  }

 private:
  double p_of(const Looked& at) const { return curve_.p_of(at.place.z); }

  void look(Looked& at) {
    at.spectrum = spectrum(family_.at(p_of(at)), o_.t, curve_.x_of(at.place.z));
    at.unstable = count_unstable(at.spectrum);
  }

  bool locate(const Looked& from, double s, Looked& to) {
    int iterations = 0;
    if (!curve_.go(from.place, s, to.place, iterations)) return false;
    look(to);
    return true;
  }

  template <class G>
  double value(const Looked& from, double s, Looked& to, G&& g) {
    return locate(from, s, to) ? g(to) : std::numeric_limits<double>::quiet_NaN();
  }

  /// What lies between two neighbours, in order.
  void specials(const Looked& from, const Looked& to, double s, std::vector<BranchPoint>& out) {
    std::vector<std::pair<double, BranchPoint>> found;
    const auto search = [&](Special special, const auto& g, double left, double right) {
      Looked at;
      const double u = root([&](double v) { return value(from, v, at, g); }, 0, left, s, right, kLocated);
      if (locate(from, u, at)) found.emplace_back(u, point(at, special));
    };
    const auto slope = [](const Looked& l) { return l.place.tangent[l.place.tangent.size() - 1]; };
    if (slope(from) * slope(to) < 0) search(Special::fold, slope, slope(from), slope(to));
    const auto determinant = [](const Looked& l) { return l.place.determinant; };
    if (determinant(from) * determinant(to) < 0) {
      search(Special::branch, determinant, determinant(from), determinant(to));
    }
    // Where p turns at a branch point (a pitchfork met on its prongs), the fold is found more exactly than the branch
    // point, beside which Newton's method fails; it is one point.
    if (found.size() == 2 && std::abs(found[0].first - found[1].first) < kSameSpecial * s) {
      found.pop_back();
      found[0].second.special = Special::branch;
    }
    for (auto& [at, b] : found) {
      if (b.special != Special::fold) continue;
      if (on_invariant_circle(family_.at(b.p), o_.t, b.x, scale_, o_.interrupt)) b.special = Special::snic;
    }
    hopf(from, to, search);
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& f : found) out.push_back(std::move(f.second));
  }

  /// A pair crosses the axis where two eigenvalues change sides at once.
  template <class Search>
  void hopf(const Looked& from, const Looked& to, const Search& search) {
    if (std::abs(from.unstable - to.unstable) != 2) return;
    const auto before = from.unstable;
    const double sense = to.unstable > before ? 1 : -1;
    // The crossing pair's real part; where the nearest pair is another one, the count alone tells the side.
    const auto crossing = [=](const Looked& l) {
      const double side = l.unstable == before ? -sense : sense;
      const double part = nearest_pair(l.spectrum).real();
      return part * side > 0 ? part : side * std::numeric_limits<double>::min();
    };
    if (nearest_pair(from.spectrum) == 0.0 || nearest_pair(to.spectrum) == 0.0) return;
    search(Special::hopf, crossing, crossing(from), crossing(to));
  }

  /// Does the piece from `from` over s pass the start again?
  bool closes(const Looked& start, const Looked& from, double s) {
    const double along = (start.place.z - from.place.z).dot(from.place.tangent);
    if (along < 0 || along > s) return false;
    Place there;
    int iterations = 0;
    return curve_.go(from.place, along, there, iterations) && (there.z - start.place.z).norm() < kSamePlace;
  }

  Family& family_;
  const BranchOptions& o_;
  const Vector scale_;
  RestCurve curve_;
};

}  // namespace

std::string_view special_name(Special s) {
  switch (s) {
    case Special::none:
      return "";
    case Special::start:
      return "start";
    case Special::end:
      return "end";
    case Special::fold:
      return "fold";
    case Special::snic:
      return "SNIC";
    case Special::hopf:
      return "Hopf";
    case Special::branch:
      return "branch point";
    case Special::period_doubling:
      return "period doubling";
    case Special::torus:
      return "torus";
    case Special::homoclinic:
      break;
  }
  return "homoclinic";
}

Branch continue_rest(Family& family, const Vector& x, double p, const BranchOptions& options) {
  Vector rest = x;
  if (!Newton(family.at(p)).solve(options.t, rest)) {
    throw NumericalError(fmt::format("there is no state of rest near the start at {:g}", p));
  }
  Walk walk(family, options, options.scale.size() > 0 ? options.scale : Vector(x.cwiseAbs().cwiseMax(1)));
  Looked at;
  if (!walk.start(rest, p, at)) throw NumericalError("the branch has no direction at its start");
  Branch out;
  std::vector<BranchPoint> back;
  out.ended[0] = walk.go(at, -1, back);
  out.points.assign(std::make_move_iterator(back.rbegin()), std::make_move_iterator(back.rend()));
  out.points.push_back(walk.point(at, Special::start));
  if (out.ended[0] != "the curve is closed") out.ended[1] = walk.go(at, 1, out.points);
  return out;
}

}  // namespace neurode::analysis
