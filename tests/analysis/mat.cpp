#include <doctest/doctest.h>

#include <cstring>
#include <map>

#include "analysis/export_files.hpp"
#include "analysis/exporters/mat_names.hpp"
#include "analysis/exporters/mat_value.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode::analysis;
using neurode::UsageError;

namespace {

template <class T>
T at(const std::string& bytes, std::size_t position) {
  T x;
  REQUIRE(position + sizeof(T) <= bytes.size());
  std::memcpy(&x, bytes.data() + position, sizeof(T));
  return x;
}

/// An array as the format's definition has it.
struct Array {
  std::uint32_t type = 0, data_type = 0;
  std::vector<std::int32_t> shape;
  std::string name, data;
  std::map<std::string, Array> fields;
  std::vector<Array> cells;

  template <class T>
  std::vector<T> numbers() const {
    std::vector<T> out(data.size() / sizeof(T));
    std::memcpy(out.data(), data.data(), data.size());
    return out;
  }
};

struct Element {
  std::uint32_t type;
  std::string data;
};

/// The element at `position`, which moves behind it.
Element element(const std::string& bytes, std::size_t& position) {
  CHECK(position % 8 == 0);
  const auto first = at<std::uint32_t>(bytes, position);
  if (first >> 16 != 0) {
    Element e{first & 0xffff, bytes.substr(position + 4, first >> 16)};
    position += 8;
    return e;
  }
  const auto size = at<std::uint32_t>(bytes, position + 4);
  REQUIRE(position + 8 + size <= bytes.size());
  Element e{first, bytes.substr(position + 8, size)};
  position += 8 + (size + 7) / 8 * 8;
  return e;
}

Array array(const Element& matrix) {
  CHECK(matrix.type == 14);
  const auto& b = matrix.data;
  std::size_t position = 0;
  Array a;
  a.type = at<std::uint32_t>(element(b, position).data, 0);
  const auto dimensions = element(b, position).data;
  for (std::size_t i = 0; i < dimensions.size(); i += 4) a.shape.push_back(at<std::int32_t>(dimensions, i));
  a.name = element(b, position).data;
  if (a.type == 1) {
    while (position < b.size()) a.cells.push_back(array(element(b, position)));
  } else if (a.type == 2) {
    const auto length = static_cast<std::size_t>(at<std::int32_t>(element(b, position).data, 0));
    CHECK(length == 64);
    const auto names = element(b, position).data;
    for (std::size_t k = 0; k < names.size(); k += length) {
      a.fields[names.substr(k).c_str()] = array(element(b, position));
    }
  } else {
    const auto data = element(b, position);
    a.data_type = data.type;
    a.data = data.data;
  }
  CHECK(position == b.size());
  return a;
}

std::map<std::string, Array> variables(const std::string& file) {
  REQUIRE(file.size() >= 128);
  CHECK(file.substr(0, 19) == "MATLAB 5.0 MAT-file");
  CHECK(at<std::uint16_t>(file, 124) == 0x0100);
  CHECK(at<std::uint16_t>(file, 126) == 'M' * 256 + 'I');
  std::map<std::string, Array> out;
  for (std::size_t position = 128; position < file.size();) {
    auto a = array(element(file, position));
    out[a.name] = a;
  }
  return out;
}

std::map<std::string, Array> exported(const ExportFiles& files, ExportRequest r) {
  r.output = (files.scratch / "x.mat").string();
  r.overwrite = true;
  CHECK(files.run("mat", r).files.size() == 1);
  return variables(files.text("x.mat"));
}

}  // namespace

TEST_CASE("everything in a MAT-file, column-major") {
  const ExportFiles files;
  auto all = exported(files, {});
  std::vector<std::string> names;
  for (const auto& [name, a] : all) names.push_back(name);
  CHECK(names == std::vector<std::string>{"count", "hidden", "input_to_hidden", "loss", "neurode", "targets",
                                          "threshold", "time", "time_weights"});
  const auto& a = all["hidden"].fields["a"];
  CHECK(a.type == 6);
  CHECK(a.shape == std::vector<std::int32_t>{25, 4, 3});
  const auto x = a.numbers<double>();
  REQUIRE(x.size() == 300);
  for (std::size_t t = 0; t < 25; ++t) {
    for (std::size_t k = 0; k < 12; ++k) {
      const std::size_t sample = k / 3, neuron = k % 3;
      CHECK(same_bits(x[t + 25 * (sample + 4 * neuron)], Example::a(t, k)));
    }
  }
  const auto& w = all["input_to_hidden"].fields["weights"];
  CHECK(w.type == 7);
  CHECK(w.shape == std::vector<std::int32_t>{3, 3, 2});
  CHECK(w.numbers<float>()[1 + 3 * (2 + 3 * 1)] == static_cast<float>(Example::weight(1, 5)));
  const auto& count = all["count"];
  CHECK(count.type == 14);
  CHECK(count.data_type == 12);
  CHECK(count.numbers<std::int64_t>()[24 + 25 * 2] == 237);
  CHECK(all["time"].shape == std::vector<std::int32_t>{25, 1});
  CHECK(all["time"].numbers<double>()[24] == Example::time(24));
  CHECK(all["threshold"].shape == std::vector<std::int32_t>{1, 1});
  CHECK(all["threshold"].numbers<float>() == std::vector<float>{0.1f});

  auto& about = all["neurode"].fields;
  CHECK(about["labels"].fields["hidden"].numbers<std::int64_t>() == std::vector<std::int64_t>{0, 2, 7});
  CHECK(about["labels"].fields.size() == 3);
  auto& weights = about["variables"].fields["input_to_hidden"].fields["weights"].fields;
  CHECK(weights["name"].data == "input -> hidden.weights");
  CHECK(weights["name"].data_type == 16);
  CHECK(weights["units"].shape == std::vector<std::int32_t>{0, 0});
  CHECK(weights["long_name"].data == "weights");
  REQUIRE(weights["dimensions"].cells.size() == 3);
  CHECK(weights["dimensions"].shape == std::vector<std::int32_t>{1, 3});
  CHECK(weights["dimensions"].cells[0].data == "time_weights");
  REQUIRE(weights["labels"].cells.size() == 3);
  CHECK(weights["labels"].cells[0].data.empty());
  CHECK(weights["labels"].cells[1].data == "hidden");
  CHECK(about["variables"].fields["loss"].fields["attributes"].fields["kind"].data == "squared");
  auto& attributes = about["attributes"].fields;
  CHECK(attributes["seed"].numbers<std::int64_t>() == std::vector<std::int64_t>{-3});
  CHECK(attributes["atol"].numbers<double>() == std::vector<double>{1e-9, 1e-12});
  CHECK(attributes["atol"].shape == std::vector<std::int32_t>{2, 1});
  CHECK(attributes["nothing"].shape == std::vector<std::int32_t>{0, 1});
  const auto title = attributes["title"].numbers<char16_t>();
  CHECK(attributes["title"].data_type == 17);
  CHECK(std::u16string(title.begin(), title.end()) == u"two axes, µV and \"quotes\"");
}

