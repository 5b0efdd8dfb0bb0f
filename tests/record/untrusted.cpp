// HDF5 files of strangers: what they announce, where they lead, and what they do to the library.
#include "record/untrusted.hpp"

#include <doctest/doctest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>

#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "neurode/core/errors.hpp"
#include "neurode/record/numbers.hpp"
#include "neurode/record/reader.hpp"
#include "scratch.hpp"

using namespace neurode::record;
using neurode::FileError;

namespace {

using h5::Handle;

/// A file with one dataset "m", of 64-bit floats, by the library itself.
void write(const std::filesystem::path& path, std::vector<hsize_t> shape,
           const std::function<void(hid_t)>& settings = {}, bool grows = false) {
  const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const std::vector<hsize_t> most(shape.size(), H5S_UNLIMITED);
  const Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), grows ? most.data() : nullptr),
                     H5Sclose);
  const Handle made(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (settings) settings(made);
  const Handle data(H5Dcreate2(file, "m", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, made, H5P_DEFAULT), H5Dclose);
  REQUIRE(data.valid());
}

/// Why neither reader takes it.
std::string refusals(const std::filesystem::path& path) {
  std::string out;
  const auto add = [&](const std::function<void()>& read) {
    try {
      read();
    } catch (const FileError& e) {
      out += std::string(e.what()).substr(path.string().size()) + "\n";
    }
  };
  add([&] { read_numbers(path, "m"); });
  add([&] { Reader(path).read("m"); });
  return out;
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("more numbers than a file can hold are not read, nor room made for them") {
  const Scratch scratch;
  write(scratch / "huge.h5", {1000000, 1000000});
  const std::string why = refusals(scratch / "huge.h5");
  CHECK(has(why, ": dataset \"m\" announces 1000000 x 1000000 numbers, more than a file of "));
  CHECK(has(why, ": variable \"m\" announces 1000000 x 1000000 numbers, more than a file of "));
  // A dimension of none: nothing to read, but as many names to make.
  write(scratch / "none.h5", {1000000000000, 0});
  CHECK(has(refusals(scratch / "none.h5"), "announces 1000000000000 x 0 numbers"));
  // Their product is 0 where it overflows.
  write(scratch / "overflow.h5", {hsize_t{1} << 32, hsize_t{1} << 32}, [](hid_t made) {
    const hsize_t chunk[2] = {1, 16};
    H5Pset_chunk(made, 2, chunk);
  });
  CHECK(has(refusals(scratch / "overflow.h5"), "announces 4294967296 x 4294967296 numbers"));
  // A chunk is read whole, however little of it there is.
  const auto large_chunk = [](hid_t made) {
    const hsize_t chunk = 100000000;
    H5Pset_chunk(made, 1, &chunk);
  };
  write(scratch / "chunk.h5", {10}, large_chunk, true);
  CHECK(has(refusals(scratch / "chunk.h5"), "announces chunks of 100000000 numbers, more than a file of"));
}

TEST_CASE("what was never written, and what is well packed, is read") {
  const Scratch scratch;
  write(scratch / "unwritten.h5", {1000, 8000});  // 64 MB
  CHECK(read_numbers(scratch / "unwritten.h5", "m").values.size() == 8000000);
  const auto path = scratch / "packed.h5";
  {
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    const hsize_t n = 12000000, chunk = 1000000;  // 96 MB of zeros
    const Handle space(H5Screate_simple(1, &n, nullptr), H5Sclose);
    const Handle made(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
    H5Pset_chunk(made, 1, &chunk);
    H5Pset_deflate(made, 9);
    const Handle data(H5Dcreate2(file, "m", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, made, H5P_DEFAULT), H5Dclose);
    const std::vector<double> zeros(n, 0.0);
    REQUIRE(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data()) >= 0);
  }
  CHECK(std::filesystem::file_size(path) < 200000);
  CHECK(read_numbers(path, "m").values.size() == 12000000);
}

TEST_CASE("a file leads into no other one") {
  const Scratch scratch;
  std::ofstream(scratch / "secret") << std::string(1000, 's');
  write(scratch / "storage.h5", {10},
        [&](hid_t made) { REQUIRE(H5Pset_external(made, (scratch / "secret").c_str(), 0, H5F_UNLIMITED) >= 0); });
  CHECK(has(refusals(scratch / "storage.h5"), ": dataset \"m\" has its numbers in another file\n"));
  CHECK(has(refusals(scratch / "storage.h5"), ": variable \"m\" has its numbers in another file\n"));

  write(scratch / "other.h5", {3});
  write(scratch / "virtual.h5", {3}, [&](hid_t made) {
    const hsize_t n = 3;
    const Handle space(H5Screate_simple(1, &n, nullptr), H5Sclose);
    REQUIRE(H5Pset_virtual(made, space, (scratch / "other.h5").c_str(), "m", space) >= 0);
  });
  CHECK(has(refusals(scratch / "virtual.h5"), "has its numbers in another file"));

  {
    const Handle file(H5Fcreate((scratch / "link.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
    REQUIRE(H5Lcreate_external((scratch / "other.h5").c_str(), "m", file, "m", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    REQUIRE(H5Lcreate_external((scratch / "other.h5").c_str(), "/", file, "g", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    REQUIRE(H5Lcreate_soft("/g/m", file, "soft", H5P_DEFAULT, H5P_DEFAULT) >= 0);
  }
  CHECK_THROWS_AS(read_numbers(scratch / "link.h5", "m"), FileError);
  CHECK_THROWS_AS(read_numbers(scratch / "link.h5", "g/m"), FileError);
  CHECK_THROWS_AS(read_numbers(scratch / "link.h5", "soft"), FileError);
  CHECK(!has_numbers(scratch / "link.h5", "m"));
  CHECK(!has_numbers(scratch / "link.h5", "g/m"));
  CHECK(read_numbers(scratch / "other.h5", "m").values.size() == 3);  // as it stands
}

TEST_CASE("what kills a reader, or never ends, kills a child and is told as damage") {
  const h5::Origin origin{"x.h5"};
  h5::try_first(origin, [] {});
  h5::try_first(origin, [] { throw FileError("y.h5", "is met again"); });
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE}) {
    CHECK_THROWS_WITH_AS(h5::try_first(origin, [signal] { raise(signal); }),
                         "x.h5: is damaged: the HDF5 library cannot read it without crashing", FileError);
  }
  CHECK_THROWS_AS(h5::try_first(origin, [] { _exit(3); }), FileError);
  const auto endless = [] {
    for (std::atomic<int> k = 0;; ++k) {
    }
  };
  CHECK_THROWS_WITH_AS(h5::try_first(origin, endless),
                       "x.h5: is damaged: the HDF5 library does not come to an end with it", FileError);
  CHECK(!h5::time_is_up());
  // Output that waits in a buffer is written once.
  const Scratch scratch;
  std::fflush(stdout);  // what the tests have printed so far is not this child's to print
  const pid_t child = fork();
  if (child == 0) {
    if (std::freopen((scratch / "out").c_str(), "w", stdout) == nullptr) _exit(1);
    std::printf("once");
    h5::try_first(origin, [] {});
    h5::try_first(origin, [] { throw FileError("y.h5", "is met again"); });
    std::fflush(stdout);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  std::string out;
  std::getline(std::ifstream(scratch / "out"), out);
  CHECK(out == "once");
  bool same_process = false;
  h5::try_first(origin, [&] { same_process = true; });
  CHECK(!same_process);
}
