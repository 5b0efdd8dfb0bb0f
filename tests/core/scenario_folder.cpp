#include "neurode/core/scenario_folder.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "neurode/core/errors.hpp"

using namespace neurode;

namespace {

namespace fs = std::filesystem;

/// base/out.csv, base/in/a.csv, base/in/sub/b.csv; links and a pipe in base/in.
struct Tree {
  fs::path base = fs::temp_directory_path() / ("neurode-folder-" + std::to_string(getpid()));
  fs::path in = base / "in";
  Tree() {
    fs::create_directories(in / "sub");
    for (const auto& f : {base / "out.csv", in / "a.csv", in / "sub" / "b.csv"}) std::ofstream(f) << "1,2\n";
    fs::create_symlink("../out.csv", in / "leak.csv");
    fs::create_symlink("..", in / "up");
    fs::create_symlink("sub/b.csv", in / "inner.csv");
    fs::create_symlink("round", in / "round");
    mkfifo((in / "pipe.csv").c_str(), 0600);
  }
  ~Tree() { fs::remove_all(base); }
};

std::string fault_of(const ScenarioFolder& folder, const std::string& name) {
  Value v;
  v.data = name;
  v.where = {"s.toml", 3, 8};
  v.key = "data.file";
  Diagnostics faults;
  const auto file = folder.file(v, faults);
  CHECK(file.has_value() == faults.empty());
  return faults.empty() ? "" : faults.items()[0].format();
}

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("files of a scenario stay within its folder") {
  const Tree tree;
  const ScenarioFolder folder(tree.in);
  for (const char* inside :
       {"a.csv", "sub/b.csv", "sub/../a.csv", "./a.csv", "inner.csv", "not_there.csv", "no_folder/not_there.csv"}) {
    CHECK_MESSAGE(fault_of(folder, inside) == "", inside);
  }
  CHECK(fault_of(folder, (tree.in / "a.csv").string()) == "");
  for (const char* outside : {"../out.csv", "leak.csv", "up/out.csv", "up/in/../out.csv", "/etc/passwd", "../inn/x.csv",
                              "sub/../../out.csv", "../not_there.csv"}) {
    const std::string fault = fault_of(folder, outside);
    CHECK_MESSAGE(has(fault, "s.toml:3:8: data.file: leads out of the folder of this file; found"), outside << fault);
    CHECK(has(fault, "any with --allow-outside"));
    CHECK(fault_of(ScenarioFolder(tree.in, Reach::anywhere), outside) == "");
  }
  CHECK(
      fault_of(folder, "../out.csv") ==
      "s.toml:3:8: data.file: leads out of the folder of this file; found \"../out.csv\"; allowed: one in that folder "
      "or below it; any with --allow-outside");
  CHECK(has(fault_of(folder, "leak.csv"),
            "found \"leak.csv\", which is " + fs::weakly_canonical(tree.base / "out.csv").string() + "; allowed"));
  // A link that leads out and back again stays within.
  CHECK(fault_of(folder, "up/in/a.csv") == "");
  CHECK(has(fault_of(folder, "round"), "cannot be followed"));
}

TEST_CASE("a folder beside one with the same beginning is another one, and no folder is the current one") {
  const Tree tree;
  fs::create_directories(tree.base / "in_other");
  std::ofstream(tree.base / "in_other" / "x.csv") << "1\n";
  CHECK(has(fault_of(ScenarioFolder(tree.in), "../in_other/x.csv"), "leads out"));
  CHECK(fault_of(ScenarioFolder(), "a.csv") == "");
  CHECK(has(fault_of(ScenarioFolder(), "../a.csv"), "leads out"));
}

TEST_CASE("devices and pipes are no data, wherever they may lie; nor are names that no file has") {
  const Tree tree;
  CHECK(has(fault_of(ScenarioFolder(tree.in), "pipe.csv"), "is no ordinary file"));
  for (const char* device : {"/dev/zero", "/dev/stdin", "/dev/null"}) {
    const std::string fault = fault_of(ScenarioFolder(tree.in, Reach::anywhere), device);
    if (std::string(device) != "/dev/stdin") CHECK(has(fault, "is no ordinary file"));  // which may be a file here
    CHECK(has(fault_of(ScenarioFolder(tree.in), device), "leads out"));
  }
  CHECK(has(fault_of(ScenarioFolder(tree.in), std::string("a\0.csv", 6)), "is no name of a file"));
  CHECK(has(fault_of(ScenarioFolder(tree.in), std::string(5000, 'a')), "is no name of a file"));
}

TEST_CASE("text files are read to their end, or told to be too large before that") {
  const Tree tree;
  std::ofstream(tree.in / "long") << std::string(200000, 'x') << "end";
  CHECK(read_text_file(tree.in / "long", 200003) == std::string(200000, 'x') + "end");
  CHECK_THROWS_WITH_AS(read_text_file(tree.in / "long", 200002),
                       doctest::Contains("has more than 200002 bytes of text, the most that is read"), FileError);
  CHECK_THROWS_WITH_AS(read_text_file("/dev/zero", 100), doctest::Contains("is no ordinary file"), FileError);
  CHECK_THROWS_WITH_AS(read_text_file("/dev/zero", 100, true), doctest::Contains("has more than 100 bytes"), FileError);
  CHECK_THROWS_WITH_AS(read_text_file(tree.in, 100, true), doctest::Contains("is a folder"), FileError);
  CHECK_THROWS_WITH_AS(read_text_file(tree.in / "gone", 100), doctest::Contains("No such file"), FileError);
}
