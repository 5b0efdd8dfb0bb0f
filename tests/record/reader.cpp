#include "neurode/record/reader.hpp"

#include <doctest/doctest.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "example.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/random.hpp"
#include "scratch.hpp"

using namespace neurode::record;
using neurode::FileError;

static std::string complaint(const std::filesystem::path& path) {
  try {
    Reader r(path);
  } catch (const FileError& e) {
    CHECK(e.exit_status() == 4);
    CHECK(e.path() == path.string());
    return std::string(e.what()).substr(path.string().size());
  }
  return "";
}

static std::string contents(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

static void put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST_CASE("what is no result file") {
  const Scratch scratch;
  put(scratch / "empty", "");
  put(scratch / "text.h5", "time,hidden.a[0]\n0,1\n");
  CHECK(complaint(scratch / "nothing.h5") == ": there is no such file");
  CHECK(complaint(scratch.folder()) == ": is a folder, not an HDF5 file");
  CHECK(complaint(scratch / "empty") == ": is empty, not an HDF5 file");
  CHECK(complaint(scratch / "text.h5") == ": is not an HDF5 file, as results of neurode are");
  CHECK(complaint("/dev/null") == ": is no ordinary file");
  CHECK(complaint(scratch / "text.h5/r.h5") == ": cannot open the file: Not a directory");
}

TEST_CASE("slabs") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  Example e;
  e.options.chunk_bytes = 1000;
  e.write(path, 100);
  const Reader r(path);
  CHECK(r.path() == path);
  // (time, sample, hidden): points 37 to 59, samples 1 and 2, unit 2.
  const auto x = r.read("hidden.a", {{37, 1, 2}, {23, 2, 1}});
  REQUIRE(x.size() == 46);
  for (std::size_t t = 0; t < 23; ++t) {
    for (std::size_t s = 0; s < 2; ++s) CHECK(same_bits(x[2 * t + s], Example::a(37 + t, 3 * (1 + s) + 2)));
  }
  std::vector<std::int64_t> counts;
  r.read("count", {{99, 0}, {1, 3}}, counts);
  CHECK(counts == std::vector<std::int64_t>{985, 986, 987});
  CHECK(r.read("hidden.a", {{100, 0, 0}, {0, 4, 3}}).empty());
  CHECK(r.read("threshold", {{}, {}}).size() == 1);
  CHECK_THROWS_AS(r.read("hidden.a", {{100, 0, 0}, {1, 4, 3}}), std::invalid_argument);
  CHECK_THROWS_AS(r.read("hidden.a", {{0, 0, 0}, {1, 4, 4}}), std::invalid_argument);
  CHECK_THROWS_AS(r.read("hidden.a", {{0, 0}, {1, 4}}), std::invalid_argument);
  CHECK_THROWS_AS(r.read("hidden.a", {{1, 0, 0}, {static_cast<std::size_t>(-1), 4, 3}}), std::invalid_argument);
  CHECK_THROWS_AS(r.read("nothing"), std::invalid_argument);
  CHECK(r.find("nothing") == nullptr);
  CHECK(r.attribute("nothing at all") == nullptr);
}

/// Opens and reads everything in a process of its own that may take ten seconds. 0: read; 1: FileError; minus a signal.
static int read_everything(const std::filesystem::path& path) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int s : {SIGSEGV, SIGABRT, SIGALRM, SIGBUS, SIGFPE}) signal(s, SIG_DFL);
    alarm(10);
    int status = 3;
    try {
      const Reader r(path);
      status = 0;
      for (const auto& v : r.variables()) r.read(v.name);
    } catch (const FileError&) {
      status = 1;
    } catch (const std::exception&) {
      status = 2;
    }
    _exit(status);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

constexpr std::size_t kSeal = 24;

/// A file of 300 points in small chunks, without the seal, whose checksum tells of damage before the library meets it.
static std::string unsealed_example(const std::filesystem::path& path, int gzip) {
  Example e;
  e.options.chunk_bytes = 1000;
  e.options.gzip = gzip;
  e.write(path, 300);
  const std::string bytes = contents(path);
  REQUIRE(bytes.substr(bytes.size() - kSeal, 8) == "neurodS1");
  return bytes.substr(0, bytes.size() - kSeal);
}

