#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <sstream>

#include "analysis/export_files.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode::analysis;
using neurode::record::Recorder;
using neurode::record::Type;

using Rows = std::vector<std::vector<std::string>>;

/// RFC 4180, written independently of the exporter.
static Rows parse(const std::string& text) {
  Rows rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& f = rows.back().back();
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      f += '"';
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      rows.back().emplace_back();
    } else if (c == '\n' && !quoted) {
      rows.push_back({""});
    } else {
      f += c;
    }
  }
  rows.pop_back();
  return rows;
}

static double number(const std::string& s) { return std::strtod(s.c_str(), nullptr); }

TEST_CASE("a table of one axis has the file's numbers to the last bit") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"count", "hidden.a", "loss"};
  r.output = (files.scratch / "t.csv").string();
  const auto done = files.run("csv", r);
  CHECK(done.left_out.empty());
  const auto rows = parse(files.text("t.csv"));
  CHECK(rows[0] == std::vector<std::string>{"time", "count[0]", "count[2]", "count[7]", "hidden.a[0, 0]",
                                            "hidden.a[0, 2]", "hidden.a[0, 7]", "hidden.a[1, 0]", "hidden.a[1, 2]",
                                            "hidden.a[1, 7]", "hidden.a[2, 0]", "hidden.a[2, 2]", "hidden.a[2, 7]",
                                            "hidden.a[3, 0]", "hidden.a[3, 2]", "hidden.a[3, 7]", "loss"});
  REQUIRE(rows.size() == 26);
  for (std::size_t i = 0; i < 25; ++i) {
    const auto& row = rows[i + 1];
    REQUIRE(row.size() == 17);
    CHECK(same_bits(number(row[0]), Example::time(i)));
    for (std::size_t k = 0; k < 3; ++k) CHECK(row[1 + k] == std::to_string(static_cast<int>(Example::count(i, k))));
    for (std::size_t k = 0; k < 12; ++k) CHECK(same_bits(number(row[4 + k]), Example::a(i, k)));
    CHECK(same_bits(number(row[16]), Example::loss(i)));
  }
}

TEST_CASE("float32 numbers are as short as they are") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"input -> hidden.weights"};
  r.output = (files.scratch / "w.csv").string();
  files.run("csv", r);
  const auto rows = parse(files.text("w.csv"));
  CHECK(rows[0][1] == "input -> hidden.weights[0, 0]");
  CHECK(rows[0][6] == "input -> hidden.weights[7, 1]");
  CHECK(rows[2] == std::vector<std::string>{"1", "0.001", "0.101", "0.201", "0.301", "0.401", "0.501"});
}

TEST_CASE("window and elements") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"hidden.a"};
  r.output = (files.scratch / "part.csv").string();
  r.t_min = Example::time(7);  // both ends are in
  r.t_max = Example::time(11);
  r.select = {{"hidden", {7, 0}}, {"sample", {3}}};
  files.run("csv", r);
  const auto rows = parse(files.text("part.csv"));
  CHECK(rows[0] == std::vector<std::string>{"time", "hidden.a[3, 7]", "hidden.a[3, 0]"});
  REQUIRE(rows.size() == 6);
  for (std::size_t i = 0; i < 5; ++i) {
    CHECK(same_bits(number(rows[i + 1][0]), Example::time(7 + i)));
    CHECK(same_bits(number(rows[i + 1][1]), Example::a(7 + i, 11)));
    CHECK(same_bits(number(rows[i + 1][2]), Example::a(7 + i, 9)));
  }
}

TEST_CASE("variables without time, and folders") {
  const ExportFiles files;
  ExportRequest r;
  r.output = (files.scratch / "all/").string();
  const auto done = files.run("csv", r);
  CHECK(done.files.size() == 4);
  CHECK(files.names("all") == std::vector<std::string>{"targets.csv", "threshold.csv", "time.csv", "time_weights.csv"});
  CHECK(files.text("all/targets.csv") == "sample,targets\n0,0\n1,1\n2,1\n3,0\n");
  CHECK(files.text("all/threshold.csv") == "threshold\n0.1\n");
  CHECK(parse(files.text("all/time.csv")).size() == 26);
  CHECK(parse(files.text("all/time_weights.csv")).size() == 4);
  r.output = (files.scratch / "one.csv").string();
  r.variables = {"targets"};
  r.select = {{"sample", {2, 1}}};
  files.run("csv", r);
  CHECK(files.text("one.csv") == "sample,targets\n2,1\n1,1\n");
}

