#include "neurode/analysis/export.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>

#include "analysis/export_files.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode::analysis;
using neurode::FileError;
using neurode::UsageError;

TEST_CASE("formats are sorted, and each says what it is") {
  std::vector<std::string> names;
  for (const auto& e : exporters()) {
    names.push_back(e.name);
    CHECK_FALSE(e.summary.empty());
    CHECK_FALSE(e.help.empty());
    CHECK_FALSE(e.citation.empty());
    CHECK(e.file_extension == "." + e.name);
  }
  CHECK(names == std::vector<std::string>{"csv", "json", "mat", "npy"});
}

TEST_CASE("choice of elements") {
  const auto s = parse_selection("hidden=0,3,10:12,7");
  CHECK(s.dimension == "hidden");
  CHECK(s.labels == std::vector<std::int64_t>{0, 3, 10, 11, 12, 7});
  CHECK(parse_selection("a=b=-1").dimension == "a=b");
  for (const char* wrong : {"", "hidden", "=1", "hidden=", "hidden=1,", "hidden=1:", "hidden=x", "hidden=1.5",
                            "hidden=3:1", "hidden=0:99999999999", "hidden=1 2"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(parse_selection(wrong), UsageError);
  }
  CHECK_THROWS_WITH(parse_selection("hidden=3:1"), "\"3:1\" in \"hidden=3:1\" ends before it starts");
}

TEST_CASE("a request that the file cannot meet is explained") {
  const ExportFiles files;
  const auto refusal = [&](const ExportRequest& request, const char* format = "csv") {
    try {
      files.run(format, request);
    } catch (const UsageError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  ExportRequest r;
  r.output = (files.scratch / "out.csv").string();
  r.variables = {"hiden.a"};
  CHECK(refusal(r) ==
        "there is no variable \"hiden.a\" (did you mean \"hidden.a\"?); there are \"time\", \"time_weights\", "
        "\"sample\", "
        "\"hidden\", \"input\", \"hidden.a\", \"input -> hidden.weights\", \"loss\", \"count\", \"targets\" and "
        "\"threshold\"");
  r.variables = {"hidden.a"};
  r.select = {{"hiden", {0}}};
  CHECK(refusal(r) ==
        "there is no dimension \"hiden\" (did you mean \"hidden\"?); there are \"sample\", \"hidden\" and \"input\"");
  r.select = {{"time", {0}}};
  CHECK(refusal(r).find("there is no dimension \"time\"") == 0);
  r.select = {{"hidden", {0, 1}}};
  CHECK(refusal(r) == "dimension \"hidden\" has no element 1; it has 3 of them, from 0 to 7");
  r.select = {{"hidden", {0}}, {"hidden", {2}}};
  CHECK(refusal(r).find("chosen twice") != std::string::npos);
  r.select = {{"hidden", {}}};
  CHECK(refusal(r) == "no element of dimension \"hidden\" is chosen");
  r.select = {};
  r.t_min = 100;
  CHECK(refusal(r) == "no point of \"time\" lies between 100 and inf; it runs from 0 to 2.4000000000000004");
  r.t_max = 1;
  CHECK(refusal(r) == "the time window starts at 100 and ends before that, at 1");
  r = {};
  r.output = files.scratch.folder().string();
  CHECK(refusal(r, "json").find("is a folder") != std::string::npos);
  r.output = (files.scratch / "x.npy").string();
  CHECK(refusal(r, "npy").find("one NPY file holds one array and 6 variables are asked for") == 0);
  r.output = "-";
  CHECK(refusal(r, "npy").find("standard output takes one NPY array") == 0);
  CHECK(refusal(r, "csv").find("one CSV table cannot hold all of this") == 0);
  r.output = "";
  CHECK(refusal(r) == "the name of the file to write is empty");
  // Nothing was left behind by any of this.
  CHECK(files.names() == std::vector<std::string>{"r.h5"});
}

TEST_CASE("files appear whole or not at all, and old ones are kept") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"hidden.a"};
  r.output = (files.scratch / "a.csv").string();
  const auto done = files.run("csv", r);
  CHECK(done.files == std::vector<std::filesystem::path>{files.scratch / "a.csv"});
  const auto before = files.text("a.csv");
  r.variables = {"loss"};
  CHECK_THROWS_AS(files.run("csv", r), FileError);
  CHECK(files.text("a.csv") == before);
  r.overwrite = true;
  files.run("csv", r);
  CHECK(files.text("a.csv") != before);
  r.output = (files.scratch / "no/such/a.csv").string();
  CHECK_THROWS_AS(files.run("csv", r), FileError);
  // One of two files of a folder is in the way: neither is written.
  std::filesystem::create_directory(files.scratch / "out");
  std::filesystem::create_directory(files.scratch / "out/time_weights.csv");
  r.output = (files.scratch / "out").string();
  r.variables = {"loss", "input -> hidden.weights"};
  CHECK_THROWS_AS(files.run("csv", r), FileError);
  CHECK(files.names("out") == std::vector<std::string>{"time_weights.csv"});
  CHECK(files.names() == std::vector<std::string>{"a.csv", "out", "r.h5"});
  // A folder made for an export that fails goes again.
  r.output = (files.scratch / "full/").string();
  Exporter breaks = exporters()[0];
  breaks.function = [f = breaks.function](const ExportSource& source, ExportSink& sink) {
    f(source, sink);
    throw FileError("x", "the disk is full");
  };
  const neurode::record::Reader reader(files.scratch / "r.h5");
  CHECK_THROWS_AS(export_result(reader, breaks, r), FileError);
  CHECK(files.names() == std::vector<std::string>{"a.csv", "out", "r.h5"});
}

TEST_CASE("a disk that refuses is a FileError") {
  const ExportFiles files;
  ExportRequest r;
  r.variables = {"loss"};
  r.output = "-";
  // Standard output on a full device.
  std::fflush(stdout);
  const int kept = dup(1);
  REQUIRE(std::freopen("/dev/full", "w", stdout) != nullptr);
  std::string what;
  try {
    files.run("csv", r);
  } catch (const FileError& e) {
    what = e.what();
  }
  std::clearerr(stdout);
  dup2(kept, 1);
  close(kept);
  CHECK(what == "-: cannot write: No space left on device");
}