TEST_CASE("one changed byte of a finished file is told, wherever it is") {
  const Scratch scratch;
  Example e;
  e.options.gzip = 0;
  e.write(scratch / "whole.h5", 300);
  const std::string whole = contents(scratch / "whole.h5");
  const std::string says =
      ": is damaged: its bytes are not those that were written. Copy it anew, if there is another; h5py and h5dump may "
      "read what is left of it";
  const neurode::CounterRandom random(1, "seal");
  for (std::uint64_t k = 0; k < 40; ++k) {
    std::string damaged = whole;
    const std::size_t byte = k == 0 ? 0 : k == 1 ? whole.size() - kSeal - 1 : random.integer(k, whole.size() - kSeal);
    damaged[byte] = static_cast<char>(damaged[byte] ^ 1);
    put(scratch / "damaged.h5", damaged);
    CAPTURE(byte);
    CHECK(complaint(scratch / "damaged.h5") == says);
  }
  // Without the seal, or with half of it, the file is what it was, only that nobody knows.
  for (const std::size_t cut : {std::size_t{1}, kSeal / 2, kSeal}) {
    put(scratch / "cut.h5", whole.substr(0, whole.size() - cut));
    CHECK(complaint(scratch / "cut.h5").empty());
  }
  CHECK(complaint(scratch / "whole.h5").empty());
}

TEST_CASE("a file that another program has changed is no damaged one") {
  const Scratch scratch;
  Example().write(scratch / "r.h5", 30);
  const auto size = std::filesystem::file_size(scratch / "r.h5");
  const hid_t file = H5Fopen((scratch / "r.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t data = H5Dopen2(file, "threshold", H5P_DEFAULT);
  const double seven = 7;
  CHECK(H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &seven) >= 0);
  H5Dclose(data);
  H5Fclose(file);
  CHECK(std::filesystem::file_size(scratch / "r.h5") == size - kSeal);
  CHECK(Reader(scratch / "r.h5").read("threshold", {{}, {}}) == std::vector<double>{7});
}

TEST_CASE("a truncated file is a FileError, wherever it ends") {
  const Scratch scratch;
  const std::string whole = unsealed_example(scratch / "whole.h5", Example().options.gzip);
  const neurode::CounterRandom random(1, "truncation");
  for (std::uint64_t k = 0; k < 50; ++k) {
    const std::size_t length = k == 0 ? whole.size() - 1 : random.integer(k, whole.size());
    put(scratch / "part.h5", whole.substr(0, length));
    CAPTURE(length);
    CHECK(read_everything(scratch / "part.h5") == 1);
  }
  CHECK(read_everything(scratch / "whole.h5") == 0);
}

TEST_CASE("flipped bits are read or refused, without crash and without end") {
  const Scratch scratch;
  for (const int gzip : {0, 4}) {
    const std::string whole = unsealed_example(scratch / "whole.h5", gzip);
    const neurode::CounterRandom random(static_cast<std::uint64_t>(gzip), "bits");
    int refused = 0;
    const std::uint64_t flips =
        std::getenv("NEURODE_TEST_FLIPS") ? std::stoull(std::getenv("NEURODE_TEST_FLIPS")) : 200;
    for (std::uint64_t k = 0; k < flips; ++k) {
      std::string damaged = whole;
      const std::size_t byte = random.integer(2 * k, whole.size());
      damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << random.integer(2 * k + 1, 8)));
      put(scratch / "damaged.h5", damaged);
      const int end = read_everything(scratch / "damaged.h5");
      CAPTURE(byte);
      CAPTURE(end);
      const bool read_or_refused = end == 0 || end == 1;
      CHECK(read_or_refused);
      refused += end == 1;
    }
    CHECK(refused > 0);
    put(scratch / "whole.h5", "");
    std::filesystem::remove(scratch / "whole.h5");
  }
}
