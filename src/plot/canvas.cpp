#include "plot/canvas.hpp"

#include <cairo-svg.h>

#include <cmath>
#include <numbers>

#include "neurode/core/errors.hpp"

namespace neurode::plot {

namespace {

constexpr double kPixels = 2;  // of a PNG, a point
constexpr const char* kFont = "DejaVu Sans";

}  // namespace

Canvas::Canvas(const std::filesystem::path& path, double width, double height)
    : path_(path), png_(path.extension() == ".png") {
  surface_ = png_ ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(std::ceil(width * kPixels)),
                                               static_cast<int>(std::ceil(height * kPixels)))
                  : cairo_svg_surface_create(path.c_str(), width, height);
  c_ = cairo_create(surface_);
  if (png_) cairo_scale(c_, kPixels, kPixels);
  colour({1, 1, 1});
  rectangle(0, 0, width, height);
}

Canvas::~Canvas() {
  cairo_destroy(c_);
  cairo_surface_destroy(surface_);
}

void Canvas::colour(Colour c, double alpha) { cairo_set_source_rgba(c_, c.red, c.green, c.blue, alpha); }

void Canvas::line(double x0, double y0, double x1, double y1, double width, bool dashed) {
  const double dashes[] = {4, 3};
  cairo_set_dash(c_, dashes, dashed ? 2 : 0, 0);
  cairo_set_line_width(c_, width);
  cairo_move_to(c_, x0, y0);
  cairo_line_to(c_, x1, y1);
  cairo_stroke(c_);
  cairo_set_dash(c_, nullptr, 0, 0);
}

void Canvas::way(const std::vector<std::pair<double, double>>& points, double width, bool dashed) {
  if (points.size() < 2) return;
  const double dashes[] = {4, 3};
  cairo_set_dash(c_, dashes, dashed ? 2 : 0, 0);
  cairo_set_line_width(c_, width);
  cairo_move_to(c_, points[0].first, points[0].second);
  for (std::size_t k = 1; k < points.size(); ++k) cairo_line_to(c_, points[k].first, points[k].second);
  cairo_stroke(c_);
  cairo_set_dash(c_, nullptr, 0, 0);
}

void Canvas::head(double x0, double y0, double x1, double y1, double size) {
  const double length = std::hypot(x1 - x0, y1 - y0);
  if (length < 0.5) return;
  const double along_x = (x1 - x0) / length * size, along_y = (y1 - y0) / length * size;
  cairo_move_to(c_, x1, y1);
  cairo_line_to(c_, x1 - along_x + 0.5 * along_y, y1 - along_y - 0.5 * along_x);
  cairo_line_to(c_, x1 - along_x - 0.5 * along_y, y1 - along_y + 0.5 * along_x);
  cairo_close_path(c_);
  cairo_fill(c_);
}

void Canvas::rectangle(double x, double y, double width, double height) {
  cairo_rectangle(c_, x, y, width, height);
  cairo_fill(c_);
}

void Canvas::ring(double x, double y, double radius) {
  cairo_set_line_width(c_, 1.4);
  cairo_arc(c_, x, y, radius, 0, 2 * std::numbers::pi);
  cairo_stroke(c_);
}

void Canvas::marker(Marker m, double x, double y, double size) {
  const double r = size / 2;
  cairo_new_path(c_);
  switch (m) {
    case Marker::disc:
      cairo_arc(c_, x, y, r, 0, 2 * std::numbers::pi);
      break;
    case Marker::square:
      cairo_rectangle(c_, x - 0.88 * r, y - 0.88 * r, 1.76 * r, 1.76 * r);
      break;
    case Marker::diamond:
    case Marker::triangle: {
      const int corners = m == Marker::diamond ? 4 : 3;
      for (int k = 0; k < corners; ++k) {
        const double angle = 2 * std::numbers::pi * k / corners - std::numbers::pi / 2;
        cairo_line_to(c_, x + 1.2 * r * std::cos(angle), y + 1.2 * r * std::sin(angle));
      }
      cairo_close_path(c_);
      break;
    }
    case Marker::cross:
    case Marker::plus: {
      const double a = m == Marker::cross ? r * 0.85 : 0, b = m == Marker::cross ? r * 0.85 : r * 1.15;
      cairo_set_line_width(c_, 1.8);
      cairo_move_to(c_, x - b, y - a);
      cairo_line_to(c_, x + b, y + a);
      cairo_move_to(c_, x - a, y + b);
      cairo_line_to(c_, x + a, y - b);
      cairo_stroke(c_);
      return;
    }
  }
  cairo_fill(c_);
}

double Canvas::text_width(const std::string& s, double size, bool bold) {
  cairo_select_font_face(c_, kFont, CAIRO_FONT_SLANT_NORMAL, bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(c_, size);
  cairo_text_extents_t e;
  cairo_text_extents(c_, s.c_str(), &e);
  return e.x_advance;
}

void Canvas::text(const std::string& s, double x, double y, double size, Anchor anchor, bool bold, bool upright) {
  const double width = text_width(s, size, bold);
  const double shift = anchor == Anchor::left ? 0 : anchor == Anchor::centre ? -width / 2 : -width;
  cairo_save(c_);
  cairo_translate(c_, x, y);
  if (upright) cairo_rotate(c_, -std::numbers::pi / 2);
  cairo_move_to(c_, shift, 0);
  cairo_show_text(c_, s.c_str());
  cairo_restore(c_);
  cairo_new_path(c_);
}

void Canvas::power_of_ten(int exponent, double x, double y, double size, Anchor anchor) {
  const std::string raised = (exponent < 0 ? "\u2212" : "") + std::to_string(std::abs(exponent));
  const double base = text_width("10", size), width = base + text_width(raised, 0.72 * size);
  const double left = anchor == Anchor::left ? x : anchor == Anchor::centre ? x - width / 2 : x - width;
  text("10", left, y, size);
  text(raised, left + base, y - 0.42 * size, 0.72 * size);
}

void Canvas::clip(double x, double y, double width, double height) {
  cairo_save(c_);
  cairo_rectangle(c_, x, y, width, height);
  cairo_clip(c_);
}

void Canvas::end_clip() { cairo_restore(c_); }

void Canvas::finish() {
  cairo_show_page(c_);
  cairo_status_t status = cairo_status(c_);
  if (png_) {
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_write_to_png(surface_, path_.c_str());
  } else {
    cairo_surface_finish(surface_);
    if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface_);
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    throw FileError(path_.string(), std::string("cannot write the picture: ") + cairo_status_to_string(status));
  }
}

}  // namespace neurode::plot
