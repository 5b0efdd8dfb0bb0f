#include "report/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/core/json.hpp"
#include "report/html.hpp"

namespace neurode::report {

namespace {

/// Digits so that a hundred-thousandth of the range is seen; at least six.
std::string array_text(const std::vector<double>& v, int least = 6) {
  double low = INFINITY, high = -INFINITY;
  for (const double x : v) {
    if (!std::isfinite(x)) continue;
    low = std::min(low, x);
    high = std::max(high, x);
  }
  int digits = least;
  if (high > low) {
    const double most = std::max(std::abs(low), std::abs(high));
    digits = std::clamp(least - 1 + static_cast<int>(std::ceil(std::log10(most / (high - low)))), least, 15);
  }
  std::string out = "[";
  for (std::size_t k = 0; k < v.size(); ++k) {
    if (k > 0) out += ',';
    out += std::isfinite(v[k]) ? fmt::format("{:.{}g}", v[k], digits) : "null";
  }
  return out + "]";
}

void axis(JsonWriter& w, const char* name, const Axis& a) {
  w.key(name).begin_object().member("label", a.label).member("unit", a.unit).member("log", a.log).end_object();
}

void heat(JsonWriter& w, const Heat& h) {
  w.key("heat").begin_object();
  w.member("rows", static_cast<std::int64_t>(h.rows)).member("columns", static_cast<std::int64_t>(h.columns));
  w.member("xFrom", h.x_from).member("xTo", h.x_to).member("diverging", h.diverging).member("matrix", h.matrix);
  w.member("unit", h.unit).member("rowStep", h.row_step).member("columnStep", h.column_step);
  if (h.low) w.member("low", *h.low);
  if (h.high) w.member("high", *h.high);
  if (!h.row_names.empty()) {
    w.key("rowNames").begin_array();
    for (const auto& n : h.row_names) w.value(n);
    w.end_array();
  }
  w.key("values").json(array_text(h.values, 4)).end_object();
}

}  // namespace

std::size_t Figure::numbers() const {
  std::size_t n = shared_x.size() + (heat ? heat->values.size() : 0);
  for (const auto& s : series) n += s.x.size() + s.y.size();
  return n;
}

std::string figure_json(const Figure& f) {
  JsonWriter w(0);
  w.begin_object().member("title", f.title);
  axis(w, "x", f.x);
  axis(w, "y", f.y);
  if (!f.shared_x.empty()) w.key("sharedX").json(array_text(f.shared_x, 7));
  if (f.level) w.member("level", *f.level).member("levelLabel", f.level_label);
  if (f.upright) w.member("upright", *f.upright);
  if (f.heat) heat(w, *f.heat);
  w.key("series").begin_array();
  for (const auto& s : f.series) {
    w.begin_object().member("name", s.name).member("line", s.line).member("marks", s.marks).member("colour", s.colour);
    if (!s.x.empty()) w.key("x").json(array_text(s.x, 7));
    w.key("y").json(array_text(s.y));
    if (!s.notes.empty()) {
      w.key("notes").begin_array();
      for (const auto& n : s.notes) w.value(n);
      w.end_array();
    }
    if (!s.rings.empty()) {
      w.key("rings").begin_array();
      for (const auto r : s.rings) w.value(static_cast<std::int64_t>(r));
      w.end_array();
    }
    w.end_object();
  }
  w.end_array().end_object();
  return script_safe(w.text());
}

std::string figure_html(const Figure& f, const std::string& id) {
  return fmt::format(
      "<figure class=\"plot{}\" id=\"{}\"><h4>{}</h4><div class=\"drawing\"></div>"
      "<figcaption>{}</figcaption><script type=\"application/json\">{}</script></figure>\n",
      f.heat ? " heat" : "", id, escaped(f.title), escaped(f.caption), figure_json(f));
}

}  // namespace neurode::report
