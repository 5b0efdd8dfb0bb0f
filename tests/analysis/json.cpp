#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "analysis/export_files.hpp"

using namespace neurode::analysis;
using neurode::record::Recorder;
using neurode::record::Type;

TEST_CASE("a small file as JSON, character by character") {
  const Scratch scratch;
  {
    Recorder r(scratch / "r.h5", {{"sample", 2, {}}, {"hidden", 3, {0, 2, 7}}}, {{"time", "s", "simulated time"}},
               {{"hidden.a", {"sample", "hidden"}, 0, Type::float64, "mV", "activation", {{"k", std::int64_t{3}}}},
                {"loss", {}, 0, Type::float32, "", "", {}},
                {"bias", {}, -1, Type::float64, "", "", {}}},
               {{"title", std::string("a \"b\"\n")},
                {"list", std::vector<double>{1.5, std::nan("")}},
                {"none", std::vector<double>{}}},
               {});
    const double inf = std::numeric_limits<double>::infinity();
    const std::vector<double> a = {0.1, 1, 2, -3, inf, std::nan("")}, b = {6, 7, 8, 9, 10, 11}, l = {0.1};
    r.append(0, 0.5, std::vector<std::span<const double>>{a, l});
    r.append(0, 1.5, std::vector<std::span<const double>>{b, l});
    r.write("bias", l);
  }
  ExportRequest request;
  request.output = (scratch / "r.json").string();
  const neurode::record::Reader reader(scratch / "r.h5");
  export_result(reader, exporters()[1], request);
  std::ifstream in(scratch / "r.json");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(text == R"({
  "attributes": {"title": "a \"b\"\n", "list": [1.5, null], "none": []},
  "coordinates": {
    "time": {
      "dimensions": ["time"],
      "shape": [2],
      "unit": "s",
      "long_name": "simulated time",
      "attributes": {"axis": "T"},
      "data": [0.5, 1.5]
    },
    "sample": {
      "dimensions": ["sample"],
      "shape": [2],
      "unit": "",
      "long_name": "",
      "attributes": {},
      "data": [0, 1]
    },
    "hidden": {
      "dimensions": ["hidden"],
      "shape": [3],
      "unit": "",
      "long_name": "",
      "attributes": {},
      "data": [0, 2, 7]
    }
  },
  "variables": {
    "hidden.a": {
      "dimensions": ["time", "sample", "hidden"],
      "shape": [2, 2, 3],
      "unit": "mV",
      "long_name": "activation",
      "attributes": {"k": 3},
      "data": [[[0.1, 1, 2], [-3, null, null]], [[6, 7, 8], [9, 10, 11]]]
    },
    "loss": {
      "dimensions": ["time"],
      "shape": [2],
      "unit": "",
      "long_name": "",
      "attributes": {},
      "data": [0.1, 0.1]
    },
    "bias": {
      "dimensions": [],
      "shape": [],
      "unit": "",
      "long_name": "",
      "attributes": {},
      "data": 0.1
    }
  }
}
)");
  request.variables = {"hidden.a"};
  request.select = {{"hidden", {7}}};
  request.t_min = 1;
  request.overwrite = true;
  export_result(reader, exporters()[1], request);
  std::ifstream part(scratch / "r.json");
  const std::string less{std::istreambuf_iterator<char>(part), {}};
  CHECK(less.find("\"data\": [[[8], [11]]]") != std::string::npos);
  CHECK(less.find("\"data\": [7]") != std::string::npos);
  CHECK(less.find("\"data\": [1.5]") != std::string::npos);
  CHECK(less.find("loss") == std::string::npos);
}
