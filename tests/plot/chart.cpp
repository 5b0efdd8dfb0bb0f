#include "neurode/plot/chart.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "neurode/core/errors.hpp"

using namespace neurode;
using namespace neurode::plot;

namespace {

std::filesystem::path scratch(const char* name) {
  return std::filesystem::temp_directory_path() / (std::to_string(getpid()) + "-" + name);
}

std::string contents(const std::filesystem::path& p) {
  std::ostringstream out;
  out << std::ifstream(p, std::ios::binary).rdbuf();
  return out.str();
}

Chart example() {
  Panel p{"a",  "x", "y", {{"one", {{1, 1e-3}, {10, 1e-6}}, {1}}, {"two", {{2, 1e-2}, {0, 1}, {5, 1e-9}}, {}}},
          1e-5, ""};
  return {"title", "", "", {p, p}};
}

}  // namespace

TEST_CASE("ticks of logarithmic axes") {
  CHECK(log_ticks(0.5, 2e4, 7) == std::vector<double>{1, 10, 100, 1000, 10000});
  CHECK(log_ticks(1e-12, 1, 5).size() <= 5);
  CHECK(log_ticks(1.5, 30, 7) == std::vector<double>{2, 5, 10, 20});
  CHECK(log_ticks(3, 4, 7).empty());
}

TEST_CASE("ticks of a linear axis") {
  CHECK(linear_ticks(0, 10, 7) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(linear_ticks(-1, 1, 5) == std::vector<double>{-1, -0.5, 0, 0.5, 1});
  CHECK_FALSE(std::signbit(linear_ticks(-1, 1, 5)[2]));
  CHECK(linear_ticks(99.95, 100.05, 4).size() <= 5);
  CHECK(linear_ticks(1, 1, 4).empty());
}

TEST_CASE("gaps, dashes, arrows and points off a logarithmic axis") {
  Chart chart = example();
  Panel plane{"plane", "x", "y", {}};
  plane.x_linear = plane.y_linear = true;
  plane.upright = 0;
  plane.curves = {{"line", {{-1, -1}, {0, NAN}, {1, 1}, {2, -3}}}, {"arrows", {{0, 0}, {1, 1}}}};
  plane.curves[0].dashed = true;
  plane.curves[1].arrows = true;
  plane.curves[1].joined = plane.curves[1].marked = false;
  chart.panels.push_back(plane);
  chart.panels[0].curves[0].points.emplace_back(-5, 1);
  const auto svg = scratch("plane.svg");
  draw(chart, svg);
  const std::string text = contents(svg);
  CHECK(text.find("stroke-dasharray") != std::string::npos);
  CHECK(text.find("nan") == std::string::npos);
  CHECK(text.find("inf") == std::string::npos);
  std::filesystem::remove(svg);
}

TEST_CASE("pictures are what their names say, and both panels are drawn") {
  const auto svg = scratch("chart.svg"), png = scratch("chart.png");
  draw(example(), svg);
  draw(example(), png);
  const std::string text = contents(svg), image = contents(png);
  CHECK(text.find("<svg") != std::string::npos);
  CHECK(image.substr(1, 3) == "PNG");
  // Width and height in the PNG's header, big endian: 2 pixels a point.
  const auto number = [&](std::size_t at) {
    int n = 0;
    for (std::size_t k = 0; k < 4; ++k) n = 256 * n + static_cast<unsigned char>(image[at + k]);
    return n;
  };
  CHECK(number(16) == 2 * (62 + 2 * 350 + 78 + 22 + 150));
  CHECK(number(20) == 2 * (78 + 330 + 74));
  Chart more = example();
  more.panels[1].curves.push_back({"three", {{1, 1}}, {}});
  draw(more, svg);
  CHECK(contents(svg).size() > text.size());
  std::filesystem::remove(svg);
  std::filesystem::remove(png);
}

TEST_CASE("a picture that cannot be") {
  CHECK(can_draw("a.svg"));
  CHECK(can_draw("a.png"));
  CHECK_FALSE(can_draw("a.pdf"));
  CHECK_THROWS_AS(draw(example(), "a.pdf"), std::invalid_argument);
  CHECK_THROWS_AS(draw(example(), "/no/such/folder/a.svg"), FileError);
  CHECK_THROWS_AS(draw(example(), "/no/such/folder/a.png"), FileError);
}
