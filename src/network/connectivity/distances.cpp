#include "network/connectivity/distance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

namespace neurode::network {

double Distance::between(Index post, Index pre) const {
  double square = 0;
  for (std::size_t a = axes_.size(); a-- > 0;) {
    const double d = axes_[a].between(post % axes_[a].post, pre % axes_[a].pre);
    square += d * d;
    post /= axes_[a].post;
    pre /= axes_[a].pre;
  }
  return std::sqrt(square);
}

double Distance::cell() const {
  double product = 1;
  for (const Axis& a : axes_) product *= a.length / static_cast<double>(a.pre);
  return product;
}

void Distance::near(const Axis& a, Index i, double cutoff, std::vector<Near>& out) {
  const double step = a.length / static_cast<double>(a.pre), place = a.post_place(i) / step - 0.5;
  const double reach = std::min(cutoff / step, static_cast<double>(a.pre)) * (1 + 1e-12) + 1e-9;
  auto first = static_cast<Index>(std::ceil(place - reach)), last = static_cast<Index>(std::floor(place + reach));
  if (!a.periodic || last - first + 1 >= a.pre) {
    first = a.periodic ? 0 : std::max<Index>(first, 0);
    last = a.periodic ? a.pre - 1 : std::min<Index>(last, a.pre - 1);
  }
  for (Index k = first; k <= last; ++k) {
    const Index j = ((k % a.pre) + a.pre) % a.pre;
    const double d = a.between(i, j);
    out.push_back({j, d * d});
  }
}

ParameterTable distance_parameters() {
  return {ParameterSpec::make(Kind::any, "length",
                              "of the line or sheet: a number, or [rows, columns]; without it: the neurons of TO, so "
                              "that neighbours there are 1 apart"),
          ParameterSpec::make(Kind::boolean, "periodic", "a ring, a torus: its ends meet").standard(false)};
}

std::optional<Distance> read_distance(const Parameters& parameters, const Value& source, const std::vector<Index>& post,
                                      const std::vector<Index>& pre, Diagnostics& diagnostics) {
  const std::size_t axes = std::min<std::size_t>(pre.size(), 2);
  if (std::min<std::size_t>(post.size(), 2) != axes) {
    diagnostics.add({source.where, source.key, "distances need two populations on lines, or two on sheets",
                     fmt::format("shapes [{}] and [{}]", fmt::join(pre, ", "), fmt::join(post, ", ")),
                     "as many axes in the `shape` of both", ""});
    return {};
  }
  Distance out;
  out.channels_ = pre.size() == 3 ? pre[0] : 1;
  std::vector<double> lengths;
  if (const Value* v = parameters.find("length")) {
    const auto good = [](const Value& x) { return x.is_number() && std::isfinite(x.number()) && x.number() > 0; };
    if (good(*v)) lengths.assign(axes, v->number());
    if (v->is_list() && v->list().size() == axes && std::all_of(v->list().begin(), v->list().end(), good)) {
      for (const Value& x : v->list()) lengths.push_back(x.number());
    }
    if (lengths.empty()) {
      diagnostics.add({v->where, v->key, "must be a length", v->describe(),
                       axes == 1 ? "a number > 0" : "a number > 0 for both axes, or [rows, columns]", ""});
      return {};
    }
  }
  for (std::size_t a = 0; a < axes; ++a) {
    Distance::Axis axis;
    axis.post = post[post.size() - axes + a];
    axis.pre = pre[pre.size() - axes + a];
    axis.length = lengths.empty() ? static_cast<double>(axis.post) : lengths[a];
    axis.periodic = parameters.flag("periodic");
    out.axes_.push_back(axis);
  }
  return out;
}

double Profile::at(double d) const {
  if (d > cutoff) return 0;
  const auto gauss = [d](double w) { return std::exp(-d * d / (2 * w * w)); };
  switch (kind) {
    case Kind::box:
      return d <= width ? 1 : 0;
    case Kind::cosine:
      return std::cos(2 * std::numbers::pi * d / width);
    case Kind::exponential:
      return std::exp(-d / width);
    case Kind::gaussian:
      return gauss(width);
    case Kind::mexican_hat:
      return gauss(width) - surround * gauss(surround_width);
  }
  return 0;
}

double Profile::reach() const {
  const double far = kind == Kind::box           ? width
                     : kind == Kind::exponential ? 27.7 * width  // log 1e12
                     : kind == Kind::gaussian    ? 7.44 * width  // sqrt(2 log 1e12)
                     : kind == Kind::mexican_hat ? 7.44 * std::max(width, surround_width)
                                                 : std::numeric_limits<double>::infinity();
  return std::min(far, cutoff);
}

ParameterTable profile_parameters(bool weights) {
  using Spec = ParameterSpec;
  std::vector<std::string> names = {"box", "exponential", "gaussian"};
  std::string help = "function of distance: box, exp(-d/width) or exp(-d^2/(2 width^2))";
  if (weights) {
    names = {"box", "cosine", "exponential", "gaussian", "mexican_hat"};
    help += ", cos(2 pi d/width), or a difference of gaussians";
  }
  ParameterTable t = {Spec::make(Kind::choice, "profile", help).one_of(names).standard("gaussian"),
                      Spec::make(Kind::number, "width", "its width, in the unit of `length`").above(0).needed(),
                      Spec::make(Kind::number, "cutoff", "beyond this distance it is 0; without it: nowhere").above(0)};
  if (weights) {
    t.push_back(Spec::make(Kind::number, "surround", "mexican_hat: height of the second gaussian").standard(0.5));
    t.push_back(Spec::make(Kind::number, "surround_width", "mexican_hat: its width; without it: 2 width").above(0));
  }
  return t;
}

Profile read_profile(const Parameters& parameters) {
  Profile p;
  const std::string& kind = parameters.text("profile");
  p.kind = kind == "box"           ? Profile::Kind::box
           : kind == "cosine"      ? Profile::Kind::cosine
           : kind == "exponential" ? Profile::Kind::exponential
           : kind == "gaussian"    ? Profile::Kind::gaussian
                                   : Profile::Kind::mexican_hat;
  p.width = parameters.number("width");
  if (parameters.has("cutoff")) p.cutoff = parameters.number("cutoff");
  if (parameters.has("surround")) p.surround = parameters.number("surround");
  p.surround_width = parameters.has("surround_width") ? parameters.number("surround_width") : 2 * p.width;
  return p;
}

}  // namespace neurode::network
