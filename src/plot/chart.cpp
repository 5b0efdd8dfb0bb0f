#include "neurode/plot/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "plot/canvas.hpp"

namespace neurode::plot {

namespace {

// Okabe and Ito's colours, which the colour-blind can tell apart, without yellow, four added.
constexpr Colour kColours[] = {{0.00, 0.45, 0.70}, {0.84, 0.37, 0.00}, {0.00, 0.62, 0.45}, {0.80, 0.47, 0.65},
                               {0.90, 0.62, 0.00}, {0.34, 0.71, 0.91}, {0.45, 0.45, 0.45}, {0.50, 0.28, 0.15},
                               {0.36, 0.20, 0.60}, {0.42, 0.48, 0.05}};
constexpr std::size_t kColourCount = std::size(kColours);
constexpr Colour kInk{0.13, 0.13, 0.13}, kPale{0.86, 0.86, 0.86}, kGrey{0.45, 0.45, 0.45};

constexpr double kPanelWidth = 350, kPanelHeight = 330, kLeft = 62, kGap = 78, kTop = 78, kBottom = 74, kLegend = 150;

struct Look {
  Colour colour;
  Marker marker;
};

/// An axis onto [from, to] of the page.
struct Axis {
  bool linear;
  double low, high, from, to;  // low, high: of the logarithm where it is logarithmic
  double at(double v) const { return from + ((linear ? v : std::log10(v)) - low) / (high - low) * (to - from); }
  bool takes(double v) const { return std::isfinite(v) && (linear || v > 0); }
};

/// What an axis has to show.
struct Range {
  bool linear;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  void take(double v) {
    if (!std::isfinite(v) || (!linear && v <= 0)) return;
    low = std::min(low, v), high = std::max(high, v);
  }
  Axis fitted(double from, double to) const {
    double a = low, b = high;
    if (!(a <= b)) a = linear ? 0 : 0.1, b = 1;
    if (!linear) a = std::log10(a), b = std::log10(b);
    const double least = linear ? std::max(1e-3 * std::max(std::abs(a), std::abs(b)), 1e-12) : 0.08;
    const double margin = std::max(0.05 * (b - a), least);
    return {linear, a - margin, b + margin, from, to};
  }
};

std::vector<double> ticks(const Axis& a, int most) {
  if (a.linear) return linear_ticks(a.low, a.high, most);
  return log_ticks(std::pow(10, a.low), std::pow(10, a.high), most);
}

std::string tick_text(double v) {
  const double exponent = std::floor(std::log10(v) + 1e-9);
  if (exponent >= -2 && exponent <= 3) return fmt::format("{:g}", v);
  return fmt::format("{:.0f}e{:.0f}", v / std::pow(10.0, exponent), exponent);
}

void label(Canvas& c, bool linear, double v, double x, double y, Anchor anchor) {
  const double exponent = linear ? 0 : std::log10(v);
  if (!linear && std::abs(exponent - std::round(exponent)) < 1e-9) {
    c.power_of_ten(static_cast<int>(std::round(exponent)), x, y, 9.5, anchor);
  } else {
    c.text(linear ? fmt::format("{:.6g}", v) : tick_text(v), x, y, 9.5, anchor);
  }
}

void draw_curve(Canvas& c, const Curve& curve, const Axis& x, const Axis& y, const Look& look) {
  const auto drawable = [&](const auto& p) { return x.takes(p.first) && y.takes(p.second); };
  const auto place = [&](const auto& p) { return std::pair(x.at(p.first), y.at(p.second)); };
  c.colour(look.colour, 0.75);
  for (std::size_t k = 1; curve.arrows && k < curve.points.size(); k += 2) {
    if (!drawable(curve.points[k - 1]) || !drawable(curve.points[k])) continue;
    const auto [x0, y0] = place(curve.points[k - 1]);
    const auto [x1, y1] = place(curve.points[k]);
    c.line(x0, y0, x1, y1, 0.7);
    c.head(x0, y0, x1, y1, 3.5);
  }
  std::vector<std::pair<double, double>> way;
  for (std::size_t k = 0; curve.joined && k <= curve.points.size(); ++k) {
    if (k < curve.points.size() && drawable(curve.points[k])) {
      way.push_back(place(curve.points[k]));
    } else {
      c.way(way, 1.4, curve.dashed);
      way.clear();
    }
  }
  c.colour(look.colour);
  for (const auto& p : curve.points) {
    if (curve.marked && drawable(p)) c.marker(look.marker, x.at(p.first), y.at(p.second), 6);
  }
  c.colour(kInk);
  for (const std::size_t k : curve.rings) {
    if (k < curve.points.size() && drawable(curve.points[k])) {
      c.ring(x.at(curve.points[k].first), y.at(curve.points[k].second), 6.5);
    }
  }
}

void draw_panel(Canvas& c, const Panel& panel, double left, const std::map<std::string, Look>& looks) {
  Range horizontal{panel.x_linear}, vertical{panel.y_linear};
  for (const auto& curve : panel.curves) {
    for (const auto& p : curve.points) {
      if (!std::isfinite(p.first) || !std::isfinite(p.second)) continue;
      horizontal.take(p.first), vertical.take(p.second);
    }
  }
  if (panel.level) vertical.take(*panel.level);
  if (panel.upright) horizontal.take(*panel.upright);
  const double right = left + kPanelWidth, bottom = kTop + kPanelHeight;
  const Axis x = horizontal.fitted(left, right), y = vertical.fitted(bottom, kTop);

  for (const double v : ticks(x, 7)) {
    c.colour(kPale);
    c.line(x.at(v), kTop, x.at(v), bottom, 0.7);
    c.colour(kInk);
    label(c, x.linear, v, x.at(v), bottom + 16, Anchor::centre);
  }
  for (const double v : ticks(y, 9)) {
    c.colour(kPale);
    c.line(left, y.at(v), right, y.at(v), 0.7);
    c.colour(kInk);
    label(c, y.linear, v, left - 6, y.at(v) + 3.5, Anchor::right);
  }
  c.colour(kInk);
  c.text(panel.title, left, kTop - 9, 11, Anchor::left, true);
  c.text(panel.x_label, (left + right) / 2, bottom + 36, 10.5, Anchor::centre);
  c.text(panel.y_label, left - 44, (kTop + bottom) / 2, 10.5, Anchor::centre, false, true);

  c.clip(left - 1, kTop - 1, kPanelWidth + 2, kPanelHeight + 2);
  c.colour(kGrey);
  if (panel.level && y.takes(*panel.level)) {
    c.line(left, y.at(*panel.level), right, y.at(*panel.level), 1, true);
    c.text(panel.level_label, left + 4, y.at(*panel.level) - 4, 8.5);
  }
  if (panel.upright) c.line(x.at(*panel.upright), kTop, x.at(*panel.upright), bottom, 1);
  for (const auto& curve : panel.curves) draw_curve(c, curve, x, y, looks.at(curve.name));
  c.end_clip();
  c.colour(kInk);
  c.line(left, kTop, left, bottom, 1);
  c.line(left, bottom, right, bottom, 1);
}

}  // namespace

std::vector<double> log_ticks(double low, double high, int most) {
  std::vector<double> ticks;
  const int first = static_cast<int>(std::ceil(std::log10(low) - 1e-9));
  const int last = static_cast<int>(std::floor(std::log10(high) + 1e-9));
  if (last - first >= 2) {
    const int stride = std::max(1, static_cast<int>(std::ceil((last - first + 1.0) / most)));
    for (int e = first; e <= last; ++e) {
      if ((e % stride) == 0) ticks.push_back(std::pow(10.0, e));
    }
    return ticks;
  }
  for (int e = first - 1; e <= last; ++e) {
    for (const double m : {1.0, 2.0, 5.0}) {
      const double v = m * std::pow(10.0, e);
      if (v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9)) ticks.push_back(v);
    }
  }
  return ticks;
}