TEST_CASE("everything of a file with one axis goes to one table, and what has no place is named") {
  const Scratch scratch;
  const double inf = std::numeric_limits<double>::infinity();
  {
    Recorder r(
        scratch / "r.h5", {{"n", 2, {}}}, {{}},
        {{"odd \"name\", x", {"n"}, 0, Type::float64, "", "", {}}, {"fixed", {"n"}, -1, Type::float64, "", "", {}}}, {},
        {});
    const std::vector<double> a = {std::nan(""), inf}, b = {-inf, -0.0};
    r.append(0, 0, std::vector<std::span<const double>>{a});
    r.append(0, 1e-20, std::vector<std::span<const double>>{b});
  }
  ExportRequest request;
  request.output = (scratch / "t.csv").string();
  const neurode::record::Reader reader(scratch / "r.h5");
  const auto done = export_result(reader, exporters()[0], request);
  CHECK(done.left_out == std::vector<std::string>{"fixed"});
  std::ifstream in(scratch / "t.csv");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(text == "time,\"odd \"\"name\"\", x[0]\",\"odd \"\"name\"\", x[1]\"\n0,nan,inf\n1e-20,-inf,-0\n");
  request.variables = {"fixed", "odd \"name\", x"};
  request.overwrite = true;
  CHECK_THROWS_AS(export_result(reader, exporters()[0], request), neurode::UsageError);
}

TEST_CASE("several axes in one table are refused, with what to do") {
  const ExportFiles files;
  ExportRequest r;
  r.output = (files.scratch / "t.csv").string();
  r.variables = {"loss", "input -> hidden.weights", "targets"};
  CHECK_THROWS_WITH_AS(
      files.run("csv", r),
      "one CSV table cannot hold all of this: variables on time axis \"time\"; variables on time axis "
      "\"time_weights\"; \"targets\", which has no time axis; choose variables of one of them, or give a "
      "folder as output: one file each",
      neurode::UsageError);
}

TEST_CASE("long tables are written in parts") {
  const Scratch scratch;
  const std::size_t width = 3000, points = 700;  // four blocks
  {
    Recorder r(scratch / "r.h5", {{"n", width, {}}}, {{}}, {{"x", {"n"}, 0, Type::float64, "", "", {}}}, {}, {});
    std::vector<double> x(width);
    for (std::size_t i = 0; i < points; ++i) {
      for (std::size_t k = 0; k < width; ++k) x[k] = static_cast<double>(i * width + k);
      r.append(0, static_cast<double>(i), std::vector<std::span<const double>>{x});
    }
  }
  const neurode::record::Reader reader(scratch / "r.h5");
  ExportRequest request;
  request.output = (scratch / "t.csv").string();
  export_result(reader, exporters()[0], request);
  std::ifstream in(scratch / "t.csv");
  std::string line;
  std::getline(in, line);
  std::size_t wrong = 0, i = 0;
  for (; std::getline(in, line); ++i) {
    std::istringstream fields(line);
    std::string f;
    std::getline(fields, f, ',');
    wrong += f != std::to_string(i);
    for (std::size_t k = 0; k < width; ++k)
      wrong += !std::getline(fields, f, ',') || number(f) != static_cast<double>(i * width + k);
  }
  CHECK(i == points);
  CHECK(wrong == 0);
  // The first and the last element, far apart in the file.
  request.select = {{"n", {static_cast<std::int64_t>(width) - 1, 0}}};
  request.overwrite = true;
  export_result(reader, exporters()[0], request);
  std::ifstream narrow(scratch / "t.csv");
  std::getline(narrow, line);
  CHECK(line == "time,x[2999],x[0]");
  for (i = 0; std::getline(narrow, line); ++i) {
    const auto whole = [](std::size_t n) { return std::to_string(n); };
    std::istringstream fields(line);
    std::string a, b, c;
    std::getline(fields, a, ',');
    std::getline(fields, b, ',');
    std::getline(fields, c, ',');
    wrong += a != whole(i) || number(b) != static_cast<double>(i * width + width - 1) ||
             number(c) != static_cast<double>(i * width);
  }
  CHECK(i == points);
  CHECK(wrong == 0);
}
