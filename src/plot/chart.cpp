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

bool drawable(const std::pair<double, double>& p) {
  return std::isfinite(p.first) && std::isfinite(p.second) && p.first > 0 && p.second > 0;
}

/// A logarithmic axis onto [from, to] of the page.
struct Axis {
  double low, high, from, to;
  double at(double v) const { return from + (std::log10(v) - low) / (high - low) * (to - from); }
};

Axis fitted(double smallest, double largest, double from, double to) {
  if (!(smallest <= largest)) smallest = 0.1, largest = 1;
  double low = std::log10(smallest), high = std::log10(largest);
  const double margin = std::max(0.05 * (high - low), 0.08);
  return {low - margin, high + margin, from, to};
}

std::string tick_text(double v) {
  const double exponent = std::floor(std::log10(v) + 1e-9);
  if (exponent >= -2 && exponent <= 3) return fmt::format("{:g}", v);
  return fmt::format("{:.0f}e{:.0f}", v / std::pow(10.0, exponent), exponent);
}

void label(Canvas& c, double v, double x, double y, Anchor anchor) {
  const double exponent = std::log10(v);
  if (std::abs(exponent - std::round(exponent)) < 1e-9) {
    c.power_of_ten(static_cast<int>(std::round(exponent)), x, y, 9.5, anchor);
  } else {
    c.text(tick_text(v), x, y, 9.5, anchor);
  }
}

void draw_panel(Canvas& c, const Panel& panel, double left, const std::map<std::string, Look>& looks) {
  double x_low = std::numeric_limits<double>::infinity(), y_low = x_low, x_high = 0, y_high = 0;
  for (const auto& curve : panel.curves) {
    for (const auto& p : curve.points) {
      if (!drawable(p)) continue;
      x_low = std::min(x_low, p.first), x_high = std::max(x_high, p.first);
      y_low = std::min(y_low, p.second), y_high = std::max(y_high, p.second);
    }
  }
  const bool level = panel.level && *panel.level > 0 && std::isfinite(*panel.level);
  if (level) y_low = std::min(y_low, *panel.level), y_high = std::max(y_high, *panel.level);
  const double right = left + kPanelWidth, bottom = kTop + kPanelHeight;
  const Axis x = fitted(x_low, x_high, left, right), y = fitted(y_low, y_high, bottom, kTop);

  for (const double v : log_ticks(std::pow(10, x.low), std::pow(10, x.high), 7)) {
    c.colour(kPale);
    c.line(x.at(v), kTop, x.at(v), bottom, 0.7);
    c.colour(kInk);
    label(c, v, x.at(v), bottom + 16, Anchor::centre);
  }
  for (const double v : log_ticks(std::pow(10, y.low), std::pow(10, y.high), 9)) {
    c.colour(kPale);
    c.line(left, y.at(v), right, y.at(v), 0.7);
    c.colour(kInk);
    label(c, v, left - 6, y.at(v) + 3.5, Anchor::right);
  }
  c.colour(kInk);
  c.text(panel.title, left, kTop - 9, 11, Anchor::left, true);
  c.text(panel.x_label, (left + right) / 2, bottom + 36, 10.5, Anchor::centre);
  c.text(panel.y_label, left - 44, (kTop + bottom) / 2, 10.5, Anchor::centre, false, true);

  c.clip(left - 1, kTop - 1, kPanelWidth + 2, kPanelHeight + 2);
  if (level) {
    c.colour(kGrey);
    c.line(left, y.at(*panel.level), right, y.at(*panel.level), 1, true);
    c.text(panel.level_label, left + 4, y.at(*panel.level) - 4, 8.5);
  }
  for (const auto& curve : panel.curves) {
    const Look& look = looks.at(curve.name);
    c.colour(look.colour, 0.75);
    const std::pair<double, double>* before = nullptr;
    for (const auto& p : curve.points) {
      if (!drawable(p)) continue;
      if (before) c.line(x.at(before->first), y.at(before->second), x.at(p.first), y.at(p.second), 1.2);
      before = &p;
    }
    c.colour(look.colour);
    for (const auto& p : curve.points) {
      if (drawable(p)) c.marker(look.marker, x.at(p.first), y.at(p.second), 6);
    }
    c.colour(kInk);
    for (const std::size_t k : curve.rings) {
      if (k < curve.points.size() && drawable(curve.points[k])) {
        c.ring(x.at(curve.points[k].first), y.at(curve.points[k].second), 6.5);
      }
    }
  }
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

bool can_draw(const std::filesystem::path& path) { return path.extension() == ".svg" || path.extension() == ".png"; }

void draw(const Chart& chart, const std::filesystem::path& path) {
  if (!can_draw(path)) throw std::invalid_argument("a picture's name must end in .svg or .png: " + path.string());
  std::map<std::string, Look> looks;
  std::vector<std::string> order;
  for (const auto& panel : chart.panels) {
    for (const auto& curve : panel.curves) {
      if (looks.count(curve.name) != 0) continue;
      const std::size_t k = order.size();
      looks[curve.name] = {kColours[k % kColourCount], static_cast<Marker>(k % kMarkers)};
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
    c.line(legend, y - 3.5, legend + 20, y - 3.5, 1.2);
    c.marker(looks[name].marker, legend + 10, y - 3.5, 6);
    c.colour(kInk);
    c.text(name, legend + 27, y, 10);
    y += 17;
  }
  c.finish();
}

}  // namespace neurode::plot
