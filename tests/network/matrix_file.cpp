// NumPy files, byte by byte, and what is refused.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "network/data/matrix_file.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode;
using network::read_npy;

namespace {

struct File {
  std::filesystem::path path = std::filesystem::temp_directory_path() / fmt::format("neurode-matrix-{}.npy", getpid());
  ~File() { std::filesystem::remove(path); }

  /// A file of version 1 or 2 as numpy.save writes it: the header padded with blanks to a multiple of 64 bytes.
  template <class T>
  void write(const std::string& descr, const std::string& order, const std::string& shape, const std::vector<T>& data,
             int version = 1, std::size_t cut = 0) const {
    std::string header = "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
    const std::size_t before = version == 1 ? 10 : 12;
    while ((before + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    std::string bytes = "\x93NUMPY";
    bytes += static_cast<char>(version);
    bytes += '\0';
    for (int k = 0; k < (version == 1 ? 2 : 4); ++k) bytes += static_cast<char>((header.size() >> (8 * k)) & 255);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(data.data()), data.size() * sizeof(T));
    bytes.resize(bytes.size() - cut);
    std::ofstream(path, std::ios::binary) << bytes;
  }
};

}  // namespace

TEST_CASE("NumPy files: types, orders, one and two dimensions, both versions of the header") {
  const File f;
  Matrix expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6;
  f.write<double>("<f8", "False", "(2, 3)", {1, 2, 3, 4, 5, 6});
  CHECK(read_npy(f.path) == expected);
  f.write<double>("<f8", "True", "(2, 3)", {1, 4, 2, 5, 3, 6}, 2);
  CHECK(read_npy(f.path) == expected);
  f.write<float>("<f4", "False", "(2, 3)", {1, 2, 3, 4, 5, 6});
  CHECK(read_npy(f.path) == expected);
  f.write<std::int64_t>("<i8", "False", "(2, 3)", {1, 2, 3, 4, 5, 6});
  CHECK(read_npy(f.path) == expected);
  f.write<std::uint8_t>("|u1", "False", "(2, 3)", {1, 2, 3, 4, 5, 6});
  CHECK(read_npy(f.path) == expected);
  f.write<std::int16_t>("<i2", "False", "(3,)", {-1, 0, 300});
  CHECK(read_npy(f.path) == Eigen::Vector3d(-1, 0, 300));
}

TEST_CASE("NumPy files that are refused, and why") {
  const File f;
  const std::vector<double> six = {1, 2, 3, 4, 5, 6};
  const auto refused = [&](const std::string& words) {
    try {
      read_npy(f.path);
    } catch (const FileError& e) {
      CAPTURE(std::string(e.what()));
      CHECK(std::string(e.what()).find(words) != std::string::npos);
      return;
    }
    FAIL("accepted, but should say: " << words);
  };
  f.write("<f8", "False", "(2, 3)", six, 1, 1);
  refused("is cut short: 47 bytes of numbers, where 2 x 3 of 8 bytes each are announced");
  f.write("<f8", "False", "(4294967296, 4294967296)", six);
  refused("is cut short");
  f.write(">f8", "False", "(2, 3)", six);
  refused("holds '>f8'; it must hold real numbers, little-endian");
  f.write("<c16", "False", "(3,)", six);
  refused("holds '<c16'");
  f.write("|O", "False", "(3,)", six);
  refused("holds '|O'");
  f.write("<f8", "False", "(1, 2, 3)", six);
  refused("has 3 dimensions");
  f.write("<f8", "False", "()", six);
  refused("has 0 dimensions");
  f.write("<f8", "False", "(0, 3)", six);
  refused("holds no numbers");
  std::ofstream(f.path) << "1,2,3\n";
  refused("is no NumPy file");
  std::ofstream(f.path, std::ios::binary) << std::string("\x93NUMPY\x01\x00\xff\xff{", 11);
  refused("ends inside its header");
  CHECK_THROWS_AS(read_npy("/no/such.npy"), FileError);
  CHECK_THROWS_AS(read_npy(std::filesystem::temp_directory_path()), FileError);
}