std::vector<double> linear_ticks(double low, double high, int most) {
  std::vector<double> ticks;
  if (!(high > low)) return ticks;
  const double rough = (high - low) / most, power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double m : {5.0, 2.0, 1.0}) {
    if (m * power >= rough * (1 - 1e-9)) step = m * power;
  }
  for (double k = std::ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; ++k)
    ticks.push_back(k == 0 ? 0.0 : k * step);
  return ticks;
}

bool can_draw(const std::filesystem::path& path) { return path.extension() == ".svg" || path.extension() == ".png"; }

void draw(const Chart& chart, const std::filesystem::path& path) {
  if (!can_draw(path)) throw std::invalid_argument("a picture's name must end in .svg or .png: " + path.string());
  std::map<std::string, Look> looks;
  std::map<std::string, const Curve*> shown;  // the first of each name
  std::vector<std::string> order;
  for (const auto& panel : chart.panels) {
    for (const auto& curve : panel.curves) {
      if (!shown.emplace(curve.name, &curve).second) continue;
      const std::size_t k = order.size();
      const auto like = looks.find(curve.like);
      looks[curve.name] =
          like != looks.end() ? like->second : Look{kColours[k % kColourCount], static_cast<Marker>(k % kMarkers)};
      order.push_back(curve.name);
    }
  }
  const auto panels = static_cast<double>(chart.panels.size());
  const double legend = kLeft + panels * kPanelWidth + (panels - 1) * kGap + 22;
  const double needed = kTop + 17 * static_cast<double>(order.size()) + 20;
  std::size_t longest = 0;
  for (const auto& name : order) longest = std::max(longest, name.size());
  const double names = std::max(kLegend, 45 + 5.5 * static_cast<double>(longest));  // letters of 10 points
  Canvas c(path, legend + names, std::max(kTop + kPanelHeight + kBottom, needed));
  c.colour(kInk);
  c.text(chart.title, kLeft, 26, 14, Anchor::left, true);
  c.colour(kGrey);
  c.text(chart.subtitle, kLeft, 45, 10);
  c.text(chart.caption, kLeft, kTop + kPanelHeight + kBottom - 14, 9);
  double left = kLeft;
  for (const auto& panel : chart.panels) {
    draw_panel(c, panel, left, looks);
    left += kPanelWidth + kGap;
  }
  double y = kTop + 8;
  for (const auto& name : order) {
    c.colour(looks[name].colour);
    const Curve& curve = *shown[name];
    if (curve.joined || curve.arrows) c.line(legend, y - 3.5, legend + 20, y - 3.5, 1.4, curve.dashed);
    if (curve.marked) c.marker(looks[name].marker, legend + 10, y - 3.5, 6);
    c.colour(kInk);
    c.text(name, legend + 27, y, 10);
    y += 17;
  }
  c.finish();
}

}  // namespace neurode::plot
