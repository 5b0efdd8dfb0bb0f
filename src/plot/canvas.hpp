#pragma once

#include <cairo.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace neurode::plot {

struct Colour {
  double red = 0, green = 0, blue = 0;
};

enum class Anchor { left, centre, right };
enum class Marker { disc, square, diamond, triangle, cross, plus };
constexpr int kMarkers = 6;

/// A page to draw on, in points from the upper left; SVG, or PNG at twice that many pixels.
class Canvas {
 public:
  Canvas(const std::filesystem::path& path, double width, double height);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  void colour(Colour c, double alpha = 1);
  void line(double x0, double y0, double x1, double y1, double width, bool dashed = false);
  /// The head of an arrow that ends at (x1, y1).
  void head(double x0, double y0, double x1, double y1, double size);
  void way(const std::vector<std::pair<double, double>>& points, double width, bool dashed);
  void rectangle(double x, double y, double width, double height);  ///< filled
  void marker(Marker m, double x, double y, double size);
  void ring(double x, double y, double radius);
  /// `x`, `y`: of the baseline's anchor. `upright`: turned by 90 degrees, read from below.
  void text(const std::string& s, double x, double y, double size, Anchor anchor = Anchor::left, bool bold = false,
            bool upright = false);
  /// 10^exponent, the exponent raised.
  void power_of_ten(int exponent, double x, double y, double size, Anchor anchor);
  double text_width(const std::string& s, double size, bool bold = false);
  void clip(double x, double y, double width, double height);
  void end_clip();
  /// Writes the file. @throws FileError
  void finish();

 private:
  std::filesystem::path path_;
  bool png_;
  cairo_surface_t* surface_ = nullptr;
  cairo_t* c_ = nullptr;
};

}  // namespace neurode::plot