TEST_CASE("a part of it") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"hidden.a", "hidden"};
  r.select = {{"hidden", {7, 2}}, {"sample", {1}}};
  r.t_min = 1.95;
  auto all = exported(files, r);
  CHECK(all.size() == 4);
  const auto& a = all["hidden"].fields["a"];
  CHECK(a.shape == std::vector<std::int32_t>{5, 1, 2});
  const auto x = a.numbers<double>();
  for (std::size_t k = 0; k < 10; ++k) CHECK(same_bits(x[k], Example::a(20 + k % 5, k < 5 ? 5 : 4)));
  CHECK(all["time"].shape == std::vector<std::int32_t>{5, 1});
  // The labels, asked for as a variable, leave the plain name to the structure.
  CHECK(all["hidden_2"].numbers<std::int64_t>() == std::vector<std::int64_t>{7, 2});
  CHECK(all["neurode"].fields["labels"].fields["hidden"].numbers<std::int64_t>() == std::vector<std::int64_t>{7, 2});
}

TEST_CASE("names as MATLAB takes them") {
  const std::pair<const char*, const char*> expected[] = {
      {"hidden", "hidden"}, {"a -> b", "a_to_b"}, {"a -> b : c", "a_to_b_c"},
      {"my-pop", "my_pop"}, {"_a", "x_a"},        {"2nd", "x2nd"},
      {"end", "xend"},      {"ends", "ends"},     {"", "x"},
      {"µ", "x_"},          {"a.b", "a_b"},       {"a__b", "a__b"},
      {"until", "xuntil"},
  };
  for (const auto& [name, identifier] : expected) CHECK(mat::identifier(name) == identifier);
  CHECK(mat::identifier(std::string(70, 'a')) == std::string(63, 'a'));
  CHECK(mat::identifier(std::string(63, '1')) == "x" + std::string(62, '1'));
}

TEST_CASE("no two variables share a name in a MAT-file") {
  const std::string longest(63, 'a');
  const auto paths = mat::paths({"my-pop.a", "my_pop.a", "loss.a", "loss", "my-pop.a.error", "my-pop.a_error",
                                 "neurode", "my_pop.b", longest + "a", longest + "b", "loss_2"},
                                "neurode");
  const auto path = [&](const std::string& name) {
    const auto& p = paths.at(name);
    return p.variable + (p.field.empty() ? "" : "." + p.field);
  };
  CHECK(path("my-pop.a") == "my_pop.a");
  CHECK(path("my_pop.a") == "my_pop_2.a");
  CHECK(path("my_pop.b") == "my_pop_2.b");
  CHECK(path("my-pop.a.error") == "my_pop.a_error");
  CHECK(path("my-pop.a_error") == "my_pop.a_error_2");
  CHECK(path("loss.a") == "loss.a");
  CHECK(path("loss") == "loss_2");
  CHECK(path("loss_2") == "loss_2_2");
  CHECK(path("neurode") == "neurode_2");
  CHECK(path(longest + "a") == longest);
  CHECK(path(longest + "b") == longest.substr(2) + "_2");
}

TEST_CASE("texts beyond ASCII") {
  const auto wide = [](const std::string& utf8) {
    const auto v = mat::text(utf8);
    CHECK(v.utf16);
    CHECK(v.shape == std::vector<std::size_t>{1, v.bytes.size() / 2});
    std::u16string out(v.bytes.size() / 2, u' ');
    std::memcpy(out.data(), v.bytes.data(), v.bytes.size());
    return out;
  };
  CHECK(wide("µ → 𝄞x") == u"µ → 𝄞x");
  CHECK(wide("a\xff"
             "b\xc3") == u"a\ufffdb\ufffd");
  CHECK(wide("\xe2\x86x\x80") == u"\ufffdx\ufffd");
  CHECK(wide("\xed\xa0\x80y") == u"\ufffdy");  // half of a pair, encoded
  CHECK(wide("\xc0\xafy") == u"\ufffdy");      // a "/" that takes two bytes
  CHECK_FALSE(mat::text("plain").utf16);
}

TEST_CASE("a MAT-file is one file") {
  const ExportFiles files;
  ExportRequest r;
  r.output = files.scratch.folder().string();
  CHECK_THROWS_WITH_AS(files.run("mat", r), doctest::Contains("a MAT-file holds all variables, and"), UsageError);
  CHECK(files.names() == std::vector<std::string>{"r.h5"});
}
