#include <doctest/doctest.h>

#include <cstring>

#include "analysis/export_files.hpp"

using namespace neurode::analysis;

/// The header's dictionary and the bytes behind it, by the format's definition.
static std::pair<std::string, std::string> parts(const std::string& file) {
  REQUIRE(file.size() > 10);
  CHECK(file.substr(0, 8) == std::string("\x93NUMPY\x01\x00", 8));
  const std::size_t length = static_cast<unsigned char>(file[8]) + 256u * static_cast<unsigned char>(file[9]);
  CHECK((10 + length) % 64 == 0);
  REQUIRE(file.size() >= 10 + length);
  CHECK(file[9 + length] == '\n');
  std::string header = file.substr(10, length - 1);
  header.erase(header.find_last_not_of(' ') + 1);
  return {header, file.substr(10 + length)};
}

template <class T>
static std::vector<T> numbers(const std::string& bytes) {
  std::vector<T> out(bytes.size() / sizeof(T));
  std::memcpy(out.data(), bytes.data(), out.size() * sizeof(T));
  return out;
}

TEST_CASE("a folder of arrays") {
  const ExportFiles files;
  ExportRequest r;
  r.output = (files.scratch / "out/").string();
  files.run("npy", r);
  CHECK(files.names("out") == std::vector<std::string>{"count.npy", "hidden.a.npy", "input_to_hidden.weights.npy",
                                                       "loss.npy", "targets.npy", "threshold.npy", "time.npy",
                                                       "time_weights.npy"});
  const auto [a_header, a_bytes] = parts(files.text("out/hidden.a.npy"));
  CHECK(a_header == "{'descr': '<f8', 'fortran_order': False, 'shape': (25, 4, 3), }");
  const auto a = numbers<double>(a_bytes);
  REQUIRE(a.size() == 300);
  for (std::size_t k = 0; k < 300; ++k) CHECK(same_bits(a[k], Example::a(k / 12, k % 12)));
  const auto [w_header, w_bytes] = parts(files.text("out/input_to_hidden.weights.npy"));
  CHECK(w_header == "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3, 2), }");
  const auto w = numbers<float>(w_bytes);
  REQUIRE(w.size() == 18);
  for (std::size_t k = 0; k < 18; ++k) CHECK(w[k] == static_cast<float>(Example::weight(k / 6, k % 6)));
  const auto [c_header, c_bytes] = parts(files.text("out/count.npy"));
  CHECK(c_header == "{'descr': '<i8', 'fortran_order': False, 'shape': (25, 3), }");
  CHECK(numbers<std::int64_t>(c_bytes)[74] == 237);
  const auto [t_header, t_bytes] = parts(files.text("out/time.npy"));
  CHECK(t_header == "{'descr': '<f8', 'fortran_order': False, 'shape': (25,), }");
  CHECK(numbers<double>(t_bytes)[24] == Example::time(24));
  const auto [s_header, s_bytes] = parts(files.text("out/threshold.npy"));
  CHECK(s_header == "{'descr': '<f4', 'fortran_order': False, 'shape': (), }");
  CHECK(numbers<float>(s_bytes) == std::vector<float>{0.1f});
}

TEST_CASE("one variable to one file, in part") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"hidden.a"};
  r.select = {{"hidden", {7, 2}}, {"sample", {1}}};
  r.t_min = 1.95;
  r.output = (files.scratch / "a.npy").string();
  CHECK(files.run("npy", r).files.size() == 1);
  const auto [header, bytes] = parts(files.text("a.npy"));
  CHECK(header == "{'descr': '<f8', 'fortran_order': False, 'shape': (5, 1, 2), }");
  const auto a = numbers<double>(bytes);
  for (std::size_t k = 0; k < 10; ++k) CHECK(same_bits(a[k], Example::a(20 + k / 2, k % 2 == 0 ? 5 : 4)));
}
