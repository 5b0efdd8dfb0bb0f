// The fuzz targets without clang: their corpora, the inputs that once were findings, and a fixed budget of mutations of
// both, the same every time.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "fuzz/targets.hpp"

using namespace neurode;

namespace {

namespace fs = std::filesystem;

struct Input {
  std::string name, bytes;
};

/// The files of a folder, by name; none where there is none.
void read_folder(const fs::path& folder, std::vector<Input>& out) {
  if (!fs::is_directory(folder)) return;
  std::vector<fs::path> files;
  for (const auto& f : fs::directory_iterator(folder)) {
    if (f.is_regular_file() && f.path().extension() != ".md") files.push_back(f.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& f : files) {
    std::ifstream in(f, std::ios::binary);
    out.push_back({f.string(), {std::istreambuf_iterator<char>(in), {}}});
  }
}

std::vector<Input> inputs_of(const fuzz::Target& target) {
  const fs::path source = NEURODE_SOURCE_DIR;
  std::vector<Input> out;
  read_folder(source / "tests/fuzz/corpus" / target.name, out);
  read_folder(source / "tests/fuzz/regressions" / target.name, out);
  for (const char* more : target.corpora) read_folder(source / more, out);
  return out;
}

/// Seconds that an input takes. One that takes long is a finding like one that crashes.
void run(const fuzz::Target& target, const std::string& bytes, const std::string& name) {
  INFO(target.name << ": " << name);
  const auto begin = std::chrono::steady_clock::now();
  target.run(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  CHECK(passed.count() < 10);
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  /// A few changes: bits, bytes and runs of them, numbers, pieces of another input.
  std::string changed(std::string bytes, const std::string& other) {
    for (std::size_t k = 1 + below(4); k > 0; --k) change(bytes, other);
    return bytes;
  }
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }

 private:
  void change(std::string& bytes, const std::string& other) {
    static const std::vector<std::string> kWords = {
        "-1", "1e999", "18446744073709551615", "nan", "(((((", "\"\"\"", "[[", "\n", ".", "=", "..", "\xFF"};
    const std::size_t at = below(bytes.size() + 1), n = 1 + below(8);
    switch (below(7)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
        break;
      case 2:
        bytes.erase(at, n);
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), n));
        break;
      case 4:
        bytes.insert(at, kWords[below(kWords.size())]);
        break;
      case 5: {
        const std::size_t from = below(other.size());
        bytes.replace(at, std::min(n, bytes.size() - at), other.substr(from, 1 + below(40)));
        break;
      }
      default:
        for (std::size_t k = at; k < std::min(at + n, bytes.size()); ++k) bytes[k] = '\xFF';
    }
  }

  std::mt19937_64 random_;
};

/// Mutations a target: all together a few seconds.
std::size_t budget(const std::string& name) {
  if (name == "build") return 60;
  if (name == "hdf5_matrix" || name == "result") return 40;  // a child process each
  if (name == "scenario" || name == "ode") return 300;
  return 2000;
}

}  // namespace

TEST_CASE("hostile input: corpora, regressions and mutations of them") {
  for (const auto& target : fuzz::targets()) {
    CAPTURE(target.name);
    const auto inputs = inputs_of(target);
    REQUIRE(!inputs.empty());
    for (const auto& input : inputs) run(target, input.bytes, input.name);
    Mutator mutator(20240607);
    for (std::size_t k = 0; k < budget(target.name); ++k) {
      const auto& input = inputs[mutator.below(inputs.size())];
      const auto& other = inputs[mutator.below(inputs.size())];
      run(target, mutator.changed(input.bytes, other.bytes), "mutation " + std::to_string(k) + " of " + input.name);
    }
  }
}

TEST_CASE("the smallest inputs") {
  for (const auto& target : fuzz::targets()) {
    run(target, "", "nothing");
    for (int c = 0; c < 256; c += 5) run(target, std::string(1, static_cast<char>(c)), "byte " + std::to_string(c));
  }
}
